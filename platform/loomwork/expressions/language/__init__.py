"""From a formula's text to its typed form: tokens, syntax, types. Nothing here evaluates anything."""
