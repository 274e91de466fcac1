"""A large export of ACLED to a validated Parquet file, read, checked and written by DuckDB without holding it whole.

The same rules as `acled.convert_acled` and `normal_form.finish`, as one query; a test compares both on one file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.databases import acled
from analysis.databases.date_ranges import EARLIEST
from analysis.databases.engine_side_files import ONCE, engine_side_files
from analysis.databases.normal_form import UNKNOWN, remarks_on_lost_columns
from analysis.databases.normal_form_file import COMPRESSION, PARQUET
from analysis.databases.side_car import FILE_NAME, SideCar, hash_file
from analysis.evidence.arguments import read_day
from analysis.evidence.csv_tables import write_files
from analysis.evidence.errors import InputError, format_path
from analysis.evidence.own_incidents import OWN_INCIDENTS

MEMORY = "450MB"  # that the engine takes before it writes to disk
SHOWN = 3
SNIFFED = 20_000  # rows from which the layout of a file is seen
NONE_FOUND = "(empty)"  # what DuckDB says of a quote that no row of these has


def connect_duckdb(memory: str = "") -> Any:
    """An in-memory DuckDB as Ibis sees it; `memory` bounds what it holds before it writes to disk.

    Raises InputError where the libraries are missing.
    """
    try:
        import ibis

        connection = ibis.duckdb.connect()
    except ImportError:
        raise InputError("large tables need: pip install 'attack-incidents[scale]'") from None
    if memory:
        connection.raw_sql(f"SET memory_limit = '{memory}'")
    connection.raw_sql("SET preserve_insertion_order = false")
    return connection


def quote(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def import_acled_in_engine(
    paths: Iterable[str | Path], folder: str | Path, downloaded: str = "", version: str = "", leave_out: bool = False
) -> SideCar:
    """Import exports of ACLED into `folder`/incidents.parquet, with its side-car.

    Parameters
    ----------
    paths : iterable of str or Path
        CSV files with a header. Columns are joined by their names; a column that one file lacks is missing there.
    folder : str or Path
        Where the table goes.
    downloaded, version, leave_out
        As for `table_import.import_database`.

    Returns
    -------
    SideCar
        What was read, kept and refused.

    Raises
    ------
    InputError
        If a file is no export of ACLED, or rows cannot be taken: all reasons at once, each with examples.
    """
    files = [Path(path) for path in paths]
    folder = Path(folder)
    if absent := [format_path(path) for path in files if not path.is_file()]:
        raise InputError(f"no such file: {', '.join(absent)}")
    if (folder / "incidents.csv").exists():
        raise InputError(f"{format_path(folder)} holds an incidents.csv: choose another folder, or move it away")
    day = pd.Timestamp(read_day(downloaded, "downloaded") if downloaded else date.today())
    latest = f"{day:%Y-%m-%d}"
    connection = connect_duckdb(MEMORY)
    rows = " UNION ALL BY NAME ".join(_rows_of(connection, path) for path in files)
    connection.raw_sql(f"CREATE VIEW given AS {rows}")
    names = [each[0] for each in connection.con.sql("SELECT * FROM given LIMIT 0").description]
    acled.require_acled_layout(pd.DataFrame(columns=names))
    connection.raw_sql(f"CREATE VIEW read AS SELECT *, {_read_columns(names)} FROM given")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{PARQUET}.{os.getpid()}"
    reasons = _reasons(names, latest)
    bad = " OR ".join(f"({each})" for _, _, each in reasons)
    try:
        connection.raw_sql(
            f"COPY (SELECT {_columns(names)}, {bad} AS is_refused FROM read) TO {quote(str(unfinished))} "
            f"(FORMAT parquet, COMPRESSION {COMPRESSION})"
        )
        side_car = _finish(connection, unfinished, folder, files, reasons, leave_out, downloaded, version)
    finally:
        for left in (unfinished, _kept(unfinished)):
            left.unlink(missing_ok=True)
    return side_car


def _kept(unfinished: Path) -> Path:
    """Where the rows go that are taken, while the table is made."""
    return unfinished.with_name(f"{unfinished.name}.kept")


def _rows_of(connection, path: Path) -> str:
    """The rows of a file as text, with the names of the codebook, its file and the row in it."""
    file = quote(str(path))
    try:
        delimiter, mark, escape, skipped, columns = connection.con.sql(
            "SELECT Delimiter, Quote, Escape, SkipRows, Columns FROM "
            f"sniff_csv({file}, all_varchar = true, header = true, sample_size = {SNIFFED})"
        ).fetchall()[0]
    except Exception as error:
        raise InputError(f"{format_path(path)} cannot be read: {str(error).splitlines()[0]}") from None
    # A sample without quotes says nothing of the rows after it. No query looks again at what is given here.
    mark = '"' if mark == NONE_FOUND else mark
    escape = mark if escape == NONE_FOUND else escape
    names = [each["name"] for each in columns]
    types = ", ".join(f"{quote(each)}: 'VARCHAR'" for each in names)
    read = (
        f"read_csv({file}, auto_detect = false, header = true, skip = {skipped}, delim = {quote(delimiter)}, "
        f"quote = {quote(mark)}, escape = {quote(escape)}, columns = {{{types}}})"
    )
    renamed = ", ".join(f"{_name(each)} AS {_name(each.strip().lower().replace(' ', '_'))}" for each in names)
    return f"SELECT {renamed}, {quote(path.name)} AS record_file, row_number() OVER () + 1 AS record_row FROM {read}"


def _text(name: str) -> str:
    """A column as text on one line, missing where it is empty.

    Most texts begin and end with a visible character of ASCII: they need no trimming, which is slow.
    """
    given = _name(name)
    broken = " OR ".join(f"contains({given}, chr({code}))" for code in (10, 13, 9))
    mended = f"regexp_replace({given}, '[\\s\\x00-\\x1f]*[\\x00-\\x1f]+[\\s\\x00-\\x1f]*', ' ', 'g')"
    is_plain = " AND ".join(f"{each} BETWEEN '!' AND '~'" for each in (given, f"{given}[-1]"))
    slow = f"nullif(trim(CASE WHEN {broken} THEN {mended} ELSE {given} END), '')"
    return f"CASE WHEN {is_plain} AND NOT ({broken}) THEN {given} ELSE {slow} END"


def _known(name: str) -> str:
    unknown = ", ".join(quote(each) for each in UNKNOWN if each)
    return (
        f"CASE WHEN length({_name(name)}) < 12 AND lower({_text(name)}) IN ({unknown}) THEN NULL ELSE {_text(name)} END"
    )


def _no_number(name: str) -> str:
    return f"CASE WHEN {name}_ IS NULL THEN {_known(name)} IS NOT NULL ELSE false END"


def _code(name: str, meanings: dict[str, str]) -> str:
    cases = " ".join(f"WHEN {quote(key)} THEN {quote(value)} WHEN {quote(key + '.0')} THEN {quote(value)}"
                     for key, value in meanings.items())  # fmt: skip
    return f"CASE trim({_name(name)}) {cases} END"


def _kind(name: str) -> str:
    by_number = {key + end: word for key, word in acled.ACTOR_KINDS.items() for end in ("", ".0")}
    as_named = {word: word for word in acled.ACTOR_KINDS.values()}
    cases = " ".join(f"WHEN {quote(key)} THEN {quote(value)}" for key, value in {**as_named, **by_number}.items())
    words = " ".join(f"WHEN {quote(key)} THEN {quote(value)}" for key, value in acled._KINDS_IN_WORDS.items())
    return f"CASE trim({_name(name)}) {cases} ELSE CASE lower(trim({_name(name)})) {words} END END"


def _read_columns(names: list[str]) -> str:
    """What several rules need, worked out once: the day, its reach, numbers."""
    formats = ", ".join(quote(each) for each in acled.DATE_FORMATS)
    unit = _code("time_precision", acled.TIME_PRECISION) if "time_precision" in names else "'day'"
    iso = "event_date LIKE '____-__-__'"
    other = f"try_strptime(trim(event_date), [{formats}])::DATE"
    day = f"CASE WHEN {iso} THEN try_cast(trim(event_date) AS DATE) ELSE {other} END"
    # The cast of a bare column would move into the reader of the file, which stops at a text that is no number: trim.
    out = [f"{day} AS day_", f"coalesce({unit}, 'day') AS unit_"]
    for name in ("latitude", "longitude", "fatalities"):
        if name in names:
            out.append(f"try_cast(trim({_name(name)}) AS DOUBLE) AS {name}_")
    return ", ".join(out)


def _reasons(names: list[str], latest: str) -> list[tuple[str, str, str]]:
    """What refuses a row: column, what is allowed, condition."""
    early = f"DATE '{EARLIEST:%Y-%m-%d}'"
    out = [
        ("event_id_cnty", "must not be empty", f"{_text('event_id_cnty')} IS NULL"),
        ("event_date", "a day that the calendar has, in the format named", "day_ IS NULL"),
        ("event_date", f"a day from {EARLIEST:%Y-%m-%d} on", f"day_ < {early}"),
        ("event_date", f"a day up to {latest}, the day of the download", f"{_first()} > DATE {quote(latest)}"),
    ]
    if "time_precision" in names:
        code, allowed = _code("time_precision", acled.TIME_PRECISION), ", ".join(acled.TIME_PRECISION)
        out.append(("time_precision", f"one of {allowed}, or empty",
                    f"{_text('time_precision')} IS NOT NULL AND {code} IS NULL"))  # fmt: skip
    if "geo_precision" in names:
        code, allowed = _code("geo_precision", acled.GEO_PRECISION), ", ".join(acled.GEO_PRECISION)
        out.append(("geo_precision", f"one of {allowed}, or empty",
                    f"{_text('geo_precision')} IS NOT NULL AND {code} IS NULL"))  # fmt: skip
    if "latitude" in names:
        for name in ("latitude", "longitude"):
            out.append((name, "degrees as a decimal number", _no_number(name)))
        out += [
            ("latitude", "-90 to 90", "abs(latitude_) > 90"),
            ("longitude", "-180 to 180", "abs(longitude_) > 180"),
            ("latitude", "not the point 0, 0, which stands for 'not known'; leave both empty",
             "latitude_ = 0 AND longitude_ = 0"),
            ("latitude", "both latitude and longitude, or none", "(latitude_ IS NULL) <> (longitude_ IS NULL)"),
        ]  # fmt: skip
    if "fatalities" in names:
        out.append(("fatalities", "a whole number, 0 or more, or empty",
                    f"({_no_number('fatalities')}) OR fatalities_ < 0 OR "
                    "fatalities_ % 1 <> 0 OR fatalities_ > 1e12"))  # fmt: skip
    for name in ("inter1", "inter2"):
        if name in names:
            allowed = f"1 to 8, 0, empty, or one of {', '.join(acled.ACTOR_KINDS.values())}"
            none = f"coalesce({_text(name)}, '0') NOT IN ('0', '0.0')"
            out.append((name, allowed, f"CASE WHEN {_kind(name)} IS NULL THEN {none} ELSE false END"))
    return [(column, allowed, f"coalesce({condition}, false)") for column, allowed, condition in out]


def _first() -> str:
    return "CASE unit_ WHEN 'month' THEN date_trunc('month', day_)::DATE WHEN 'week around' THEN day_ - 3 ELSE day_ END"


def _columns(names: list[str]) -> str:
    """The columns of incidents.csv, in their order, then those that are kept as they are."""
    last = "CASE unit_ WHEN 'month' THEN last_day(day_) WHEN 'week around' THEN day_ + 3 ELSE day_ END"
    own = _text("event_id_cnty")
    dashed = f"regexp_replace(regexp_replace({own}, '[^A-Za-z0-9._-]+', '-', 'g'), '^[^A-Za-z0-9]+', '')"
    cleaned = f"CASE WHEN regexp_full_match({own}, '[A-Za-z0-9][A-Za-z0-9._-]*') THEN {own} ELSE {dashed} END"
    values = {
        "incident_id": cleaned, "date": "day_", "date_start": _first(), "date_end": last,
        "place": _place("location", names), "country": _place("country", names), "admin1": _place("admin1", names),
        "event_kind": "'event'", "event_type": _text("event_type"), "record_id": _text("event_id_cnty"),
        "record_file": "record_file", "record_row": "record_row::BIGINT",
    }  # fmt: skip
    if "latitude" in names:
        values |= {"latitude": "latitude_", "longitude": "longitude_"}
    if "geo_precision" in names:
        values["coord_precision"] = _code("geo_precision", acled.GEO_PRECISION)
    if "fatalities" in names:
        values["deaths"] = "fatalities_::BIGINT"
    for ours, theirs in (("event_subtype", "sub_event_type"), ("side_a", "actor1"), ("side_b", "actor2"),
                         ("actor", "actor1"), ("note", "notes"), ("source", "source")):  # fmt: skip
        if theirs in names:
            values[ours] = _text(theirs)
    for ours, theirs in (("side_a_kind", "inter1"), ("side_b_kind", "inter2")):
        if theirs in names:
            values[ours] = _kind(theirs)
    for name in names:
        named = (*acled.COLUMNS, *acled.REMOVED_IN_2023, "record_file", "record_row")
        if name in acled.KEPT or name not in named:
            values.setdefault(name, _text(name))
    ordered = [name for name in OWN_INCIDENTS.names if name in values]
    ordered += [name for name in values if name not in ordered]
    return ", ".join(f"{values[name]} AS {_name(name)}" for name in ordered)


def _place(name: str, names: list[str]) -> str:
    return _known(name) if name in names else "NULL::VARCHAR"


def _finish(connection, unfinished: Path, folder: Path, files, reasons, leave_out, downloaded, version) -> SideCar:
    """Look at what was written: refused rows, ids that stand twice; then the table takes its place."""
    made = f"read_parquet({quote(str(unfinished))})"
    is_zero = "deaths = 0" if "deaths" in _names(connection, made) else "false"
    rows, refused, ranges, zeros = connection.con.sql(
        f"SELECT count(*), count(*) FILTER (is_refused), "
        f"count(*) FILTER (date_start < date_end), count(*) FILTER ({is_zero}) "
        f"FROM {made}"
    ).fetchall()[0]
    twice = connection.con.sql(
        f"SELECT incident_id, count(*) FROM {made} WHERE NOT is_refused GROUP BY 1 HAVING count(*) > 1 ORDER BY 1"
    ).fetchall()
    table = _refused_table(connection, reasons) if refused else []
    if twice:
        again, some = int(sum(n for _, n in twice)), "; ".join(str(each) for each, _ in twice[:SHOWN])
        table.append({"column": "event_id_cnty", "allowed": ONCE, "rows": again, "examples": some})
    if (table and not leave_out) or refused == rows:
        lines = "\n".join(f"  {e['rows']:,} x {e['column']}: {e['allowed']} ({e['examples']})" for e in table)
        raise InputError(
            f"{refused + sum(n for _, n in twice):,} of {rows:,} rows cannot be taken:\n{lines}\n"
            "Nothing is written. Mend the file, or give --leave-out to import the other rows."
        )
    kept = rows - refused
    target = unfinished
    if refused or twice:
        target = _kept(unfinished)
        shared = f"SELECT incident_id FROM {made} WHERE NOT is_refused GROUP BY 1 HAVING count(*) > 1"
        connection.raw_sql(f"COPY (SELECT * FROM {made} WHERE NOT is_refused AND incident_id NOT IN ({shared})) TO "
                           f"{quote(str(target))} (FORMAT parquet, COMPRESSION {COMPRESSION})")  # fmt: skip
        kept -= sum(n for _, n in twice)
    remarks = [f"{ranges:,} of {rows:,} incidents are known to a range of days"] if ranges else []
    if zeros:
        remarks.append(f"{zeros:,} events state 0 deaths; ACLED writes 0 where none was reported, which can mean "
                       "'unknown': kept as stated")  # fmt: skip
    given = [each[0] for each in connection.con.sql("SELECT * FROM given LIMIT 0").description]
    remarks += remarks_on_lost_columns(given, acled.IF_MISSING)
    each = connection.con.sql("SELECT record_file, count(*) FROM given GROUP BY 1").fetchall() if len(files) > 1 else []
    numbers = dict(each) or {files[0].name: rows}
    side_car = SideCar(
        database=acled.NAME, licence=acled.LICENCE, citation=acled.CITATION, one_row=acled.ONE_ROW,
        rows_may_be_passed_on=acled.ROWS_MAY_BE_PASSED_ON, downloaded=downloaded, version=version, refused=table,
        files=[{"name": f.name, "sha256": hash_file(f), "rows": numbers.get(f.name, 0)} for f in files],
        rows_read=rows, rows_kept=kept, remarks=remarks,
    )  # fmt: skip
    taken = f"(SELECT * FROM read_parquet({quote(str(target))}) WHERE NOT is_refused)"
    beside = engine_side_files(connection, made, taken, folder, side_car, reasons)
    os.replace(target, folder / PARQUET)
    write_files({folder / FILE_NAME: side_car.text(), **beside})
    return side_car


def _names(connection, made: str) -> list[str]:
    return [each[0] for each in connection.con.sql(f"SELECT * FROM {made} LIMIT 0").description]


def _refused_table(connection, reasons) -> list[dict[str, Any]]:
    """One row for each reason that occurs, most frequent first, with examples; the files are read again for it."""
    out = []
    for column, allowed, condition in reasons:
        number = connection.con.sql(f"SELECT count(*) FROM read WHERE {condition}").fetchall()[0][0]
        if number:
            some = connection.con.sql(
                f"SELECT record_row, {_name(column)} FROM read WHERE {condition} ORDER BY record_row LIMIT {SHOWN}"
            ).fetchall()
            shown = "; ".join(f"row {row}: {str(value or '')[:60]!r}" for row, value in some)
            out.append({"column": column, "allowed": allowed, "rows": int(number), "examples": shown})
    return sorted(out, key=lambda each: (-each["rows"], each["column"]))
