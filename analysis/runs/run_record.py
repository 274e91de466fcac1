"""run.json beside every output: what ran, with which inputs and outcome. Imports nothing slow.

What differs from run to run (when, how long, which commit) stands in this record and nowhere else.
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

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.evidence.folders import IS_INSTALLED, PACKAGE, REPOSITORY, find_evidence_root, list_table_files

RECORD_NAME = "run.json"
DISTRIBUTION = "attack-incidents"
SOURCE_SUFFIXES = (".py", ".lua", ".css", ".html", ".js", ".md", ".typ")
REPORT_EXTRA = 'extra == "report"'
# Files that the package reads beside the tables.
OTHER_FILES = ("requirements.lock", "data/borders.geojson", "data/world.geojson")


def run_inputs(notebook_paths: Sequence[Path], parameters: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """All inputs of a run, as JSON values. Equal inputs give byte-identical outputs.

    They are the names of the notebooks, the parameters, the sha256 of every file that is read (`files`: notebooks,
    tables, source of the package) and the versions of Python and the libraries. `more` is whatever else the outputs
    show, such as the title of a variant. Raises InputError for a notebook or a folder that does not exist.
    """
    for path in notebook_paths:
        if not path.is_file():
            raise InputError(f"notebook {format_path(path)} does not exist")
    return {
        **more,
        "notebooks": [_relative_name(path) for path in notebook_paths],
        "parameters": dict(parameters),
        "files": file_hashes(
            [*notebook_paths, *list_table_files(find_evidence_root(parameters.get("folder", ""))), *_package()]
        ),
        "versions": package_versions(),
    }


def _package() -> list[Path]:
    source = (path for path in PACKAGE.rglob("*") if path.suffix in SOURCE_SUFFIXES and "shipped" not in path.parts)
    return [*sorted(source), *(path for name in OTHER_FILES if (path := REPOSITORY / name).is_file())]


def package_hash(files: Mapping[str, str]) -> str:
    """One sha256 over the hashes of the package's own files; `files` maps names to hashes, as in `run_inputs`."""
    own = sorted(item for item in files.items() if item[0].startswith("analysis/") or item[0] in OTHER_FILES)
    return hashlib.sha256(json.dumps(own).encode()).hexdigest()


def package_versions() -> dict[str, str]:
    """Python, the package, and every library that the package and its reports need."""
    required = (line for line in requires(DISTRIBUTION) or [] if "extra ==" not in line or REPORT_EXTRA in line)
    names = sorted({DISTRIBUTION} | {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in required})
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def file_hashes(paths: Iterable[Path], below: Path = REPOSITORY) -> dict[str, str]:
    """The sha256 of each file, by its path relative to the folder `below`, or its whole path if it lies elsewhere."""
    return {_relative_name(path, below): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


FileStates = dict[str, tuple[int, ...]]


def file_states(inputs: Mapping[str, Any]) -> FileStates:
    """What changes whenever one of the files of a run's inputs is written, even if it is put back as it was."""
    states: FileStates = {}
    for name in inputs["files"]:
        path = _named_file(name)
        if path.is_file():
            found = path.stat()
            states[name] = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return states


def check_unmoved(inputs: Mapping[str, Any], states: FileStates) -> None:
    """Raise RunError if a file of the inputs was written since `states` were taken, or is not what `inputs` say: the
    run may have read something else than its record would state."""
    now = file_states(inputs)
    moved = [name for name in inputs["files"] if now.get(name) != states.get(name)]
    if not moved:
        hashes = file_hashes(_named_file(name) for name in inputs["files"])
        moved = [name for name, digest in inputs["files"].items() if hashes.get(name) != digest]
    if moved:
        more = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
        raise RunError(f"{', '.join(moved[:3])}{more}: changed while the run used it; nothing is kept, run it again")


def _relative_name(path: Path, below: Path = REPOSITORY) -> str:
    path = path.resolve()
    for folder in (below, PACKAGE.parent if below == REPOSITORY else below):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.as_posix()


def _named_file(name: str) -> Path:
    """The file of that name in a record: of the repository, or of the package where it is installed."""
    path = REPOSITORY / name
    return path if path.exists() or not name.startswith(f"{PACKAGE.name}/") else PACKAGE.parent / name


def output_files(folder: Path) -> list[Path]:
    """Every file of a folder except the record itself, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD_NAME)


def write_record(folder: Path, inputs: Mapping[str, Any], outcome: str, started: datetime, **more: Any) -> None:
    """Write the record of a run beside its outputs: its `inputs`, its `outcome`, and the hash of every output.

    `outcome` is "complete" or the message of the failure; `more` adds entries, such as the view.
    """
    record = {
        "outcome": outcome,
        "started": started.isoformat(timespec="seconds"),
        "seconds": seconds_since(started),
        "commit": current_commit(),
        **more,
        "inputs": inputs,
        "outputs": file_hashes(output_files(folder), folder.resolve()),
    }
    (folder / RECORD_NAME).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def seconds_since(moment: datetime) -> float:
    """Seconds from that moment to now, to a tenth."""
    return round((datetime.now(UTC) - moment).total_seconds(), 1)


@cache
def current_commit() -> str | None:
    """The commit of this repository, with a mark if files differ from it; None if it is not known."""
    if IS_INSTALLED:  # a repository around site-packages is somebody else's
        return None
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=, with changes"]
    try:
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def read_record(folder: Path) -> dict[str, Any]:
    """The record of a folder, with the keys of today. Raises InputError if there is none."""
    path = folder / RECORD_NAME
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(f"{format_path(folder)} holds no {RECORD_NAME}, the record of a run") from None
    except ValueError as error:
        raise InputError(f"{format_path(path)} is not a record: {error}") from None
    record = _with_current_keys(record) if isinstance(record, dict) else {}
    if not {"inputs", "outputs", "outcome"} <= set(record):
        raise InputError(f"{format_path(path)} is not a record of a run")
    return record


def _with_current_keys(record: dict[str, Any]) -> dict[str, Any]:
    """A record as this version writes it. Earlier versions called the inputs `basis`, and their files `inputs`."""
    if not isinstance(inputs := record.get("basis"), dict) or "inputs" in record:
        return record
    return {**record, "inputs": {"files" if key == "inputs" else key: value for key, value in inputs.items()}}


def stale_reasons(folder: Path, inputs: Mapping[str, Any]) -> list[str]:
    """Why the outputs in `folder` are not those of a run with these inputs; empty if they are."""
    try:
        record = read_record(folder)
    except InputError as error:
        return [str(error)]
    return [*changed_inputs(record["inputs"], inputs), *altered_outputs(folder, record)]


def changed_inputs(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between the inputs of two runs, as "NAME changed": files, libraries, parameters."""
    old, new = dict(_flat(before)), dict(_flat(_as_json(now)))
    return [f"{name} changed" for name in {**old, **new} if old.get(name) != new.get(name)]


def altered_outputs(folder: Path, record: Mapping[str, Any]) -> list[str]:
    """Outputs of the record that are missing in the folder or differ from what the run wrote."""
    recorded = record["outputs"]
    present = {name: folder / name for name in recorded if (folder / name).is_file()}
    missing = [f"{format_path(folder / name)} is missing" for name in recorded if name not in present]
    now = file_hashes(present.values(), folder.resolve())
    return missing + [f"{format_path(present[name])} was altered" for name in present if now[name] != recorded[name]]


@dataclass(frozen=True)
class RecordComparison:
    """The outputs in a folder compared with those of the same run made again."""

    same: int  # files that are byte-identical
    differ: list[str]  # paths of files that are not, or exist only once
    changed: list[str]  # inputs that changed since the record was written


def compare_records(folder: Path, again: Path, inputs: Mapping[str, Any]) -> RecordComparison:
    """Compare the outputs of a folder with those in `again`, file by file; `inputs` are those of a run made now."""
    old, new = (file_hashes(output_files(each), each.resolve()) for each in (folder, again))
    names = sorted({*old, *new})
    differ = [format_path(folder / name) for name in names if old.get(name) != new.get(name)]
    return RecordComparison(len(names) - len(differ), differ, changed_inputs(read_record(folder)["inputs"], inputs))


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """`{"files": {"a.csv": 1}}` as ("a.csv", 1): the names of files are clear enough."""
    if not isinstance(value, dict):
        yield name, value
        return
    for key, below in value.items():
        yield from _flat(below, key if name in ("", "files") else f"{name} {key}")
