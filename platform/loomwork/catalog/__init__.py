"""Metadata: read, upgrade, layer, check, freeze, diff, write. Knows field types and JSON, nothing of databases."""
