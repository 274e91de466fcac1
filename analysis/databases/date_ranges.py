"""Days as a source knows them: a day, a week around it, a month, a year, or from one day to another."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

EARLIEST = pd.Timestamp("1800-01-01")
TIME = r"(?:T|,? +)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$"
# Days and seconds as spreadsheets and programs count them; their numbers look like any others, so no column is taken to
# be in one unless the mapping says so.
COUNTED = {"excel": ("D", "1899-12-30"), "unix": ("s", "1970-01-01")}
DIGITS = str.maketrans({zero + n: str(n) for zero in (0x0660, 0x06F0, 0x0966, 0x09E6) for n in range(10)})
# Formats that a column can be in, tried all together, so that one that fits is never taken while another one fits too.
WORDED_FORMATS = ("%d de %B de %Y", "%d %B de %Y", "%d. %B %Y", "%d %B %Y", "%d-%B-%Y", "%B %Y", "%B de %Y")
KNOWN_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%m.%d.%Y",
    "%d %B %Y", "%d %b %Y", "%d-%B-%Y", "%d-%b-%Y", "%d-%b-%y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y",
    "%A, %B %d, %Y", "%A, %d %B %Y", "%A %d %B %Y", "%d/%m/%y", "%m/%d/%y",
    "%d.%m.%y", "%Y-%m", "%m/%Y", "%B %Y", "%b %Y", "%Y",
)  # fmt: skip
SPANS = ("day", "3 days around", "week around", "week", "month", "quarter", "year")


def parse_days(text: pd.Series, formats: Sequence[str] = ("%Y-%m-%d",)) -> pd.DataFrame:
    """The first and the last day that each text can mean.

    Parameters
    ----------
    text : Series of str
        Empty where there is no day. A time of day behind the day is left out.
    formats : sequence of str
        Formats as `strptime` takes them, the first that fits a text counts. Without %d the text means a month, without
        %m as well a year. `excel` are days as spreadsheets count them, `unix` seconds since 1970.

    Returns
    -------
    DataFrame
        first, last (days, missing where no format fits).

    Notes
    -----
    Each different text is read once. A year with two digits is read as `strptime` reads it: 69 to 99 are 19xx.

    Examples
    --------
    >>> days = parse_days(pd.Series(["2024-02-03", "2024-02", "none"]), ["%Y-%m-%d", "%Y-%m"])
    >>> days["last"].dt.strftime("%d %B").tolist()
    ['03 February', '29 February', nan]
    """
    unique = pd.Series(text.unique(), dtype="str")
    bare = unique.str.strip().str.translate(DIGITS).str.replace(TIME, "", regex=True)
    first = pd.Series(pd.NaT, unique.index, dtype="datetime64[us]")
    last = first.copy()
    for each in formats:
        found = _read(bare.where(first.isna(), ""), each)
        found = found.astype("datetime64[us]").dt.normalize()
        first, last = first.fillna(found), last.fillna(_end(found, each))
    days = pd.DataFrame({"first": first.to_numpy(), "last": last.to_numpy()}, index=unique.to_numpy())
    return days.reindex(text.to_numpy()).set_axis(text.index)


def _read(text: pd.Series, each: str) -> pd.Series:
    if each not in COUNTED:
        return pd.to_datetime(text, format=each, errors="coerce", exact=True)
    unit, origin = COUNTED[each]
    number = pd.to_numeric(text, errors="coerce")
    return pd.to_datetime(number.where(number.between(1, 4e9)), unit=unit, origin=origin, errors="coerce")


def _end(first: pd.Series, each: str) -> pd.Series:
    if each in COUNTED or re.search("%[djxUW]", each):
        return first
    return first + (pd.offsets.YearEnd(0) if not re.search("%[mbB]", each) else pd.offsets.MonthEnd(0))


def fitting_formats(text: pd.Series) -> list[str]:
    """Every known format that fits all texts that are not empty; several, if the days are ambiguous.

    Examples
    --------
    >>> fitting_formats(pd.Series(["03-04-2021", "11-12-2021"]))
    ['%d-%m-%Y', '%m-%d-%Y']
    """
    told = text[text.str.strip() != ""]
    if told.empty:
        return []
    few = pd.Series(told.unique(), dtype="str").head(2000).str.strip().str.replace(TIME, "", regex=True)
    rough = [each for each in KNOWN_FORMATS if parse_days(few, [each])["first"].notna().all()]
    # %d/%m/%y also reads the start of a year of four digits as %Y reads one of two: widths decide.
    wide = few.str.contains(r"(?:\d{4}$)|(?:^\d{4})").all()
    return [each for each in rough if ("%Y" in each) == wide]


def covering_formats(text: pd.Series, most: int = 3) -> list[str]:
    """A few known formats that together read all texts, each taken for what the others before it leave; empty if no
    `most` of them do.

    Examples
    --------
    >>> covering_formats(pd.Series(["2021-03-04", "2021-03", "2021"]))
    ['%Y', '%Y-%m', '%Y-%m-%d']
    """
    left = pd.Series(text[text.str.strip() != ""].unique(), dtype="str").head(2000)
    found: list[str] = []
    while len(left) and len(found) < most:
        read = {each: parse_days(left, [each])["first"].notna() for each in KNOWN_FORMATS}
        best = max(KNOWN_FORMATS, key=lambda each: read[each].sum())
        if not read[best].any():
            return []
        found.append(best)
        left = left[~read[best]]
    return sorted(found) if not len(left) else []


def span(day: pd.Series, unit: pd.Series) -> pd.DataFrame:
    """The range of days around or with `day` that each unit means.

    Parameters
    ----------
    day : Series of datetime64
        The day that stands in the source.
    unit : Series of str
        One of `SPANS`: `week around` is three days before and after, `week` runs from Monday to Sunday.

    Returns
    -------
    DataFrame
        first, last.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2024-02-14", "2024-02-14"]))
    >>> span(days, pd.Series(["week around", "month"])).astype(str).to_numpy().tolist()
    [['2024-02-11', '2024-02-17'], ['2024-02-01', '2024-02-29']]
    """
    first, last = day.copy(), day.copy()
    for each in unit.dropna().unique():
        here = unit == each
        if each in AROUND:
            apart = pd.Timedelta(days=AROUND[each])
            first[here], last[here] = day[here] - apart, day[here] + apart
        elif each in PERIODS:
            period = day[here].dt.to_period(PERIODS[each])
            first[here] = period.dt.start_time.astype(day.dtype)
            last[here] = period.dt.end_time.dt.normalize().astype(day.dtype)
    return pd.DataFrame({"first": first, "last": last})


AROUND = {"3 days around": 1, "week around": 3}  # days before and after
PERIODS = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


def from_parts(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.DataFrame:
    """The range of days that a year, a month and a day mean, where 0 or a missing part is not known.

    Parameters
    ----------
    year, month, day : Series of Int64
        As numbers.

    Returns
    -------
    DataFrame
        first, last; missing where the year is, or where the parts make no day.

    Examples
    --------
    >>> parts = [pd.Series([2001, 2001, 2001], dtype="Int64"), pd.Series([9, 9, 0], dtype="Int64")]
    >>> from_parts(*parts, pd.Series([11, 0, 0], dtype="Int64")).astype(str).to_numpy().tolist()
    [['2001-09-11', '2001-09-11'], ['2001-09-01', '2001-09-30'], ['2001-01-01', '2001-12-31']]
    """
    known = [part.fillna(0).astype("int64") for part in (year, month, day)]
    no_month = known[1] == 0
    no_day = no_month | (known[2] == 0)
    parts = {"year": known[0], "month": known[1].mask(no_month, 1), "day": known[2].mask(no_day, 1)}
    first = pd.to_datetime(pd.DataFrame(parts), errors="coerce").astype("datetime64[us]")
    first = first.mask((known[0] < 1) | (known[1] < 0) | (known[2] < 0))
    last = first.where(~no_day, first + pd.offsets.MonthEnd(0)).where(~no_month, first + pd.offsets.YearEnd(0))
    return pd.DataFrame({"first": first, "last": last})
