"""Dates and rates under one way of clustering: what follows from the sums from both ends."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from analysis.measures.changepoints.grid_pass import GridPass


def log_sum(logs, axis: int | None = None):
    """Log of the sum of exponentials, as `scipy.special.logsumexp`, without its checks, which are slow.

    Parameters
    ----------
    logs : array of float
        Any shape; -inf stands for 0.
    axis : int, optional
        Along which to add up. None: everything.

    Returns
    -------
    float or array of float
        Without the axis.

    Examples
    --------
    >>> bool(np.isclose(log_sum(np.log([1.0, 2.0])), np.log(3)))
    True
    """
    logs = np.asarray(logs)
    top = logs.max(axis=axis, keepdims=True)
    base = np.where(np.isneginf(top), 0.0, top)
    with np.errstate(divide="ignore"):
        out = np.log(np.exp(logs - base).sum(axis=axis, keepdims=True)) + base
    return float(out.squeeze()) if axis is None else out.squeeze(axis)


class GridMarginals:
    """Both sweeps over one series under one way of clustering, and what follows from them.

    Parameters
    ----------
    one : GridPass
        The series under that way of clustering.
    log_each : array of float, (max_changes + 1,)
        Log prior probability of one placement of 0 .. max_changes changes.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> grid = found.overdispersed.source.found
    >>> both = GridMarginals(grid.passes[0], grid.log_prior - grid.log_ways)
    >>> int(both.since(15)[0].argmax())  # the rate of 16 January began on 11 January
    10
    """

    def __init__(self, one: GridPass, log_each: np.ndarray):
        self.one, self.prior = one, one.grid.prior
        self.levels, self.days = one.levels, one.observed.days
        self.states, self.scales = one.forward()
        self.back, self.back_scales = one.backward()
        self.log_each = log_each
        self.bytes = 3 * self.states.nbytes

    @cached_property
    def after(self) -> tuple[np.ndarray, np.ndarray]:
        """Sums over everything after each day by changes to come and rate on it, (days, levels, points), and scales."""
        states, scales = np.zeros_like(self.back), np.full_like(self.back_scales, -np.inf)
        states[-1, 0], scales[-1, 0] = 1.0, 0.0
        nxt, log = self.back[1:], self.back_scales[1:]
        states[:-1], scales[:-1] = nxt, log
        if self.levels > 1:
            top = np.maximum(log[:, 1:], log[:, :-1])
            base = np.where(np.isneginf(top), 0.0, top)
            moved = (nxt[:, :-1] @ self.prior) * np.exp(log[:, :-1] - base)
            states[:-1, 1:] = nxt[:, 1:] * np.exp(log[:, 1:] - base)[:, :, None] + moved[:, :, None]
            scales[:-1, 1:] = top
        return states, scales

    @cached_property
    def ahead(self) -> tuple[np.ndarray, np.ndarray]:
        """The same by changes so far, with the prior of their number: (days, levels, points), and scales."""
        states, scales = self.after
        so_far = np.arange(self.levels)
        number = so_far[:, None] + so_far
        log = np.where(number < self.levels, self.log_each[np.minimum(number, self.levels - 1)], -np.inf)
        exponent = log + scales[:, None, :]
        top = exponent.max(axis=2)
        base = np.where(np.isneginf(top), 0.0, top)
        return np.exp(exponent - base[:, :, None]) @ states, top

    @cached_property
    def total(self) -> float:
        """Log of the sum over everything."""
        ahead, log = self.ahead
        with np.errstate(divide="ignore"):
            sums = np.log((self.states[-1] * ahead[-1]).sum(axis=1))
        return float(log_sum(sums + self.scales[-1] + log[-1]))

    def _left(self) -> np.ndarray:
        """Log of everything up to the day before each, by changes so far: (days, levels); none before the first."""
        with np.errstate(divide="ignore"):
            return np.vstack([np.full(self.levels, -np.inf), (np.log(self.states.sum(axis=2)) + self.scales)[:-1]])

    def _starts(self) -> np.ndarray:
        """Days before which a change may be, that are not inside a total."""
        is_start = np.ones(self.days, bool)
        for total in self.one.totals:
            is_start[total.start + 1 : total.end] = False
        return is_start

    @cached_property
    def dates(self) -> np.ndarray:
        """Probability of each day by order (from 1) and number: (levels, levels, days), each adding up to 1 or none."""
        with np.errstate(divide="ignore"):
            right = np.log(self.back @ self.prior) + self.back_scales
        cross = self._left()[:, :, None] + right[:, None, :]
        cross[~self._starts()] = -np.inf
        for place, total in enumerate(self.one.totals):
            after, log = (part[total.end - 1] for part in self.after)
            into, scale = self.states[total.start], self.scales[total.start]
            for day, pair in self.one.pairs(place):
                with np.errstate(divide="ignore"):
                    mass = np.log(into @ pair @ (self.prior * after).T) + scale[:, None] + log
                cross[day] = mass - np.log(day.stop - day.start)
        out = np.zeros((self.levels, self.levels, self.days))
        for number in range(1, self.levels):
            for order in range(1, number + 1):
                log = cross[:, order - 1, number - order]
                if log.max() > -np.inf:
                    weight = np.exp(log - log.max())
                    out[order - 1, number] = weight / weight.sum()
        return out

    @cached_property
    def rates(self) -> np.ndarray:
        """Posterior of the rate on each day: (days, points), rows adding up to 1."""
        ahead, log = self.ahead
        weight = np.exp(np.minimum(self.scales + log - self.total, 700.0))
        out = np.einsum("tl,tlg->tg", weight, self.states * ahead)
        for place, total in enumerate(self.one.totals):
            into, scale = self.states[total.start], self.scales[total.start]
            after, after_log = ahead[total.end - 1], log[total.end - 1]
            days = np.zeros((total.end - total.start, out.shape[1]))
            kept = np.exp(np.minimum(scale + after_log - self.total, 700.0))
            days += np.einsum("l,lg->g", kept, into * after) * self.one.whole[place][0]
            moved = np.exp(np.minimum(scale[:-1] + after_log[1:] - self.total, 700.0))[:, None]
            for day, pair in self.one.pairs(place):
                before = (into[:-1] * moved * (self.prior * after[1:] @ pair.T)).sum(axis=0)
                behind = ((into[:-1] * moved) @ pair * self.prior * after[1:]).sum(axis=0)
                middle = (day.start + day.stop - 1) // 2 - total.start
                days[:middle] += before
                days[middle:] += behind
            out[total.start : total.end] = days
        return out / out.sum(axis=1, keepdims=True)

    @cached_property
    def _log_likelihood(self) -> np.ndarray:
        """By day and rate; that of a whole total on its first day: (days, points)."""
        with np.errstate(divide="ignore"):
            log = np.log(self.one.likelihood[0])
            for place, total in enumerate(self.one.totals):
                log[total.start] = np.log(self.one.whole[place][0])
        return np.maximum(log, -1e4)

    def _total_of(self, day: int) -> int | None:
        for place, total in enumerate(self.one.totals):
            if total.start <= day < total.end:
                return place
        return None

    def since(self, day: int) -> tuple[np.ndarray, np.ndarray]:
        """Posterior of the first day of the segment that holds a day.

        Parameters
        ----------
        day : int
            Number of the day, from 0.

        Returns
        -------
        begin, fell : array of float, (days,)
            As from `GridPosterior.since`, under this one way of clustering.
        """
        out = np.zeros((2, self.days))
        ahead, log = self.ahead
        place = self._total_of(day)
        if place is None:
            start, onward, scale = day + 1, ahead[day], log[day]
        else:
            total = self.one.totals[place]
            start, end = total.start, total.end - 1
            scale = np.maximum(log[end], np.append(log[end][1:], -np.inf))
            base = np.where(np.isneginf(scale), 0.0, scale)
            onward = self.one.whole[place][0] * ahead[end] * np.exp(log[end] - base)[:, None]
            into, into_scale = self.states[total.start], self.scales[total.start]
            for inner, pair in self.one.pairs(place):
                if inner.start > day:
                    later = (self.prior * ahead[end][1:]) @ pair.T
                    onward[:-1] += later * np.exp(log[end][1:] - base[:-1])[:, None]
                else:
                    factor = np.exp(np.minimum(into_scale[:-1] + log[end][1:] - self.total, 700.0))[:, None]
                    out[:, inner] += _spread(
                        self._through(into[:-1] * factor, pair, self.prior * ahead[end][1:]), inner
                    )
        rows = start if place is None else start + 1  # first days that the segment can have, outside of totals
        log_run = self._log_likelihood[:rows].copy()
        if place is not None:
            log_run[-1] = 0.0  # the total's own count is in `onward`
        log_run = log_run[::-1].cumsum(axis=0)[::-1]
        top = log_run.max(axis=1, keepdims=True)
        run = np.exp(log_run - top) * self.prior  # (rows, points)
        held = run @ onward.T
        out[0, 0] += float(held[0, 0] * np.exp(min(top[0, 0] + scale[0] - self.total, 700.0)))
        is_start = self._starts()[:rows]
        is_start[:1] = False
        exponent = self._left()[:rows, :-1] + scale[1:] + top - self.total
        factor = np.where(is_start[:, None], np.exp(np.minimum(exponent, 700.0)), 0.0)
        out[0, :rows] += (factor * held[:, 1:]).sum(axis=1)
        share = _share_above(self.states[: rows - 1, :-1])
        out[1, 1:rows] += np.einsum("tl,tlg,tg,lg->t", factor[1:], share, run[1:], onward[1:], optimize=True)
        for other, total in enumerate(self.one.totals):
            if total.end > start or other == place:  # after the day, or the day's own
                continue
            into, into_scale = self.states[total.start], self.scales[total.start]
            at = total.end
            behind = run[at] * onward[1:] if at < rows else self.prior * onward[1:]
            behind_top = top[at, 0] if at < rows else 0.0
            factor = np.exp(np.minimum(into_scale[:-1] + scale[1:] + behind_top - self.total, 700.0))[:, None]
            for inner, pair in self.one.pairs(other):
                out[:, inner] += _spread(self._through(into[:-1] * factor, pair, behind), inner)
        whole = out[0].sum()
        return out[0] / whole, out[1] / whole

    @staticmethod
    def _through(left: np.ndarray, pair: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Mass of a change inside a total, and of that the part in which the rate falls."""
        joint = (left.T @ right) * pair
        return np.array([joint.sum(), np.tril(joint, -1).sum() + np.trace(joint) / 2])

    def until(self, day: int) -> tuple[np.ndarray, np.ndarray]:
        """Posterior of the day after the last of the segment that holds a day.

        Parameters
        ----------
        day : int
            Number of the day, from 0.

        Returns
        -------
        end, rose : array of float, (days + 1,)
            As from `GridPosterior.until`, under this one way of clustering.
        """
        out = np.zeros((2, self.days + 1))
        ahead, log = self.ahead
        place = self._total_of(day)
        if place is None:
            first, state, scale = day + 1, self.states[day], self.scales[day]
        else:
            total = self.one.totals[place]
            first, end = total.end, total.end - 1
            into, into_scale = self.states[total.start], self.scales[total.start]
            scale = np.maximum(into_scale, np.append(-np.inf, into_scale[:-1]))
            base = np.where(np.isneginf(scale), 0.0, scale)
            state = into * self.one.whole[place][0] * np.exp(into_scale - base)[:, None]
            for inner, pair in self.one.pairs(place):
                if inner.start <= day:
                    state[1:] += (into[:-1] @ pair) * self.prior * np.exp(into_scale[:-1] - base[1:])[:, None]
                else:
                    factor = np.exp(np.minimum(into_scale[:-1] + log[end][1:] - self.total, 700.0))[:, None]
                    mass, fell = self._through(into[:-1] * factor, pair, self.prior * ahead[end][1:])
                    out[:, inner] += _spread(np.array([mass, mass - fell]), inner)
        size = self.days - first
        log_run = np.vstack([np.zeros((1, state.shape[1])), self._log_likelihood[first:].cumsum(axis=0)])
        top = log_run.max(axis=1, keepdims=True)
        run = np.exp(log_run - top)  # (size + 1, points): of the days from `first` to before the one that is next
        last, last_log = ahead[-1], log[-1]
        out[0, self.days] += (
            np.exp(np.minimum(scale + last_log + top[-1] - self.total, 700.0)) * (state * run[-1] * last).sum(axis=1)
        ).sum()
        if size:
            onward, onward_log = self._entering(first)
            starts = self._starts()[first:]
            exponent = scale[:-1] + onward_log[:, 1:] + top[:-1] - self.total
            factor = np.where(starts[:, None], np.exp(np.minimum(exponent, 700.0)), 0.0)
            held = run[:-1] @ state[:-1].T
            mass = onward[:, 1:] @ np.ones(onward.shape[2])
            out[0, first : self.days] += (factor * held * mass).sum(axis=1)
            share = _share_above_weights(onward[:, 1:])
            out[1, first : self.days] += np.einsum(
                "tl,tlg,tg,lg->t", factor, share, run[:-1], state[:-1], optimize=True
            )
        for other, total in enumerate(self.one.totals):
            if total.start < first or other == place:
                continue
            at, end = total.start - first, total.end - 1
            factor = np.exp(np.minimum(scale[:-1] + log[end][1:] + top[at] - self.total, 700.0))[:, None]
            for inner, pair in self.one.pairs(other):
                mass, fell = self._through(state[:-1] * run[at] * factor, pair, self.prior * ahead[end][1:])
                out[:, inner] += _spread(np.array([mass, mass - fell]), inner)
        whole = out[0].sum()
        return out[0] / whole, out[1] / whole

    def _entering(self, first: int) -> tuple[np.ndarray, np.ndarray]:
        """Everything from each day on, by rate on it with its prior, and changes so far: (days, levels, points)."""
        so_far = np.arange(self.levels)
        number = so_far[:, None] + so_far
        each = np.where(number < self.levels, self.log_each[np.minimum(number, self.levels - 1)], -np.inf)
        exponent = each + self.back_scales[first:, None, :]
        top = exponent.max(axis=2)
        base = np.where(np.isneginf(top), 0.0, top)
        return np.exp(exponent - base[:, :, None]) @ (self.back[first:] * self.prior), top


def _spread(mass: np.ndarray, days: slice) -> np.ndarray:
    """Evenly over days."""
    return mass[:, None] / (days.stop - days.start)


def _share_above(states: np.ndarray) -> np.ndarray:
    """Of each state's sum over rates, the part at rates above each, and half of the one at it; over the sum."""
    total = states.sum(axis=2, keepdims=True)
    above = total - states.cumsum(axis=2) + states / 2
    return np.divide(above, total, out=np.zeros_like(above), where=total > 0)


def _share_above_weights(states: np.ndarray) -> np.ndarray:
    """The sums over rates above each, and half of the one at it."""
    return states.sum(axis=2, keepdims=True) - states.cumsum(axis=2) + states / 2
