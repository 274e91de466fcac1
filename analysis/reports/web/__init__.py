"""A document tree as web pages that need nothing else."""
