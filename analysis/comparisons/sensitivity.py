"""One conclusion under every definition and prior: a sensitivity analysis."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.comparisons.count_series import CountSeries
from analysis.comparisons.onset import middle_day, pause_onset
from analysis.comparisons.pause_gaps import gap_near_pause
from analysis.comparisons.period_rates import period_ratios
from analysis.evidence.arguments import read_day, read_window, require_dict_of
from analysis.measures.changepoints.change_tables import prior_sensitivity
from analysis.measures.changepoints.changes import Changes, changes
from analysis.measures.coverage import DAY, Window

MAX_CHANGES = 4  # changes looked for, where nothing else is asked


def changes_by_definition(definitions: dict[str, CountSeries], **options) -> dict[str, Changes]:
    """`changes` under every definition.

    Parameters
    ----------
    definitions : dict of str to CountSeries
        By label, from `count_series`.
    **options
        As for `changes`, without `ranges`; `max_changes` is 4 where not given.

    Returns
    -------
    dict of str to Changes
        By label, in the order given.

    Raises
    ------
    InputError
        As `changes` does.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import counts
    >>> changes_by_definition({"all": CountSeries("all", counts, None, None, pd.DataFrame())})["all"].is_announced
    True
    """
    require_dict_of(definitions, CountSeries, "definitions", "CountSeries")
    options = {"max_changes": MAX_CHANGES} | options
    return {label: changes(series.rows, series.ranges, **options) for label, series in definitions.items()}


def pause_by_definition(
    definitions: dict[str, CountSeries], posteriors: dict[str, Changes], last_before, none_until, window: Window
) -> pd.DataFrame:
    """The pause under every definition, one row for each.

    Parameters
    ----------
    definitions : dict of str to CountSeries
        By label, from `count_series`.
    posteriors : dict of str to Changes
        By the same labels, from `changes_by_definition`.
    last_before, none_until : day
        Day of the last attack before the pause, and its last day, as some counter dates them.
    window : tuple of two days
        First and last day, inclusive.

    Returns
    -------
    DataFrame
        definition, n (attacks), is_thinly_covered, the items of `onset.pause_onset` for the middle of the pause, the
        items of `pause_gaps.gap_near_pause`, and ratio, ratio_low, ratio_high of the rate during the pause over the
        rate before it (see `period_rates.period_ratios`). What a definition did not observe is missing.

    Notes
    -----
    The pause is given from outside: by whoever says that there was one. The ratio describes it and does not test it.

    Examples
    --------
    >>> from analysis.incidents.dataset import open_folder
    >>> from analysis.incidents.views import View
    >>> from analysis.comparisons.count_series import count_series
    >>> window = "2023-10-17", "2024-06-30"
    >>> found = count_series(open_folder(), View(), window)
    >>> pentagon = {"Pentagon totals": found["Pentagon totals"]}
    >>> table = pause_by_definition(pentagon, changes_by_definition(pentagon), "2024-02-04", "2024-04-20", window)
    >>> table[["gap_days", "attacks_inside", "is_announced"]].to_numpy().tolist()
    [[76, 0, True]]
    """
    require_dict_of(definitions, CountSeries, "definitions", "CountSeries")
    require_dict_of(posteriors, Changes, "posteriors", "Changes, as changes_by_definition returns them")
    read_window(window)
    eve, until = pd.Timestamp(read_day(last_before, "last_before")), pd.Timestamp(read_day(none_until, "none_until"))
    middle = middle_day(eve + DAY, until)
    rows = [
        {"definition": label, "n": series.n, "is_thinly_covered": series.is_thinly_covered,
         **pause_onset(posteriors[label], middle), **gap_near_pause(series, eve + DAY, until, window)}
        for label, series in definitions.items()
    ]  # fmt: skip
    ratios = period_ratios(definitions, (window[0], eve), (eve + DAY, until))
    kept = ratios[["definition", "ratio", "ratio_low", "ratio_high"]]
    return pd.DataFrame(rows).merge(kept, how="left", on="definition")


def prior_sensitivity_by_definition(
    posteriors: dict[str, Changes], day, summarise: Callable[..., dict]
) -> pd.DataFrame:
    """How much a conclusion depends on the prior, under every definition.

    Parameters
    ----------
    posteriors : dict of str to Changes
        By label, from `changes_by_definition`.
    day : day
        A day in the middle of the pause.
    summarise : callable
        `onset.pause_onset` or `onset.pause_ending`: takes a posterior and the day, returns a dict.

    Returns
    -------
    DataFrame
        definition, and the columns of `change_tables.prior_sensitivity`, with the expected number of changes, or the
        shape, divided or multiplied by four. No row for a definition whose series does not hold the day.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> table = prior_sensitivity_by_definition({"all": found}, "2024-01-15", pause_onset)
    >>> table["is_announced"].tolist()
    [True, True, True, True, True]
    """
    require_dict_of(posteriors, Changes, "posteriors", "Changes, as changes_by_definition returns them")
    tables = [
        prior_sensitivity(
            each, factors=(0.25, 4), vary=("expected_changes", "shape"), summarise=lambda one: summarise(one, day)
        ).assign(definition=label)
        for label, each in posteriors.items()
        if each.holds(day)
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["definition"])
