"""The chart of one running total, with the days on which its rate may have changed."""

from __future__ import annotations

from matplotlib.axes import Axes

from analysis.charts.rates_and_posterior import rates_and_posterior, rates_and_posterior_alt
from analysis.findings.pause_counts import pause_sets
from analysis.findings.study import Study

TOP = 6.0  # attacks a day at which the axis ends; a band that goes on has an arrow


def rates_chart(study: Study, label: str, middle, marks: dict, until_too: bool = False) -> Axes:
    """Draw the rates of one total above the posterior of its changes, the 95 % sets of `pause_sets` shaded."""
    found = study.posterior(label)
    return rates_and_posterior(
        study.definitions[label].rows, found.poisson.dates, pause_sets(study, label, middle, until_too), marks, top=TOP,
        overdispersed=found.overdispersed.dates,
    )  # fmt: skip


def rates_chart_alt(study: Study, label: str, middle, until_too: bool = False) -> str:
    """The same chart in words."""
    series = study.definitions[label]
    sets = pause_sets(study, label, middle, until_too)
    return rates_and_posterior_alt(series.rows, series.counter, study.posterior(label).poisson.dates, sets)
