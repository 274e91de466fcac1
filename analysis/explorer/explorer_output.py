"""What an explorer leaves in a notebook for those who read it without a kernel: a picture and a table."""

from __future__ import annotations

import base64
import html
from typing import Any

import pandas as pd

from analysis.charts.alt_text import frequency_alt
from analysis.charts.frequency_bars import frequency_bars
from analysis.charts.notebook_output import to_svg
from analysis.charts.text_format import format_value
from analysis.charts.vocabulary import format_counted
from analysis.measures.coverage import Window
from analysis.measures.frequency import count

ROWS = 20
SHOWN = {"date": "day", "incident_id": "incident", "place": "place", "country": "country", "weapon": "weapon",
         "confirmation": "best voice"}  # fmt: skip


def static_output(
    incidents: pd.DataFrame, words: str, window: Window, coverage: pd.DataFrame, every: str, by: str
) -> dict[str, Any]:
    """The bars and the first incidents of a selection, by MIME type: HTML for pages, text for the rest. `words` says
    which view it is."""
    shown = incidents.assign(**{by: incidents[by].astype("str")}) if incidents[by].dtype.kind in "iuf" else incidents
    counts = count(shown, every, by=[by], window=window, coverage=coverage)
    alt = frequency_alt(counts)
    picture = base64.b64encode(to_svg(frequency_bars(counts, by=by)).encode()).decode()
    number = format_counted(len(incidents))
    rest = "" if len(incidents) <= ROWS else f" The first {ROWS} of them stand below."
    said = f"{number}: {words}.{rest} In a running notebook you can filter these incidents and click one."
    return {
        "text/html": f'<figure><img src="data:image/svg+xml;base64,{picture}" alt="{html.escape(alt)}" '
        f'style="max-width:100%"><figcaption>{html.escape(said)}</figcaption></figure>{_table(incidents.head(ROWS))}',
        "text/plain": f"{number}: {words}. {alt}",
    }


def _table(rows: pd.DataFrame) -> str:
    names = {name: label for name, label in SHOWN.items() if rows[name].notna().any()}
    head = "".join(f'<th scope="col">{label}</th>' for label in names.values())
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(_cell(row[name]))}</td>' for name in names)}</tr>"
        for row in rows.to_dict("records")
    )
    return f'<table class="tex2jax_ignore"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else format_value(value)
