"""Since when, and until when, did the rate of a pause hold? Compared over ways of counting."""

from __future__ import annotations

import pandas as pd

from analysis.measures.changes import SURE, Changes, densest

MASS = 0.95
DAY = pd.Timedelta(days=1)


def onset(found: Changes, during) -> dict:
    """When the rate that holds on the day `during` began, whatever the number of changes.

    Returns day (most probable day of the change, missing where the series starts on `during`), low,
    high and width (first day, last day and number of days of its 95 % set: the smallest set of days;
    it may have holes), mass (of that set), all under the more cautious posterior and given that there
    was a change; chance and chance_cautious (of a change before `during` at all), announced (whether
    both are above 0.95), phi. Raises InputError for a day outside the series.
    """
    plain, cautious = found.since(during), found.since(during, tempered=True)
    return _one_date(cautious.iloc[1:], 1 - plain.iloc[0], 1 - cautious.iloc[0], found.phi)


def ending(found: Changes, during) -> dict:
    """When the rate that holds on the day `during` ended: as `onset`, of the change after it; chance is
    that of a change between that day and the end of the series."""
    plain, cautious = found.until(during), found.until(during, tempered=True)
    return _one_date(cautious, plain.sum(), cautious.sum(), found.phi)


def _one_date(chance: pd.Series, plain: float, cautious: float, phi: float) -> dict:
    sure = {"chance": float(plain), "chance_cautious": float(cautious), "announced": min(plain, cautious) > SURE,
            "phi": phi}  # fmt: skip
    if not chance.sum():
        return {"day": pd.NaT, "low": pd.NaT, "high": pd.NaT, "width": 0, "mass": 0.0, **sure}
    held = densest((chance / chance.sum()).rename_axis("day"), MASS, 1)
    return {"day": chance.idxmax(), "low": held["day"].min(), "high": held["day"].max(), "width": len(held),
            "mass": float(held["mass"].iloc[0]), **sure}  # fmt: skip


def onsets(found: dict[str, Changes], during) -> pd.DataFrame:
    """`onset` for every way of counting: one row per label, in the order given, with the column `view`."""
    return pd.DataFrame([{"view": label, **onset(each, during)} for label, each in found.items()])


def endings(found: dict[str, Changes], during, by) -> pd.DataFrame:
    """`ending` for every way of counting, as `onsets`; and by, by_cautious: probability that the rate
    of `during` has ended by the day `by`."""
    rows = []
    for label, each in found.items():
        plain, cautious = (each.until(during, tempered)[:by].sum() for tempered in (False, True))
        rows.append({"view": label, **ending(each, during), "by": plain, "by_cautious": cautious})
    return pd.DataFrame(rows)

def middle_of(first, last) -> pd.Timestamp:
    """The day in the middle of two, the earlier one of two middles."""
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    return first + (last - first) // (2 * DAY) * DAY
