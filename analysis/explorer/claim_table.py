"""The claims of an explorer: as columns, their sources once each, with what they disagree on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import claims_and_sources
from analysis.incidents.views import values_as_text

CLAIM_COLUMNS = ("claim_id", "stance", "confirmation", "date_start", "date_end", "place_as_reported", "weapon",
                 "result", "actor", "time_of_day", "note", "line", "words", "set")  # fmt: skip
SOURCE_COLUMNS = ("outlet", "origin", "kind", "reliability", "published", "url", "reliability_reason")


def claim_columns(dataset: Dataset, every: pd.DataFrame) -> dict[str, Any]:
    """Claims by columns, their sources once each, and the disputes of each incident."""
    claims = claims_and_sources(dataset)
    row = pd.Series(range(len(every)), every["incident_id"])
    claims = claims.assign(of=claims["incident_id"].map(row)).dropna(subset="of").sort_values(["of", "claim_id"])
    sources = claims.drop_duplicates("source_id").sort_values("source_id", ignore_index=True)
    at = pd.Series(range(len(sources)), sources["source_id"])
    said = dataset.disputes[dataset.disputes["incident_id"].isin(row.index)]
    columns = {name: _texts(claims[name]) for name in CLAIM_COLUMNS if name in claims}
    columns["actor_searched"] = columns.pop("actor")
    return {
        "claims": columns | {"of": claims["of"].astype(int).tolist(), "source": claims["source_id"].map(at).tolist()},
        "sources": {name: _texts(sources[name]) for name in SOURCE_COLUMNS},
        "disputes": [
            [int(row[d.incident_id]), d.field, _text(d.chosen), _text(d.rule), _text(d.dissent)]
            for d in said.itertuples()
        ],
    }


def _texts(column: pd.Series) -> list[str] | dict[str, Any]:
    """A column as text; where values repeat, as the distinct values and their numbers."""
    texts = values_as_text(column).tolist()
    distinct = sorted(set(texts))
    if len(distinct) > len(texts) / 3:
        return texts
    number = {text: at for at, text in enumerate(distinct)}
    return {"values": distinct, "codes": [number[text] for text in texts]}


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def details_of_rows(incidents: pd.DataFrame, rows) -> list[dict[str, str]]:
    """What a table of one's own says of some rows beyond days and facets: each column that is filled, as text."""
    shown = [name for name in incidents if name not in ("date", "date_start", "date_end", "claims", "incident_id")]
    part = incidents.iloc[list(rows)][shown]
    texts = {name: values_as_text(part[name]) for name in part if part[name].notna().any()}
    return [{name: text.iloc[at] for name, text in texts.items() if text.iloc[at]} for at in range(len(part))]
