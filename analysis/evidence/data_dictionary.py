"""The schema in other clothes: a Frictionless data package, and the codebook's tables."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

from analysis.evidence.columns import PATTERNS, Column, Table
from analysis.evidence.folders import list_evidence_sets
from analysis.evidence.schema import DERIVED, EVIDENCE, SHARED, TABLES

FRICTIONLESS = {"date": "date", "integer": "integer", "number": "number"}


TITLE = "Attacks on U.S. bases in Iraq, Syria and Jordan from 17 October 2023"
LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}


def build_datapackages(root: Path) -> dict[Path, str]:
    """`datapackage.json` (Frictionless v1) for data/, and for every evidence set outside it:
    a package may only name files below its own folder."""
    data = root / "data"
    sets = list_evidence_sets(root)
    inside = [folder for folder in sets if folder.parent == data]
    shared = [
        _resource(table, f"{table.name}.csv", table.name)
        for table in (*SHARED, *DERIVED)
        if table in DERIVED or (data / f"{table.name}.csv").is_file()
    ]
    packages = {data: [r for folder in inside for r in _set(folder, f"{folder.name}/")] + shared}
    packages |= {folder: _set(folder, "") for folder in sets if folder not in inside}
    return {folder / "datapackage.json": _package(found) for folder, found in packages.items()}


def _set(folder: Path, prefix: str) -> list[dict]:
    return [
        _resource(_as_found(table, folder), f"{prefix}{table.name}.csv", f"{folder.name}-{table.name}")
        for table in EVIDENCE
        if (folder / f"{table.name}.csv").is_file()
    ]


def _as_found(table: Table, folder: Path) -> Table:
    """The table with the columns that its file has: a validator misses a field that is not there."""
    with (folder / f"{table.name}.csv").open(encoding="utf-8-sig", newline="") as lines:
        header = next(csv.reader(lines))
    columns = tuple(column for column in table.columns if column.name in header)
    return replace(table, columns=columns, key=tuple(name for name in table.key if name in header))


def _package(resources: list[dict]) -> str:
    package = {
        "profile": "tabular-data-package",
        "name": "attack-incidents",
        "title": TITLE,
        "licenses": [LICENCE],
        "resources": resources,
    }
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _resource(table: Table, path: str, name: str) -> dict:
    return {
        "profile": "tabular-data-resource",
        "name": name.replace("_", "-"),
        "path": path,
        "description": table.description,
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict:
    constraints: dict = {"required": True} if column.required else {}
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    elif column.kind not in FRICTIONLESS:
        constraints["pattern"] = PATTERNS[column.kind]
    if column.low is not None:
        constraints |= {"minimum": column.low, "maximum": column.high}
    return {
        "name": column.name,
        "type": FRICTIONLESS.get(column.kind, "string"),
        "description": column.description,
        **({"constraints": constraints} if constraints else {}),
    }


def format_codebook_table(name: str) -> str:
    """The columns of one table as a Markdown table: column, what it holds, what it accepts."""
    lines = ["| column | holds | accepts |", "|---|---|---|"]
    for column in TABLES[name].columns:
        needed = "**needed**; " if column.required else ""
        holds, accepts = (text.replace("|", "\\|") for text in (column.description, column.accepts))
        lines.append(f"| `{column.name}` | {holds} | {needed}{accepts} |")
    return "\n".join(lines)
