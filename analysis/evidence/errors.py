"""What is wrong with an input: one row per failure, all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

FEW = 20  # problems that a message lists one by one


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
        lines = [f"{count:,} problem{'s' if count != 1 else ''} in the tables:"]
        super().__init__("\n".join([*lines, *(f"  {line}" for line in summarise_problems(self.problems))]))


def summarise_problems(problems: list[Problem]) -> list[str]:
    """Problems as lines: each one, unless there are many; then those of one column and one reason in a line with their
    number, most frequent first."""
    if len(problems) <= FEW:
        return [str(problem) for problem in problems]
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        reason = problem.allowed.partition("; also in row")[0].partition(" (")[0]
        kinds.setdefault((problem.file, problem.column, reason), []).append(problem)
    lines = []
    for (file, column, reason), same in sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0])):
        some = ", ".join(f"row {problem.row}: {problem.value!r}" for problem in same[:3])
        more = " ..." if len(same) > 3 else ""
        where = f"{file}, column {column}" if column else file
        lines.append(f"{len(same):,} x {where}: {reason} ({some}{more})" if len(same) > 1 else str(same[0]))
    return lines


def suggest_name(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, as a hint ready to append, or an empty string."""
    close = get_close_matches(str(name), list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def find_slip(name: str, known: Iterable[str]) -> str:
    """The known name of which `name` is almost certainly a slip: one letter apart, two for eight letters or more; else
    an empty string.

    Examples
    --------
    >>> find_slip("cuntry", ["country", "confirmation"]), find_slip("location", ["confirmation"])
    ('country', '')
    """
    for each in known:
        if _without_numbers(name) == _without_numbers(each):
            continue  # event_type_2 stands beside event_type
        if letters_apart(name.lower(), each) <= (2 if min(len(name), len(each)) >= 8 else 1):
            return each
    return ""


def _without_numbers(name: str) -> str:
    return re.sub(r"[\d_]", "", name)


def letters_apart(one: str, other: str) -> int:
    """How many letters must be added, left out, changed or swapped with their neighbour (restricted
    Damerau-Levenshtein distance)."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]


def format_path(path: Path) -> str:
    """A path as a person would type it: relative to the working folder where it lies below it."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
