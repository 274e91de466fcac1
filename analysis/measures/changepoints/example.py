"""A small series for the examples of the docstrings: 3 or 4 events a day to 10 January 2024, then ten days without."""

import pandas as pd

from analysis.measures.changepoints.candidates import find_candidates
from analysis.measures.changepoints.changes import changes

days = pd.date_range("2024-01-01", periods=20)
counts = pd.DataFrame({"start": days, "end": days, "count": [3, 4] * 5 + [0] * 10})
found = changes(counts)
recursion = found.poisson.source.found
likelihood = recursion.likelihood
candidates = find_candidates(found.observed, 1.0)
