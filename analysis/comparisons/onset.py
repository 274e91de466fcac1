"""When did the rate of a day begin, and when did it end? Compared over definitions."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import read_day, require_dict_of
from analysis.measures.changepoints.changes import Changes, is_announced
from analysis.measures.changepoints.posterior import LEVEL, highest_density_set
from analysis.measures.coverage import DAY

UNKNOWN = {
    "day": pd.NaT, "day_low": pd.NaT, "day_high": pd.NaT, "set_days": 0, "set_probability": float("nan"),
    "probability": float("nan"), "probability_overdispersed": float("nan"), "is_announced": False,
    "rate_per_day": float("nan"), "rate_per_day_other_side": float("nan"), "probability_of_direction": float("nan"),
}  # fmt: skip


def pause_onset(found: Changes, day) -> dict:
    """When the rate of one day began, whatever the number of changes.

    Parameters
    ----------
    found : Changes
        From `changes`.
    day : day
        A day in the middle of the pause.

    Returns
    -------
    dict
        day (most probable day of the change), day_low, day_high and set_days (first day, last day and number of days
        of its 95 % set, the smallest set of days, which may have holes), set_probability (of that set): all allowing
        for overdispersion and given that there was a change; probability and probability_overdispersed (of a change
        before `day`, up or down), is_announced (see `changes.is_announced`), rate_per_day (on `day`) and
        rate_per_day_other_side (on the day before the set), posterior means allowing for overdispersion,
        probability_of_direction (that the rate of `day` began with a fall, allowing for overdispersion), phi. All but
        phi are missing where the series does not hold `day`.

    Notes
    -----
    A change before the day need not be a fall: see probability_of_direction.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> onset = pause_onset(found, "2024-01-15")
    >>> f"{onset['day']:%d %B}", onset["is_announced"], onset["rate_per_day"] < onset["rate_per_day_other_side"]
    ('11 January', True, True)
    """
    if not found.holds(day):
        return UNKNOWN | {"phi": found.phi}
    poisson, overdispersed = (each.since(day) for each in found.posteriors)
    return _one_date(found, day, overdispersed.iloc[1:], 1 - poisson.iloc[0], 1 - overdispersed.iloc[0], -1)


def pause_ending(found: Changes, day, until=None) -> dict:
    """When the rate of one day ended, whatever the number of changes.

    Parameters
    ----------
    found : Changes
        From `changes`.
    day : day
        A day in the middle of the pause.
    until : day, optional
        The day by which the rate may have ended.

    Returns
    -------
    dict
        As from `pause_onset`, of the change after `day`: the probabilities are those of a change between `day` and the
        end of the series, rate_per_day_other_side is the rate after the set, and probability_of_direction is that of an
        end with a rise. With `until` also
        probability_until and probability_until_overdispersed: of an end by that day.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> f"{pause_ending(found, '2024-01-05')['day']:%d %B}"
    '11 January'
    """
    if not found.holds(day):
        nan = float("nan")
        unknown = {} if until is None else {"probability_until": nan, "probability_until_overdispersed": nan}
        return UNKNOWN | unknown | {"phi": found.phi}
    poisson, overdispersed = (each.until(day) for each in found.posteriors)
    ended = {}
    if until is not None:
        ended = {
            "probability_until": poisson[:until].sum(),
            "probability_until_overdispersed": overdispersed[:until].sum(),
        }
    return _one_date(found, day, overdispersed, poisson.sum(), overdispersed.sum(), +1) | ended


def _one_date(
    found: Changes, day, dates: pd.Series, probability: float, probability_overdispersed: float, side: int
) -> dict:
    """One row of the tables. `dates` : probability by day, allowing for overdispersion; `side` : -1 before the set of
    dates, +1 after it."""
    direction = found.overdispersed.probability_of_fall if side < 0 else found.overdispersed.probability_of_rise
    out = UNKNOWN | {
        "probability_of_direction": direction(day),
        "probability": float(probability), "probability_overdispersed": float(probability_overdispersed),
        "is_announced": is_announced(probability, probability_overdispersed),
        "rate_per_day": found.overdispersed.rate_on(day).estimate, "phi": found.phi,
    }  # fmt: skip
    if not dates.sum():
        return out
    chosen = posterior_set(dates)
    first, last = chosen["day"].min(), chosen["day"].max()
    step = DAY if isinstance(found.observed.first, pd.Timestamp) else 1
    beyond = first - step if side < 0 else last + step
    if found.holds(beyond):
        out["rate_per_day_other_side"] = found.overdispersed.rate_on(beyond).estimate
    return out | {"day": dates.idxmax(), "day_low": first, "day_high": last, "set_days": len(chosen),
                  "set_probability": float(chosen["set_probability"].iloc[0])}  # fmt: skip


def posterior_set(probability: pd.Series, order: int = 1, level: float = LEVEL) -> pd.DataFrame:
    """The smallest set of days that holds a date, given that there was a change.

    Parameters
    ----------
    probability : Series of float
        By day, from `ChangePosterior.since` without its first day, or from `ChangePosterior.until`.
    order : int
        Number of the change, for the column of that name.
    level : float
        Probability of the set, above 0 and at most 1.

    Returns
    -------
    DataFrame
        order, day, probability, set_probability, as from `ChangePosterior.highest_density`.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> posterior_set(found.poisson.since("2024-01-15").iloc[1:])["day"].dt.day.tolist()
    [11, 12]
    """
    return highest_density_set((probability / probability.sum()).rename_axis("day"), level, order)


def onset_by_definition(posteriors: dict[str, Changes], day) -> pd.DataFrame:
    """`pause_onset` under every definition.

    Parameters
    ----------
    posteriors : dict of str to Changes
        By label of the definition.
    day : day
        A day in the middle of the pause.

    Returns
    -------
    DataFrame
        definition, and the items of `pause_onset`: one row for each definition, in the order given.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> onset_by_definition({"all": found}, "2024-01-15")[["definition", "is_announced"]].to_numpy().tolist()
    [['all', True]]
    """
    require_dict_of(posteriors, Changes, "posteriors", "Changes, as changes_by_definition returns them")
    return pd.DataFrame([{"definition": label, **pause_onset(each, day)} for label, each in posteriors.items()])


def ending_by_definition(posteriors: dict[str, Changes], day, until) -> pd.DataFrame:
    """`pause_ending` under every definition.

    Parameters
    ----------
    posteriors : dict of str to Changes
        By label of the definition.
    day : day
        A day in the middle of the pause.
    until : day
        The day by which the rate may have ended.

    Returns
    -------
    DataFrame
        definition, and the items of `pause_ending`: one row for each definition, in the order given.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> table = ending_by_definition({"all": found}, "2024-01-05", until="2024-01-08")
    >>> bool(table.loc[0, "probability_until"] < 0.1 < table.loc[0, "probability"])
    True
    """
    require_dict_of(posteriors, Changes, "posteriors", "Changes, as changes_by_definition returns them")
    rows = [{"definition": label, **pause_ending(each, day, until)} for label, each in posteriors.items()]
    return pd.DataFrame(rows)


def middle_day(first, last) -> pd.Timestamp:
    """The day in the middle of two days.

    Parameters
    ----------
    first, last : day
        The two days.

    Returns
    -------
    Timestamp
        The earlier one of two middles.

    Examples
    --------
    >>> f"{middle_day('2024-02-05', '2024-02-08'):%d %B}"
    '06 February'
    """
    first, last = pd.Timestamp(read_day(first, "first")), pd.Timestamp(read_day(last, "last"))
    return first + (last - first) // (2 * DAY) * DAY
