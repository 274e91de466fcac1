"""Since when, and until when, did the rate of a pause hold? Compared over ways of counting."""

from __future__ import annotations

import pandas as pd

from analysis.measures.changepoints.changes import ANNOUNCED_ABOVE, Changes, highest_density_set
from analysis.measures.changepoints.observed_counts import DAY

MASS = 0.95
MISSING = {"day": pd.NaT, "low": pd.NaT, "high": pd.NaT, "width": 0, "mass": float("nan"), "chance": float("nan"),
           "chance_cautious": float("nan"), "announced": False, "rate_then": float("nan"),
           "rate_other": float("nan")}  # fmt: skip


def pause_onset(found: Changes, during) -> dict:
    """When the rate that holds on the day `during` began, whatever the number of changes.

    Returns day (most probable day of the change, missing where the series starts on `during`), low,
    high and width (first day, last day and number of days of its 95 % set: the smallest set of days;
    it may have holes), mass (of that set), all under the more cautious posterior and given that there
    was a change; chance and chance_cautious (of a change before `during` at all, up or down),
    announced (whether both are above 0.95), rate_then (on `during`) and rate_other (on the day before the set
    begins; both per day of exposure, cautious posterior means over everything, so that their order
    says whether the rate fell), phi. All but phi are missing where the series does not hold `during`.
    """
    if not found.holds(during):
        return MISSING | {"phi": found.phi}
    plain, cautious = found.since(during), found.since(during, tempered=True)
    return _one_date(found, during, cautious.iloc[1:], 1 - plain.iloc[0], 1 - cautious.iloc[0], -1)


def pause_ending(found: Changes, during, by=None) -> dict:
    """When the rate that holds on the day `during` ended: as `onset`, of the change after it; chance is
    that of a change between that day and the end of the series, rate_other the rate after the set. With `by`
    also by and by_cautious: probability that it has ended by that day."""
    if not found.holds(during):
        unknown = {} if by is None else {"by": float("nan"), "by_cautious": float("nan")}
        return MISSING | unknown | {"phi": found.phi}
    plain, cautious = found.until(during), found.until(during, tempered=True)
    ended = {} if by is None else {"by": plain[:by].sum(), "by_cautious": cautious[:by].sum()}
    return _one_date(found, during, cautious, plain.sum(), cautious.sum(), +1) | ended


def _one_date(found: Changes, during, chance: pd.Series, plain: float, cautious: float, side: int) -> dict:
    out = MISSING | {
        "chance": float(plain), "chance_cautious": float(cautious), "announced": bool(min(plain, cautious) > ANNOUNCED_ABOVE),
        "rate_then": found.mean_rate(during, tempered=True), "phi": found.phi,
    }  # fmt: skip
    if not chance.sum():
        return out
    held = posterior_set(chance)
    step = DAY if isinstance(found.seen.first, pd.Timestamp) else 1
    beyond = held["day"].min() - step if side < 0 else held["day"].max() + step
    if found.holds(beyond):
        out["rate_other"] = found.mean_rate(beyond, tempered=True)
    return out | {"day": chance.idxmax(), "low": held["day"].min(), "high": held["day"].max(), "width": len(held),
                  "mass": float(held["mass"].iloc[0])}  # fmt: skip


def posterior_set(chance: pd.Series, order: int = 1) -> pd.DataFrame:
    """The 95 % set of a date from `Changes.since` (its first day left out) or `Changes.until`, given that
    there was a change: order, day, probability, mass, as `Changes.highest_density` gives them."""
    return highest_density_set((chance / chance.sum()).rename_axis("day"), MASS, order)


def onset_by_definition(found: dict[str, Changes], during) -> pd.DataFrame:
    """`onset` for every way of counting: one row per label, in the order given, with the column `view`."""
    return pd.DataFrame([{"view": label, **pause_onset(each, during)} for label, each in found.items()])


def ending_by_definition(found: dict[str, Changes], during, by) -> pd.DataFrame:
    """`ending` for every way of counting, as `onsets`."""
    return pd.DataFrame([{"view": label, **pause_ending(each, during, by)} for label, each in found.items()])


def middle_day(first, last) -> pd.Timestamp:
    """The day in the middle of two, the earlier one of two middles."""
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    return first + (last - first) // (2 * DAY) * DAY
