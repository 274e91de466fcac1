"""Export: incidents or claims, with what stands behind them, as a file for other programs."""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis.evidence.arguments import require_type
from analysis.evidence.csv_tables import write_files
from analysis.evidence.errors import InputError
from analysis.evidence.spreadsheet import mark_formulas, to_spreadsheet, without_control_characters
from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import claims_of_incidents

SHEET_ROWS = 1_048_576  # of a sheet of an .xlsx file, the header included


def export(dataset: Dataset, rows: pd.DataFrame, path: str | Path) -> Path:
    """Write incidents with their claims and sources, or claims with their incidents, to a file.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns.
    rows : DataFrame
        Incidents (with the column incident_id), as `select` and `find_incidents` return them; or claims
        (with the columns incident_id and claim_id), as `search_claims` and `claims_of_incidents` return them.
    path : str or Path
        The file. Its ending decides the form: .csv, .xlsx or .geojson. A file of that name is replaced.

    Returns
    -------
    Path
        The path of the file.

    Raises
    ------
    InputError
        If the ending is another one, `rows` is neither, an incident is not in the dataset, or .xlsx is
        asked for and openpyxl is not installed or the table is too long for a sheet.

    Notes
    -----
    .csv holds one row per claim: the columns of the incident, then those of the claim with `claim_`
    before a name that both have. An incident without claims keeps its row.
    .xlsx holds the sheets `incidents` and `claims`.
    .geojson holds one feature per incident, at its point (WGS 84) or without geometry where none is
    known, with its claims as a list in `claims`. Days are YYYY-MM-DD, what is missing is null.

    In .csv and .xlsx an apostrophe stands before text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> import tempfile
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> jordan = a.select(dataset, a.View(countries="Jordan"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(a.export(dataset, jordan, f"{folder}/jordan.csv").name)
    jordan.csv
    """
    require_type(path, (str, Path), "path", "the path of a file")
    target = Path(path)
    writers: dict[str, Callable[[pd.DataFrame, pd.DataFrame], str | bytes]] = {
        ".csv": _csv,
        ".geojson": _geojson,
        ".xlsx": _xlsx,
    }
    if target.suffix.lower() not in writers:
        raise InputError(f"path ends in {target.suffix!r}; allowed: {', '.join(writers)}")
    if target.is_dir():
        raise InputError(f"path {str(path)!r} is a folder; allowed: the path of a file")
    incidents, claims = _both(dataset, rows)
    write_files({target: writers[target.suffix.lower()](incidents, claims)})
    return target


def incidents_as_text(incidents: pd.DataFrame, form: str = "table") -> str:
    """Incidents as text: a `table` of what a person looks for first, or every column as `csv` (safe in a spreadsheet)
    or `json` (a list; days YYYY-MM-DD, what is missing null)."""
    if form == "csv":
        return to_spreadsheet(_days_as_text(incidents))
    if form == "json":
        return json.dumps(_plain_rows(incidents), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    shown = incidents[["incident_id", "date", "place", "country", "weapon", "result", "confirmation"]]
    rows = _days_as_text(shown).astype(object).where(shown.notna(), "").astype(str)
    rows = rows.map(lambda text: "".join(letter if letter.isprintable() else "\ufffd" for letter in text))
    wide = {name: int(rows[name].str.len().max()) if len(rows) else 0 for name in rows}
    lines = ("  ".join(value.ljust(wide[name]) for name, value in row.items()) for row in rows.to_dict("records"))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _both(dataset: Dataset, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The incidents and the claims to write."""
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    require_type(rows, pd.DataFrame, "rows", "incidents or claims, as a DataFrame")
    if "incident_id" not in rows:
        raise InputError("rows has no column 'incident_id'; allowed: incidents, or claims as search_claims gives them")
    unknown = set(rows["incident_id"].dropna()) - set(dataset.incidents["incident_id"])
    if unknown:
        raise InputError(f"rows: no incident {min(unknown)!r} in the dataset")
    if "claim_id" in rows:
        return dataset.incidents[dataset.incidents["incident_id"].isin(rows["incident_id"])], rows
    if dataset.evidence is None:
        return rows, pd.DataFrame({"incident_id": pd.Series(dtype="str"), "claim_id": pd.Series(dtype="str")})
    return rows, claims_of_incidents(dataset, rows)


def _csv(incidents: pd.DataFrame, claims: pd.DataFrame) -> str:
    both = {name: f"claim_{name}" for name in claims if name in incidents and name != "incident_id"}
    rows = incidents.merge(claims.rename(columns=both), on="incident_id", how="outer")
    order = pd.Series(range(len(incidents)), incidents["incident_id"])
    rows = rows.assign(order=rows["incident_id"].map(order)).sort_values(["order", "claim_id"]).drop(columns="order")
    return to_spreadsheet(_days_as_text(rows))


def _xlsx(incidents: pd.DataFrame, claims: pd.DataFrame) -> bytes:
    if importlib.util.find_spec("openpyxl") is None:
        raise InputError("an .xlsx file needs openpyxl, which is not installed: pip install openpyxl, or write .csv")
    sheets = {"incidents": incidents, "claims": claims}
    for name, frame in sheets.items():
        if len(frame) >= SHEET_ROWS:
            raise InputError(f"{len(frame):,} {name} are more than a sheet of .xlsx holds: write .csv")
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl") as writer:
        for name, frame in sheets.items():
            plain = mark_formulas(_days_as_text(frame).map(without_control_characters))
            plain.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 1))
    return out.getvalue()


def _geojson(incidents: pd.DataFrame, claims: pd.DataFrame) -> str:
    said: dict[str | None, list[dict]] = {}
    for claim in _plain_rows(claims):
        said.setdefault(claim.pop("incident_id"), []).append(claim)
    features = [_feature(row, said.get(row["incident_id"], [])) for row in _plain_rows(incidents)]
    unplaced = [_feature({"incident_id": None}, said[None])] if None in said else []
    collection = {"type": "FeatureCollection", "features": [*features, *unplaced]}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _feature(row: dict, claims: list[dict]) -> dict:
    """One incident as a GeoJSON feature (RFC 7946: longitude before latitude)."""
    point = [row.get("longitude"), row.get("latitude")]
    geometry = None if None in point else {"type": "Point", "coordinates": point}
    return {"type": "Feature", "id": row["incident_id"], "geometry": geometry, "properties": row | {"claims": claims}}


def _plain_rows(frame: pd.DataFrame) -> list[dict]:
    """Rows as dicts of text, numbers and None."""
    plain = _days_as_text(frame).astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    return [{name: value.item() if hasattr(value, "item") else value for name, value in row.items()} for row in rows]


def _days_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    days = frame.select_dtypes("datetime").columns
    return frame.assign(**{name: frame[name].dt.strftime("%Y-%m-%d") for name in days})
