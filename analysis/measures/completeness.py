"""How much of an official total the itemised incidents cover, interval by interval."""

from __future__ import annotations

import pandas as pd


def completeness(incidents: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    """Itemised incidents beside official counts.

    `incidents` has date; `intervals` (from `totals.intervals`) start, end and count. Returns the
    intervals with itemised (incidents by best day), share (itemised / official; missing where the
    official count is missing or 0) and clash: more items than the official count, which says that
    the two do not count the same thing - never that a negative number is missing.
    """
    bounds = zip(intervals["start"], intervals["end"], strict=True)
    items = [int(incidents["date"].between(start, end).sum()) for start, end in bounds]
    out = intervals.assign(itemised=pd.array(items, dtype="Int64"))
    official = out["count"].astype("Float64")
    out["share"] = (out["itemised"] / official.mask(official == 0)).astype("Float64")
    out["clash"] = (out["itemised"] > out["count"]).fillna(False).astype(bool)
    return out
