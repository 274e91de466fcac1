"""Incidents per place, and how exactly each place is known."""

from __future__ import annotations

import pandas as pd

ABOUT = ["place_id", "place", "country"]


def by_place(incidents: pd.DataFrame, places: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row per place that the incidents name, most incidents first.

    Parameters
    ----------
    incidents : columns place_id, place, country, latitude, longitude (degrees, WGS 84).
    places : the gazetteer, for how exact a point is; without it no point is said to be exact or not.

    Returns
    -------
    place_id, place, country, latitude, longitude (missing where no point is known), precision (exact,
    approx_km, town: of the town, not of the base; missing where nobody says), count (int). What is
    known only to a country is a row of its own without a point. The counts sum to the incidents.
    """
    found = incidents.groupby(ABOUT, dropna=False, as_index=False).agg(
        latitude=("latitude", "first"), longitude=("longitude", "first"), count=("date", "size")
    )
    exact = {} if places is None else places.set_index("place_id")["coord_precision"]
    precision = found["place_id"].map(exact).where(found["latitude"].notna())
    found.insert(len(found.columns) - 1, "precision", precision)
    return found.sort_values(["count", "place"], ascending=[False, True], ignore_index=True)
