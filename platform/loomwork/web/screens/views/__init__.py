"""One module per screen: from a desk and an address to the frozen values that a template shows."""
