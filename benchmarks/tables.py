"""Reports on other people's tables: a made-up table of many years and countries, its report and each of its charts.

    python -m benchmarks.tables            # about four minutes of processor time
    python -m benchmarks.tables --quick    # the smaller table alone

Writes benchmarks/tables.md. Goals: the report on the frequency of 10,000 incidents over 30 years and 150 countries in
60 seconds, of 300,000 in 120, under 2 GB; each chart in 2 seconds.
"""

from __future__ import annotations

import argparse
import platform
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SIZES = {10_000: 60, 300_000: 120}  # incidents, and the seconds that their report may take
YEARS, COUNTRIES, TOWNS, GROUPS = 30, 150, 60, 400
TYPES = ("Battles", "Protests", "Explosions", "Violence against civilians")
UNKNOWN_DAYS = (0, 0, 0, 7, 30)  # of a range, each equally often


def write_table(folder: Path, incidents: int) -> None:
    """A made-up incidents.csv with places, ranges of days, types, actors and deaths, and its about.yml."""
    rng = np.random.default_rng(1)
    first = pd.Timestamp("1994-01-01") + pd.to_timedelta(np.sort(rng.integers(0, YEARS * 365, incidents)), unit="D")
    last = first + pd.to_timedelta(rng.choice(UNKNOWN_DAYS, incidents), unit="D")
    country, town = rng.integers(0, COUNTRIES, incidents), rng.integers(0, TOWNS, incidents)
    north, east = rng.uniform(-50, 50, COUNTRIES), rng.uniform(-170, 170, COUNTRIES)
    table = pd.DataFrame(
        {
            "incident_id": [f"X{number}" for number in range(incidents)],
            "date": first.strftime("%Y-%m-%d"), "date_start": first.strftime("%Y-%m-%d"),
            "date_end": last.strftime("%Y-%m-%d"), "country": [f"Land {number}" for number in country],
            "place": [f"Town {c}-{t}" for c, t in zip(country, town, strict=True)],
            "latitude": (north[country] + rng.normal(0, 2, incidents)).clip(-85, 85).round(4),
            "longitude": (east[country] + rng.normal(0, 2, incidents)).clip(-179, 179).round(4),
            "event_type": rng.choice(TYPES, incidents),
            "side_a": [f"Group {number}" for number in rng.integers(0, GROUPS, incidents)],
            "deaths": rng.poisson(2, incidents),
        }
    )  # fmt: skip
    folder.mkdir(parents=True)
    table.to_csv(folder / "incidents.csv", index=False)
    (folder / "about.yml").write_text("title: Made-up events\nsingular: event\nplural: events\n", encoding="utf-8")


def measure_report(folder: Path, build: Path) -> tuple[float, float]:
    """Processor seconds of a report on the frequency, made anew, and the megabytes of its largest process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [Path(sys.executable).with_name("incidents"), "report", "--folder", folder, "--notebook",
               "attack_frequency", "--build", build]  # fmt: skip
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


def measure_charts(folder: Path) -> dict[str, float]:
    """Processor seconds of each chart of that report, drawn and written as SVG, by name."""
    matplotlib.use("agg")
    import analysis as a
    from analysis import charts
    from analysis.findings import attack_distribution as distribution

    study = a.open_study(folder)
    options = {"window": study.window, "coverage": study.coverage}
    every = distribution.readable_period(study, "week")
    in_panels = distribution.readable_period(study, every, distribution.PANEL_BARS)
    bars = a.count(study.incidents, every, by=["confirmation"], **options)
    days, places = a.count(study.incidents, "day", **options), a.by_place(study.incidents, None)
    drawn: dict[str, Callable] = {
        f"bars by {every}": lambda: charts.frequency_bars(bars),
        "calendar": lambda: charts.calendar(days),
        "map": lambda: charts.base_map(places),
    }
    for column, most in distribution.columns_to_split(study).items():
        groups = a.lump_categories(study.incidents, column, most)
        panels = a.count(groups, in_panels, by=column, **options)
        drawn[f"panels by {column.replace('_', ' ')}, {in_panels}"] = lambda panels=panels, column=column: (
            charts.small_multiples(panels, column)
        )
    return {name: _seconds(partial(_drawn, draw)) for name, draw in drawn.items()}


def _drawn(draw: Callable[[], Axes | Figure]) -> str:
    from analysis.charts.notebook_output import to_svg

    return to_svg(draw())


def _seconds(work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the smaller table alone")
    sizes = list(SIZES)[:1] if parser.parse_args().quick else list(SIZES)
    reports, charts = [], []
    with TemporaryDirectory() as scratch:
        for size in sizes:
            folder = Path(scratch, f"table-{size}")
            write_table(folder, size)
            taken, memory = measure_report(folder, Path(scratch, f"build-{size}"))
            reports.append(f"| {size:,} | {taken:.0f} s | {SIZES[size]} s | {memory:,.0f} MB |")
            charts += [f"| {size:,} | {name} | {spent:.1f} s |" for name, spent in measure_charts(folder).items()]
    lines = [
        "# Reports on other people's tables",
        "",
        f"Python {platform.python_version()}, {platform.machine()}. Made by `python -m benchmarks.tables`. Processor "
        f"seconds of all processes, on made-up tables of {YEARS} years and {COUNTRIES} countries; nothing was "
        "kept from an earlier run.",
        "",
        "## The report on the frequency",
        "",
        "Memory is that of the largest process. Goal: under 2,000 MB.",
        "",
        "| incidents | report | goal | memory |",
        "| --- | --- | --- | --- |",
        *reports,
        "",
        "## Its charts",
        "",
        "Drawn and written as SVG. Goal: 2 seconds each.",
        "",
        "| incidents | chart | takes |",
        "| --- | --- | --- |",
        *charts,
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
