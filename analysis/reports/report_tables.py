"""The tables behind a report, for a reader's spreadsheet: the incidents of its view, and what was said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence.spreadsheet import to_spreadsheet
from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import claims_of_incidents
from analysis.incidents.views import View, select


def write_report_tables(
    folder: Path, dataset: Dataset, parameters: Mapping[str, Any], with_rows: bool = False
) -> None:  # fmt: skip
    """Write `incidents.csv`, `claims.csv` and `disputes.csv` into a new folder; without evidence, the first alone.

    `parameters` are those of a variant; a notebook may look at a shorter window. Where the terms of a database forbid
    to pass on its rows, nothing is written unless `with_rows`.
    """
    if not with_rows and not may_pass_on_rows(dataset):
        return
    folder.mkdir(parents=True)
    for name, frame in report_frames(dataset, view_of_report(parameters)).items():
        (folder / f"{name}.csv").write_text(to_spreadsheet(frame), encoding="utf-8")


def view_of_report(parameters: Mapping[str, Any]) -> View:
    """The view of a variant's parameters; a notebook may look at a shorter window."""
    known = {field.name for field in fields(View)}
    return View(**{name: value for name, value in parameters.items() if name in known})


def may_pass_on_rows(dataset: Dataset) -> bool:
    """Whether the terms of the database allow that a report carries its rows."""
    return dataset.side_car is None or dataset.side_car.rows_may_be_passed_on


def report_frames(dataset: Dataset, view: View) -> dict[str, pd.DataFrame]:
    """The incidents of the view, all claims behind them with their sources, and where the claims differ."""
    incidents = select(dataset, view, empty_ok=True)
    if dataset.evidence is None:
        return {"incidents": incidents}
    disputes = dataset.disputes[dataset.disputes["incident_id"].isin(incidents["incident_id"])]
    return {"incidents": incidents, "claims": claims_of_incidents(dataset, incidents), "disputes": disputes}
