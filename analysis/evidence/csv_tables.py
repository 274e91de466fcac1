"""Read, validate and write one CSV table as the schema declares it."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from analysis.evidence.columns import PATTERNS, Column, Table
from analysis.evidence.csv_records import HEADER_ROWS, read_delimited
from analysis.evidence.errors import InputError, Problem, find_slip, format_path, suggest_name

FIRST_YEAR, LAST_YEAR = 1800, 2100  # a year outside is a slip, such as 0025


def read_table(path: Path, table: Table, *, strict: bool = True) -> tuple[pd.DataFrame, list[Problem]]:
    """One CSV file as a typed frame, and every failure in it.

    `strict` = the table is one of ours: unknown columns and values outside the vocabulary fail.
    Otherwise (a table someone brings) further columns are kept, as numbers where every value is one; a name that
    is almost certainly a slip of a column of ours is warned of. Row numbers are those a spreadsheet shows.

    Raises InvalidTables if the file is not a rectangular UTF-8 CSV at all.
    """
    path = Path(path)
    raw = read_raw_rows(path)
    problems = _header_problems(list(raw.columns), table, format_path(path), strict)
    known = [column for column in table.columns if column.name in raw.columns]
    problems += _value_problems(raw, known, format_path(path))
    problems += _key_problems(raw, table, format_path(path))
    typed = _typed(raw, known)
    if not strict:
        typed = _with_numbers(typed, [name for name in raw.columns if name not in table.names])
    problems += _range_problems(typed, raw, table, format_path(path))
    return typed, problems


def read_raw_rows(path: Path) -> pd.DataFrame:
    """All fields as text; empty stays empty.

    Raises InvalidTables for a file that is missing, empty, not UTF-8 or not rectangular.
    """
    header, body, delimiter = read_delimited(path)
    raw = pd.DataFrame(body, columns=header, dtype=str)
    # Where commas do not separate fields, a spreadsheet writes them into numbers.
    return raw if delimiter == "," else raw.replace(r"^(-?\d+),(\d+)$", r"\1.\2", regex=True)


def _header_problems(found: list[str], table: Table, file: str, strict: bool) -> list[Problem]:
    missing = [c.name for c in table.columns if c.name not in found and not c.optional]
    absent = [name for name in table.names if name not in found]
    hints = {name: "" if strict else _hint(name, found, table) for name in missing}
    problems = [Problem(file, 1, name, "missing", f"this column is needed{hints[name]}") for name in missing]
    for name in (name for name in found if name not in table.names):
        if strict:
            hint = suggest_name(name, absent) or suggest_name(name, table.names)
            problems.append(Problem(file, 1, name, name, f"not a column of {table.name}{hint}"))
        elif slip := find_slip(name, absent):
            said = f"{file}: the column {name!r} is kept as your own; did you mean {slip!r}?"
            warnings.warn(said, stacklevel=3)
    return problems


def _hint(name: str, found: list[str], table: Table) -> str:
    near = suggest_name(name, [other for other in found if other not in table.names])
    other = "" if near else "; 'incidents import table FILE --suggest' reads tables with other columns"
    return near.replace("did you mean", "is it") + other


def _value_problems(raw: pd.DataFrame, known: list[Column], file: str) -> list[Problem]:
    import pandera.pandas as pa  # slow to import, and only validation needs it

    schema = pa.DataFrameSchema({c.name: pa.Column(str, _checks(c), required=True) for c in known})
    try:
        schema.validate(raw, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return [
            Problem(file, int(case.index) + HEADER_ROWS, case.column, str(case.failure_case),
                    str(case.check))
            for case in errors.failure_cases.itertuples(index=False)
        ]  # fmt: skip
    return []


def _checks(column: Column) -> list:
    """The column's rules as pandera checks; the text of each is what a person is told."""
    import pandera.pandas as pa

    checks = [pa.Check(_once_each(_accepted(column)), error=column.accepts)]
    if column.kind in ("date", "month"):
        checks.append(pa.Check(_once_each(_possible_year), error=f"a year from {FIRST_YEAR} to {LAST_YEAR}"))
    if column.required:
        checks.append(pa.Check(lambda text: text != "", error="must not be empty"))
    return checks


def _once_each(check: Callable[[pd.Series], pd.Series]) -> Callable[[pd.Series], pd.Series]:
    """The check made once for each different value: a long table repeats its days, places and codes."""

    def checked(text: pd.Series) -> pd.Series:
        number, values = pd.factorize(text)
        good = check(pd.Series(values, dtype="str")).to_numpy(dtype=bool)
        return pd.Series(good[number], text.index)

    return checked


def _possible_year(text: pd.Series) -> pd.Series:
    """A year far from all others is a slip of the pen, and a table by month from there has no end."""
    year = pd.to_numeric(text.str.extract(r"^(\d{4})-", expand=False), errors="coerce")
    return year.isna() | year.between(FIRST_YEAR, LAST_YEAR)


def _accepted(column: Column):
    def accepted(text: pd.Series) -> pd.Series:
        good = text.str.fullmatch(PATTERNS[column.kind])
        if column.allowed:
            good &= text.isin(column.allowed)
        if column.kind in ("date", "month"):
            good &= pd.to_datetime(text, format="ISO8601", errors="coerce").notna()
        if column.low is not None:
            good &= pd.to_numeric(text, errors="coerce").between(column.low, column.high)
        if column.max_words:
            good &= text.str.split().str.len() <= column.max_words
        return good | (text == "")

    return accepted


def _key_problems(raw: pd.DataFrame, table: Table, file: str) -> list[Problem]:
    key = [name for name in table.key if name in raw.columns]
    unsure = any(name not in key and not table[name].optional for name in table.key)
    if unsure or raw.empty:
        return []
    values = raw[key[0]].str.cat([raw[name] for name in key[1:]], sep=" + ")
    again = values.duplicated() & (raw[key[0]] != "")
    if not again.any():
        return []
    first = {value: row for row, value in reversed(list(enumerate(values, HEADER_ROWS)))}
    return [
        Problem(file, row + HEADER_ROWS, " + ".join(key), value, f"{table.once}; also in row {first[value]}")
        for row, value in values[again].items()
    ]


def _range_problems(typed: pd.DataFrame, raw: pd.DataFrame, table: Table, file: str) -> list[Problem]:
    problems = []
    for low, high in table.ranges:
        if low in typed and high in typed:
            backwards = typed[typed[low] > typed[high]].index
            problems += [
                Problem(file, int(i) + HEADER_ROWS, high, raw.at[i, high],
                        f"must not be before {low} ({raw.at[i, low]})")
                for i in backwards
            ]  # fmt: skip
    return problems


def _typed(raw: pd.DataFrame, known: list[Column]) -> pd.DataFrame:
    """Text to dates, whole numbers and decimals; empty becomes missing; bad values too."""
    typed = raw.mask(raw == "")
    for column in known:
        text = typed[column.name]
        if column.kind == "date":
            typed[column.name] = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        elif column.kind in ("integer", "number"):
            number = pd.to_numeric(text.where(_fits(raw[column.name], PATTERNS[column.kind])))
            typed[column.name] = number.astype("Int64" if column.kind == "integer" else "float64")
    return typed


def _fits(text: pd.Series, pattern) -> pd.Series:
    return _once_each(lambda values: values.str.fullmatch(pattern, na=False))(text)


def _with_numbers(typed: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Further columns as numbers, where every value is one and none has zeros before it, as codes have."""
    for name in names:
        text = typed[name].dropna()
        if len(text) and pd.Series(text.unique()).str.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?").all():
            number = pd.to_numeric(typed[name])
            typed[name] = number.astype("Int64") if not text.str.contains(".", regex=False).any() else number
    return typed


def to_csv(frame: pd.DataFrame, table: Table) -> str:
    """The frame as the CSV text of `table`: schema order, ISO dates, empty for missing, LF."""
    names = [name for name in table.names if name in frame.columns]
    out = frame[names].copy()
    for name in table.of_kind("date"):
        if name in out:
            out[name] = out[name].dt.strftime("%Y-%m-%d")
    return out.to_csv(index=False, lineterminator="\n")


def write_files(files: Mapping[Path, str | bytes]) -> None:
    """Write all the files, or none: each to a temporary file first, then moved into place, the first of `files` last.

    Text is written as UTF-8. Raises InputError for a path that cannot be written.

    What was replaced before a file that cannot be is put back. A process that is killed between two moves leaves the
    first file as it was, from which the others are made again.
    """
    staged: list[tuple[str, Path]] = []
    replaced: list[tuple[Path, bytes | None]] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as handle:
                staged.append((handle.name, path))
                handle.write(content.encode("utf-8") if isinstance(content, str) else content)
            os.chmod(handle.name, 0o644)
        for name, path in reversed(staged):
            before = path.read_bytes() if path.is_file() else None
            os.replace(name, path)
            replaced.append((path, before))
    except OSError as problem:
        for former, before in replaced:
            former.unlink() if before is None else former.write_bytes(before)
        raise InputError(f"cannot write {format_path(path)}: {problem.strerror}") from problem
    finally:
        for name, _ in staged:
            Path(name).unlink(missing_ok=True)
