"""A document tree as PDF, by typst."""
