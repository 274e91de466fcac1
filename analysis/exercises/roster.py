"""The roster of a class: who should hand in, with the ids by which learning platforms know them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from unicodedata import normalize

import pandas as pd

from analysis.databases.table_files import FILE, ROW, read_table_file
from analysis.evidence.csv_tables import write_files
from analysis.evidence.errors import InputError, format_path

# Headings of Moodle's and Canvas's exports, in English, and of tables made by hand.
FIRST_NAME = ("first name", "firstname", "given name")
LAST_NAME = ("last name", "surname", "lastname", "family name")
NAME = ("full name", "name", "student", "student name")
IDS = ("id", "id number", "idnumber", "user id", "canvas user id", "username", "login", "sis login id", "sis user id",
       "email address", "email", "e-mail", "identifier", "student id", "student_id")  # fmt: skip


@dataclass(frozen=True)
class Roster:
    """A class: `rows` has one row for each student, as the file has it; `names` are the students' in the grades."""

    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    names: list[str] = field(default_factory=list)

    def find_student(self, name: str, identifier: str = "") -> str:
        """The name in the grades of the student with that id, that name, or that name as Canvas writes it; else empty.

        Where several students could be meant, the answer is empty.
        """
        for wanted in (identifier, name):
            found = {self.names[at] for at, keys in enumerate(self._keys) if wanted and _plain(wanted) in keys}
            if len(found) == 1:
                return found.pop()
        return ""

    @cached_property
    def _keys(self) -> list[set[str]]:
        return [_keys(row, name) for row, name in zip(self.rows.to_dict("records"), self.names, strict=True)]

    def columns(self, *headings: str) -> list[str]:
        """The value of the first column with one of these headings, for each student; empty where there is none."""
        for heading in headings:
            for column in self.rows:
                if column.casefold() == heading:
                    return [str(value) for value in self.rows[column]]
        return [""] * len(self.names)


def read_roster(path: Path) -> Roster:
    """The roster in a CSV or XLSX file: Moodle's list of participants or grades, Canvas's gradebook, or any table with
    a column `name` (or `first name` and `last name`).

    Raises InputError for a file without names.
    """
    rows = read_table_file(path).rows.drop(columns=[FILE, ROW])
    names = _names(rows)
    if names is None:
        raise InputError(f"{format_path(path)} names no student: it needs a column name, or first name and last name")
    rows, names = rows[names != ""], names[names != ""]
    times = Counter(names)
    told_apart = [
        f"{name} ({_first_id(row)})" if times[name] > 1 else name
        for name, row in zip(names, rows.to_dict("records"), strict=True)
    ]
    return Roster(rows.reset_index(drop=True), [normalize("NFC", re.sub(r'[/\\:*?"<>|]', "-", n)) for n in told_apart])


def keep_roster(out: Path, path: Path | None) -> Roster:
    """The roster in `path`, of which a copy is kept in `out`; without a path the one that was kept there, if any."""
    kept = next(iter(sorted(out.glob("roster.*"))), None)
    if path is None:
        return read_roster(kept) if kept else Roster()
    roster = read_roster(path)
    copy = out / f"roster{path.suffix.lower()}"
    write_files({copy: path.read_bytes()})
    if kept and kept != copy:
        kept.unlink()
    return roster


def _names(rows: pd.DataFrame) -> pd.Series | None:
    """First and last name of every row; empty for a row that is no student, as Canvas has them."""
    column = {name.casefold().strip(): name for name in rows}
    first, last = (next((column[n] for n in wanted if n in column), None) for wanted in (FIRST_NAME, LAST_NAME))
    whole = next((column[n] for n in NAME if n in column), None)
    if first and last:
        return (rows[first].str.strip() + " " + rows[last].str.strip()).str.strip()
    if whole is None:
        return None
    turned = rows[whole].str.strip().str.replace(r"^([^,]+),\s*(.+)$", r"\2 \1", regex=True)  # "Adler, Anna"
    return turned.where(~turned.str.casefold().isin(["points possible", "student, test", "test student"]), "")


def _first_id(row: dict) -> str:
    return next((str(value) for column, value in row.items() if column.casefold() in IDS and value), "?")


def _keys(row: dict, name: str) -> set[str]:
    """All by which a platform may call the student."""
    ids = [str(value) for column, value in row.items() if column.casefold().strip() in IDS and value]
    ids += [value.partition("@")[0] for value in ids if "@" in value]
    ids += [re.sub(r"\D", "", value) for value in ids if value.startswith("Participant ")]
    words = name.split(" (")[0].split()
    turned = ["".join(words[at:] + words[:at]) for at in range(len(words))]  # Canvas: adleranna
    return {_plain(text) for text in [*ids, name, name.split(" (")[0], *turned]}


def _plain(text: str) -> str:
    """The text without what platforms change: capitals, accents, blanks and signs."""
    letters = normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())
