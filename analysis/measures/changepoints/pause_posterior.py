"""Pauses of one series: where a low rate lies between two higher ones, since when, until when, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.measures.changepoints.grid_pass import GridPass
from analysis.measures.changepoints.kernels import day_likelihood
from analysis.measures.changepoints.pause_kernels import add_up_pauses, carry_low, peak_of_rates, trace_entry
from analysis.measures.changepoints.posterior_rate import grid_quantiles
from analysis.measures.changepoints.streamed_posterior import StreamedPosterior, stream_days

RATIO = 0.5  # of the rate of a pause to those before and after it, at most
LEVEL = 0.95
NEVER = 1e-6  # largest probability on any day of a rate that is left out


@dataclass(frozen=True)
class SeriesPause:
    """One pause of a series.

    Parameters
    ----------
    day : int
        A day inside the pause, from 0: the one that most probably lies in a pause.
    probability : float
        That this day lies in a pause, and in none of the pauses found before.
    onset, end : tuple of int
        Most probable first day of the low rate, and first and last day of the smallest interval by tails that holds it
        with the probability 0.95; the same for the first day of the rate after.
    rate_per_day : tuple of float
        Posterior mean of the rate on the day, given that it lies in a pause, and equal-tailed 95 % interval.
    rate_before, rate_after : float
        Posterior means of the rates just before and just after the pause, per day.

    Examples
    --------
    >>> SeriesPause(12, 0.9, (10, 9, 12), (20, 18, 24), (0.25, 0.0, 0.3), 1.5, 0.5).rate_ratio
    0.25
    """

    day: int
    probability: float
    onset: tuple[int, int, int]
    end: tuple[int, int, int]
    rate_per_day: tuple[float, float, float]
    rate_before: float
    rate_after: float

    @property
    def rate_ratio(self) -> float:
        """The rate of the pause over the mean of those before and after.

        Examples
        --------
        >>> SeriesPause(12, 0.9, (10, 9, 12), (20, 18, 24), (0.5, 0.0, 0.9), 1.0, 1.0).rate_ratio
        0.5
        """
        return self.rate_per_day[0] / ((self.rate_before + self.rate_after) / 2)


def find_series_pauses(
    found: StreamedPosterior, ratio: float = RATIO, min_probability: float = 0.1
) -> list[SeriesPause]:
    """Pauses of one series, the most probable first.

    Parameters
    ----------
    found : StreamedPosterior
        Of its changes.
    ratio : float
        Largest ratio of the rate of a pause to that before it, and to that after it, above 0 and below 1.
    min_probability : float
        Of the pauses that are listed.

    Returns
    -------
    list of SeriesPause

    Notes
    -----
    A day lies in a pause if its rate is at most `ratio` times some rate before it and at most `ratio` times some rate
    after it. The pause begins where the last such rate before ends, and it ends where the first such rate after begins.
    A further change inside a pause does not end it as long as the rate stays below these two. A low rate at the
    start or the end of a series is no pause: nobody knows what was before or comes. The probability of a pause is that
    its middle day lies in one, averaged over the number and the dates of changes, over all rates, and over ways of
    clustering. Rates whose probability is below 1e-6 on every day are left out.

    A second pause is listed with the probability that its day lies in a pause and not in the first: each is found once.

    Examples
    --------
    >>> from analysis.measures.changepoints.clustering import Clustering
    >>> from analysis.measures.changepoints.count_input import count_rows
    >>> from analysis.measures.changepoints.observed_counts import observe_counts
    >>> observed = observe_counts(count_rows([3] * 20 + [0] * 30 + [3] * 20, "2024-01-01"))
    >>> prior = np.log([0.5, 0.4, 0.1])
    >>> (pause,) = find_series_pauses(StreamedPosterior(observed, 0.5, 0.2, prior, [(Clustering(), 1.0)]))
    >>> pause.onset[0], pause.end[0], pause.probability > 0.99
    (20, 50, True)
    """
    if float(found.number[2:].sum()) < min_probability:
        return []
    passes = [(weight, _Pass(found, which, ratio)) for which, weight in found._kept]
    left = np.sum([weight * each.probability for weight, each in passes], axis=0)
    out: list[SeriesPause] = []
    while len(out) < len(found.number) // 2 and left.max() >= min_probability:
        day = _middle(left)
        pause, covered = _pause_on(passes, day, float(left[day]))
        out.append(pause)
        left = np.maximum(left - covered * left[day], 0.0)
        left[pause.onset[0] : pause.end[0]] = 0.0
    return out


def _middle(probability: np.ndarray) -> int:
    """The middle of the days that are as probable as the most probable one, so far as they lie together."""
    top = int(probability.argmax())
    near = probability >= probability[top] * (1 - 1e-3)
    after = near[top:].argmin() if not near[top:].all() else len(near) - top
    return top + int(after) // 2


def _pause_on(passes: list[tuple[float, _Pass]], day: int, probability: float) -> tuple[SeriesPause, np.ndarray]:
    """The pause that holds a day, and the probability of each day to lie in it, given the day does."""
    masses = [(weight, each.on(day)) for weight, each in passes]
    onset, end, rate = (np.sum([weight * each[part] for weight, each in masses], axis=0) for part in (0, 1, 2))
    total = max(float(onset[0].sum()), 1e-300)
    begin, stop = onset[0] / total, end[0] / max(float(end[0].sum()), 1e-300)
    rates = passes[0][1].rates
    shares = rate / rate.sum()
    tails = np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    low, high = grid_quantiles(rates, shares, tails)
    covered = np.where(np.arange(len(begin)) <= day, begin.cumsum(), 1 - np.append(0.0, stop.cumsum())[1:])
    pause = SeriesPause(
        day, min(probability, 1.0), _interval(begin), _interval(stop), (float(shares @ rates), float(low), float(high)),
        float(onset[1].sum() / total), float(end[1].sum() / max(float(end[0].sum()), 1e-300)),
    )  # fmt: skip
    return pause, covered


def _interval(probability: np.ndarray) -> tuple[int, int, int]:
    """Most probable day, and the days between which the rest after both tails lies."""
    below = probability.cumsum()
    low, high = np.searchsorted(below, [(1 - LEVEL) / 2, (1 + LEVEL) / 2 - 1e-12])
    last = len(probability) - 1
    return int(probability.argmax()), min(int(low), last), min(int(high), last)


class _Pass:
    """One way of clustering: the sums from both ends, and the parts of them in which a higher rate was passed."""

    def __init__(self, found: StreamedPosterior, which: int, ratio: float):
        one: GridPass = found.passes[which]
        self.rates, prior = found.grid.rates, found.grid.prior
        self.prior, self.ones = prior, np.ones(len(prior))
        self.above = np.searchsorted(self.rates, self.rates / ratio, side="left")
        slope, excited = one.lines
        watched = one.observed.exposure > 0
        self.likelihood = day_likelihood(one.daily, slope, excited, watched, self.rates, one.clustering.phi)[0]
        self.reversed = np.ascontiguousarray(self.likelihood[::-1])
        self.states, self.scales = stream_days(one, prior, self.ones, prior, backward=False)
        self.back, self.back_scales = stream_days(one, self.ones, prior, self.ones, backward=True)
        ways = np.where(np.isneginf(found.log_ways), np.inf, found.log_ways)
        self.log_each = found.log_prior - ways
        self.levels, self.days = one.levels, len(self.likelihood)
        log = np.log(np.maximum(self.states[-1].sum(axis=1), 1e-300)) + self.scales[-1] + self.log_each
        self.total = float(log.max() + np.log(np.exp(log - log.max()).sum()))
        peaks = np.empty(len(prior))
        peak_of_rates(self.states, self.scales, self.back, self.back_scales, self.likelihood, self.log_each, self.total,
                      peaks)  # fmt: skip
        wanted = peaks > NEVER
        self.low, self.turned_low = np.zeros(self.states.shape), np.zeros(self.back.shape)
        carry_low(self.states, self.scales, self.likelihood, self.above, wanted, prior, self.ones, self.low)
        carry_low(self.back, self.back_scales, self.reversed, self.above, wanted, self.ones, prior, self.turned_low)

    @property
    def probability(self) -> np.ndarray:
        """Of each day to lie in a pause: (days,)."""
        out = np.empty(self.days)
        add_up_pauses(self.low, self.scales, self.turned_low, self.back_scales, self.likelihood, self.log_each,
                      self.total, out)  # fmt: skip
        return out

    def on(self, day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the pause that holds a day, as masses: its first day, and the same times the rate before: (2, days); the
        first day after it, and the same times the rate then: (2, days); the rate on the day: (points,)."""
        turned = self.days - 1 - day
        onset, end = np.zeros((2, self.days)), np.zeros((2, self.days))
        held = self._held(self.turned_low[turned], self.back_scales[turned], self.likelihood[day])
        rate = (self.low[day] * held * np.exp(np.clip(self.scales[day], -745, 700))[:, None]).sum(axis=0)
        trace_entry(self.states, self.scales, self.likelihood, self.above, self.prior, self.ones, self.rates, day,
                    held, onset[0], onset[1])  # fmt: skip
        held = self._held(self.low[day], self.scales[day], self.likelihood[day])
        if day < self.days - 1:
            trace_entry(self.back, self.back_scales, self.reversed, self.above, self.ones, self.prior, self.rates,
                        turned, held, end[0], end[1])  # fmt: skip
        # Turned around, the first day of the segment is its last: the rate after begins a day later.
        end = np.concatenate([np.zeros((2, 1)), end[:, ::-1][:, :-1]], axis=1)
        return onset, end, rate

    def _held(self, part: np.ndarray, scales: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
        """What lies beyond a day, without the likelihood of the day, by the number of changes on this side of it, over
        everything: (levels, points)."""
        inverse = np.where(likelihood > 1e-200, 1 / np.maximum(likelihood, 1e-200), 0.0)
        out = np.zeros_like(part)
        for here in range(1, self.levels):
            for beyond in range(1, self.levels - here):
                log = scales[beyond] + self.log_each[here + beyond] - self.total
                out[here] += np.exp(np.clip(log, -745, 700)) * part[beyond] * inverse
        return out
