"""How often, how long, since when?

Pure statistics of counts: frames go in, frames or small result objects come out. Rates are per day. The docstring of
each function names the columns with their units, the errors raised, and the source of a formula.
"""
