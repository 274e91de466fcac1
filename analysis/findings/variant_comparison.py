"""The same answers under several views side by side."""

from __future__ import annotations

import pandas as pd

from analysis.comparisons.pause_gaps import gap_near_pause
from analysis.evidence.arguments import require_dict_of, require_type
from analysis.findings.casualties import casualties_finding
from analysis.findings.pause_onset import pause_finding
from analysis.findings.study import Study, study_of
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import View


def compare_views(dataset: Dataset, views: dict[str, View]) -> pd.DataFrame:
    """The itemised incidents of several views side by side.

    Parameters
    ----------
    dataset : Dataset
        From `open_folder`.
    views : dict of str to View
        By the title of each.

    Returns
    -------
    DataFrame
        view (title), n, before, inside, after (incidents before, in and after the pause), gap_days (days of the gap
        that holds most of the pause), day, day_low, day_high (start of the lower rate and its 95 % set; missing where
        none is announced), killed, injured (where somebody states them). One row for each view. What a view cannot
        carry is missing.

    Raises
    ------
    InputError
        As `select` does.

    Notes
    -----
    The views overlap: they are not several witnesses.

    Examples
    --------
    >>> import analysis as a
    >>> views = {"officials": a.View(confirmation="us_official"), "seeds": a.View(sets="seeds")}
    >>> a.compare_views(a.open_folder(), views)[["view", "n", "inside"]].to_numpy().tolist()
    [['officials', 115, 2], ['seeds', 11, 1]]
    """
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    require_dict_of(views, View, "views", "View")
    return pd.DataFrame([{"view": title, **view_row(study_of(dataset, view))} for title, view in views.items()])


def view_row(study: Study) -> dict:
    """The row of one view, without its title: see `compare_views`."""
    tolls = casualties_finding(study)
    row = {"n": len(study.incidents), "before": pd.NA, "inside": pd.NA, "after": pd.NA, "gap_days": pd.NA,
           "day": pd.NaT, "day_low": pd.NaT, "day_high": pd.NaT, "killed": tolls.killed if tolls.itemised else pd.NA,
           "injured": tolls.injured if tolls.itemised else pd.NA}  # fmt: skip
    pause, days = study.pause, study.incidents["date"]
    if pause is None:
        return row
    row |= {"before": int((days < pause.start).sum()), "inside": int(days.between(pause.start, pause.end).sum()),
            "after": int((days > pause.end).sum())}  # fmt: skip
    near = study.cut_to_pause().near_pause()
    label = next(iter(near.itemised))
    found = pause_finding(near, label)
    if not found.is_thin:
        row["gap_days"] = gap_near_pause(near.definitions[label], pause.start, pause.end, near.window)["gap_days"]
    if found.is_fall and not found.is_thin:
        row |= {"day": found.day, "day_low": found.day_low, "day_high": found.day_high}
    return row
