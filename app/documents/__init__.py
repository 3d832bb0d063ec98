"""Trusted documents: what a client registered it runs by id, and a client with a name runs nothing else."""
