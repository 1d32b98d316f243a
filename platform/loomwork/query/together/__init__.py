"""Several questions of one reader, asked of the database as one."""
