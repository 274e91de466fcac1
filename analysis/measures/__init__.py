"""How often, how long, since when?

Rates are per day. Frames go in and come out, and a docstring names their columns. Where it names no
error, none is raised for a frame that has them; where it names no source, nothing but counting is done.
"""
