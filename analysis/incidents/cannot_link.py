"""Places and days of which one document tells two events: what its readers must not join."""

from __future__ import annotations

import numpy as np
import pandas as pd

NARROW = 2  # days; a report of a wider range says too little of the day


def day_numbers(dates: pd.Series) -> np.ndarray:
    """Whole days since 1970 (n,)."""
    return dates.to_numpy("datetime64[D]").astype(int)


def cannot_link_days(reports: pd.DataFrame) -> pd.MultiIndex:
    """Places and pairs of days, in both orders, of which one document tells two events.

    `reports` has document, date_start, date_end and, where known, place. Levels place, one, other.
    """
    told = pd.DataFrame({"document": reports["document"], "place": _places(reports)})
    told = told.assign(start=day_numbers(reports["date_start"]), end=day_numbers(reports["date_end"]))
    told = told[told["place"].notna() & (told["end"] - told["start"] < NARROW)].reset_index(names="row")
    told = told[told.duplicated(["document", "place"], keep=False)]
    both = told.merge(told, on=["document", "place"])
    both = both[both["row_x"] != both["row_y"]]
    every = pd.concat(
        both.assign(one=both["start_x"] + a, other=both["start_y"] + b) for a in range(NARROW) for b in range(NARROW)
    )
    every = every[(every["one"] <= every["end_x"]) & (every["other"] <= every["end_y"])]
    return pd.MultiIndex.from_frame(every[["place", "one", "other"]].drop_duplicates())


def violates_cannot_link(reports: pd.DataFrame, i: np.ndarray, j: np.ndarray, apart: pd.MultiIndex) -> np.ndarray:
    """Whether some document tells two events of the place of each pair of reports, one that may be of the day of
    each (n,). Of a range only its first two days are looked at."""
    found = np.zeros(len(i), bool)
    if not len(apart):
        return found
    place = _places(reports).to_numpy(object)
    start, end = day_numbers(reports["date_start"]), day_numbers(reports["date_end"])
    twice = pd.Series(place).isin(apart.get_level_values("place")).to_numpy()
    maybe = np.flatnonzero(twice[i] & (place[i] == place[j]))
    i, j = i[maybe], j[maybe]
    for a in range(NARROW):
        for b in range(NARROW):
            here = (start[i] + a <= end[i]) & (start[j] + b <= end[j])
            days = pd.MultiIndex.from_arrays([place[i[here]], start[i[here]] + a, start[j[here]] + b])
            found[maybe[here]] |= days.isin(apart)
    return found


def _places(reports: pd.DataFrame) -> pd.Series:
    return reports.get("place", pd.Series(np.nan, reports.index)).astype(object)
