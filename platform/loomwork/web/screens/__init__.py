"""The generated screens: view models out of metadata and records, templates, routes."""
