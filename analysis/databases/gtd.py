"""GTD: the Global Terrorism Database of START, University of Maryland."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.databases.date_ranges import from_parts, parse_days
from analysis.databases.normal_form import (
    Import,
    join_parts,
    put_days,
    put_ids,
    put_point,
    require_names,
    tell_lost_columns,
)

NAME = "GTD"
ONE_ROW = (
    "one incident in GTD's sense: attacks by one group at one place and in one stretch of time; attacks that differ in "
    "place or time are incidents of their own, and the column related names them"
)
NOUN = "incident"
CITATION = (
    "START (National Consortium for the Study of Terrorism and Responses to Terrorism). Global Terrorism Database. "
    "University of Maryland, www.start.umd.edu/gtd"
)
LICENCE = "GTD's terms of use: read them before rows are passed on"
ROWS_MAY_BE_PASSED_ON = False
NEEDED = ("eventid", "iyear", "imonth", "iday")
IF_MISSING = {
    "specificity": "no point is marked as vague",
    "latitude": "there are no points",
    "extended": "every row is taken as an event, none as an episode",
    "nkill": "there are no deaths",
}

# The codebook read here is that of June 2015.
# Codebook, iday and imonth: 0 where the day or the month is not known. approxdate then holds the range in words.
# Codebook, specificity: 1 the place, its own point; 2 a town, the point of the smallest division around it; 3 no
# town, the smallest division; 4 the first-order division; 5 no point.
SPECIFICITY = {"1": "exact", "2": "town", "3": "region", "4": "region", "5": ""}
# Codebook, doubtterr: 1 there is doubt that it is terrorism, 0 there is none, -9 from before it was coded.
DOUBT = {"1": "yes", "0": "no", "-9": "not coded"}
# Codebook, extended: 1 the incident lasted more than 24 hours, until `resolution`.
EXTENDED = {"0": "event", "1": "episode", "-9": "event"}
YES_NO = {"1": "yes", "0": "no", "-9": "unknown"}
NOT_KNOWN = (-9, -99)  # codebook: what numbers stand for "unknown"
KEPT = ("region_txt", "vicinity", "attacktype1_txt", "targtype1_txt", "targsubtype1_txt", "target1", "natlty1_txt",
        "gname2", "motive", "nkillus", "nkillter", "nwound", "approxdate", "related", "dbsource", "ishostkid",
        "nhostkid")  # fmt: skip
NUMBERS = ("nkillus", "nkillter", "nwound", "nhostkid")


def convert_gtd(rows: pd.DataFrame, latest: pd.Timestamp | None = None) -> Import:
    """Rows of the GTD in the normal form.

    Parameters
    ----------
    rows : DataFrame
        As `read_table_file` gives them.
    latest : Timestamp, optional
        The day of the download; later days are refused.

    Returns
    -------
    Import
        Incidents, refusals and remarks.

    Raises
    ------
    InputError
        If the rows are not those of the GTD.

    Notes
    -----
    Each row is an incident by GTD's rule, also where `multiple` and `related` link it to others; the links are kept. An
    incident that lasted until `resolution` is an episode, and has the day on which it began. Deaths that the GTD leaves
    empty stay missing. A fraction, where a total is spread over several incidents, becomes the whole numbers around it.
    """
    rows = rows.rename(columns={name: name.strip().lower() for name in rows.columns})
    require_names(rows, NEEDED, "no file of the GTD")
    each = Import(rows)
    out = each.incidents
    put_ids(each, each.text("eventid").str.removesuffix(".0"), "eventid")
    out["incident_id"] = "GTD-" + out["incident_id"].mask(out["incident_id"] == "none", "")
    given = join_parts(each, ["iyear", "imonth", "iday"])
    put_days(each, *_days(each), "iday", latest=latest, given=given)
    out["place"], out["admin1"] = each.text("city"), each.text("provstate")
    out["country"] = each.text("country_txt" if "country_txt" in rows else "country")
    if "latitude" in rows:
        put_point(each, "latitude", "longitude")
    if "specificity" in rows:
        precision = each.code("specificity", SPECIFICITY)
        out["coord_precision"] = precision.mask(precision == "")
    out["event_kind"] = each.code("extended", EXTENDED).fillna("event") if "extended" in rows else "event"
    out["event_type"], out["event_subtype"] = each.text("attacktype1_txt"), each.text("targtype1_txt")
    out["weapon"] = each.text("weaptype1_txt")
    out["weapon"] = out["weapon"].mask(out["weapon"].str.lower() == "unknown")
    out["actor"] = each.text("gname").where(lambda name: name.str.lower() != "unknown")
    out["side_a"], out["side_b"] = out["actor"], each.text("target1")
    out["side_b_kind"] = each.text("targtype1_txt")
    _put_deaths(each)
    tell_lost_columns(each, IF_MISSING)
    out["note"] = each.text("summary")
    out["source"] = _joined(each, ("scite1", "scite2", "scite3"))
    for name, meanings in (("doubtterr", DOUBT), ("success", YES_NO), ("suicide", YES_NO), ("multiple", YES_NO)):
        if name in rows:
            out[name] = each.code(name, meanings)
    for name in rows.columns:
        if name in KEPT:
            out[name] = _known(each, name) if name in NUMBERS else each.text(name)
    return each


def _days(each: Import) -> tuple[pd.Series, pd.Series]:
    """The range that iyear, imonth and iday leave open, narrowed by approxdate where that holds two days."""
    parts = [each.number(name).astype("Int64") for name in ("iyear", "imonth", "iday")]
    days = from_parts(*parts)
    first, last = days["first"], days["last"]
    told = each.text("approxdate")
    unknown = (first < last) & told.notna()
    if unknown.any():
        said = told[unknown].str.extract(r"^\s*(\w+ \d{1,2},? \d{4})\s*(?:-|to|and|or)\s*(\w+ \d{1,2},? \d{4})\s*$")
        start, end = (
            parse_days(said[n].fillna("").str.replace(",", ""), ("%B %d %Y", "%b %d %Y"))["first"] for n in (0, 1)
        )
        good = start.between(first[unknown], last[unknown]) & end.between(start, last[unknown])
        first[good.index[good]], last[good.index[good]] = start[good], end[good]
    return first, last


def _known(each: Import, column: str) -> pd.Series:
    number = each.number(column, "a number, -9 or -99 for 'unknown', or empty")
    return number.mask(number.isin(NOT_KNOWN))


def _put_deaths(each: Import) -> None:
    if "nkill" not in each.rows:
        return
    number = _known(each, "nkill")
    each.refusals.add(number < 0, "nkill", "0 or more, -9 or -99 for 'unknown', or empty")
    whole = (number % 1 == 0) | number.isna()
    out = each.incidents
    out["deaths"] = number.where(whole).astype("Int64")
    out["deaths_low"], out["deaths_high"] = np.floor(number).astype("Int64"), np.ceil(number).astype("Int64")
    if not whole.all():
        each.remarks.append(
            f"{int((~whole).sum()):,} incidents have a fraction of a total number of deaths: they become a range"
        )


def _joined(each: Import, columns: tuple[str, ...]) -> pd.Series:
    parts = [each.text(name) for name in columns if name in each.rows]
    if not parts:
        return pd.Series(np.nan, each.rows.index, dtype="str")
    joined = parts[0].fillna("").str.cat([part.fillna("") for part in parts[1:]], sep="; ") if parts[1:] else parts[0]
    text = joined.str.replace(r"(; )+", "; ", regex=True).str.strip("; ")
    return text.mask(text == "")
