"""Rates between totals over the posterior of the days on which they changed, on one axis of time."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.alt_text import step_rates_alt
from analysis.charts.change_posterior import change_posterior, change_posterior_alt
from analysis.charts.interval_rates import step_rates


def rates_and_posterior(
    intervals: pd.DataFrame,
    dates: pd.DataFrame,
    sets: pd.DataFrame | None = None,
    marks: dict | None = None,
    top: float | None = None,
    overdispersed: pd.DataFrame | None = None,
) -> Axes:
    """`intervals` as for `step_rates`, over `dates`, `sets` and `overdispersed` as for `change_posterior`, sharing the
    axis of days. Returns the upper axes; the lower one is the next of the same figure."""
    with mpl.rc_context(style.RC):
        _, (upper, lower) = plt.subplots(2, 1, figsize=(7.0, 4.3), sharex=True, height_ratios=(3, 2))
        step_rates(intervals, upper, top=top, marks=marks)
        change_posterior(dates, sets, lower, overdispersed=overdispersed)
        style.date_axis(lower, intervals["start"].min(), intervals["end"].max())
        upper.tick_params(axis="x", length=0)
    return upper


def rates_and_posterior_alt(
    intervals: pd.DataFrame, counter: str, dates: pd.DataFrame, sets: pd.DataFrame | None = None
) -> str:
    """For `rates_and_posterior`: the rates above, and the posterior below them."""
    return f"Two panels. Above: {step_rates_alt(intervals, counter)} Below: {change_posterior_alt(dates, sets)}"
