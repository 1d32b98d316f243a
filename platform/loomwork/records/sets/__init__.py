"""Changes of many records of one entity at once: as many statements for a thousand of them as for one."""
