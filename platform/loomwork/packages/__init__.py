"""App packages: their reference data and their demonstration data. Packing, installing and upgrading build on this."""
