"""import.json: beside an imported table, from which files it comes, what was kept and refused, and on what terms."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.evidence.errors import InputError, format_path

FILE_NAME = "import.json"


@dataclass(frozen=True)
class SideCar:
    """What import.json says.

    Parameters
    ----------
    database : str
        Name of the database.
    files : list of dict
        name, sha256 and rows of each file.
    rows_read, rows_kept : int
        Rows of all files; incidents of the table.
    refused : list of dict
        column, allowed, rows and examples of each reason, where rows were left out.
    remarks : list of str
        What the import said.
    downloaded : str
        Day of the download, or empty.
    version, url, licence, citation : str
        Of the database.
    rows_may_be_passed_on : bool
        Whether the terms of the database allow to pass on its rows.
    one_row : str
        What one row is.
    mapping : dict or None
        The mapping file, where there was one.
    package : str
        Version of this package.
    """

    database: str
    files: list[dict[str, Any]]
    rows_read: int
    rows_kept: int
    refused: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    downloaded: str = ""
    version: str = ""
    url: str = ""
    licence: str = "not stated"
    citation: str = ""
    rows_may_be_passed_on: bool = True
    one_row: str = ""
    mapping: dict[str, Any] | None = None
    package: str = field(default_factory=lambda: version("attack-incidents"))

    def text(self) -> str:
        """The JSON of the file."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    def words(self) -> str:
        """The import in one sentence, for the provenance of a report."""
        files = "; ".join(
            f"{each['name']} (sha256 {each['sha256'][:12]}, {each['rows']:,} rows)" for each in self.files
        )
        out = f", {self.rows_read - self.rows_kept:,} left out or joined" if self.rows_read > self.rows_kept else ""
        told = f", downloaded {self.downloaded}" if self.downloaded else ""
        label = f"{self.database} {self.version}".strip()
        return f"Imported from {label}{told}: {files}; {self.rows_kept:,} incidents{out}. Licence: {self.licence}."


def hash_file(path: Path) -> str:
    """The sha256 of a file."""
    whole = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            whole.update(block)
    return whole.hexdigest()


def read_side_car(folder: str | Path) -> SideCar | None:
    """The side-car of a folder; None where its table was not imported.

    Raises InputError if the file is no such side-car.
    """
    path = Path(folder) / FILE_NAME
    if not path.is_file():
        return None
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        known = set(SideCar.__dataclass_fields__)
        return SideCar(**{name: value for name, value in given.items() if name in known})
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{format_path(path)} is no record of an import: {error}") from None
