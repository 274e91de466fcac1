"""Pauses over a whole database: every series searched, one ranked table, and a stated share of false findings."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.comparisons.event_series import EventSeries, event_series
from analysis.comparisons.false_discoveries import estimate_priors, expected_false_share, is_discovery
from analysis.evidence.errors import InputError
from analysis.measures.changepoints.changes import Prior
from analysis.measures.changepoints.clustering import default_clusterings
from analysis.measures.changepoints.grid_marginals import log_sum
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.pause_posterior import RATIO, SeriesPause, find_series_pauses
from analysis.measures.changepoints.streamed_posterior import StreamedPosterior
from analysis.measures.coverage import Window

MIN_EVENTS = 10
ERROR_RATE = 0.05
MIN_PROBABILITY = 0.1
SHAPE = 0.5  # of the gamma prior of a rate, in events; its mean is that of the series
BATCH = 40  # series that are worked on together
IMPROBABLE = 5e-4  # probability of larger numbers of changes that are left out, at most
MANY_DAYS = 400_000  # of all series, from which processes save more time than they take to begin
VERSION = 2  # of what a batch gives: another one is worked out again

Task = tuple[str, Callable[..., Any], tuple]  # name, function, arguments
Runner = Callable[[Sequence[Task]], Iterable[tuple[str, Any]]]


@dataclass(frozen=True)
class Search:
    """What every series is asked.

    Parameters
    ----------
    ratio : float
        Largest ratio of the rate of a pause to those beside it.
    max_changes : int
        Largest number of changes of a series.
    min_probability : float
        Of the pauses that are listed.
    """

    ratio: float = RATIO
    max_changes: int = 5
    min_probability: float = MIN_PROBABILITY

    @property
    def log_number(self) -> np.ndarray:
        """Log prior of the number of changes before the database is seen."""
        return Prior(self.max_changes, SHAPE, 1.0).log_number


def find_pauses(
    incidents,
    by: str | Sequence[str] = ("country", "actor"),
    window: Window | None = None,
    coverage: pd.DataFrame | None = None,
    *,
    ratio: float = RATIO,
    error_rate: float = ERROR_RATE,
    min_events: int = MIN_EVENTS,
    min_probability: float = MIN_PROBABILITY,
    max_changes: int = 5,
    number_prior: str | Sequence[float] = "estimated",
    workers: int | None = None,
    runner: Runner | None = None,
    kept: str | Path | None = None,
    progress: Callable[[int], None] = lambda series: None,
) -> pd.DataFrame:
    """Where did attacks pause, when, and how surely? Every series of a table in one ranked table.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        A frame, or a table in an engine as `open_table` gives it, with the columns date, date_start, date_end and those
        of `by`.
    by : str or sequence of str
        Columns that make a series.
    window : tuple of two days, optional
        First and last day, inclusive; as for `count`.
    coverage : DataFrame, optional
        Rows of coverage.csv of one counter. A day that nobody searched is no day without incidents.
    ratio : float
        A pause is a time whose rate is at most `ratio` times that before it and at most `ratio` times that after it;
        above 0 and below 1.
    error_rate : float
        Expected share of false pauses among those that are announced, above 0 and below 1.
    min_events : int
        Series with fewer events are left out: they cannot show a pause.
    min_probability : float
        Least probability of a pause that is listed, above 0.
    max_changes : int
        Largest number of changes of a series, 2 or more.
    number_prior : "estimated" or sequence of float
        Prior of the number of changes of a series. "estimated": the shares of series with 0, 1, and more changes that
        make all counts most probable, and the shares of series that cluster in each way as well. A sequence gives
        weights, and `max_changes` with its length; the prior of clustering is then that of `default_clusterings`.
    workers : int, optional
        Processes. None: one for each processor, and one alone for few series.
    runner : callable, optional
        Runs the batches elsewhere, such as `cluster.dask_batches(address)`.
    kept : str or Path, optional
        Folder in which finished batches are kept: a search that was ended goes on from there.
    progress : callable
        Called with the number of series of each batch that is done, twice for each series.

    Returns
    -------
    DataFrame
        One row for each pause, the most probable first: [by], events (of the series), onset (most probable first day of
        the low rate), onset_low, onset_high, ending (most probable first day of the rate after), ending_low,
        ending_high (95 % intervals), pause_days (from onset to ending), rate_per_day, rate_per_day_low,
        rate_per_day_high (in the pause, 95 % credible), rate_before, rate_after, rate_ratio (of the rate in the pause
        to the mean of both), probability, expected_false (expected share of false ones among this pause and those that
        are more probable), is_announced. ``attrs``: series, error_rate, ratio, window, number_prior.

    Raises
    ------
    InputError
        For unknown columns, a table without series that are long enough, or values that are not allowed.

    Notes
    -----
    The probability allows for clustering and averages over number, dates and rates (see
    `pause_posterior.find_series_pauses`). Which pauses are announced follows from the probabilities of all of them: the
    expected share of false ones is at most `error_rate`, and no announced pause is false with a probability above four
    times that. That holds as far as the model does; a simulated database with known pauses is part of the tests. It
    covers no seasons, and no pauses in reporting that the coverage does not name.

    Thin series say little. Of pauses of 80 days at a twentieth of the rate, planted in Poisson series of 400 days, an
    eighth is announced below 0.2 incidents a day, two thirds from 0.2 to 0.3, and nearly all from 0.3 on.

    Series are taken one by one. A pause that many actors of a country share is listed once for each.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", "2020-12-31")
    >>> busy = days[(days < "2020-05-01") | (days >= "2020-09-01")].repeat(2)
    >>> frame = pd.DataFrame({"date": busy, "date_start": busy, "date_end": busy, "country": "Kenya"})
    >>> found = find_pauses(frame, by="country", workers=1)
    >>> found[["onset", "ending"]].astype(str).to_numpy().tolist(), bool(found["is_announced"].iloc[0])
    ([['2020-05-01', '2020-09-01']], True)
    """
    by = [by] if isinstance(by, str) else list(by)
    if not isinstance(number_prior, str):
        weights = np.asarray(number_prior, float)
        max_changes = len(weights) - 1
    _check(ratio, max_changes, min_probability, number_prior)
    search = Search(ratio, max_changes, min_probability)
    series = event_series(incidents, by, window, coverage, min_events)
    with nullcontext(runner) if runner else _local(series, workers) as run:
        run = _remembered(run, None if kept is None else Path(kept))
        joint: list = [None] * len(series)
        for part, logs in run_batches(run, weigh_batch, series, range(len(series)), search):
            for which, each in zip(part, logs, strict=True):
                joint[which] = each
            progress(len(part))
        if isinstance(number_prior, str):
            joint, log_prior = _estimated(joint, search)
        else:
            with np.errstate(divide="ignore"):
                log_prior = np.log(weights / weights.sum())

        promising = [which for which, each in enumerate(joint) if _may_pause(each, log_prior, min_probability)]
        progress(len(series) - len(promising))
        rows: list = []
        for part, found in run_batches(run, pause_batch, series, promising, search, log_prior, joint):
            rows += [(which, pause) for which, pauses in zip(part, found, strict=True) for pause in pauses]
            progress(len(part))
    return _ranked(series, by, rows, error_rate, search, log_prior)


def _check(ratio, max_changes, min_probability, number_prior) -> None:
    if not 0 < ratio < 1:
        raise InputError(f"ratio is {ratio!r}; it must be above 0 and below 1")
    if not 0 < min_probability <= 1:
        raise InputError(f"min_probability is {min_probability!r}; it must be above 0 and at most 1")
    if max_changes < 2:
        raise InputError(f"max_changes is {max_changes!r}; a pause takes 2 changes or more")
    if isinstance(number_prior, str) and number_prior != "estimated":
        raise InputError(f"number_prior is {number_prior!r}; allowed: 'estimated', or weights of 0, 1, 2, ... changes")


def posterior_of(observed: ObservedCounts, log_prior: np.ndarray) -> StreamedPosterior:
    """The posterior of one series, with the prior of `changes` for its rates."""
    scale_days = SHAPE * float(observed.exposure.sum()) / max(observed.total, 1)
    return StreamedPosterior(observed, SHAPE, scale_days, log_prior, default_clusterings())


def weigh_batch(batch: list[ObservedCounts], search: Search) -> list[np.ndarray]:
    """Of each series the log of prior x likelihood, by way of clustering and number of changes."""
    log_prior = search.log_number
    return [posterior_of(observed, log_prior).log_joint for observed in batch]


def pause_batch(
    batch: list[ObservedCounts], search: Search, log_prior: np.ndarray, joint: list[np.ndarray]
) -> list[list[SeriesPause]]:
    """The pauses of each series, the most probable first."""
    out = []
    for observed, log_joint in zip(batch, joint, strict=True):
        numbers = _numbers_that_matter(log_joint, log_prior)
        found = posterior_of(observed, log_prior[:numbers])
        found.__dict__["log_joint"] = log_joint[:, :numbers]  # worked out before
        out.append(find_series_pauses(found, search.ratio, search.min_probability))
    return out


def _estimated(joint: list[np.ndarray], search: Search) -> tuple[list[np.ndarray], np.ndarray]:
    """The joint logs of all series under the shares of ways of clustering that are estimated from them, and the log
    prior of the number of changes."""
    log_ways = np.log([share for _, share in default_clusterings()])[:, None]
    bare = np.array(joint) - log_ways
    ways, log_prior = estimate_priors(bare, log_ways[:, 0], search.log_number)
    return list(bare + ways[:, None]), log_prior


def _numbers_that_matter(log_joint: np.ndarray, log_prior: np.ndarray) -> int:
    """How many of 0, 1, 2, ... changes are needed so that the rest is improbable; 3 at least."""
    log = log_sum(log_joint, axis=0) + log_prior
    number = np.exp(log - log.max())
    beyond = 1 - number.cumsum() / number.sum()
    return max(int((beyond > IMPROBABLE).sum()) + 1, 3)


def _may_pause(log_joint: np.ndarray, log_prior: np.ndarray, least: float) -> bool:
    """Whether two or more changes are probable enough: a pause cannot be more probable than they are."""
    log = log_sum(log_joint, axis=0) + log_prior
    number = np.exp(log - log.max())
    return bool(number[2:].sum() / number.sum() >= least)


def run_batches(
    run: Runner, work: Callable, series: EventSeries, chosen: Iterable[int], search: Search, *options
) -> Iterator[tuple[list[int], list]]:
    """Work on some series in batches; yields the numbers of the series of each batch, and what it gave.

    The last of the `options` is a list with an entry for each series, if it is one.
    """
    chosen = list(chosen)
    parts = [chosen[at : at + BATCH] for at in range(0, len(chosen), BATCH)]
    tasks = []
    for part in parts:
        own = [[each[which] for which in part] if isinstance(each, list) else each for each in options]
        arguments = ([series.one(which) for which in part], search, *own)
        tasks.append((batch_name(work, arguments), work, arguments))
    of_name = {name: part for (name, _, _), part in zip(tasks, parts, strict=True)}
    for name, result in run(tasks):
        yield of_name[name], result


def batch_name(work: Callable, arguments: tuple) -> str:
    """A name that all of the input of a batch decides."""
    digest = hashlib.sha256(f"{VERSION} {work.__name__} {arguments[1]!r}".encode())
    for observed in arguments[0]:
        digest.update(str(observed.first).encode() + observed.exposure.tobytes() + observed.day_counts.tobytes())
    for each in arguments[2:]:
        for array in each if isinstance(each, list) else [each]:
            digest.update(np.ascontiguousarray(array).tobytes())
    return f"{work.__name__}-{digest.hexdigest()[:24]}"


@contextmanager
def _local(series: EventSeries, workers: int | None) -> Iterator[Runner]:
    """Runs batches on this machine. The processes serve all steps of a search: each takes seconds to begin."""
    if workers is None:
        days = len(series) * ((series.window[1] - series.window[0]).days + 1)
        workers = os.cpu_count() or 1 if days > MANY_DAYS else 1
    if workers == 1 or len(series) <= BATCH:
        yield _in_turn
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:

        def run(tasks: Sequence[Task]) -> Iterator[tuple[str, Any]]:
            waiting = {pool.submit(work, *arguments): name for name, work, arguments in tasks}
            for done in as_completed(waiting):
                yield waiting[done], done.result()

        yield run


def _in_turn(tasks: Sequence[Task]) -> Iterator[tuple[str, Any]]:
    for name, work, arguments in tasks:
        yield name, work(*arguments)


def _remembered(run: Runner, folder: Path | None) -> Runner:
    """Batches that are in the folder are read from there, and new ones are put into it whole."""
    if folder is None:
        return run
    folder.mkdir(parents=True, exist_ok=True)

    def remembering(tasks: Sequence[Task]) -> Iterator[tuple[str, Any]]:
        left = []
        for task in tasks:
            path = folder / f"{task[0]}.pickle"
            if path.is_file():
                yield task[0], pickle.loads(path.read_bytes())
            else:
                left.append(task)
        for name, result in run(left):
            unfinished = folder / f".{name}.{os.getpid()}"
            unfinished.write_bytes(pickle.dumps(result))
            os.replace(unfinished, folder / f"{name}.pickle")
            yield name, result

    return remembering


def _ranked(series: EventSeries, by, rows, error_rate: float, search: Search, log_prior) -> pd.DataFrame:
    """The table: most probable first, ties in the order of the series."""
    records = []
    for which, pause in sorted(rows, key=lambda each: (-each[1].probability, each[0])):
        first = series.one(which).first
        onset, ending = ([first + pd.Timedelta(days=day) for day in days] for days in (pause.onset, pause.end))
        low, high = pause.rate_per_day[1:]
        records.append((
            *series.groups.iloc[which], *onset, *ending, pause.end[0] - pause.onset[0], pause.rate_per_day[0],
            low, high, pause.rate_before, pause.rate_after, pause.rate_ratio, pause.probability,
        ))  # fmt: skip
    columns = [*by, "events", "onset", "onset_low", "onset_high", "ending", "ending_low", "ending_high", "pause_days",
               "rate_per_day", "rate_per_day_low", "rate_per_day_high", "rate_before", "rate_after", "rate_ratio",
               "probability"]  # fmt: skip
    out = pd.DataFrame(records, columns=columns)
    days = [name for name in columns if name.startswith(("onset", "ending"))]
    out = out.astype(dict.fromkeys(days, "datetime64[us]") | {"probability": float})
    out["expected_false"] = expected_false_share(out["probability"].to_numpy())
    out["is_announced"] = is_discovery(out["probability"].to_numpy(), error_rate)
    out.attrs = {
        "series": len(series), "error_rate": error_rate, "ratio": search.ratio,
        "window": [f"{day:%Y-%m-%d}" for day in series.window], "number_prior": np.exp(log_prior).round(6).tolist(),
    }  # fmt: skip
    return out
