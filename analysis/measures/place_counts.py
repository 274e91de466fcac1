"""Incidents per place, and how exactly each place is known."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import require_columns

ABOUT = ["place_id", "place", "country"]


def by_place(incidents: pd.DataFrame, places: pd.DataFrame | None = None) -> pd.DataFrame:
    """Incidents per place, and how exactly each place is known.

    Parameters
    ----------
    incidents : DataFrame
        With the columns date, place_id, place, country, latitude and longitude (degrees, WGS 84).
    places : DataFrame, optional
        The gazetteer, with the columns place_id and coord_precision. Without it no point is called exact or not.

    Returns
    -------
    DataFrame
        One row for each place that the incidents name, most incidents first: place_id, place, country, latitude,
        longitude (missing where no point is known), precision (exact, approx_km, or town where the point is that of the
        town and not of the base; missing where nobody says), count (incidents).

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
    require_columns(incidents, (*ABOUT, "latitude", "longitude", "date"), "incidents")
    if places is not None:
        require_columns(places, ("place_id", "coord_precision"), "places")
    found = incidents.groupby(ABOUT, dropna=False, as_index=False).agg(
        latitude=("latitude", "first"), longitude=("longitude", "first"), count=("date", "size")
    )
    exact = {} if places is None else places.set_index("place_id")["coord_precision"]
    precision = found["place_id"].map(exact).where(found["latitude"].notna())
    found.insert(len(found.columns) - 1, "precision", precision)
    return found.sort_values(["count", "place"], ascending=[False, True], ignore_index=True)
