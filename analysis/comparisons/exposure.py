"""What thinly searched days do to a conclusion: the same question with several shares of incidents that are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from analysis.comparisons.count_series import CountSeries
from analysis.measures.changepoints.changes import Changes, changes
from analysis.measures.daily_counts import exposure_by_day
from analysis.measures.rate_ratios import proportion_interval

SHARES = (1.0, 0.3, 0.15)  # of incidents seen on sparsely searched days


def itemised_shares(itemised: CountSeries, totals: CountSeries) -> pd.DataFrame:
    """Share of official totals that is itemised, by the density of the coverage of the itemised incidents.

    Parameters
    ----------
    itemised, totals : CountSeries
        From `count_series.count_series`.

    Returns
    -------
    DataFrame
        density, days, itemised, official, share, share_low, share_high: over the rows of the totals that lie in
        periods of one density. The interval is the exact binomial one; missing where the totals do not rise.

    Notes
    -----
    An itemised incident need not be one of those that the totals count: above 1 the interval is missing.

    Examples
    --------
    >>> from analysis.incidents.dataset import open_folder
    >>> from analysis.incidents.views import View
    >>> from analysis.comparisons.count_series import count_series
    >>> found = count_series(open_folder(), View(), ("2023-10-17", "2024-12-31"))
    >>> table = itemised_shares(found["U.S. officials"], found["Pentagon totals"]).set_index("density")
    >>> bool(table.loc["weeks", "share"] < table.loc["days", "share"] < 0.7)
    True
    """
    incidents = itemised.incidents if itemised.incidents is not None else pd.DataFrame({"date": []})
    rows: dict[str, list[int]] = {}
    for row in totals.rows.dropna(subset="count").rename(columns={"count": "official"}).itertuples():
        held = itemised.coverage[(itemised.coverage["start"] <= row.start) & (itemised.coverage["end"] >= row.end)]
        if len(held):
            sums = rows.setdefault(held["density"].iloc[0], [0, 0, 0])
            found = int(incidents["date"].between(row.start, row.end).sum())
            for place, more in enumerate((row.days, found, row.official)):
                sums[place] += int(more)
    out = []
    for density, (days, seen, official) in rows.items():
        low, high = proportion_interval(seen, official) if 0 < official >= seen else (None, None)
        out.append((density, days, seen, official, seen / official if official else None, low, high))
    columns = ["density", "days", "itemised", "official", "share", "share_low", "share_high"]
    return pd.DataFrame(out, columns=columns).astype(
        {"share": "Float64", "share_low": "Float64", "share_high": "Float64"}
    )


def exposure_sensitivity(
    definitions: dict[str, CountSeries],
    day,
    summarise: Callable[[Changes, object], dict],
    shares: Iterable[float] = SHARES,
    densities: Iterable[str] = ("sparse",),
    **options,
) -> pd.DataFrame:
    """One conclusion with several shares of the incidents that are seen on sparsely searched days.

    Parameters
    ----------
    definitions : dict of str to CountSeries
        By label; those of totals are left out, because a total covers all its days.
    day : day
        A day in the middle of the pause.
    summarise : callable
        `onset.pause_onset` or `onset.pause_ending`: takes a posterior and the day, returns a dict with is_announced.
    shares : iterable of float
        Of incidents seen on the days of these densities, above 0 and at most 1; 1 takes them as fully searched.
    densities : iterable of str
        Densities of the coverage to which the share applies.
    **options
        As for `changes`.

    Returns
    -------
    DataFrame
        definition, share, the items of `summarise`, and depends_on_exposure: whether the announcement is not the same
        for all shares. One row for each definition that holds the day, and share.

    Raises
    ------
    InputError
        For a share that is not above 0 and at most 1.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import counts
    >>> from analysis.comparisons.onset import pause_onset
    >>> coverage = pd.DataFrame({"start": [pd.Timestamp("2024-01-11")], "end": [pd.Timestamp("2024-01-20")],
    ...                          "density": ["sparse"]})
    >>> one = CountSeries("mine", counts, None, pd.DataFrame(), coverage)
    >>> table = exposure_sensitivity({"mine": one}, "2024-01-15", pause_onset, shares=(1.0, 0.05))
    >>> table[["share", "is_announced", "depends_on_exposure"]].to_numpy().tolist()
    [[1.0, True, True], [0.05, False, True]]
    """
    rows, densities = [], list(densities)
    for label, series in definitions.items():
        if series.incidents is None:
            continue
        for share in shares:
            exposure = exposure_by_day(
                pd.DatetimeIndex(series.rows["start"]), series.coverage, dict.fromkeys(densities, share)
            )
            found = changes(series.rows.assign(exposure=exposure), series.ranges, **options)
            if found.holds(day):
                rows.append({"definition": label, "share": share, **summarise(found, day)})
    out = pd.DataFrame(rows, columns=None if rows else ["definition", "share", "is_announced"])
    out["depends_on_exposure"] = out.groupby("definition")["is_announced"].transform("nunique") > 1
    return out
