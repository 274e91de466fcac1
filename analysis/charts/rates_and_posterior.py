"""Rates between totals over the posterior of the days on which they changed, on one axis of time."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.alt_text import step_rates_alt
from analysis.charts.change_posterior import change_posterior, change_posterior_alt
from analysis.charts.rates_between_totals import step_rates
from analysis.evidence.arguments import require_columns


def rates_and_posterior(
    intervals: pd.DataFrame,
    dates: pd.DataFrame,
    sets: pd.DataFrame | None = None,
    marks: dict | None = None,
    top: float | None = None,
    overdispersed: pd.DataFrame | None = None,
) -> Axes:
    """Draw rates between stated totals above the posterior of the dates on which the rate changed.

    Parameters
    ----------
    intervals : DataFrame
        What `total_intervals` returns.
    dates : DataFrame
        Columns day and probability (that a new rate began on the day).
    sets : DataFrame, optional
        The days of the 95 % sets, with order, day and mass; they are shaded.
    marks : dict, optional
        Dated events to mark, {day: label}.
    top : float, optional
        Upper end of the axis of rates, in incidents per day.
    overdispersed : DataFrame, optional
        Columns day and probability of the posterior that allows for overdispersion, drawn as a line.

    Returns
    -------
    Axes
        The upper axes. The lower axes are the next of the same figure.

    Raises
    ------
    InputError
        If a column is missing.

    See Also
    --------
    rates_and_posterior_alt : The same chart in words.
    step_rates : The upper panel alone.

    Notes
    -----
    Both panels share the axis of days. The chart shows one total and cannot be split.

    Examples
    --------
    >>> import analysis as a
    >>> import pandas as pd
    >>> totals = a.totals.running_total(a.open_folder().tallies, "Pentagon")
    >>> dates = pd.DataFrame({"day": pd.date_range("2024-02-01", periods=9), "probability": 1 / 9})
    >>> upper = a.charts.rates_and_posterior(a.total_intervals(totals), dates)
    """
    require_columns(intervals, ("start", "end"), "intervals")
    require_columns(dates, ("day", "probability"), "dates")
    with mpl.rc_context(style.RC):
        _, (upper, lower) = plt.subplots(2, 1, figsize=(7.0, 3.4), sharex=True, height_ratios=(3, 2))
        step_rates(intervals, upper, top=top, marks=marks)
        change_posterior(dates, sets, lower, overdispersed=overdispersed)
        style.date_axis(lower, intervals["start"].min(), intervals["end"].max())
        upper.tick_params(axis="x", length=0)
    return upper


def rates_and_posterior_alt(
    intervals: pd.DataFrame, counter: str, dates: pd.DataFrame, sets: pd.DataFrame | None = None
) -> str:
    """Describe `rates_and_posterior` in words: the rates above, and the posterior below them.

    Parameters
    ----------
    intervals : DataFrame
        What `total_intervals` returns.
    counter : str
        Who states the total, such as `Pentagon`.
    dates : DataFrame
        Columns day and probability.
    sets : DataFrame, optional
        The days of the 95 % sets, with order, day and mass.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        If a column is missing.

    See Also
    --------
    rates_and_posterior : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> import pandas as pd
    >>> totals = a.totals.running_total(a.open_folder().tallies, "Pentagon")
    >>> dates = pd.DataFrame({"day": pd.date_range("2024-02-01", periods=9), "probability": 1 / 9})
    >>> a.charts.rates_and_posterior_alt(a.total_intervals(totals), "Pentagon", dates).split(".")[0]
    'Two panels'
    """
    require_columns(dates, ("day", "probability"), "dates")
    return f"Two panels. Above: {step_rates_alt(intervals, counter)} Below: {change_posterior_alt(dates, sets)}"
