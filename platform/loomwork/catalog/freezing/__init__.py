"""Sound documents become frozen objects: fields with their columns, relations, ordered components, the hash."""
