"""The appendix of a report: an entry for every incident, with its claims. Every incident id becomes a link to it, every
mark of a chart leads to its entries, and an entry leads back to its week."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import groupby
from operator import attrgetter

import pandas as pd

from analysis.charts.origins_per_incident import MOST
from analysis.charts.text_format import format_date, format_range, plural
from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import claims_of_incidents
from analysis.incidents.trace_text import VOICE_NAMES, format_claim, format_dispute
from analysis.reports.document.entries import APPENDIX, Entries
from analysis.reports.document.sanitising import printable_text
from analysis.reports.document.tree import (
    ENTRY_CLASS,
    MONTH_CLASS,
    NO_ATTR,
    Node,
    attr,
    elements,
    inlines_of_text,
    node,
    paragraph,
    walk,
)
from analysis.reports.web.image_maps import ChartPeriods, bar_anchor

APPENDIX_TITLE = "Appendix: the incidents, claim by claim"
SITE_OF_URL = re.compile(r"https?://(?:www\.)?([^/?#\s]+)")
ENTRY_ATTRIBUTES = attr(classes=[ENTRY_CLASS], pairs=[("typst:text:size", "8pt")])
INTRODUCTION = (
    "Each entry names the claims behind one incident: who says it, relaying whom, the grade of the source, the voice "
    "behind it, the day and the place as said, and where it can be read. Claims that deny never support. Where claims "
    "differ, the rule that chose the value stands last. An id keeps the day and the place under which an incident was "
    "first listed, even when later claims move its date."
)


def link_incidents(document: dict, known_ids: set[str]) -> tuple[dict, list[str]]:
    """The document with every incident id of `known_ids` as a link, and the ids that it names, sorted."""
    strings = (e["c"] for e in elements(document["blocks"]) if e["t"] == "Str")
    ids = sorted({_without_punctuation(text) for text in strings} & known_ids)

    def change(element: Node) -> list[Node] | None:
        if element["t"] != "Str" or _without_punctuation(element["c"]) not in known_ids:
            return None
        name = _without_punctuation(element["c"])
        before, after = element["c"].split(name, 1)
        link = node("Link", NO_ATTR, [node("Str", name)], [f"#{name}", ""])
        return [*([node("Str", before)] if before else []), link, *([node("Str", after)] if after else [])]

    return {**document, "blocks": walk(document["blocks"], change)}, ids


def _without_punctuation(text: str) -> str:
    return text.strip(",;:.()")


def listed_entries(dataset: Dataset, ids: Collection[str], page: str = "") -> Entries:
    """The entries of an appendix that lists these incidents, as links see them; `page` is the file that holds it."""
    chosen = _chosen(dataset, ids)
    origins = chosen["n_origins"].clip(upper=MOST)
    groups: dict[str, tuple[str, ...]] = {}
    for column, values in (("place_id", chosen["place_id"]), ("n_origins", origins)):
        for value, each in chosen["incident_id"].groupby(values):
            groups[f"{column}-{value}"] = tuple(each)
    return Entries(tuple(zip(chosen["date"].dt.strftime("%Y-%m-%d"), chosen["incident_id"], strict=True)), groups, page)


def appendix_blocks(
    dataset: Dataset, ids: Collection[str], chart: ChartPeriods | None = None, for_page: bool = False
) -> list[Node]:  # fmt: skip
    """The blocks of an appendix: a heading, then an entry for each incident in order of day; empty without ids.

    Each entry leads back to its week in `chart`: in a page (`for_page`) to the bar, on paper to the figure.
    """
    if not ids:
        return []
    heading = node("Header", 1, attr(APPENDIX), inlines_of_text(APPENDIX_TITLE))
    return [heading, paragraph(INTRODUCTION), *_by_month(dataset, ids, chart, for_page)]


def _chosen(dataset: Dataset, ids: Collection[str]) -> pd.DataFrame:
    chosen = dataset.incidents[dataset.incidents["incident_id"].isin(ids)]
    return chosen.sort_values("date", kind="stable")


def _by_month(dataset: Dataset, ids: Collection[str], chart: ChartPeriods | None, for_page: bool) -> list[Node]:
    """A heading for every month, and below it the incidents of the month."""
    chosen = _chosen(dataset, ids)
    claims, disputes = _by_incident(claims_of_incidents(dataset, chosen)), _by_incident(dataset.disputes)
    blocks = []
    for month, incidents in groupby(chosen.itertuples(), lambda row: row.date.to_period("M")):
        blocks.append(node("Header", 2, attr(f"incidents-{month}", [MONTH_CLASS]), inlines_of_text(f"{month:%B %Y}")))
        for row in incidents:
            back = _way_back(row, chart, for_page)
            blocks += _entry(row, claims[row.incident_id], disputes.get(row.incident_id, []), back, for_page)
    return walk(blocks, _printable)


def _printable(element: Node) -> Node | None:
    """A table may hold characters that no font or standard allows."""
    return node("Str", printable_text(element["c"])) if element["t"] == "Str" else None


def _by_incident(table: pd.DataFrame) -> dict[str, list]:
    rows = sorted(table.itertuples(), key=attrgetter("incident_id"))
    return {name: list(each) for name, each in groupby(rows, attrgetter("incident_id"))}


def _way_back(row, chart: ChartPeriods | None, for_page: bool) -> list[Node]:
    """The link from an entry to its week in the chart; empty where the chart has no such week."""
    period = chart.holding(f"{row.date:%Y-%m-%d}") if chart else None
    if not chart or not period:
        return []
    words = inlines_of_text(f"In the chart: {format_range(*period)}")
    return [node("Link", NO_ATTR, words, [f"#{bar_anchor(period[0]) if for_page else chart.figure}", ""])]


def _entry(row, claims: list, disputes: list, back: list[Node], for_page: bool) -> list[Node]:
    summary = inlines_of_text(_summary(row))
    if back and not for_page:  # in a page the summary is a button, which holds no link
        summary += [node("Space"), *back, node("Str", ".")]
    body = [node("Para", summary), node("BulletList", [[_claim(claim)] for claim in claims])]
    if disputes:
        body.append(paragraph("Disputed: " + "; ".join(map(format_dispute, disputes)) + "."))
    if back and for_page:
        body.append(node("Para", [*back, node("Str", ".")]))
    return [
        node("Header", 3, attr(row.incident_id), inlines_of_text(row.incident_id)),
        node("Div", ENTRY_ATTRIBUTES, body),
    ]


def _summary(row) -> str:
    days = format_date(row.date_start)
    if row.date_end > row.date_start:
        days += f" to {format_date(row.date_end)}"
    return (
        f"{row.place}; {days}; {row.weapon.replace('_', ' ')}; {row.result.replace('_', ' ')}; best voice: "
        f"{VOICE_NAMES[row.confirmation]}; {plural(row.n_claims, 'claim')}, {plural(row.n_origins, 'origin')}."
    )


def _claim(claim) -> Node:
    """One claim: its id in bold, what it says, and a link to where it can be read."""
    text = [node("Strong", inlines_of_text(claim.claim_id)), node("Space"), *inlines_of_text(format_claim(claim))]
    if isinstance(claim.url, str) and (site := SITE_OF_URL.match(claim.url)):
        text += [node("Space"), node("Link", NO_ATTR, inlines_of_text(f"read at {site[1]}"), [claim.url, ""])]
    return node("Plain", text)
