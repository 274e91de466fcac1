"""The pauses of a database as a page (table, map, timeline) and as a PDF of small multiples."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.charts.base_map import base_map
from analysis.charts.notebook_output import escape_markdown, to_svg
from analysis.charts.pause_charts import pause_panels, pause_timeline, pause_timeline_alt
from analysis.charts.text_format import plural
from analysis.measures.changepoints.posterior import LEVEL
from analysis.measures.engines.engine_table import fetch, is_engine_table
from analysis.measures.frequency import count
from analysis.reports.document.notebook_document import build_document
from analysis.reports.web.html_page import to_html

LISTED = 200  # rows of the table of the page; pauses.csv holds all
DRAWN = 40  # pauses of the timeline and the map
PANELS = 120  # of the PDF
POINT = ["latitude", "longitude"]


def series_names(pauses: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """A name for the series of each row."""
    return [", ".join(str(value) for value in row) for row in pauses[list(by)].itertuples(index=False)]


def pause_page(pauses: pd.DataFrame, by: Sequence[str], points: pd.DataFrame | None, title: str, source: str) -> str:
    """The page of a search as one HTML file that needs no other file.

    Parameters
    ----------
    pauses : DataFrame
        What `find_pauses` returns.
    by : sequence of str
        Columns that make a series.
    points : DataFrame or None
        One row for each announced pause, as `base_map` takes them; see `pause_points`.
    title, source : str
        Of the page, and where its rows come from.

    Returns
    -------
    str
    """
    announced = pauses[pauses["is_announced"]].reset_index(drop=True)
    about = pauses.attrs
    words = (
        f"{plural(len(announced), 'pause')} in {about['series']:,} series of {' and '.join(by)}, "
        f"{about['window'][0]} to {about['window'][1]}. A pause is a time with one rate that is at most "
        f"{about['ratio']:g} times that before it and at most {about['ratio']:g} times that after it. At most "
        f"{100 * about['error_rate']:g} % of the pauses that are announced are expected to be false."
    )
    cells = [new_markdown_cell(escape_markdown(words))]
    shown = announced.head(DRAWN)
    if len(shown):
        names = series_names(shown, by)
        cells.append(_figure(pause_timeline(shown, names), pause_timeline_alt(shown, names),
                             f"The {len(shown)} most certain pauses. Bars: most probable onset to ending. Lines: "
                             f"{LEVEL:.0%} intervals of both."))  # fmt: skip
    if points is not None and len(points):
        caption = "Where: the mean point of the incidents of each series. Area: days of the pause."
        cells.append(
            _figure(base_map(points, names=12, unit="day"), "A map of the series whose pauses are announced.", caption)
        )
    cells += [new_markdown_cell("# Pauses"), _table(pauses.head(LISTED), by)]
    rest = len(pauses) - LISTED
    if rest > 0:
        cells.append(new_markdown_cell(f"{rest:,} further rows are in pauses.csv."))
    prior = ", ".join(f"{number}: {share:.3f}" for number, share in enumerate(about["number_prior"]))
    provenance = [("Table", source), ("Shares of series by number of changes, estimated", prior)]
    return to_html(build_document(new_notebook(cells=cells)), title=title, subtitle="Pauses", provenance=provenance)


def _figure(figure: Figure, alt: str, caption: str) -> NotebookNode:
    svg = to_svg(figure)
    plt.close(figure)
    output = new_output(
        "display_data", {"image/svg+xml": svg}, metadata={"alt": alt, "caption": escape_markdown(caption)}
    )
    return new_code_cell("", outputs=[output])


def _table(pauses: pd.DataFrame, by: Sequence[str]) -> NotebookNode:
    """The rows as an HTML table, text escaped."""
    rows = pd.DataFrame({name: pauses[name].astype(str) for name in by})
    for name in ("onset", "ending"):
        spans = [f"{low:%Y-%m-%d} to {high:%Y-%m-%d}" if low < high else f"{low:%Y-%m-%d}"
                 for low, high in zip(pauses[f"{name}_low"], pauses[f"{name}_high"], strict=True)]  # fmt: skip
        rows[f"{name} (95 %)"] = spans
    rows["days"] = pauses["pause_days"]
    rows["rate before"], rows["in it"], rows["after"] = (
        pauses[name].map("{:.3g}".format) for name in ("rate_before", "rate_per_day", "rate_after")
    )
    rows["probability"] = pauses["probability"].map("{:.3f}".format)
    rows["announced"] = pauses["is_announced"].map({True: "yes", False: "no"})
    html = rows.to_html(index=False, escape=True, border=0)
    return new_code_cell("", outputs=[new_output("display_data", {"text/html": html})])


def pause_points(incidents, pauses: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame | None:
    """The mean point of the series of each announced pause, as `base_map` takes places; None without points.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        The table that was searched.
    pauses : DataFrame
        What `find_pauses` returned.
    by : sequence of str
        Columns that make a series.

    Returns
    -------
    DataFrame or None
        place (name of the series), country, latitude, longitude, precision, count (days of the pause).
    """
    by = list(by)
    if any(name not in incidents.columns for name in POINT):
        return None
    announced = pauses[pauses["is_announced"]].head(DRAWN)
    if is_engine_table(incidents):
        known = incidents.filter(incidents["latitude"].notnull() & incidents["longitude"].notnull())
        means = fetch(
            known.group_by(by).aggregate(latitude=known["latitude"].mean(), longitude=known["longitude"].mean())
        )
    else:
        means = incidents.dropna(subset=POINT).groupby(by)[POINT].mean().reset_index()
    out = announced.merge(means, on=by, how="inner")
    if out.empty:
        return None
    country = out.get("country", "")
    return pd.DataFrame({
        "place": series_names(out, by), "country": country, "latitude": out["latitude"], "longitude": out["longitude"],
        "precision": "region", "count": out["pause_days"].clip(lower=1),
    }).reset_index(drop=True)  # fmt: skip


def panels_pdf(incidents, pauses: pd.DataFrame, by: Sequence[str], coverage: pd.DataFrame | None) -> bytes:
    """The monthly counts around the announced pauses as a PDF, 120 panels at most.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        The table that was searched.
    pauses : DataFrame
        What `find_pauses` returned.
    by : sequence of str
        Columns that make a series.
    coverage : DataFrame or None
        Rows of coverage.csv of one counter.

    Returns
    -------
    bytes
    """
    by = list(by)
    announced = pauses[pauses["is_announced"]].head(PANELS).reset_index(drop=True)
    chosen = announced[by].drop_duplicates()
    months = count(_only(incidents, chosen, by), "month", by, tuple(pauses.attrs["window"]), coverage)
    parts = dict(iter(months.groupby(by)))
    counts = [parts[key] for key in announced[by].itertuples(index=False, name=None)]
    held = io.BytesIO()
    with PdfPages(held, metadata={"CreationDate": None, "Title": "Pauses"}) as pages:
        for figure in pause_panels(announced, series_names(announced, by), counts):
            pages.savefig(figure)
            plt.close(figure)
    return held.getvalue()


def _only(incidents, chosen: pd.DataFrame, by: list[str]):
    """The incidents of some series."""
    if not is_engine_table(incidents):
        return incidents.merge(chosen, on=by)
    import ibis

    return incidents.semi_join(ibis.memtable(chosen), by)
