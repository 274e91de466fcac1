"""Where the header of a table is: below titles, and in one row or in two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LOOKED_AT = 30  # rows in which a header may stand
NARROW = 3  # a table of fewer columns has its header in the first row


class Header(NamedTuple):
    """The names of the columns, the rows above them, and how many rows stand before the first record."""

    names: list[str]
    above: list[str]
    rows: int


def find_header(rows: Sequence[Sequence[str]]) -> Header:
    """The header among the first rows of a table.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first rows, at least one.

    Returns
    -------
    Header
        A row with hardly a value above a fuller one is a title. A header with gaps above a row of words alone is one of
        two rows; each name then holds both.

    Examples
    --------
    >>> find_header([["Report of 2022", "", ""], ["", "", ""], ["day", "place", "deaths"], ["2022-01-03", "A", "3"]])
    Header(names=['day', 'place', 'deaths'], above=['Report of 2022'], rows=3)
    >>> find_header([["Day", "Deaths", ""], ["", "army", "others"], ["2022-01-03", "1", "2"]]).names
    ['Day', 'Deaths army', 'Deaths others']
    """
    rows = [[value.strip() for value in row] for row in rows[:LOOKED_AT]]
    width = max(map(_filled, rows))
    at = _below_titles(rows, width) if width >= NARROW else 0
    above = [" ".join(filter(None, row)) for row in rows[:at] if any(row)]
    if at + 1 < len(rows) and (names := _joined(rows[at], rows[at + 1])):
        return Header(names, above, at + 2)
    return Header(list(rows[at]), above, at + 1)


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _below_titles(rows: Sequence[Sequence[str]], width: int) -> int:
    few = 2 if width > 2 * 2 else 1
    at = next((n for n, row in enumerate(rows) if _filled(row) > few), 0)
    return at if at < len(rows) - 1 else 0


def _joined(top: Sequence[str], below: Sequence[str]) -> list[str]:
    """Names of a header of two rows; none where these are no such rows."""
    width = max((n for row in (top, below) for n, value in enumerate(row, 1) if value), default=0)
    top, below = ([*row, *[""] * width][:width] for row in (top, below))
    gaps = [not above for above in top]
    words = not any(letter.isdigit() for value in below for letter in value)
    if not words or gaps[:1] == [True] or not any(gaps) or _filled(below) < NARROW - 1:
        return []
    if not all(above or under for above, under in zip(top, below, strict=True)):
        return []
    names, group = [], ""
    for above, under in zip(top, below, strict=True):
        group = above or group
        names.append(f"{group} {under}".strip())
    return names
