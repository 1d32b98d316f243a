"""The description of the API: OpenAPI 3.1 made from the catalog for one reader, and a page that shows it."""
