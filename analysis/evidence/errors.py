"""What is wrong with an input: one row per failure, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


class InputError(ValueError):
    """Something that was given cannot be used; the message says what, where, and what can.

    Examples
    --------
    >>> import analysis as a
    >>> try:
    ...     a.View(start="28.01.2024")
    ... except a.InputError as error:
    ...     print(error)
    start is '28.01.2024'; allowed: a day, YYYY-MM-DD, or empty
    """


class RunError(RuntimeError):
    """What was asked for could be tried and failed; the message says where and why."""


@dataclass(frozen=True, order=True)
class Problem:
    """One failure of one table. `row` counts as a spreadsheet does: the header is row 1."""

    file: str
    row: int
    column: str
    value: str
    allowed: str

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}" if self.row else self.file
        column = f", column {self.column}" if self.column else ""
        return f"{where}{column}: {self.value!r} - {self.allowed}"


class InvalidTables(InputError):
    """One or more tables failed validation; `problems` holds every failure, in file order."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = sorted(set(problems))
        count = len(self.problems)
        lines = [f"{count} problem{'s' if count != 1 else ''} in the tables:"]
        super().__init__("\n".join([*lines, *(f"  {problem}" for problem in self.problems)]))


def suggest_name(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, as a hint ready to append, or an empty string."""
    close = get_close_matches(str(name), list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def format_path(path: Path) -> str:
    """A path as a person would type it: relative to the working folder where it lies below it."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
