"""ACLED: the Armed Conflict Location & Event Data, as exported now, before 2023, and in variants of 30 columns."""

from __future__ import annotations

import pandas as pd

from analysis.databases.date_ranges import fitting_formats, parse_days, span
from analysis.databases.normal_form import Import, put_days, put_ids, put_point, require_names, tell_lost_columns
from analysis.evidence.errors import InputError

NAME = "ACLED"
ONE_ROW = "one event in ACLED's sense: named actors, at one place, on one day"
NOUN = "event"
CITATION = (
    "Raleigh, C., Kishi, R. and Linke, A. (2023). Political instability patterns are obscured by conflict dataset "
    "scope conditions, sources, and coding choices. Humanities and Social Sciences Communications 10, 74. Data: ACLED, "
    "www.acleddata.com"
)
LICENCE = "ACLED's terms of use: the rows themselves may not be passed on"
ROWS_MAY_BE_PASSED_ON = False

# The export since March 2023, 31 columns, in its order. Variants of 30 lack admin3, tags or timestamp.
COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type", "actor1",
    "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting", "iso",
    "region", "country", "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision", "source",
    "source_scale", "notes", "fatalities", "tags", "timestamp",
)  # fmt: skip
# Before March 2023: data_id changed with every export and event_id_no_cnty repeated the id without its country.
REMOVED_IN_2023 = ("data_id", "event_id_no_cnty", "iso3", "gwno")
NEEDED = ("event_id_cnty", "event_date", "event_type", "country")
IF_MISSING = {
    "time_precision": "every day is taken as known",
    "geo_precision": "no point is marked as vague",
    "latitude": "there are no points",
    "fatalities": "there are no deaths",
}

# ACLED Codebook (acleddata.com/methodology/acled-codebook), "Time precision codes": 1 the source gives the day; 2 a
# week or a similar time such as a weekend, and event_date is its middle; 3 a month, and event_date is its middle, or
# its first or last day where the source says "beginning" or "end". Nothing less precise is coded. The short list in
# acledR 1.0.1 calls 3 the middle of a week; the codebook is the authority.
TIME_PRECISION = {"1": "day", "2": "week around", "3": "month"}
# Codebook, "Geo precision": 1 the town or place that the source names; 2 a part of a region, the point being a town
# in it; 3 a larger region, the point being its capital.
GEO_PRECISION = {"1": "exact", "2": "town", "3": "region"}
# Codebook, "inter" (the eight kinds also stand in acledR 1.0.1): numbers until 2024, words since. 0 stands where there
# is no second actor.
ACTOR_KINDS = {
    "1": "State forces", "2": "Rebel group", "3": "Political militia", "4": "Identity militia", "5": "Rioters",
    "6": "Protesters", "7": "Civilians", "8": "External/Other forces",
}  # fmt: skip
_KINDS_IN_WORDS = {word.lower(): word for word in ACTOR_KINDS.values()} | {
    "rebel groups": "Rebel group", "political militias": "Political militia", "identity militias": "Identity militia",
    "rebel forces": "Rebel group", "protestors": "Protesters", "other forces": "External/Other forces",
    "external forces": "External/Other forces", "external/other force": "External/Other forces",
}  # fmt: skip
DATE_FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d-%B-%Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%m/%Y", "%d/%m/%y")
KEPT = ("disorder_type", "assoc_actor_1", "assoc_actor_2", "interaction", "civilian_targeting", "iso", "region",
        "admin2", "admin3", "source_scale", "tags", "timestamp")  # fmt: skip


def read_names(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the names of the codebook: capitals and blanks of older exports are taken away."""
    names = {name: name.strip().lower().replace(" ", "_") for name in rows.columns}
    return rows.rename(columns=names)


def require_acled_layout(rows: pd.DataFrame) -> None:
    """Raise InputError unless these are rows of an ACLED export with one row for each event."""
    require_names(rows, NEEDED, "no export of ACLED")
    if "actor1" in rows and "actor2" not in rows or ("actor_name" in rows or "actor" in rows) and "actor1" not in rows:
        raise InputError(_MONADIC)
    ids = rows["event_id_cnty"]
    if "actor1" in rows and ids.duplicated(keep=False).mean() > 0.5:
        first, again = rows[~ids.duplicated()], rows[ids.duplicated()]
        actors = first.set_index("event_id_cnty")["actor1"]
        if (again["event_id_cnty"].map(actors) != again["actor1"]).mean() > 0.5:
            raise InputError(_MONADIC)


_MONADIC = (
    "this is a monadic export of ACLED, with one row for each actor, so that an event counts twice; "
    "export it again as dyadic, with one row for each event"
)


def convert_acled(rows: pd.DataFrame, latest: pd.Timestamp | None = None) -> Import:
    """Rows of an ACLED export in the normal form.

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
        If the rows are no ACLED export, or one with a row for each actor.

    Notes
    -----
    `time_precision` 2 becomes the week around event_date and 3 its month, as the codebook defines them [1]_. Deaths are
    kept as stated: ACLED writes 0 where no death was reported, which is not the same as none. ACLED gives one number,
    so there is no range.

    References
    ----------
    .. [1] ACLED Codebook, "Time precision codes", acleddata.com/methodology/acled-codebook.
    """
    rows = read_names(rows)
    require_acled_layout(rows)
    each = Import(rows)
    put_ids(each, each.text("event_id_cnty"), "event_id_cnty")
    first, last, day = _days(each)
    put_days(each, first, last, "event_date", best=day, latest=latest)
    out = each.incidents
    out["place"], out["admin1"], out["country"] = each.text("location"), each.text("admin1"), each.text("country")
    if "latitude" in rows:
        put_point(each, "latitude", "longitude")
    if "geo_precision" in rows:
        out["coord_precision"] = each.code("geo_precision", GEO_PRECISION)
    out["event_kind"] = "event"
    out["event_type"], out["event_subtype"] = each.text("event_type"), each.text("sub_event_type")
    out["side_a"], out["side_b"] = each.text("actor1"), each.text("actor2")
    out["actor"] = out["side_a"]
    out["side_a_kind"], out["side_b_kind"] = _kinds(each, "inter1"), _kinds(each, "inter2")
    if "fatalities" in rows:
        out["deaths"] = each.count("fatalities")
        zeros = int((out["deaths"] == 0).sum())
        if zeros:
            each.remarks.append(
                f"{zeros:,} events state 0 deaths; ACLED writes 0 where none was reported, which can mean 'unknown': "
                "kept as stated"
            )
    tell_lost_columns(each, IF_MISSING)
    out["note"], out["source"] = each.text("notes"), each.text("source")
    for name in rows.columns:
        if name in KEPT or name not in (*COLUMNS, *REMOVED_IN_2023, "record_file", "record_row"):
            out[name] = each.text(name)
    return each


def _days(each: Import) -> tuple[pd.Series, pd.Series, pd.Series]:
    """First and last day by time_precision, and event_date itself."""
    text = each.rows["event_date"]
    formats = [known for known in DATE_FORMATS if known in fitting_formats(text)] or list(DATE_FORMATS[:6])
    day = parse_days(text, formats)["first"]
    # Without a code the day is taken as it stands: the column came only with version 5.
    unit = each.code("time_precision", TIME_PRECISION).fillna("day")
    reach = span(day, unit)
    return reach["first"], reach["last"], day


def _kinds(each: Import, column: str) -> pd.Series:
    """Kinds of actors, from numbers or from words; 0 and empty are no actor."""
    text = each.text(column).str.removesuffix(".0")
    text = text.mask(text == "0")
    kinds = text.map(ACTOR_KINDS).fillna(text.str.lower().map(_KINDS_IN_WORDS))
    each.refusals.add(
        text.notna() & kinds.isna(), column, f"1 to 8, 0, empty, or one of {', '.join(ACTOR_KINDS.values())}"
    )
    return kinds.astype("str")
