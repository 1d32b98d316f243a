"""Publishing: catalog, schema and version in one transaction; other processes follow at their next unit of work."""
