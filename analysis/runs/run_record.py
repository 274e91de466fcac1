"""What ran, on what, with what outcome: run.json beside every output. Imports nothing slow.

What differs from run to run (when, how long, which commit) stands here and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from analysis.evidence.errors import InputError, format_path
from analysis.evidence.folders import REPOSITORY, find_evidence_root, list_table_files

NAME = "run.json"
DISTRIBUTION = "attack-incidents"
SOURCE = (".py", ".lua", ".css", ".html", ".js", ".typ")
BESIDE = ("requirements.lock", "data/borders.geojson")  # what the package reads that is no table


def run_inputs(notebooks: Sequence[Path], parameters: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """All that decides what comes out: the same basis gives the same bytes.

    `more` is whatever else the outputs show, such as the title of a variant. Raises InputError for a
    notebook or a folder that does not exist.
    """
    for path in notebooks:
        if not path.is_file():
            raise InputError(f"notebook {format_path(path)} does not exist")
    return {
        **more,
        "notebooks": [_named(path) for path in notebooks],
        "parameters": dict(parameters),
        "inputs": file_hashes(
            [*notebooks, *list_table_files(find_evidence_root(parameters.get("folder", ""))), *_package()]
        ),
        "versions": package_versions(),
    }


def _package() -> list[Path]:
    source = (path for path in (REPOSITORY / "analysis").rglob("*") if path.suffix in SOURCE)
    return [*sorted(source), *(path for name in BESIDE if (path := REPOSITORY / name).is_file())]


def package_hash(inputs: Mapping[str, str]) -> str:
    """One sha256 over the hashes of the package's own files among the inputs of a basis."""
    own = sorted(item for item in inputs.items() if item[0].startswith("analysis/") or item[0] in BESIDE)
    return hashlib.sha256(json.dumps(own).encode()).hexdigest()


def package_versions() -> dict[str, str]:
    """Python and every library that the package declares."""
    required = (line for line in requires(DISTRIBUTION) or [] if "extra ==" not in line)
    names = sorted(re.match(r"[\w.-]+", line)[0] for line in required)
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def file_hashes(paths: Iterable[Path], below: Path = REPOSITORY) -> dict[str, str]:
    """sha256 of files, by their path relative to a folder where they lie in it."""
    return {_named(path, below): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _named(path: Path, below: Path = REPOSITORY) -> str:
    path = path.resolve()
    return (path.relative_to(below) if path.is_relative_to(below) else path).as_posix()


def output_hashes(folder: Path) -> list[Path]:
    """Every file of a folder but the record itself."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)


def write_record(folder: Path, on: Mapping[str, Any], outcome: str, started: datetime, **more: Any) -> None:
    """Write the record of a run on the basis `on` beside its outputs."""
    found = {
        "outcome": outcome,
        "started": started.isoformat(timespec="seconds"),
        "seconds": elapsed(started),
        "commit": current_commit(),
        **more,
        "basis": on,
        "outputs": file_hashes(output_hashes(folder), folder.resolve()),
    }
    (folder / NAME).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def elapsed(moment: datetime) -> float:
    """Seconds from then to now."""
    return round((datetime.now(UTC) - moment).total_seconds(), 1)


@cache
def current_commit() -> str | None:
    """The commit of this repository, marked where files differ from it; None where that is not known."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=, with changes"]
    try:
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def read_record(folder: Path) -> dict[str, Any]:
    """The record of a folder. Raises InputError if there is none."""
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(f"{format_path(folder)} holds no {NAME}, the record of a run") from None
    except ValueError as error:
        raise InputError(f"{format_path(path)} is not a record: {error}") from None
    if not isinstance(found, dict) or not {"basis", "outputs", "outcome"} <= set(found):
        raise InputError(f"{format_path(path)} is not a record of a run")
    return found


def is_stale(folder: Path, on: Mapping[str, Any]) -> list[str]:
    """Why what lies in `folder` is not what a run on the basis `on` would leave there; empty if it is."""
    try:
        found = read_record(folder)
    except InputError as error:
        return [str(error)]
    return [*changed_inputs(found["basis"], on), *altered_outputs(folder, found)]


def changed_inputs(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two bases: names of files, libraries and parameters."""
    old, new = dict(_flat(before)), dict(_flat(_plain(now)))
    return [f"{name} changed" for name in {**old, **new} if old.get(name) != new.get(name)]


def altered_outputs(folder: Path, found: Mapping[str, Any]) -> list[str]:
    """Outputs that are gone or are not as the run left them."""
    there = {name: folder / name for name in found["outputs"] if (folder / name).is_file()}
    gone = [f"{format_path(folder / name)} is missing" for name in found["outputs"] if name not in there]
    now = file_hashes(there.values(), folder.resolve())
    return gone + [f"{format_path(there[name])} was altered" for name in there if now[name] != found["outputs"][name]]


@dataclass(frozen=True)
class RecordComparison:
    """What a folder holds beside what the same run gave again."""

    same: int
    differ: list[str]
    changed: list[str]  # of what it was made of, since then


def compare_records(folder: Path, again: Path, basis: Mapping[str, Any]) -> RecordComparison:
    """The outputs of a folder beside those of `again`, file by file; `basis` is what a run has now."""
    there, now = (file_hashes(output_hashes(each), each.resolve()) for each in (folder, again))
    names = sorted({*there, *now})
    differ = [format_path(folder / name) for name in names if there.get(name) != now.get(name)]
    return RecordComparison(len(names) - len(differ), differ, changed_inputs(read_record(folder)["basis"], basis))


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """`{"inputs": {"a.csv": 1}}` as ("a.csv", 1): the names of the files are clear enough."""
    if not isinstance(value, dict):
        yield name, value
        return
    for key, below in value.items():
        yield from _flat(below, key if name in ("", "inputs") else f"{name} {key}")
