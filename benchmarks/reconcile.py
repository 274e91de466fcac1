"""Reconciliation: time, memory and error beside every pair compared, and beside Splink on DuckDB.

    python benchmarks/reconcile.py                  # all sizes, some ten minutes on two cores
    python benchmarks/reconcile.py --sizes 10000    # one of them

Writes benchmarks/reconcile.md. The claims are those of `tests/incidents/planted.py`, five per
incident, in a world that grows in area: as many incidents per place and claims per origin at every
size. Each run is a process of its own; all runs of one size follow each other. Splink is no
dependency of the package: where it is not installed, its column says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

HOME = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOME))  # the planted worlds stand in tests/, which is not installed

from analysis.incidents import reconciliation as module  # noqa: E402
from analysis.incidents.cannot_link import cannot_link_days  # noqa: E402
from analysis.incidents.evaluation import MEASURES, cluster_scores, pair_contributions  # noqa: E402
from analysis.incidents.record_linkage import weight_parts  # noqa: E402
from tests.incidents.planted import RULES, kind_of, world  # noqa: E402

SIZES = (10_000, 30_000, 100_000)
FEASIBLE = {"every pair": 30_000}  # claims; the time grows with their square
LINKED = 0.3  # Splink: best of eleven from 0.01 to 0.99 in another world, by F1 and count bias together


def planted(claims: int, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """Exactly so many claims of about a fifth as many incidents, and the truth."""
    incidents = claims // 5
    reports, truth = world(
        seed, incidents=incidents, reports_per_incident=5.9, days=1800, places=max(incidents // 100, 12),
        countries=max(incidents // 400, 3), tellers=max(incidents // 40, 30),
    )  # fmt: skip
    if len(reports) < claims:
        raise ValueError(f"the world has only {len(reports)} claims")
    kept = reports.head(claims)
    return kept, truth.reindex(kept["report_id"])


def ours(reports: pd.DataFrame) -> pd.Series:
    return module.reconcile(reports, RULES).set_index("report_id")["group"]


def every_pair(reports: pd.DataFrame) -> pd.Series:
    """The same points and the same grouping, but all pairs of witnesses are made and scored; those
    that are too far apart in time or place are dropped afterwards."""
    found, apart = {}, cannot_link_days(reports)

    def all_pairs(heard: pd.DataFrame, rules) -> np.ndarray:
        kept = [_block(heard, rows, rules, apart) for rows in np.array_split(np.arange(len(heard)), 100)]
        found["parts"] = np.concatenate([parts for _, parts in kept])
        return np.vstack([pairs for pairs, _ in kept])

    with (
        patch.object(module, "candidate_pairs", all_pairs),
        patch.object(module, "weight_parts", lambda *_: found["parts"]),
    ):
        return ours(reports)


def _block(heard: pd.DataFrame, rows: np.ndarray, rules, apart) -> tuple[np.ndarray, np.ndarray]:
    """The near ones of all pairs of `rows` and the reports after them, with their points."""
    j = np.concatenate([np.arange(row + 1, len(heard)) for row in rows])
    i = np.repeat(rows, len(heard) - 1 - rows)
    pairs = np.column_stack([i, j])
    parts = weight_parts(heard, pairs, rules, apart)
    start, end = (heard[name].to_numpy("datetime64[D]").astype(int) for name in ("date_start", "date_end"))
    near = np.maximum(start[j] - end[i], start[i] - end[j]) <= rules.tolerance_days
    place, country = (pd.factorize(heard[name])[0] for name in ("place", "country"))
    vague = (place[i] < 0) | (place[j] < 0)
    near &= np.where(vague, country[i] == country[j], place[i] == place[j])
    return pairs[near], parts[near]


def splink(reports: pd.DataFrame, probability: float = LINKED) -> pd.Series:
    """Splink's own way with the same columns and candidates, its weights learnt without labels.

    What we do not group is kept out beforehand; links of at least the `probability` are followed.
    """
    from splink import DuckDBAPI, Linker, block_on

    database = DuckDBAPI()
    linker = Linker(database.register(_for_splink(reports)), _model(), log_level="ERROR")
    train = linker.training
    certain = [block_on("place", "first", "weapon", "number")]
    train.estimate_probability_two_random_records_match(certain, recall=0.2)
    train.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    train.estimate_parameters_using_expectation_maximisation(block_on("place", "first"))
    train.estimate_parameters_using_expectation_maximisation(block_on("country", "first"))
    links = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        links, threshold_match_probability=probability)  # fmt: skip
    found = clusters.as_pandas_dataframe().set_index("report_id")["cluster_id"]
    return found.reindex(reports["report_id"])


def _for_splink(reports: pd.DataFrame) -> pd.DataFrame:
    """Neither summaries nor denials nor ranges too wide; days as numbers."""
    wide = (reports["date_end"] - reports["date_start"]).dt.days > RULES.longest_range_days
    told = reports[~wide & ~(reports["events"] > 1) & (reports["stance"] == "reports")]
    first, last = (told[name].to_numpy("datetime64[D]").astype(int) for name in ("date_start", "date_end"))
    names = ["report_id", "document", "origin", "place", "country", "weapon", "family", "result", "effect"]
    table = told[names].astype(object).where(told[names].notna(), None)
    figures = told[["count", "injured"]].astype("Int64").rename(columns={"count": "number"})
    return table.assign(first=first, last=last).join(figures)


def _model():
    """Splink's settings: the same candidates, and levels that follow our categories."""
    import splink.comparison_level_library as level
    import splink.comparison_library as compare
    from splink import SettingsCreator

    def ladder(fine: str, coarse: str):
        same = [level.ExactMatchLevel(step) for step in (fine, coarse)]
        return compare.CustomComparison([level.NullLevel(fine), *same, level.ElseLevel()], fine)

    apart = "greatest(first_l - last_r, first_r - last_l)"
    days = [level.CustomLevel(f"{apart} <= 0"), level.CustomLevel(f"{apart} = 1"), level.ElseLevel()]
    near = "l.first <= r.last + 1 and r.first <= l.last + 1 and l.document <> r.document"
    vague = "l.country = r.country and (l.place is null or r.place is null)"
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="report_id",
        blocking_rules_to_generate_predictions=[
            {"blocking_rule": f"{where} and {near}", "sql_dialect": "duckdb"} for where in ("l.place = r.place", vague)
        ],
        comparisons=[
            compare.CustomComparison(days, output_column_name="days"),
            compare.ExactMatch("place"),
            ladder("weapon", "family"),
            ladder("result", "effect"),
            *(compare.ExactMatch(name) for name in ("number", "injured", "origin")),
        ],
    )


METHODS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "ours": ours,
    "every pair": every_pair,
    "Splink": splink,
}


def judged(group: pd.Series, reports: pd.DataFrame, truth: pd.Series) -> dict[str, float]:
    """The measures as in the tests: an unplaced rerun or summary is right, others are groups of their
    own. Denials are left out, for Splink knows none."""
    kind = kind_of(reports)
    right = group.reindex(kind.index).isna() & kind.isin(["rerun", "summary"])
    told = kind.index[(kind != "denial") & ~right]
    own = pd.Series(told, index=told)
    group, truth = group.reindex(told).fillna(own), truth.reindex(told).fillna(own)
    return dict(zip(MEASURES, cluster_scores(pair_contributions(group, truth).sum()).tolist(), strict=True))


def run(method: str, claims: int) -> dict:
    """One method on one world, in this process: seconds, peak of memory in MB, and the measures."""
    reports, truth = planted(claims)
    METHODS[method](planted(2_000)[0])  # what is loaded or compiled once is not timed
    start = time.perf_counter()
    group = METHODS[method](reports)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "MB": peak, **judged(group, reports, truth)}


def apart(method: str, claims: int) -> dict | str:
    """`run` in a process of its own; a line that says why, where it is not run."""
    if method == "Splink" and find_spec("splink") is None:
        return "not installed"
    if claims > FEASIBLE.get(method, claims):
        return "not run: too long"
    command = [sys.executable, __file__, "--method", method, "--sizes", str(claims)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HOME)
    if done.returncode:
        raise RuntimeError(f"{method} at {claims} claims failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def table(rows: list[tuple[int, str, dict | str]]) -> str:
    lines = ["| claims | method | seconds | against ours | peak MB | F1 | B3 F1 | count bias |",
             "|---:|---|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    base = {claims: found["seconds"] for claims, method, found in rows if method == "ours" and isinstance(found, dict)}
    for claims, method, found in rows:
        if isinstance(found, str):
            lines.append(f"| {claims:,} | {method} | {found} | | | | | |")
            continue
        measures = f"{found['F1']:.3f} | {found['B3 F1']:.3f} | {found['count bias']:+.1%}"
        spent = f"{found['seconds']:.2f} | {found['seconds'] / base[claims]:.1f} | {found['MB']:,.0f}"
        lines.append(f"| {claims:,} | {method} | {spent} | {measures} |")
    return "\n".join(lines)


def page(rows: list[tuple[int, str, dict | str]]) -> str:
    cores = len(os.sched_getaffinity(0))
    packages = ("numpy", "pandas", "scipy", "splink", "duckdb")
    found = [f"{name} {version(name)}" for name in packages if find_spec(name)]
    return "\n".join([
        "# Reconciliation", "",
        "Written by `python benchmarks/reconcile.py`; what is measured stands at the top of that file.", "",
        f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{', '.join(found)}.", "", table(rows), "", NOTES])  # fmt: skip


NOTES = """\
- One world for each size. Peak memory is that of the whole process: Python, libraries and claims included.
- *every pair* makes and scores all pairs of witnesses, then groups as we do; the groups are the same. Its
  time grows with the square of the claims.
- *Splink* gets the same columns and candidates, learns its weights from the claims without labels, and
  follows all links of a probability of 0.3 or more, chosen in another world by F1 and count bias. It keeps
  two claims of one document from being a pair, but not from one cluster, and knows nothing of old stories
  told again. Summaries, ranges too wide and denials are kept out of it beforehand.
- Denials are not scored, nor are summaries and reruns that are unplaced, as they should be. Any other
  unplaced claim is a group of its own.
- The count bias is higher than in `tests/incidents/test_planted_worlds.py`, because an incident has five
  claims here and four there: more slips of the day and more reruns for each incident."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--method", choices=METHODS, help="run this one here and print its figures as JSON")
    options = parser.parse_args()
    if options.method:
        print(json.dumps(run(options.method, options.sizes[0])))
        return
    rows = [(claims, method, apart(method, claims)) for claims in options.sizes for method in METHODS]
    text = page(rows) + "\n"
    print(text)
    if tuple(options.sizes) == SIZES:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
