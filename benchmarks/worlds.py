"""The simulated worlds in which the posterior of changes is calibrated, and how it does in one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context

import numpy as np
import pandas as pd
from scipy.stats import poisson

from analysis.measures.changepoints.changes import ANNOUNCED_ABOVE, Prior, changes
from analysis.measures.changepoints.clustering import EXCITED_PHIS, Clustering
from analysis.measures.changepoints.grid_posterior import GridPosterior
from analysis.measures.changepoints.observed_counts import ObservedCounts, observe_counts
from analysis.measures.changepoints.overdispersion import estimate_phi
from analysis.measures.changepoints.posterior import highest_density_set
from analysis.measures.changepoints.recursion import Recursion, run_recursion
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood
from analysis.measures.changepoints.segment_rates import holding_segment
from analysis.measures.changepoints.simulated import clustered_counts, self_exciting_counts

DAYS = 280
FALL = 0.1  # rate after the change, as a share of the rate before


@dataclass(frozen=True)
class World:
    """One kind of counts: its name, its rate per day, and how they are drawn from the rates of the days; of a
    self-exciting one also its branching and mean delay in days."""

    name: str
    rate: float
    draw: Callable[[np.random.Generator, np.ndarray], np.ndarray]
    excitation: tuple[float, float] | None = None


def all_worlds() -> list[World]:
    """Poisson, negative binomial (phi 2, 3, 5), self-exciting (branching .3, .5, .7; mean delay 2, 3, 5 days)."""
    out = []
    for rate in (0.5, 1.5):
        out.append(World("Poisson", rate, lambda rng, rates: rng.poisson(rates)))
        out += [World(f"negative binomial, phi {phi}", rate, _negative_binomial(phi)) for phi in (2, 3, 5)]
        for branching, delay in product((0.3, 0.5, 0.7), (2, 3, 5)):
            name = f"self-exciting, branching {branching}, delay {delay}"
            out.append(World(name, rate, _self_exciting(branching, delay), (branching, delay)))
    return out


def _negative_binomial(phi: float):
    return lambda rng, rates: clustered_counts(rng, rates, Clustering(phi=phi))


def _self_exciting(branching: float, delay: float):
    return lambda rng, rates: self_exciting_counts(rng, rates, branching, delay)


def per_day(counts: np.ndarray) -> pd.DataFrame:
    """Daily counts as a frame of rows."""
    days = np.arange(len(counts))
    return pd.DataFrame({"start": days, "end": days, "count": counts})


def by_package(counts: np.ndarray) -> tuple[bool, Callable[[int], pd.Series]]:
    """Whether a change is announced, and a function that says since when the rate of a day has held."""
    found = changes(per_day(counts))
    return found.is_announced, found.overdispersed.since


def by_tempering(counts: np.ndarray) -> tuple[bool, Callable[[int], pd.Series]]:
    """The same, as this package did it before: a power likelihood, and a Poisson prior with one change expected."""
    observed = observe_counts(per_day(counts))
    plain, tempered = tempered_posteriors(observed)
    announced = min(float(each.number[1:].sum()) for each in (plain, tempered)) > ANNOUNCED_ABOVE

    def since(day: int) -> pd.Series:
        begin = holding_segment(tempered, day).begin[: day + 1]
        return pd.Series(begin, pd.RangeIndex(day + 1, name="day"), name="probability")

    return announced, since


def tempered_posteriors(observed: ObservedCounts) -> tuple[Recursion, Recursion]:
    """Under the Poisson likelihood, and under that likelihood to the power 1 / phi, phi estimated from single days."""
    log_prior = poisson.logpmf(np.arange(6), 1.0)
    rate = observed.exposure.sum() / max(observed.total, 1)
    phi = estimate_phi(observed, 1.0, rate, log_prior)
    plain = run_recursion(SegmentLikelihood(observed, 1.0, rate), log_prior)
    return plain, plain if phi == 1 else run_recursion(SegmentLikelihood(observed, 1.0, rate, phi), log_prior)


def told_the_clustering(counts: np.ndarray, excitation: tuple[float, float]) -> float:
    """Probability of a change where branching and mean delay are known: what no method can know."""
    observed = observe_counts(per_day(counts))
    prior = Prior(5, 0.5, 0.5 * observed.exposure.sum() / max(observed.total, 1))
    ways = [(Clustering(*excitation, phi), share) for phi, share in EXCITED_PHIS.items()]
    return float(GridPosterior(observed, prior.shape, prior.rate, prior.log_number, ways).number[1:].sum())


METHODS = {"old": by_tempering, "new": by_package}


def series_of(world: World, runs: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Counts at a constant rate, counts with a fall to a tenth, and its day in the middle third or so."""
    rng = np.random.default_rng(seed)
    for _ in range(runs):
        constant = world.draw(rng, np.full(DAYS, world.rate))
        day = int(rng.integers(int(0.3 * DAYS), int(0.7 * DAYS)))
        yield constant, world.draw(rng, np.where(np.arange(DAYS) < day, world.rate, FALL * world.rate)), day


def calibrate(world: World, method: str, runs: int, seed: int) -> dict:
    """False announcements, power, coverage and width of the 95 % sets of "since when", over `runs` series each with and
    without a fall."""
    ask = METHODS[method]
    false, found, covered, width = 0, 0, 0, []
    for constant, falling, day in series_of(world, runs, seed):
        false += ask(constant)[0]
        announced, since = ask(falling)
        dates = since((day + DAYS) // 2).iloc[1:]
        chosen = highest_density_set(dates / dates.sum(), 0.95)["day"]
        found, covered = found + announced, covered + (day in set(chosen))
        width.append(len(chosen))
    return {"false": false / runs, "power": found / runs, "covered": covered / runs, "width": float(np.median(width))}


def ceiling(world: World, runs: int, seed: int) -> float:
    """Power where branching and delay are known, at the bound that one in twenty of the constant series passes."""
    if world.excitation is None:
        return float("nan")
    constant, falling = np.array(
        [
            [told_the_clustering(counts, world.excitation) for counts in pair]
            for *pair, _ in series_of(world, runs, seed)
        ]
    ).T
    return float((falling > np.quantile(constant, 0.95)).mean())


def calibrated_row(number: int, runs: int, seed: int) -> dict:
    """One row of `calibration`, for the world of that number."""
    world = all_worlds()[number]
    found = {method: calibrate(world, method, runs, seed + number) for method in METHODS}
    row = {"world": world.name, "per day": world.rate}
    for what in ("false", "power", "covered", "width"):
        for method in METHODS:
            value = found[method][what]
            row[f"{what}, {method}"] = f"{value:g}" if what == "width" else f"{value:.0%}"
    known = ceiling(world, runs, seed + number)
    return row | {"power, told": "" if np.isnan(known) else f"{known:.0%}"}


def calibration(runs: int, seed: int = 4101, progress=lambda each, total: each) -> pd.DataFrame:
    """`calibrate` in every world, old and new side by side, one row per world, on two processors."""
    numbers = range(len(all_worlds()))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = pool.map(calibrated_row, numbers, [runs] * len(numbers), [seed] * len(numbers))
        return pd.DataFrame(progress(rows, total=len(numbers)))


def one_fall(runs: int, seed: int = 4102) -> pd.DataFrame:
    """Sets of "since when" for one fall from 1.5 to 0.1 a day, Poisson counts, under each likelihood."""
    rng, rows = np.random.default_rng(seed), []
    for _ in range(runs):
        day = int(rng.integers(int(0.3 * DAYS), int(0.7 * DAYS)))
        found = changes(per_day(rng.poisson(np.where(np.arange(DAYS) < day, 1.5, 0.1))))
        for each in found.posteriors:
            dates = each.since((day + DAYS) // 2).iloc[1:]
            chosen = highest_density_set(dates / dates.sum(), 0.95)["day"]
            rows.append((each.likelihood, day in set(chosen), len(chosen)))
    table = pd.DataFrame(rows, columns=["likelihood", "covered", "width"]).groupby("likelihood", sort=False)
    out = table.agg({"covered": "mean", "width": "median"}).reset_index()
    return out.assign(covered=[f"{share:.1%}" for share in out["covered"]]).rename(columns={"width": "days (median)"})
