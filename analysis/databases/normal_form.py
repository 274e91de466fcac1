"""The one form that every database becomes: columns of incidents.csv, checked alike whatever the source."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.databases.date_ranges import DIGITS, EARLIEST
from analysis.databases.degrees import from_degrees_and_minutes, only_when_exchanged
from analysis.databases.refusals import Refusals
from analysis.databases.table_files import FILE, ROW
from analysis.evidence.errors import InputError, suggest_name
from analysis.evidence.own_incidents import OWN_INCIDENTS

UNKNOWN = ("", "na", "n/a", "nan", "none", "null", "unknown", "not known", "unk", "-", "--", "?", ".")
PLACES = ("place", "country", "admin1")
FEW_POINTS = 5  # that lie in their country only when exchanged; fewer can be slips of their own
FAR = 366  # days that a single day may stand apart before a person is warned


@dataclass
class Import:
    """A database on its way into the normal form.

    Parameters
    ----------
    rows : DataFrame
        What was read, as text, with record_file and record_row.
    incidents : DataFrame
        One row for each row of `rows`, with the same index: columns of incidents.csv, and further ones.
    refusals : Refusals
        The rows that cannot be taken.
    remarks : list of str
        What a person should know, such as how many zeros of deaths are kept as stated.
    """

    rows: pd.DataFrame
    incidents: pd.DataFrame = field(init=False)
    refusals: Refusals = field(init=False)
    remarks: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.incidents = pd.DataFrame(index=self.rows.index)
        self.refusals = Refusals(self.rows)

    def text(self, column: str) -> pd.Series:
        """A column as text on one line, missing where it is empty; all missing where there is no such column."""
        if column not in self.rows:
            return pd.Series(np.nan, self.rows.index, dtype="str")
        return one_line(self.rows[column])

    def number(
        self, column: str, allowed: str = "a whole number", decimal: str = ".", grouped: bool = True
    ) -> pd.Series:
        """A column as numbers, missing where it is empty or says `NA` and the like; other values are refused."""
        text = self.text(column)
        text = text.mask(text.str.lower().isin(UNKNOWN))
        number = to_number(text, decimal, grouped)
        self.refusals.add(text.notna() & number.isna(), column, allowed)
        return number

    def count(self, column: str) -> pd.Series:
        """A column as whole numbers from 0 up, missing where it is empty; other values are refused."""
        number = self.number(column, "a whole number, 0 or more, or empty")
        bad = number.notna() & ((number < 0) | (number % 1 != 0) | (number > 1e12))
        self.refusals.add(bad, column, "a whole number, 0 or more, or empty")
        return number.mask(bad).astype("Int64")

    def code(self, column: str, meanings: dict[str, str], needed: bool = False) -> pd.Series:
        """A column of codes as what they mean; a code that the codebook does not have is refused."""
        text = self.text(column).str.removesuffix(".0")
        meaning = text.map(meanings).astype("str")
        allowed = f"one of {', '.join(meanings)}" + ("" if needed else ", or empty")
        self.refusals.add(meaning.isna() & (text.notna() | needed), column, allowed)
        return meaning


def require_names(rows: pd.DataFrame, needed: tuple[str, ...], what: str, further: str = "") -> None:
    """Raise InputError unless the rows have these columns; the message says which file lacks which."""
    lost = lost_columns(rows.columns, needed)
    if lost:
        files = "".join(f"{file}: " for file in rows[FILE].unique()[:1]) if FILE in rows else ""
        raise InputError(f"{files}this is {what}: it has no column {'; '.join(lost)}{further}")


def tell_lost_columns(each: Import, meanings: dict[str, str]) -> None:
    """Remark which columns of the codebook the rows do not have, and what follows."""
    each.remarks += remarks_on_lost_columns(each.rows.columns, meanings)


def remarks_on_lost_columns(given: Iterable[str], meanings: dict[str, str]) -> list[str]:
    """For each column that is not given a remark, with what follows from that."""
    given = list(given)
    lost = [name for name in meanings if name not in given]
    return [f"there is no column {told}: {meanings[name]}"
            for name, told in zip(lost, lost_columns(given, meanings), strict=True)]  # fmt: skip


def lost_columns(given: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The wanted columns that are not given, each with the one that may be meant."""
    given, wanted = list(given), list(wanted)
    free = [name for name in given if name not in (FILE, ROW, *wanted)]
    return [f"{name}{suggest_name(name, free).replace('; did', ', did')}" for name in wanted if name not in given]


def one_line(text: pd.Series) -> pd.Series:
    """Text without line breaks and outer blanks, missing where nothing is left."""
    text = text.astype("str")
    broken = text.str.contains(r"[\r\n\t\x00-\x1f\u2028\u2029]", regex=True, na=False)
    if broken.any():
        text = text.where(~broken, text.str.replace(r"[\s\x00-\x1f]+", " ", regex=True))
    text = text.str.strip()
    return text.mask(text == "")


def to_number(text: pd.Series, decimal: str = ".", grouped: bool = True) -> pd.Series:
    """Numbers as float64, missing where the text is none; thousands are separated by the other sign, or by blanks,
    unless `grouped` is False."""
    plain = text.astype("str").str.translate(DIGITS)
    other = "," if decimal == "." else "."
    groups = plain.str.fullmatch(
        rf"[+-]?\d{{1,3}}(?:[{re.escape(other)}\u00a0\u202f ]\d{{3}})+(?:{re.escape(decimal)}\d+)?", na=False
    )
    if grouped and groups.any():
        plain = plain.mask(groups, plain.str.replace(rf"[{re.escape(other)}\u00a0\u202f ]", "", regex=True))
    if decimal != ".":
        plain = plain.str.replace(decimal, ".", regex=False)
    return pd.to_numeric(
        plain.where(plain.str.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", na=False)), errors="coerce"
    ).astype("float64")


def put_days(each: Import, first: pd.Series, last: pd.Series, column: str, best: pd.Series | None = None,
             latest: pd.Timestamp | None = None, given: pd.Series | None = None) -> None:  # fmt: skip
    """Add date, date_start and date_end; days that cannot be are refused under the name of `column`, with what is
    `given`, or with the value of that column."""
    refuse = each.refusals.add
    if given is None:
        given = each.rows[column] if column in each.rows else first.astype(str)
    refuse(first.isna() | last.isna(), column, "a day that the calendar has, in the format named", given)
    refuse(first < EARLIEST, column, f"a day from {EARLIEST:%Y-%m-%d} on", given)
    refuse(last < first, column, "an end that is not before the start", given)
    if latest is not None:
        refuse(first > latest, column, f"a day up to {latest:%Y-%m-%d}, the day of the download", given)
        last = last.where(~((first <= latest) & (last > latest)), latest)
    best = first if best is None else best.where(best.between(first, last), first)
    each.incidents["date"] = best.astype("datetime64[us]")
    each.incidents["date_start"] = first.astype("datetime64[us]")
    each.incidents["date_end"] = last.astype("datetime64[us]")


def join_parts(each: Import, columns: list[str]) -> pd.Series:
    """Year, month and day as they stand in the columns, joined for a message."""
    first, *others = (each.rows[name].astype("str").str.strip() for name in columns)
    return first.str.cat(others, sep="-") if others else first


def put_point(each: Import, latitude: str, longitude: str, decimal: str = ".") -> None:
    """Add latitude and longitude; points off the globe, at 0, 0 or swapped are refused."""
    allowed = "degrees as a decimal number, or with minutes as 12°30'N"
    if decimal == ".":
        allowed += "; a decimal comma is named in the mapping"
    axes = {"latitude": latitude, "longitude": longitude}
    north, east = (_coordinate(each, name, axis, allowed, decimal) for axis, name in axes.items())
    refuse = each.refusals.add
    swapped = (north.abs() > 90) & (north.abs() <= 180) & (east.abs() <= 90)
    refuse(swapped, latitude, "-90 to 90; latitude and longitude look swapped")
    refuse((north.abs() > 90) & ~swapped, latitude, "-90 to 90")
    refuse(east.abs() > 180, longitude, "-180 to 180")
    refuse((north == 0) & (east == 0), latitude, "not the point 0, 0, which stands for 'not known'; leave both empty")
    refuse(north.isna() != east.isna(), latitude, "both latitude and longitude, or none")
    each.incidents["latitude"], each.incidents["longitude"] = north, east
    if "country" in each.incidents:
        _refuse_exchanged(each, latitude)


def _coordinate(each: Import, column: str, axis: str, allowed: str, decimal: str) -> pd.Series:
    text = each.text(column)
    text = text.mask(text.str.lower().isin(UNKNOWN))
    number = to_degrees(text, axis, decimal)
    each.refusals.add(text.notna() & number.isna(), column, allowed)
    return number


def to_degrees(text: pd.Series, axis: str, decimal: str = ".") -> pd.Series:
    """Coordinates as float64, from decimal numbers or from degrees and minutes, missing where the text is neither."""
    number = to_number(text, decimal, grouped=False)
    other = number.isna() & text.notna() & (text != "")
    if other.any():
        number[other] = from_degrees_and_minutes(text[other].str.replace(decimal, ".", regex=False), axis)
    return number


def _refuse_exchanged(each: Import, column: str) -> None:
    """Most points in their country only when exchanged: the columns are swapped. A few: a person is told."""
    out = each.incidents
    country = out["country"].astype("str")
    exchanged = only_when_exchanged(country, out["latitude"].where(out["latitude"].abs() <= 90), out["longitude"])
    if not exchanged.any():
        return
    if exchanged.sum() >= max(FEW_POINTS, 0.5 * out["latitude"].notna().sum()):
        each.refusals.add(exchanged, column, "a point in its country; latitude and longitude look swapped")
        return
    row = each.rows[exchanged].iloc[0]
    each.remarks.append(
        f"{int(exchanged.sum()):,} points lie in their country only with latitude and longitude exchanged, the first "
        f"in {row[FILE]}, row {row[ROW]}: are they right?"
    )


def put_ids(each: Import, ids: pd.Series, column: str) -> None:
    """Add incident_id and record_id: the database's own id, with a dash for each character that ours do not have;
    letters of other scripts become a short hash, so that two ids stay two."""
    each.refusals.add(ids.isna(), column, "must not be empty")
    clean = (
        ids.str.translate(DIGITS)
        .str.replace(r"[^A-Za-z0-9._-]+", "-", regex=True)
        .str.replace(r"^[^A-Za-z0-9]+", "", regex=True)
    )
    foreign = ids.notna() & ~ids.fillna("").str.translate(DIGITS).map(str.isascii)
    clean = clean.mask(foreign, clean + "-" + ids[foreign].map(_short_hash)).str.removeprefix("-")
    each.incidents["incident_id"] = clean.where(ids.notna(), "none")
    each.incidents["record_id"] = ids


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def drop_repeated_rows(rows: pd.DataFrame, remarks: list[str], keep: bool = False) -> pd.DataFrame:
    """Rows that stand in the files twice with equal values count once, or, with `keep`, are only told of."""
    values = [name for name in rows.columns if name not in (FILE, ROW)]
    again = rows.duplicated(values)
    if again.any():
        told = "the table has no id, so each counts; `repeated: drop` in the mapping counts each once"
        remarks.append(
            f"{again.sum():,} rows repeat another row, value for value; {told if keep else 'each counts once'}"
        )
    if keep:
        return rows
    return rows[~again].reset_index(drop=True)


def finish(each: Import, leave_out: bool = False) -> pd.DataFrame:
    """Check what all sources share, and give the incidents that are left.

    Parameters
    ----------
    each : Import
        With every column in place.
    leave_out : bool, default False
        Whether rows that are refused are left out; otherwise they stop the import.

    Returns
    -------
    DataFrame
        The incidents, sorted by date and id, columns of incidents.csv first.

    Raises
    ------
    RefusedRows
        If a row is refused and `leave_out` is False, or if no row is left.
    """
    from analysis.databases.refusals import RefusedRows

    out = each.incidents
    again = out["incident_id"].duplicated(keep=False) & (out["incident_id"] != "none")
    each.refusals.add(again, "incident_id", "each id once; these rows share one and differ", out["incident_id"])
    for name in PLACES:
        if name in out:
            out[name] = out[name].mask(out[name].str.strip().str.lower().isin(UNKNOWN))
    out[FILE], out[ROW] = each.rows[FILE], each.rows[ROW].astype("Int64")
    refused = each.refusals.index
    if len(refused) and (not leave_out or len(refused) == len(out)):
        raise RefusedRows(each.refusals)
    out = out.drop(index=refused)
    each.remarks += _remarks(out)
    ours = [name for name in OWN_INCIDENTS.names if name in out]
    further = [name for name in out.columns if name not in ours]
    empty = [name for name in further if out[name].isna().all()]
    out = out[[*ours, *(name for name in further if name not in empty)]]
    return out.sort_values(["date", "incident_id"], ignore_index=True)


def _remarks(out: pd.DataFrame) -> list[str]:
    days = out["date"].drop_duplicates().sort_values()
    said = []
    if len(days) >= 4:
        reach = (days.iloc[-2] - days.iloc[1]).days
        for lone, next_one in ((days.iloc[0], days.iloc[1]), (days.iloc[-1], days.iloc[-2])):
            if abs((next_one - lone).days) > max(reach, FAR):
                row = out[out["date"] == lone].iloc[0]
                said.append(
                    f"{lone:%Y-%m-%d} stands far from all other days ({row[FILE]}, row {row[ROW]}): is it right?"
                )
    ranges = int((out["date_start"] < out["date_end"]).sum())
    if ranges:
        said.append(f"{ranges:,} of {len(out):,} incidents are known to a range of days")
    return said


def safe_columns(rows: pd.DataFrame, used: set[str]) -> dict[str, str]:
    """New names for the columns that are kept as they are, none of them a name of ours."""
    taken = set(OWN_INCIDENTS.names) | {FILE, ROW}
    kept = {}
    for name in rows.columns:
        if name in used or name in (FILE, ROW):
            continue
        kept[name] = f"{name}_" if name in taken else name
    return kept
