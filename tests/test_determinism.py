"""The same input gives the same bytes: on another day, in another place, under other settings."""

import io
import os
import re
import shutil
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from analysis.evidence.folders import REPOSITORY

pytestmark = pytest.mark.slow

# Every process, kernels too, is told a later time by the module `time`, and so by `date.today`. What asks the system
# itself is found by the day that must not stand in any output.
LATER = """
    import os, time

    shift = float(os.environ["LATER"])
    clock, clock_ns, parts, here = time.time, time.time_ns, time.gmtime, time.localtime
    time.time = lambda: clock() + shift
    time.time_ns = lambda: clock_ns() + int(shift * 1e9)
    time.gmtime = lambda seconds=None: parts(time.time() if seconds is None else seconds)
    time.localtime = lambda seconds=None: here(time.time() if seconds is None else seconds)
"""
REPORT = """
    import sys
    from pathlib import Path
    from analysis.reports.plan import Plan
    from analysis.reports.report import run_report
    from analysis.runs.variants import Variant

    variant = Variant("small", "A small variant", "", {"every": "month", "folder": sys.argv[3]}, Path("small.yml"))
    run_report(Plan(variant, (Path(sys.argv[1]),), Path("build", "small")), kernel=sys.argv[2])
"""
DAY = 86_400


FORMS = ("%Y-%m-%d", "%Y%m%d", "%-d %B %Y", "%B %-d, %Y")
TODAY = re.compile("|".join(f"{datetime.now(UTC):{form}}" for form in FORMS))


def readable(name: str, content: bytes) -> str:
    """The text of a file; of a PDF its metadata, in both forms."""
    if not name.endswith(".pdf"):
        return content.decode()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return f"{dict(pdf.docinfo)} {pdf.open_metadata()}"


def started(folder: Path, evidence: Path, kernel: str, **settings: str) -> subprocess.Popen:
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(textwrap.dedent(LATER))
    environment = os.environ | {"PYTHONPATH": str(folder), "HOME": str(folder)} | settings
    notebook = REPOSITORY / "notebooks" / "attack_frequency.ipynb"
    command = [sys.executable, "-c", textwrap.dedent(REPORT), str(notebook), kernel, str(evidence)]
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE)


def test_two_reports_are_the_same_bytes_on_another_day_and_in_another_folder(tmp_path, bytes_of, other_conflict):
    soon = {"LATER": "0", "TZ": "UTC", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1000000000"}
    late = {"LATER": str(400 * DAY), "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "2", "LC_ALL": "C"}
    here, there = (shutil.copytree(other_conflict, tmp_path / name / "other_conflict") for name in ("here", "là-bas"))
    one = started(tmp_path / "one", here, "cold", **soon)
    two = started(tmp_path / "two" / "and deeper", there, "warm", **late)
    for process in (one, two):
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()
    first, second = (bytes_of(tmp_path / name / "build" / "small") for name in ("one", "two/and deeper"))
    assert first.pop("run.json") != second.pop("run.json")
    assert [name for name in first if first[name] != second.get(name)] == []
    assert len(first) == len(second) == 9
    known = {name for name in first if TODAY.search(readable(name, first[name]))}
    assert known == set()
    assert not [name for name, content in first.items() if str(tmp_path) in readable(name, content)]


def test_the_clock_of_the_other_report_was_another(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(textwrap.dedent(LATER))
    script = "import time; from datetime import date; print(date.today().toordinal(), time.localtime().tm_year)"
    said = []
    for shift in (0, 400 * DAY):
        environment = os.environ | {"PYTHONPATH": str(tmp_path), "LATER": str(shift)}
        said.append(subprocess.check_output([sys.executable, "-c", script], env=environment, text=True).split())
    assert all(int(late) > int(soon) for soon, late in zip(*said, strict=True))
