"""The closed list of field types, one folder each."""
