"""Incidents per place, and how exactly each place is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.evidence.arguments import require_columns
from analysis.evidence.own_incidents import PRECISIONS
from analysis.measures.engines.engine_places import distinct_places
from analysis.measures.engines.engine_table import is_engine_table, require_engine_columns

ABOUT = ["place_id", "place", "country"]


POINT_DIGITS = 3  # of a degree, about 100 m: points nearer than that are one place
CELLS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # degrees
MANY = 300  # places that a map can show


def by_place(incidents: pd.DataFrame, places: pd.DataFrame | None = None, most: int = MANY) -> pd.DataFrame:
    """Incidents per place, and how exactly each place is known.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        With the columns date, place_id, place, country, latitude and longitude (degrees, WGS 84).
    places : DataFrame, optional
        The gazetteer, with the columns place_id and coord_precision. Without it a column coord_precision of the
        incidents says how exact a point is, if there is one.
    most : int
        Places without an id that are told one by one; more of them become cells of a grid. 0: all one by one.

    Returns
    -------
    DataFrame
        One row for each place that the incidents name, most incidents first: place_id, place, country, latitude,
        longitude (missing where no point is known), precision (exact, approx_km, or town where the point is that of the
        town and not of the base, region or country where it stands for one; where the incidents of a place differ, the
        one that most of them state; missing where nobody says, and in a cell), count (incidents), places (how many
        places the row stands for: 1, or those of a cell).

    Notes
    -----
    The counts add up to the number of incidents. Incidents known only to a country are a row of their own without a
    point: a map shows fewer incidents than there are.

    Examples
    --------
    >>> incidents = pd.DataFrame({"date": pd.to_datetime(["2024-01-02", "2024-01-03"]), "place_id": "tower-22",
    ...                           "place": "Tower 22", "country": "Jordan", "latitude": 33.3, "longitude": 38.7})
    >>> by_place(incidents)[["place", "count"]].to_numpy().tolist()
    [['Tower 22', 2]]
    """
    needed = (*ABOUT, "latitude", "longitude", "date")
    in_engine = is_engine_table(incidents)
    if in_engine:
        require_engine_columns(incidents, needed, "incidents")
        further = [name for name in ("coord_precision",) if name in incidents.columns]
        incidents = distinct_places(incidents, [*ABOUT, "latitude", "longitude", *further])
    else:
        require_columns(incidents, needed, "incidents")
    if places is not None:
        require_columns(places, ("place_id", "coord_precision"), "places")
    exact = {} if places is None else places.set_index("place_id")["coord_precision"]
    precision = incidents["coord_precision"] if "coord_precision" in incidents else incidents["place_id"].map(exact)
    rows = incidents[[*ABOUT, "latitude", "longitude"]].assign(
        precision=precision.astype("str"), count=incidents["count"] if in_engine else 1
    )
    # Without an id the point is the place: two villages of one name, or two points without a name, are two places.
    unnamed = rows["place_id"].isna()
    point = rows[["latitude", "longitude"]].round(POINT_DIGITS).where(unnamed)
    keys = [*ABOUT, point["latitude"].rename("north"), point["longitude"].rename("east")]
    each = rows.groupby(keys, dropna=False)
    found = each.agg(latitude=("latitude", "first"), longitude=("longitude", "first"), count=("count", "sum"))
    found = found.reset_index().drop(columns=["north", "east"])
    found = found.assign(precision=_usual_precision(rows, each.ngroup()), places=1)
    found["precision"] = found["precision"].where(found["latitude"].notna())
    if most and (at := found["latitude"].notna() & found["place_id"].isna()).sum() > most:
        found = pd.concat([found[~at], _cells(found[at], most)], ignore_index=True)
    return found.sort_values(["count", "place"], ascending=[False, True], ignore_index=True)


def _usual_precision(rows: pd.DataFrame, place: pd.Series) -> pd.Series:
    """For each number of a place the precision that most of its incidents state, the vaguer one of two as frequent."""
    stated = rows["count"].groupby([place.rename("place"), rows["precision"]]).sum().reset_index()
    stated = stated.assign(vagueness=stated["precision"].map({name: at for at, name in enumerate(PRECISIONS)}))
    usual = stated.sort_values(["count", "vagueness"]).drop_duplicates("place", keep="last").set_index("place")
    return usual["precision"].reindex(range(int(place.max()) + 1 if len(place) else 0)).astype("str")


def _cells(found: pd.DataFrame, most: int) -> pd.DataFrame:
    """Places in cells of the finest grid that leaves at most `most` of them, each at the middle of its incidents."""
    for size in CELLS:
        cell = (found[["latitude", "longitude"]] / size).apply(np.floor)
        if cell.drop_duplicates().shape[0] <= most or size == CELLS[-1]:
            break
    ranked = found.sort_values(["count", "place"], ascending=[False, True])
    weight = ranked["count"]
    ranked = ranked.assign(north=ranked["latitude"] * weight, east=ranked["longitude"] * weight)
    cells = ranked.groupby([cell["latitude"], cell["longitude"]], sort=False).agg(
        place_id=("place_id", "first"), place=("place", "first"), country=("country", "first"), north=("north", "sum"),
        east=("east", "sum"), count=("count", "sum"), places=("place", "size"),
    )  # fmt: skip
    cells = cells.reset_index(drop=True)
    others = cells["places"] - 1
    cells["place"] = cells["place"].where(others == 0, cells["place"] + " and " + others.astype(str) + " more")
    cells = cells.assign(latitude=cells["north"] / cells["count"], longitude=cells["east"] / cells["count"])
    return cells.drop(columns=["north", "east"]).assign(precision=pd.Series(pd.NA, cells.index, dtype="str"))
