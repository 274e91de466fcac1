"""Shared by all tests: the repository's own dataset, and small evidence folders made in code.

Hypothesis draws the same examples in every run, so that a failure is somebody's change and not
luck; `pytest --hypothesis-profile=explore` looks further, and `thorough` furthest.
"""

import csv
import fcntl
import math
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from analysis.evidence import schema
from analysis.evidence.about import About
from analysis.evidence.evidence_base import load_evidence
from analysis.evidence.folders import REPOSITORY
from analysis.incidents.dataset import open_folder

FIXTURES = Path(__file__).parent / "fixtures"
WAIT = 300  # seconds until a test gives up on what always comes, on a machine that others keep busy too


def limit(seconds: int) -> int:
    """A limit of time that what is meant to be stopped runs into, and nothing else: longer on a busy machine."""
    return math.ceil(seconds * max(1, os.getloadavg()[0] / (os.cpu_count() or 1)))


slow_is_fine: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, max_examples=40, **slow_is_fine)
settings.register_profile("explore", max_examples=1000, **slow_is_fine)
settings.register_profile("thorough", max_examples=5000, **slow_is_fine)
settings.load_profile("same")


def skip_unless_ci(missing: str) -> None:
    """Skip for want of a program that this machine may lack; in CI, where it must be there, fail."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)


@pytest.fixture(autouse=True)
def own_words():
    """No test finds the words that another one's folder has for its incidents."""
    yield
    if vocabulary := sys.modules.get("analysis.charts.vocabulary"):
        vocabulary.use_vocabulary(About())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Slow tests first: of two processes that share the work, the one that is done earlier takes short ones."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def real_reports(tmp_path_factory):
    """The folder of a real variant's whole report and its index, made once for all processes of a test run.

    The command line makes it, in a process of its own. Nobody may change what is in it."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def build(variant: str) -> Path:
        folder, done = common / f"report-{variant}", common / f"report-{variant}.done"
        with (common / f"report-{variant}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                command = [sys.executable, "-m", "analysis.cli", "report", variant, "--build", str(folder)]
                made = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
                assert made.returncode == 0, made.stderr
                done.touch()
        return folder

    return build


@pytest.fixture(scope="session")
def evidence():
    """The evidence of this repository. Shared: copy a frame before changing it."""
    return load_evidence()


@pytest.fixture(scope="session")
def dataset():
    """The dataset of this repository. Shared: copy a frame before changing it."""
    return open_folder()


@pytest.fixture(scope="session")
def other_conflict() -> Path:
    """A folder with nothing but an incidents.csv, of a conflict that is made up."""
    return FIXTURES / "other_conflict"


PLACES = (
    {"place_id": "alpha", "name": "Alpha Base", "kind": "us_base", "country": "Iraq"},
    {"place_id": "bravo", "name": "Bravo Base", "kind": "us_base", "country": "Syria"},
)
SOURCE = {"outlet": "Outlet", "kind": "press", "reliability": "B", "reliability_reason": "because"}
CLAIM = {
    "source_id": "s1", "date_start": "2024-01-10", "date_basis": "stated", "country": "Iraq",
    "weapon": "rocket", "result": "unknown", "stance": "reports", "confirmation": "us_official",
}  # fmt: skip


@pytest.fixture
def tiny(tmp_path):
    """Writes a small folder of evidence and returns its path (see `write_evidence`)."""
    return partial(write_evidence, tmp_path)


def write_evidence(root: Path, claims=({},), *, sources=(), places=PLACES, folder="seeds", **tables) -> Path:
    """A small folder of evidence.

    `claims` are dicts of what differs from CLAIM; claim_id defaults to c1, c2, ...; sources that
    are not given are made up for them. Every other table is written where rows are given for it,
    into `seeds` or `data`.
    """
    rows = [{"claim_id": f"c{i}", **CLAIM, **claim} for i, claim in enumerate(claims, 1)]
    for row in rows:
        row.setdefault("date_end", row["date_start"])
    given = {source["source_id"] for source in sources}
    others = sorted({row["source_id"] for row in rows} - given)
    papers = [*sources, *({"source_id": name, "outlet": f"Outlet {name}"} for name in others)]
    tables |= {"claims": rows, "sources": [SOURCE | paper for paper in papers], "places": places}
    for name, content in tables.items():
        inside = schema.TABLES[name] in schema.EVIDENCE
        write(root / (folder if inside else "data") / f"{name}.csv", name, content)
    return root


def write(path: Path, name: str, rows) -> None:
    """Rows as the CSV of a table, without the columns that it may leave out and no row has."""
    columns = [
        column.name
        for column in schema.TABLES[name].columns
        if not column.optional or any(column.name in row for row in rows)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def edit():
    """Replaces a text that stands in a file exactly once."""

    def change(path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.fixture
def bytes_of():
    """Every file below a folder with its bytes, to see that nothing was touched."""

    def read(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    return read


@pytest.fixture(scope="session")
def attacks():
    """Incidents from days, or from pairs of days where only a range is known; more columns by name.

    `date` is the day, or the first day of the range."""

    def build(*days, **columns) -> pd.DataFrame:
        pairs = [day if isinstance(day, tuple) else (day, day) for day in days]
        frame = pd.DataFrame({"incident_id": [f"i{number}" for number in range(1, len(pairs) + 1)]})
        for name, end in (("date", 0), ("date_start", 0), ("date_end", 1)):
            frame[name] = pd.to_datetime([pair[end] for pair in pairs])
        return frame.assign(**{"confirmation": "us_official", "n_origins": 1} | columns)

    return build
