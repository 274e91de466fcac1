# ruff: noqa: E501
"""Large tables: import, counts and gaps beside pandas, polars, DuckDB and Dask, and pauses over many series.

    python -m benchmarks.scale            # 100,000 / 500,000 / 2,000,000 rows, 50 million narrow ones
    python -m benchmarks.scale --quick    # 100,000 rows, two million narrow ones

Writes benchmarks/scale.md. Every measurement is a process of its own: processor seconds and the largest memory are
those of that process, libraries included in the memory and not in the seconds. polars and Dask's frames are no
dependencies of the package: where one is missing, its column says so.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (100_000, 500_000, 2_000_000)
NARROW = 50_000_000
ACTORS, COUNTRIES, DAYS = 4000, 200, 2922
CHUNK = 200_000

COMMON = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
import pandas as pd
pd.options.mode.string_storage = "python"
def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
def measure(work):
    started, before = time.process_time(), children()
    rows = work()
    seconds = time.process_time() - started + children() - before
    memory = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
    print(json.dumps({"seconds": seconds, "memory": memory, "rows": rows}))
path = sys.argv[1]
"""
DUCKDB = "import duckdb\ncon = duckdb.connect()\n"
OURS = """
import ibis
from analysis.measures.frequency import count
from analysis.measures.gaps import gaps
con = ibis.duckdb.connect()
table = con.read_parquet(path)
"""
COUNT_SQL = """
con = duckdb.connect()
def sql(by):
    return con.execute(f'''with t as (select {by}, (date - date '2015-12-28') // 7 as p, (date_start - date '2015-12-28') // 7
    as one, (date_end - date '2015-12-28') // 7 as two from read_parquet('{path}')), best as (select {by}, p, count(*) as n
    from t group by all), sure as (select {by}, one as p, count(*) as low from t where one = two group by all), high as
    (select {by}, unnest(range(one, two + 1)) as p from t), most as (select {by}, p, count(*) as high from high group by
    all) select * from most left join best using ({by}, p) left join sure using ({by}, p)''').df()
"""
GAPS_SQL = """
def sql(by):
    return con.execute(f'''with d as (select {by}, date, string_agg(incident_id, '|' order by incident_id) as ids,
    max(date_end) as late, max(date_start) as late_sure, min(date_start) as early, min(date_end) as early_sure
    from read_parquet('{path}') group by all), w as (select *, lead(date) over a as next, lead(ids) over a as after,
    max(late) over a as l, max(late_sure) over a as ls, min(early) over b as e, min(early_sure) over b as es from d window
    a as (partition by {by} order by date), b as (partition by {by} order by date desc)) select * from w
    where next - date > 1''').df()
"""
PANDAS = """
table = pd.read_parquet(path, columns=["incident_id", "date", "date_start", "date_end", "country", "actor"])
table["date"] = pd.to_datetime(table["date"])
"""
POLARS = "import polars as pl\ntable = pl.scan_parquet(path)\n"
DASK = "import dask.dataframe as dd\ntable = dd.read_parquet(path, columns=['date', 'country', 'actor'])\n"
QUESTIONS = {
    "count by week and country": {
        "here": OURS + "measure(lambda: len(count(table, 'week', 'country')))",
        "DuckDB SQL": DUCKDB + COUNT_SQL + "measure(lambda: len(sql('country')))",
        "pandas": PANDAS + "measure(lambda: len(table.groupby(['country', table['date'].dt.to_period('W')]).size()))",
        "polars": POLARS + "measure(lambda: len(table.group_by('country', pl.col('date').dt.truncate('1w')).len().collect()))",
        "Dask": DASK + "measure(lambda: len(table.assign(w=table['date'].astype('M8[s]').dt.to_period('W').astype('str')).groupby(['country', 'w']).size().compute()))",
    },
    "count by week and actor": {
        "here": OURS + "measure(lambda: len(count(table, 'week', 'actor', zeros=False)))",
        "DuckDB SQL": DUCKDB + COUNT_SQL + "measure(lambda: len(sql('actor')))",
        "pandas": PANDAS + "measure(lambda: len(table.groupby(['actor', table['date'].dt.to_period('W')]).size()))",
        "polars": POLARS + "measure(lambda: len(table.group_by('actor', pl.col('date').dt.truncate('1w')).len().collect()))",
        "Dask": DASK + "measure(lambda: len(table.assign(w=table['date'].astype('M8[s]').dt.to_period('W').astype('str')).groupby(['actor', 'w']).size().compute()))",
    },
    "gaps by actor": {
        "here": OURS + "measure(lambda: len(gaps(table, by='actor')))",
        "DuckDB SQL": DUCKDB + GAPS_SQL + "measure(lambda: len(sql('actor')))",
        "pandas": PANDAS + "measure(lambda: int((table[['actor', 'date']].drop_duplicates().sort_values(['actor', 'date']).groupby('actor')['date'].diff().dt.days > 1).sum()))",
        "polars": POLARS + "measure(lambda: table.select('actor', 'date').unique().sort('actor', 'date').with_columns(g=pl.col('date').diff().over('actor').dt.total_days()).filter(pl.col('g') > 1).collect().height)",
    },
}  # fmt: skip
IMPORTS = {
    "here": "import ibis\nfrom analysis.databases.engine_import import import_acled_in_engine\nibis.duckdb.connect()\n"
    "measure(lambda: import_acled_in_engine([path], sys.argv[2], downloaded='2026-01-01').rows_kept)",
    "DuckDB scan and write": DUCKDB + "con.execute('set preserve_insertion_order = false')\n"
    "measure(lambda: con.execute(f\"copy (select * from read_csv('{path}', header = true)) to '{sys.argv[2]}/bare.parquet' "
    "(format parquet, compression zstd)\").fetchall()[0][0])",
    "pandas": "measure(lambda: pd.read_csv(path).to_parquet(sys.argv[2] + '/pandas.parquet') or 0)",
    "polars": "import polars as pl\nmeasure(lambda: pl.scan_csv(path).sink_parquet(sys.argv[2] + '/polars.parquet') or 0)",
}  # fmt: skip
LONG = """
import numpy as np
from analysis.measures.changepoints.changes import changes
rng = np.random.default_rng(0)
changes(rng.poisson(0.5, 300), start="2000-01-01").is_announced, changes(rng.poisson(0.5, 300), start="2000-01-01").overdispersed.dates
days = int(sys.argv[2])
counts = rng.poisson(0.05, days)
counts[days // 2 : days // 2 + days // 5] = rng.poisson(0.005, days // 5)
def work():
    found = changes(counts, start="1900-01-01")
    return len(found.poisson.dates) + len(found.overdispersed.dates) + found.is_announced
measure(work)
"""
MANY = """
import numpy as np
from analysis.comparisons.pause_search import find_pauses
def main():
    number = int(sys.argv[2])
    rng = np.random.default_rng(0)
    rates = np.exp(rng.uniform(np.log(0.05), np.log(2.0), (number, 1))) * np.ones(400)
    rates[: number // 10, 150:230] *= 0.05
    series, day = np.nonzero(counts := rng.poisson(rates))
    date = pd.Series(np.repeat(pd.Timestamp("2020-01-01").to_datetime64() + day.astype("m8[D]"), counts[series, day]))
    table = pd.DataFrame({"date": date, "date_start": date, "date_end": date, "actor": np.repeat(series, counts[series, day])})
    measure(lambda: int(find_pauses(table, "actor", workers=2)["is_announced"].sum()))
if __name__ == "__main__":
    main()
"""


def run(code: str, *arguments: str) -> dict | None:
    """Processor seconds, memory and rows of one measurement in a process of its own; None where it failed."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(COMMON + code)
        script.flush()
        done = subprocess.run([sys.executable, script.name, *arguments], capture_output=True, text=True, cwd=Path.cwd(),
                              env=_environment())  # fmt: skip
    if done.returncode:
        print(done.stderr[-800:], file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def _environment() -> dict[str, str]:
    import os

    return os.environ | {"PYTHONPATH": str(Path.cwd())}


def write_export(path: Path, rows: int) -> None:
    """An export shaped as ACLED's: 31 columns, 4,000 actors of very different size, 200 countries, 8 years."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    words = np.array(
        [
            "armed",
            "men",
            "attacked",
            "a",
            "village",
            "near",
            "the",
            "town",
            "and",
            "several",
            "people",
            "were",
            "reported",
            "killed",
            "by",
            "them",
        ]
    )
    notes = np.array([" ".join(rng.choice(words, 30)) for _ in range(2000)])
    for first in range(0, rows, CHUNK):
        size = min(CHUNK, rows - first)
        actor = np.minimum((rng.pareto(0.8, size) * 3).astype(int), ACTORS - 1)
        day = (np.datetime64("2016-01-01") + rng.integers(0, DAYS, size)).astype(str)
        chunk = {
            "event_id_cnty": [f"ABC{n}" for n in range(first, first + size)], "event_date": day,
            "year": [each[:4] for each in day], "time_precision": rng.choice(["1"] * 18 + ["2", "3"], size),
            "disorder_type": "Political violence", "event_type": rng.choice(["Battles", "Protests", "Riots"], size),
            "sub_event_type": "Armed clash", "actor1": np.char.add("Actor ", actor.astype(str)), "assoc_actor_1": "",
            "inter1": rng.choice(["State forces", "Rebel group", "3"], size), "actor2": "Civilians", "assoc_actor_2": "",
            "inter2": "7", "interaction": "17", "civilian_targeting": "", "iso": "4", "region": "Region",
            "country": np.char.add("Country ", (actor % COUNTRIES).astype(str)), "admin1": "Province",
            "admin2": "District", "admin3": "", "location": np.char.add("Place ", (actor * 7 % 5000).astype(str)),
            "latitude": rng.uniform(-40, 40, size).round(4), "longitude": rng.uniform(-100, 100, size).round(4),
            "geo_precision": rng.choice(["1", "2", "3"], size), "source": "Local", "source_scale": "National",
            "notes": rng.choice(notes, size), "fatalities": rng.integers(0, 5, size), "tags": "",
            "timestamp": "1700000000",
        }  # fmt: skip
        pd.DataFrame(chunk).to_csv(path, mode="a" if first else "w", header=not first, index=False)


def write_narrow(path: Path, rows: int) -> None:
    """Only what counts and gaps need, made by DuckDB."""
    import duckdb

    duckdb.connect().execute(
        f"copy (select 'e' || i as incident_id, d as date, d as date_start, d as date_end, 'Country ' || (i * 7 % 200) as "
        f"country, 'Actor ' || (i * 7 % 4000) as actor from (select i, date '2016-01-01' + (hash(i) % {DAYS})::int as d from "
        f"range({rows}) t(i))) to '{path}' (format parquet)"
    )


def cell(found: dict | None) -> str:
    """Seconds and memory of one measurement."""
    return "not installed, or failed" if found is None else f"{found['seconds']:.2f} s, {found['memory']:,.0f} MB"


def ratio(ours: dict | None, theirs: dict | None) -> str:
    """How many times as long."""
    return f"{ours['seconds'] / max(theirs['seconds'], 1e-9):.1f}" if ours and theirs else ""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Rows as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def tables_of(sizes: tuple[int, ...], folder: Path) -> str:
    """Import, counts and gaps at each size."""
    rows = []
    for size in sizes:
        export = folder / f"{size}.csv"
        write_export(export, size)
        target = folder / str(size)
        target.mkdir()
        found = {name: run(code, str(export), str(target)) for name, code in IMPORTS.items()}
        rows.append(_line(f"import, {size:,} rows", found, "DuckDB scan and write"))
        print(rows[-1], flush=True)
        export.unlink()
        for question, codes in QUESTIONS.items():
            found = {name: run(code, str(target / "incidents.parquet")) for name, code in codes.items()}
            rows.append(_line(f"{question}, {size:,} rows", found, "DuckDB SQL"))
            print(rows[-1], flush=True)
    return table(["what", "here", "DuckDB", "ratio", "pandas", "polars", "Dask"], rows)


def _line(what: str, found: dict, base: str) -> list[str]:
    rest = [cell(found[name]) if name in found else "" for name in ("pandas", "polars", "Dask")]
    return [what, cell(found["here"]), cell(found[base]), ratio(found["here"], found[base]), *rest]


def narrow(rows: int, folder: Path) -> str:
    """Counts and gaps of very many narrow rows."""
    path = folder / "narrow.parquet"
    write_narrow(path, rows)
    asked = {"count by week and country": "measure(lambda: len(count(table, 'week', 'country')))",
             "gaps by country": "measure(lambda: len(gaps(table, by='country')))"}  # fmt: skip
    lines = [[f"{what}, {rows:,} rows", cell(run(OURS + code, str(path)))] for what, code in asked.items()]
    path.unlink()
    return table(["what", "here"], lines)


def series(many: int) -> str:
    """Long series, and pauses over many."""
    lines = [[f"one series of {days:,} days, number and dates under both likelihoods", cell(run(LONG, "", str(days))), goal]
             for days, goal in ((5_000, "0.5 s"), (40_000, "10 s"))]  # fmt: skip
    found = run(MANY, "", str(many))
    goal = f"{120 * many / 10_000:.0f} s of two processors"
    lines.append([f"pauses over {many:,} series of 400 days, a tenth with one", cell(found), goal])
    return table(["what", "here", "goal"], lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sizes", help="rows, with commas")
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--narrow", type=int, default=NARROW)
    chosen = parser.parse_args()
    sizes: tuple[int, ...] = SIZES[:1] if chosen.quick else SIZES
    if chosen.sizes:
        sizes = tuple(int(each) for each in chosen.sizes.split(","))
    with tempfile.TemporaryDirectory() as folder:
        parts = [
            "# Large tables",
            f"Python {platform.python_version()}, {platform.machine()}. Made by `python -m benchmarks.scale`. Processor "
            "seconds of all threads, and the largest memory of the process, libraries included. The columns of pandas, "
            "polars and Dask count by best day only; here and DuckDB count what is certain and possible too.",
            "## Import, counts and gaps\n\nGoals: import at most 2.5 times DuckDB's scan and write, under 700 MB; each "
            "question at most twice DuckDB's SQL for it.",
            tables_of(sizes, Path(folder)),
            "## Memory\n\nGoal: under 0.8 GB.",
            narrow(2_000_000 if chosen.quick else chosen.narrow, Path(folder)),
            "## Series",
            series(chosen.series // 20 if chosen.quick else chosen.series),
        ]
    (Path(__file__).parent / "scale.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
