"""Changes of a rate: time, memory and error beside ruptures and skchange, and whether it keeps its word.

    python -m benchmarks.changes            # everything, about a quarter of an hour of processor time
    python -m benchmarks.changes --quick    # a tenth of the simulated worlds

Writes benchmarks/changes.md. ruptures and skchange are no dependencies of the package: where one is
not installed, its column says so.
"""

from __future__ import annotations

import argparse
import platform
import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from analysis.incidents.dataset import open_folder
from analysis.measures.changepoints.change_tables import changes_by
from analysis.measures.changepoints.changes import changes
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import running_total
from benchmarks.worlds import DAYS, calibration, one_fall

SIZES = (100, 1000, 5000)
SERIES = {100: 40, 1000: 10, 5000: 2}  # simulated series per length
RATES = (2.0, 0.5)  # before and after the change


def per_day(counts: np.ndarray) -> pd.DataFrame:
    """Daily counts as a frame of rows."""
    days = np.arange(len(counts))
    return pd.DataFrame({"start": days, "end": days, "count": counts})


def by_posterior(counts: np.ndarray) -> pd.Index:
    """The most probable dates under the exact posterior."""
    return changes(per_day(counts), phi=1).poisson.most_probable_dates()


def by_ruptures(counts: np.ndarray) -> list[int]:
    """PELT of ruptures with a Poisson cost; penalty 2 log n, as BIC for a rate and a date."""
    import ruptures
    from ruptures.base import BaseCost

    class PoissonCost(BaseCost):
        """Twice the negative log likelihood at the best rate, without what no rate enters."""

        model, min_size = "poisson", 1

        def fit(self, signal):
            self.signal = signal
            self.sums = np.append(0.0, signal.cumsum())
            return self

        def error(self, start, end):
            total = self.sums[end] - self.sums[start]
            return 2 * (total - total * np.log(total / (end - start))) if total else 0.0

    found = ruptures.Pelt(custom_cost=PoissonCost(), min_size=1, jump=1).fit(counts.astype(float))
    return found.predict(pen=2 * np.log(len(counts)))[:-1]


def by_skchange(counts: np.ndarray) -> list[int]:
    """PELT of skchange (0.18) with its PoissonCost and its own default penalty."""
    from skchange.detectors import PELT
    from skchange.interval_scorers import PoissonCost

    signal = counts.reshape(-1, 1)
    return [int(day) for day in PELT(PoissonCost(), min_segment_length=1).fit(signal).predict(signal)]


METHODS = {"analysis": by_posterior, "ruptures PELT": by_ruptures, "skchange PELT": by_skchange}


def trial(method: str, size: int, runs: int) -> dict:
    """One method on simulated series of one length, in a process of its own (for its memory)."""
    rng, seconds, errors, numbers = np.random.default_rng(size), [], [], []
    find = METHODS[method]
    try:
        find(rng.poisson(1.0, 50))  # compile and import before the clock starts
    except ImportError as error:
        return {"days": size, "method": method, "seconds": f"not installed ({error.name})"}
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(runs):
        day = int(rng.integers(size // 4, 3 * size // 4))
        counts = rng.poisson(np.where(np.arange(size) < day, *RATES))
        begin = spent()
        found = find(counts)
        seconds.append(spent() - begin)
        errors.append(min((abs(each - day) for each in found), default=np.nan))
        numbers.append(len(found))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "days": size, "method": method, "series": runs, "seconds": f"{np.median(seconds):.4f}",
        "MB above start": f"{(peak - start) / 1024:.0f}", "days off (mean)": f"{np.nanmean(errors):.2f}",
        "changes found (true: 1)": f"{np.mean(numbers):.2f}",
    }  # fmt: skip


def alone(work, *given):
    """The answer of a function that runs in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def side_by_side() -> pd.DataFrame:
    """Time, memory and error of the date, method by method."""
    cases = [(method, size) for size in SIZES for method in METHODS]
    return pd.DataFrame([alone(trial, method, size, SERIES[size]) for method, size in tqdm(cases)])


def spent() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def timed(work, runs: int = 2) -> float:
    """Processor seconds of the fastest run."""
    seconds = []
    for _ in range(runs):
        begin = spent()
        work()
        seconds.append(spent() - begin)
    return min(seconds)


def daily_seconds(size: int) -> float:
    """The number and the dates, both posteriors, phi estimated, for daily counts."""
    counts = per_day(np.random.default_rng(1).poisson(np.where(np.arange(size) < size // 2, *RATES)))
    changes(per_day(np.ones(5, int)))

    def work():
        found = changes(counts, max_changes=5)
        return [(each.number, each.dates) for each in found.posteriors]

    return timed(work)


def totals_seconds() -> tuple[float, float]:
    """The campaign's totals, and the peak memory of the whole process in MB."""
    totals = total_intervals(running_total(open_folder().tallies, "Pentagon"), until="2024-11-21")

    def work():
        found = changes(totals, max_changes=4)
        return [(each.number, each.dates) for each in found.posteriors]

    return timed(work), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def many_seconds() -> float:
    """A thousand series of 400 days in one call."""
    rng = np.random.default_rng(2)
    parts = [per_day(rng.poisson(np.where(np.arange(400) < 150, *rng.gamma(1, 1, 2)))).assign(actor=actor)
             for actor in range(1000)]  # fmt: skip
    frame = pd.concat(parts)
    return timed(lambda: changes_by(frame, "actor", progress=False, workers=2), runs=1)


def rates_seconds() -> float:
    """Number, dates and rates of 3,000 daily counts."""
    counts = per_day(np.random.default_rng(3).poisson(np.where(np.arange(3000) < 1400, *RATES)))
    changes(per_day(np.ones(5, int)))

    def work():
        return [(each.number, each.dates, each.rates) for each in changes(counts).posteriors]

    return timed(work)


def months_seconds() -> float:
    """Number and dates of 192 totals of 30 days, changes on any day."""
    day = 30 * np.arange(192)
    counts = np.random.default_rng(4).poisson(np.where(day < 2700, 50, 20))
    frame = pd.DataFrame({"start": day, "end": day + 29, "count": counts})
    changes(per_day(np.ones(5, int)))
    return timed(lambda: [(each.number, each.dates) for each in changes(frame, max_changes=4).posteriors])


def goals() -> pd.DataFrame:
    """Speed against what was asked for."""
    seconds, memory = alone(totals_seconds)
    rows = [
        ("280 daily counts, up to 5 changes", f"{1000 * alone(daily_seconds, 280):.0f} ms", "50 ms"),
        ("5,000 daily counts, up to 5 changes", f"{alone(daily_seconds, 5000):.2f} s", "5 s"),
        ("Pentagon totals to 21 November 2024, up to 4", f"{seconds:.2f} s", "3 s"),
        ("the same, peak memory of the process", f"{memory:.0f} MB", "1,000 MB"),
        ("1,000 series of 400 days in one call, two processes together", f"{alone(many_seconds):.1f} s", "16 s"),
        ("3,000 daily counts, with the rates", f"{alone(rates_seconds):.1f} s", "2 s"),
        ("192 totals of 30 days, up to 4", f"{alone(months_seconds):.1f} s", "seconds"),
    ]
    return pd.DataFrame(rows, columns=["what", "here", "goal"])


def coverage(worlds: int) -> pd.DataFrame:
    """Worlds drawn from the prior: how often a set holds the true day, against its stated mass."""
    kinds = ("daily counts", "totals of 1 to 9 days")
    with ProcessPoolExecutor(len(kinds), mp_context=get_context("spawn")) as pool:
        return pd.concat(pool.map(covered, kinds, [worlds] * len(kinds)))


def covered(kind: str, worlds: int) -> pd.DataFrame:
    """One row per mass that was asked for; `apart` has the standard error of so many worlds."""
    rng, masses, rows = np.random.default_rng(11), (0.5, 0.8, 0.95), []
    for _ in range(worlds):
        day = int(rng.integers(1, 80))
        counts = rng.poisson(np.where(np.arange(80) < day, *rng.gamma(1, 2, 2)))
        frame = per_day(counts) if kind == "daily counts" else in_totals(counts)
        found = changes(frame, max_changes=1, shape=1, rate=0.5, phi=1)
        for mass in masses:
            chosen = found.poisson.highest_density(mass, order=1, number=1)
            rows.append((mass, chosen["set_probability"].iloc[0], day in set(chosen["day"])))
    table = pd.DataFrame(rows, columns=["asked", "stated (mean)", "covered"])
    table["apart"] = table["covered"] - table["stated (mean)"]
    error = 100 * table.groupby("asked")["apart"].sem()
    mean = table.groupby("asked").mean()
    mean["points apart"] = [f"{100 * a:+.1f} (± {e:.1f})" for a, e in zip(mean.pop("apart"), error, strict=True)]
    return mean.round(3).reset_index().assign(evidence=kind, worlds=worlds)


def in_totals(counts: np.ndarray) -> pd.DataFrame:
    """The same counts, known only as totals of 1, 2, ... 9 days in turn."""
    ends: list[int] = []
    length = 0
    while sum(ends) < len(counts):
        length = length % 9 + 1
        ends.append(min(length, len(counts) - sum(ends)))
    end = np.cumsum(ends)
    start = np.r_[0, end[:-1]]
    totals = [counts[a:b].sum() for a, b in zip(start, end, strict=True)]
    return pd.DataFrame({"start": start, "end": end - 1, "count": totals})


def markdown(frame: pd.DataFrame) -> str:
    """A frame as a table in Markdown."""
    lines = [list(map(str, frame.columns)), ["---"] * len(frame.columns)]
    lines += [["" if pd.isna(cell) else str(cell) for cell in row] for row in frame.itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Run everything, print it, keep it."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--quick", action="store_true", help="a tenth of the simulated worlds")
    share = 10 if asked.parse_args().quick else 1
    worlds = 200 // share
    kinds = calibration(worlds, progress=tqdm)
    parts = {
        "Speed: processor seconds": goals(),
        f"Side by side: one change, from {RATES[0]} to {RATES[1]} a day": side_by_side(),
        f"Calibration: {DAYS} days, a fall to a tenth, {worlds} series of each kind": kinds,
        f"One fall from 1.5 to 0.1 a day, Poisson: 95 % sets of since when, {2 * worlds} series": one_fall(2 * worlds),
        "Coverage: worlds drawn from the prior (within 2 points; ± one standard error)": coverage(4000 // share),
    }
    told = f"# Changes of a rate\n\nPython {platform.python_version()}, {platform.machine()}, two cores. "
    told += "Made by `python -m benchmarks.changes`; speed is the faster of two runs, side by side the median.\n"
    told += (
        "\nOld is a tempered likelihood with a Poisson prior on the number of changes. Told is the power where the "
        "method knows branching and delay, at a bound that one in twenty of the constant series passes. A method that "
        "has to learn them can hardly do better at that rate of false announcements. Of 200 series, a share of 5 % has "
        "a standard error of 1.5 points, and one of 90 % of 2.1.\n"
    )
    told += "".join(f"\n## {title}\n\n{markdown(frame)}\n" for title, frame in parts.items())
    Path(__file__).with_suffix(".md").write_text(told, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
