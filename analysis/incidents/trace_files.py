"""The trace of one incident straight from the tables as they stand: nothing is validated, nothing slow imported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

from analysis.evidence import schema
from analysis.evidence.csv_records import read_records
from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.evidence.folders import find_evidence_root, list_evidence_sets

Row = SimpleNamespace  # the fields of a row as text, its days as days


def trace_from_files(folder: str | Path, name: str) -> tuple[Row, list[Row], list[Row], list[Row]]:
    """An incident, its claims with their sources, its disputes, and whose word its values are.

    `name` is its id or that of one of its claims. The same rows as `trace.trace_incident` gives for a dataset. Raises
    InputError for an id that is neither, and for a folder without claims or without the built table.
    """
    root = find_evidence_root(folder)
    if not list_evidence_sets(root):
        raise InputError(f"{root} holds no claims: there is nothing to trace")
    path = root / "data" / "incidents.csv"
    if not path.is_file():
        raise InputError(f"{format_path(path)} is missing: run 'incidents build' first")
    incident = _incident(path, name)
    claims = sorted(_claims(root, incident), key=lambda claim: claim.claim_id)
    disputes, values = (
        [row for row in _rows(root / "data" / f"{table.name}.csv", table) if row.incident_id == incident.incident_id]
        for table in (schema.DISPUTES, schema.VALUES)
    )
    return incident, claims, disputes, values


def _incident(path: Path, name: str) -> Row:
    known = {row.incident_id: row for row in _rows(path, schema.INCIDENTS)}
    holding = (row for row in known.values() if name in row.claims.split("|"))
    found = known.get(name) or next(holding, None)
    if not found:
        raise InputError(f"no incident {name!r}{suggest_name(name, known)}")
    return found


def _claims(root: Path, incident: Row) -> Iterator[Row]:
    wanted = set(incident.claims.split("|"))
    for folder in list_evidence_sets(root):
        if not (folder / "claims.csv").is_file():
            continue
        sources = {row.source_id: row for row in _rows(folder / "sources.csv", schema.SOURCES)}
        for claim in _rows(folder / "claims.csv", schema.CLAIMS):
            if claim.claim_id in wanted:
                source = sources.get(claim.source_id) or _unsound(folder / "claims.csv", claim.source_id)
                said = {"outlet": source.outlet, "origin": source.origin or source.outlet}
                yield Row(**vars(claim), **said, reliability=source.reliability, url=source.url)


def _rows(path: Path, table: schema.Table) -> Iterator[Row]:
    header, body = read_records(path)
    empty = dict.fromkeys(table.names, "")
    days = [name for name in table.of_kind("date") if name in header]
    for fields in body:
        row = empty | dict(zip(header, fields, strict=True))
        try:
            yield Row(**row | {name: date.fromisoformat(row[name]) for name in days if row[name]})
        except ValueError as error:
            _unsound(path, str(error))


def _unsound(path: Path, what: str) -> NoReturn:
    raise InputError(f"{format_path(path)} is not in order ({what}): 'incidents build' says where")
