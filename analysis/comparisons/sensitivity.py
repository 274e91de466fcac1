"""One conclusion under every way of counting: the pause in a table, one row per way."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.comparisons.count_series import CountSeries
from analysis.comparisons.onset import middle_day, pause_onset
from analysis.comparisons.pause_gaps import gap_near_pause
from analysis.comparisons.period_rates import period_ratios
from analysis.measures.changepoints.change_tables import prior_sensitivity
from analysis.measures.changepoints.changes import Changes, changes
from analysis.measures.changepoints.observed_counts import DAY

MOST = 4  # changes looked for


def changes_by_definition(ways: dict[str, CountSeries], **options) -> dict[str, Changes]:
    """`changes` of every way of counting, by label; `options` are those of `changes` (by default at
    most MOST changes). Raises InputError as `changes` does."""
    return {label: changes(way.rows, way.ranges, **({"most": MOST} | options)) for label, way in ways.items()}


def pause_by_definition(
    ways: dict[str, CountSeries], found: dict[str, Changes], last_before, none_until, window
) -> pd.DataFrame:
    """The pause by every way of counting.

    `found` is from `posteriors`; `last_before` and `none_until` are the days of the last attack before
    the pause and of its last day, as some counter dates them; `window` is first and last day.

    Returns view, n, thin (see `Way`), what `onset` gives of the rate in the middle of the pause, what
    `quiet_near` gives (the longest spell that touches the pause), and ratio, ratio_low, ratio_high:
    the rate during the pause against the rate before it (see `period_ratios`). What a way did not
    observe is missing.
    """
    eve, until = pd.Timestamp(last_before), pd.Timestamp(none_until)
    middle = middle_day(eve + DAY, until)
    rows = [
        {"view": label, "n": way.n, "thin": way.thin, **pause_onset(found[label], middle),
         **gap_near_pause(way, eve + DAY, until, window)}
        for label, way in ways.items()
    ]  # fmt: skip
    ratios = period_ratios(ways, (window[0], eve), (eve + DAY, until))
    ratios = ratios.rename(columns={"low": "ratio_low", "high": "ratio_high"})
    kept = ratios[["view", "ratio", "ratio_low", "ratio_high"]]
    return pd.DataFrame(rows).merge(kept, how="left", on="view")


def prior_sensitivity_by_definition(found: dict[str, Changes], during, about: Callable[..., dict]) -> pd.DataFrame:
    """What the prior does to a conclusion: `sensitivity` of `about` (`onset.pause_onset` or `onset.pause_ending`) on the day
    `during`, with the number of changes expected, or the shape, divided or multiplied by four.

    One row per way of counting that holds the day and prior: view, then the columns of `sensitivity`.
    """
    tables = [
        prior_sensitivity(each, factors=(0.25, 4), vary=("expected", "shape"), about=lambda one: about(one, during))
        .assign(view=label)
        for label, each in found.items() if each.holds(during)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["view"])
