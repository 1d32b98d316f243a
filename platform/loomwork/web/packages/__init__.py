"""App packages over the API: send one, see what it would change, publish it."""
