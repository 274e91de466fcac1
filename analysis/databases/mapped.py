"""Any other table, as a mapping file says what its columns mean."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.databases.date_ranges import fitting_formats, from_parts, parse_days, span
from analysis.databases.mapping import DateField, Field, Mapping
from analysis.databases.month_names import in_english
from analysis.databases.normal_form import (
    UNKNOWN,
    Import,
    join_parts,
    one_line,
    put_days,
    put_ids,
    put_point,
    safe_columns,
    to_number,
)
from analysis.databases.table_files import FILE, ROW
from analysis.evidence.errors import InputError, suggest_name
from analysis.evidence.own_incidents import OWN_INCIDENTS

POINT = ("latitude", "longitude")
TWO_NUMBERS = r"^\D*?([+-]?\d+(?:\.\d+)?)[^\d+.-]+([+-]?\d+(?:\.\d+)?)\D*$"  # "36.1, 44.0", "POINT (44.0 36.1)"


def require_columns_of(mapping: Mapping, rows: pd.DataFrame) -> None:
    """Raise InputError unless the table has every column that the mapping names; the message names all it lacks."""
    known = [name for name in rows.columns if name not in (FILE, ROW)]
    lost = sorted(mapping.columns() - set(known))
    if lost:
        told = "; ".join(f"{name!r}{suggest_name(name, known).replace('; did', ', did')}" for name in lost)
        raise InputError(f"the mapping names columns that the table does not have: {told} (it has: {', '.join(known)})")


def convert_table(rows: pd.DataFrame, mapping: Mapping, latest: pd.Timestamp | None = None) -> Import:
    """Rows of a table in the normal form.

    Parameters
    ----------
    rows : DataFrame
        As `read_table_file` gives them.
    mapping : Mapping
        What the columns mean.
    latest : Timestamp, optional
        The day of the download; later days are refused.

    Returns
    -------
    Import
        Incidents, refusals and remarks.

    Raises
    ------
    InputError
        If the mapping names a column that is not there, or a column of days needs a format.

    Notes
    -----
    Columns that no field takes are kept under their own names, unless the mapping drops them; one that is called like a
    column of ours gets an underscore.
    """
    require_columns_of(mapping, rows)
    remarks: list[str] = []
    rows = _chosen(rows, mapping, remarks)
    rows = _one_row_each(rows, mapping, remarks)
    given = list(rows.columns)
    each = Import(rows, remarks=remarks)
    ids = _joined_ids(rows, mapping)
    put_ids(each, ids, " + ".join(mapping.id) or FILE)
    _put_dates(each, mapping, latest)
    for name, spec in mapping.fields.items():
        if name not in POINT:
            each.incidents[name] = _field(each, name, spec, mapping)
    _put_ranges_of_deaths(each, mapping)
    if set(POINT) <= set(mapping.fields):
        north, east = (mapping.fields[name] for name in POINT)
        put_point(each, _coordinate(each, north, mapping), _coordinate(each, east, mapping), north.decimal)
    if "side_a" in mapping.fields and "actor" not in mapping.fields:
        each.incidents["actor"] = each.incidents["side_a"]
    _keep(each, mapping, given)
    return each


def _coordinate(each: Import, spec: Field, mapping: Mapping) -> str:
    """The column of a coordinate, added where it is a part of another one."""
    text = each.rows[spec.column]
    text = text.mask(text.isin(spec.missing + mapping.missing), "")
    name = spec.column
    if spec.part:
        name = f"{spec.column}, part {spec.part}"
        two = text.str.extract(TWO_NUMBERS)[spec.part - 1]
        text = two.fillna(text).str.strip()
    each.rows[name] = text
    return name


def _chosen(rows: pd.DataFrame, mapping: Mapping, remarks: list[str]) -> pd.DataFrame:
    keep = pd.Series(True, rows.index)
    for name, values in mapping.only.items():
        keep &= rows[name].isin(values)
    if not keep.any():
        told = "; ".join(f"{name} is {' or '.join(values)}" for name, values in mapping.only.items())
        raise InputError(f"no row of the table is left where {told}")
    if not keep.all():
        remarks.append(f"{int((~keep).sum()):,} rows are left out, as 'only' in the mapping says")
    return rows[keep].reset_index(drop=True)


def _one_row_each(rows: pd.DataFrame, mapping: Mapping, remarks: list[str]) -> pd.DataFrame:
    """One row for each id, as `more_rows` says: the first, or all joined by the first value that each column has."""
    if mapping.more_rows == "refuse" or not mapping.id:
        return rows
    key = _joined_ids(rows, mapping).fillna("")
    again = key.duplicated(keep=False) & (key != "")
    if not again.any():
        return rows
    later = key.duplicated() & (key != "")
    kept = rows[~later].copy()
    if mapping.more_rows == "join":
        filled = rows[again].mask(rows[again] == "").groupby(key[again], sort=False).first().fillna("")
        at = kept.index[again[kept.index]]
        kept.loc[at, filled.columns] = filled.loc[key[at]].to_numpy()
    remarks.append(f"{int(later.sum()):,} rows share the id of another row: {_JOINED[mapping.more_rows]}")
    return kept.reset_index(drop=True)


_JOINED = {"first": "the first row of each id counts", "join": "joined, each column with its first value"}


def _joined_ids(rows: pd.DataFrame, mapping: Mapping) -> pd.Series:
    """The id of each row; the number of the row where the table has none."""
    if not mapping.id:
        return "row-" + rows[ROW].astype(str) if rows[FILE].nunique() == 1 else rows[FILE] + "-" + rows[ROW].astype(str)
    parts = [one_line(rows[name]) for name in mapping.id]
    return parts[0].str.cat(parts[1:], sep="-") if parts[1:] else parts[0]


def _put_dates(each: Import, mapping: Mapping, latest: pd.Timestamp | None) -> None:
    dates, given = mapping.date, None
    if dates.year:
        given = join_parts(each, [name for name in (dates.year, dates.month, dates.day_of_month) if name])
        nothing = pd.Series(pd.NA, each.rows.index, dtype="Int64")
        parts = [
            _part(each, name, mapping) if name else nothing for name in (dates.year, dates.month, dates.day_of_month)
        ]
        days, column = from_parts(*parts), dates.day_of_month or dates.month or dates.year
    elif dates.start is not None:
        column = dates.start.column
        days = _days(each, dates.start, mapping)
        if dates.end is not None:
            end = _days(each, dates.end, mapping)["last"]
            days["last"] = end.where(~_is_unknown(each.rows[dates.end.column], dates.end, mapping), days["last"])
    else:
        assert dates.day is not None
        column, days = dates.day.column, _days(each, dates.day, mapping)
    best = days["first"]
    if dates.precision is not None:
        unit = each.code(dates.precision.column, dict(dates.precision.values))
        told = unit.notna() & (days["first"] == days["last"])
        reach = span(days["first"], unit.where(told, "day").fillna("day"))
        days = days.where(~told, reach)
    put_days(each, days["first"], days["last"], column, best=best, latest=latest, given=given)


def _part(each: Import, column: str, mapping: Mapping) -> pd.Series:
    """A year, month or day of the month: as a number, or a month by its English name."""
    text = one_line(each.rows[column])
    text = text.mask(text.str.lower().isin(UNKNOWN) | text.isin(mapping.missing))
    names = {name.lower(): str(n) for n, name in enumerate(MONTHS, 1)} | {
        name[:3].lower(): str(n) for n, name in enumerate(MONTHS, 1)
    }
    text = text.str.lower().map(names).fillna(text).astype("str")
    number = to_number(text)
    bad = text.notna() & (number.isna() | (number % 1 != 0))
    each.refusals.add(bad, column, "a whole number; 0 or empty where it is not known")
    return number.mask(bad).astype("Int64")


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip


def _days(each: Import, spec: DateField, mapping: Mapping) -> pd.DataFrame:
    text = each.rows[spec.column].str.strip()
    text = text.mask(_is_unknown(text, spec, mapping), "")
    formats = spec.format or ["%Y-%m-%d"]
    if spec.language:
        text = in_english(text, spec.language)
    days = parse_days(text, formats)
    unread = days["first"].isna() & (text != "")
    if not spec.format and unread.any():
        raise InputError(_ask(spec.column, text, int(unread.sum()), str(text[unread].iloc[0])))
    if spec.format and len(formats) == 1:
        _warn_of_swap(each, spec, text, formats[0])
    return days


def _is_unknown(text: pd.Series, spec: DateField, mapping: Mapping) -> pd.Series:
    plain = text.str.strip()
    return plain.isin(spec.missing + mapping.missing) | plain.str.lower().isin(UNKNOWN)


def _ask(column: str, text: pd.Series, number: int, example: str) -> str:
    fits = fitting_formats(text)
    head = f"{number:,} values of {column!r}, such as {example!r}, are no days as YYYY-MM-DD"
    head += ": say the format in the mapping"
    if len(fits) == 1:
        return f'{head}, such as format: "{fits[0]}", which reads all of them'
    if fits:
        both = " and ".join(f'"{each}"' for each in fits)
        return f"{head}; {both} both read all of them and mean different days, so look into the table's codebook"
    return f"{head}; no single format reads all of them, so list several, the first that fits counts"


def _warn_of_swap(each: Import, spec: DateField, text: pd.Series, given: str) -> None:
    """A format that could as well be read with day and month exchanged is said, because no value can tell."""
    other = given.replace("%d", "%0").replace("%m", "%d").replace("%0", "%m")
    if other != given and other in fitting_formats(text):
        each.remarks.append(f'{spec.column!r} is read as "{given}"; "{other}" would read it too, with other days')


def _field(each: Import, name: str, spec: Field, mapping: Mapping) -> pd.Series:
    if spec.value:
        return pd.Series(spec.value, each.rows.index, dtype="str")
    text = one_line(each.rows[spec.column])
    text = text.mask(text.isin(spec.missing) | text.isin(mapping.missing))
    if spec.values:
        mapped = text.map(spec.values).astype("str")
        others = text.notna() & ~text.isin(list(spec.values))
        if spec.others == "refuse":
            each.refusals.add(others, spec.column, f"one of {', '.join(spec.values)}, or empty")
        text = mapped.where(~others, text) if spec.others == "keep" else mapped
        text = text.mask(text == "")
    column = OWN_INCIDENTS[name]
    if column.allowed:
        allowed = f"for {name}: one of {', '.join(column.allowed)}; 'values' in the mapping translates"
        each.refusals.add(text.notna() & ~text.isin(column.allowed), spec.column, allowed, text)
    if column.kind in ("integer", "number"):
        text = text.mask(text.str.lower().isin(UNKNOWN))
        if spec.part:
            text = text.str.extract(rf"^{RANGE}$")[spec.part - 1].fillna(text)
        text = text.mask(_as_ranges(each, name, spec, mapping)[0].notna())
        number = to_number(text, spec.decimal)
        bad = text.notna() & number.isna()
        if column.kind == "integer":
            bad |= number.notna() & ((number % 1 != 0) | (number < 0))
            number = number.mask(bad).astype("Int64")
        each.refusals.add(bad, spec.column, column.accepts)
        return number
    return text.astype("str")


RANGE = r"(\d+)\s*(?:-|–|—|to|bis)\s*(\d+)"  # of whole numbers, such as 5-10


def _as_ranges(each: Import, name: str, spec: Field, mapping: Mapping) -> pd.DataFrame:
    """The two numbers of each value of deaths that is a range; missing elsewhere, and where low and high are mapped."""
    if name != "deaths" or not spec.column or {"deaths_low", "deaths_high"} & set(mapping.fields):
        return pd.DataFrame(index=each.rows.index, columns=[0, 1], dtype="float64")
    return each.rows[spec.column].str.strip().str.extract(f"^{RANGE}$", expand=True).astype("float64")


def _put_ranges_of_deaths(each: Import, mapping: Mapping) -> None:
    """A range such as 5-10 becomes the lowest and the highest number of deaths; the best one is then missing."""
    spec = mapping.fields.get("deaths")
    if spec is None or (found := _as_ranges(each, "deaths", spec, mapping))[0].isna().all():
        return
    out = each.incidents
    for name, part in (("deaths_low", 0), ("deaths_high", 1)):
        out[name] = out["deaths"].astype("float64").fillna(found[part]).astype("Int64")
    each.refusals.add(found[0] > found[1], spec.column, "a range from the lower to the higher number")
    number = int(found[0].notna().sum())
    each.remarks.append(f"{number:,} values of {spec.column!r} are ranges: deaths_low and deaths_high hold their ends")


def _keep(each: Import, mapping: Mapping, given: list[str]) -> None:
    """The columns that no field takes, numbers as numbers; weights must be numbers."""
    used = mapping.columns() - set(mapping.weights) - set(mapping.only)
    for name, kept in safe_columns(each.rows[given], used | set(mapping.drop)).items():
        text = one_line(each.rows[name])
        if name in mapping.weights:
            text = text.mask(text.str.lower().isin(UNKNOWN) | text.isin(mapping.missing))
            number = to_number(text)
            each.refusals.add(
                text.notna() & (number.isna() | (number < 0)), name, "a number, 0 or more, or empty (a weight)"
            )
            each.incidents[kept] = number
        else:
            each.incidents[kept] = text if text.notna().any() else pd.Series(np.nan, text.index, dtype="str")
