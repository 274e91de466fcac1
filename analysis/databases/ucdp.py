"""UCDP: the Georeferenced Event Dataset (GED) of the Uppsala Conflict Data Program, yearly and as Candidate."""

from __future__ import annotations

import pandas as pd

from analysis.databases.date_ranges import parse_days, span
from analysis.databases.normal_form import Import, put_days, put_ids, put_point, require_names, tell_lost_columns

NAME = "UCDP GED"
ONE_ROW = (
    "one event in UCDP's sense: armed force by an organised actor, with at least one death in the lowest, best or "
    "highest estimate, at one place and time"
)
NOUN = "event"
CITATION = (
    "Sundberg, R. and Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset. Journal of Peace Research "
    "50(4), 523-532. Data: UCDP, ucdp.uu.se"
)
LICENCE = "CC BY 4.0"
ROWS_MAY_BE_PASSED_ON = True

# Codebook of GED 17.1 and later: 49 columns in this order. Some releases of Candidate come without a header.
COLUMNS = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id",
    "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a",
    "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources", "source_article", "source_office", "source_date",
    "source_headline", "source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2",
    "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region", "event_clarity",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high",
    "low",
    "gwnoa", "gwnob",
)  # fmt: skip
NEEDED = ("id", "type_of_violence", "date_prec", "date_start", "date_end", "best", "high", "low")
IF_MISSING = {
    "where_prec": "no point is marked as vague",
    "latitude": "there are no points",
    "event_clarity": "every row is taken as an event, none as an episode",
}

# Codebook, type_of_violence.
VIOLENCE = {"1": "State-based conflict", "2": "Non-state conflict", "3": "One-sided violence"}
# Codebook, date_prec: 1 the day; 2 a range of 2 to 6 days; 3 the week; 4 a range of 8 to 30 days, or the month;
# 5 longer than a month, up to a year. date_start and date_end hold the range. Where they hold one day although the
# code says that it is not known, the shortest span that holds what the code means stands around it.
DATE_PRECISION = {"1": "day", "2": "week around", "3": "week around", "4": "month", "5": "year"}
# Codebook, where_prec: 1 the exact place; 2 within about 25 km of it; 3 the second-order division; 4 the first-order
# division; 5 a line or an area of no division; 6 the country; 7 international waters or airspace.
PLACE_PRECISION = {
    "1": "exact", "2": "town", "3": "region", "4": "region", "5": "region", "6": "country", "7": "region",
}  # fmt: skip
# Codebook, event_clarity: 1 the event is told apart from others; 2 the row sums up what was reported together.
CLARITY = {"1": "event", "2": "episode"}
KEPT = (
    "relid", "active_year", "code_status", "conflict_name", "dyad_name", "number_of_sources", "where_description",
    "adm_2", "priogrid_gid", "region", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "source_date",
)  # fmt: skip
COUNTS = ("number_of_sources", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")


def require_ucdp_layout(rows: pd.DataFrame) -> None:
    """Raise InputError unless these are rows of UCDP GED."""
    without = f" (a file without a header has {len(COLUMNS)} columns)"
    require_names(rows, NEEDED, "no file of UCDP GED", without)


def convert_ucdp(rows: pd.DataFrame, latest: pd.Timestamp | None = None) -> Import:
    """Rows of UCDP GED or Candidate in the normal form.

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
        If the rows are not those of GED.

    Notes
    -----
    `date` is the first day of the range. `low`, `best` and `high` are UCDP's own estimates of deaths on all sides. Rows
    whose event_clarity is 2 are episodes: they sum up several events.
    """
    rows = rows.rename(columns={name: name.strip().lower() for name in rows.columns})
    require_ucdp_layout(rows)
    each = Import(rows)
    out = each.incidents
    put_ids(each, each.text("id").str.removesuffix(".0"), "id")
    out["incident_id"] = "UCDP-" + out["incident_id"].mask(out["incident_id"] == "none", "")
    put_days(each, *_days(each), "date_start", latest=latest)
    out["place"], out["admin1"], out["country"] = (
        each.text("where_coordinates"),
        each.text("adm_1"),
        each.text("country"),
    )
    if "latitude" in rows:
        put_point(each, "latitude", "longitude")
    if "where_prec" in rows:
        out["coord_precision"] = each.code("where_prec", PLACE_PRECISION)
    out["event_kind"] = each.code("event_clarity", CLARITY).fillna("event") if "event_clarity" in rows else "event"
    out["event_type"] = each.code("type_of_violence", VIOLENCE, needed=True)
    out["side_a"], out["side_b"] = each.text("side_a"), each.text("side_b")
    out["actor"] = out["side_a"]
    out["side_b_kind"] = pd.Series("Civilians", rows.index).where(out["event_type"] == VIOLENCE["3"]).astype("str")
    for name, column in (("deaths_low", "low"), ("deaths", "best"), ("deaths_high", "high")):
        out[name] = each.count(column)
    order = out[["deaths_low", "deaths", "deaths_high"]]
    wrong = (order["deaths_low"] > order["deaths"]) | (order["deaths"] > order["deaths_high"])
    if wrong.fillna(False).any():
        out["deaths_low"], out["deaths_high"] = order.min(axis=1), order.max(axis=1)
        each.remarks.append(
            f"{int(wrong.sum()):,} events state a best estimate outside low to high: the range is widened"
        )
    tell_lost_columns(each, IF_MISSING)
    out["note"], out["source"] = each.text("source_headline"), each.text("source_article")
    if "source_office" in rows:
        out["source"] = out["source"].fillna(each.text("source_office"))
    for name in rows.columns:
        if name in KEPT or name not in (*COLUMNS, "record_file", "record_row"):
            out[name] = each.count(name) if name in COUNTS else each.text(name)
    return each


def _days(each: Import) -> tuple[pd.Series, pd.Series]:
    """date_start to date_end; one day only where date_prec says that it is known."""
    first, last = (parse_days(each.rows[name])["first"] for name in ("date_start", "date_end"))
    unit = each.code("date_prec", DATE_PRECISION, needed=True)
    false_day = (first == last) & (unit != "day") & unit.notna()
    if false_day.any():
        reach = span(first, unit.where(false_day, "day"))
        first, last = first.where(~false_day, reach["first"]), last.where(~false_day, reach["last"])
        each.remarks.append(
            f"{false_day.sum():,} events state one day although date_prec says that it is not known: widened to the "
            "span that the code means"
        )
    return first, last
