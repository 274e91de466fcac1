"""The bytes of a text file as text, whatever program saved it: encoding and delimiter found. Imports nothing slow."""

from __future__ import annotations

import codecs
import csv
import io

from analysis.evidence.errors import InputError

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
MARK = "\ufeff"
DELIMITERS = (",", ";", "\t", "|")


def decode_text(content: bytes) -> tuple[str, str]:
    """The text, and the encoding it was read as: UTF-8, UTF-16, or Windows-1252 (a superset of Latin-1).

    UTF-16 is known by its byte order mark, or by a NUL beside each letter. What is neither it nor UTF-8 is read as
    Windows-1252, which spreadsheets in Western Europe write; the caller says so, because no file can prove it.

    Raises InputError for a file that is no text.
    """
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            text = _decoded(content, encoding).replace(MARK, "")  # files that were joined hold marks inside, too
            return text, "UTF-16" if encoding == "utf-16" else "UTF-8"
    start = content[:200]
    if len(start) > 3 and 0 in start:
        for zeros, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if start[zeros::2].count(0) > len(start) / 4 > 4 * start[1 - zeros :: 2].count(0):
                return _decoded(content, encoding), "UTF-16"
        raise InputError("the file holds NUL bytes: it is no text")
    try:
        return content.decode("utf-8").replace(MARK, ""), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:  # five bytes that Windows-1252 leaves open
        return content.decode("latin-1"), "Latin-1"


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"the file begins as {encoding.upper()} and cannot be read as such: {error}") from None


def find_delimiter(text: str) -> str:
    """The delimiter of a delimited text: of comma, semicolon, tab and bar the one that splits the first lines most
    evenly, into most fields; a comma where none does.

    Examples
    --------
    >>> find_delimiter('id;day;deaths\\n1;2024-01-02;"3,5"\\n')
    ';'
    """
    lines = text[:50_000].splitlines(keepends=True)
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0][4]
    sample = "".join(lines[:-1] if len(text) > 50_000 else lines)

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if any(row)][:50]
        except csv.Error:
            return 0, 0
        width = len(rows[0]) if rows else 0
        return (sum(len(row) == width for row in rows) / max(len(rows), 1), width) if width > 1 else (0, 0)

    scores = {delimiter: evenness(delimiter) for delimiter in DELIMITERS}
    even = {delimiter: score for delimiter, score in scores.items() if score[0] > 0.5} or scores
    best = max(even, key=lambda delimiter: (even[delimiter][1] > 1, round(even[delimiter][0], 1), even[delimiter][1]))
    return best if even[best][1] > 1 else ","
