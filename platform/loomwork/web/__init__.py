"""Everything that speaks HTTP. Flask lives here and nowhere else."""
