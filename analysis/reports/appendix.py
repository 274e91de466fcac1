"""The appendix of a report: an entry for every incident, with its claims. Every incident id becomes a link to it."""

from __future__ import annotations

import re
from itertools import groupby
from operator import attrgetter

import pandas as pd

from analysis.charts.text_format import format_date, plural
from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import claims_of_incidents
from analysis.incidents.trace_text import VOICE_NAMES, format_claim, format_dispute
from analysis.reports.document.sanitising import printable_text
from analysis.reports.document.tree import (
    ENTRY_CLASS,
    MONTH_CLASS,
    NO_ATTR,
    Node,
    attr,
    elements,
    inlines_of_text,
    new_document,
    node,
    paragraph,
    walk,
)

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


def appendix_blocks(dataset: Dataset, ids: list[str]) -> list[Node]:
    """The blocks of an appendix: a heading, then an entry for each incident in order of day; empty without ids."""
    heading = node("Header", 2, attr("appendix"), inlines_of_text(APPENDIX_TITLE))
    return [heading, paragraph(INTRODUCTION), *_by_month(dataset, ids, 3)] if ids else []


def appendix_chapter(dataset: Dataset, ids: list[str]) -> dict:
    """The appendix as a document of its own, to be the last chapter of a combined report."""
    heading = node("Header", 1, attr("appendix"), inlines_of_text(APPENDIX_TITLE))
    return new_document([heading, paragraph(INTRODUCTION), *_by_month(dataset, ids, 2)])


def _by_month(dataset: Dataset, ids: list[str], level: int) -> list[Node]:
    """A heading of that `level` for every month, and below it the incidents of the month."""
    chosen = dataset.incidents[dataset.incidents["incident_id"].isin(ids)]
    claims, disputes = _by_incident(claims_of_incidents(dataset, chosen)), _by_incident(dataset.disputes)
    blocks = []
    for month, incidents in groupby(chosen.itertuples(), lambda row: row.date.to_period("M")):
        blocks.append(
            node("Header", level, attr(f"incidents-{month}", [MONTH_CLASS]), inlines_of_text(f"{month:%B %Y}"))
        )
        for row in incidents:
            blocks += _entry(row, claims[row.incident_id], disputes.get(row.incident_id, []), level + 1)
    return walk(blocks, _printable)


def _printable(element: Node) -> Node | None:
    """A table may hold characters that no font or standard allows."""
    return node("Str", printable_text(element["c"])) if element["t"] == "Str" else None


def _by_incident(table: pd.DataFrame) -> dict[str, list]:
    rows = sorted(table.itertuples(), key=attrgetter("incident_id"))
    return {name: list(each) for name, each in groupby(rows, attrgetter("incident_id"))}


def _entry(row, claims: list, disputes: list, level: int) -> list[Node]:
    body = [paragraph(_summary(row)), node("BulletList", [[_claim(claim)] for claim in claims])]
    if disputes:
        body.append(paragraph("Disputed: " + "; ".join(map(format_dispute, disputes)) + "."))
    return [
        node("Header", level, attr(row.incident_id), inlines_of_text(row.incident_id)),
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
