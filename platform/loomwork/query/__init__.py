"""One frozen tree for lists, reports, look-ups, search and API; compiled to SQL with the reader's rights inside."""
