"""Prove the coded seeds against the original documents: hash, line and words of every row."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.csv_tables import HEADER_ROWS, read_table
from analysis.evidence.errors import InputError, InvalidTables, Problem, format_path


def check_seeds(seeds: Path, originals: Path) -> tuple[int, int]:
    """Check every row of the coded seeds in `seeds` against the documents in `originals`.

    Returns (rows checked, documents). Raises InvalidTables with every row whose document, line or
    words do not agree, and InputError if `originals` is not a folder.
    """
    if not originals.is_dir():
        raise InputError(f"{originals} is not a folder with the original documents")
    sources, problems = _coded(seeds, schema.SOURCES)
    lines = {}
    for row, source in enumerate(sources.itertuples(), HEADER_ROWS):
        path = originals / str(source.file)
        where = (format_path(seeds / "sources.csv"), row)
        if pd.isna(source.file) or not path.is_file():
            problems.append(Problem(*where, "file", _text(source.file), f"not found in {originals}"))
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != source.sha256:
            problems.append(Problem(*where, "sha256", _text(source.sha256), f"the file has {digest}"))
        lines[source.source_id] = path.read_text(encoding="utf-8", errors="replace").split("\n")
    rows = 0
    for table in (schema.CLAIMS, schema.TALLIES, schema.MILESTONES):
        coded, found = _coded(seeds, table)
        problems += found + _row_problems(coded, lines, format_path(seeds / f"{table.name}.csv"))
        rows += len(coded)
    if problems:
        raise InvalidTables(problems)
    return rows, len(lines)


def _coded(seeds: Path, table: schema.Table) -> tuple[pd.DataFrame, list[Problem]]:
    """A table of the seeds with every column, those included that other evidence may leave out."""
    frame, problems = read_table(seeds / f"{table.name}.csv", table)
    return frame.reindex(columns=table.names), problems


def _text(value) -> str:
    return "" if pd.isna(value) else str(value)


def _row_problems(coded: pd.DataFrame, lines: dict[str, list[str]], file: str) -> list[Problem]:
    problems = []
    for row, record in enumerate(coded.itertuples(), HEADER_ROWS):
        document = lines.get(record.source_id)
        if document is None:
            continue  # already reported with its source
        if pd.isna(record.line) or not 1 <= record.line <= len(document):
            allowed = f"a line from 1 to {len(document)}"
            problems.append(Problem(file, row, "line", _text(record.line), allowed))
        elif pd.isna(record.words) or record.words not in document[record.line - 1]:
            allowed = f"must stand in line {record.line} of the document"
            problems.append(Problem(file, row, "words", _text(record.words), allowed))
    return problems
