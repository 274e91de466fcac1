"""The first page of a report: three questions with their answers, one chart, the dead and injured, three caveats.

It is made once as JSON values (`first_page`), and shown from them in the report, in a PDF of its own and in the index.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.charts import style
from analysis.charts.alt_text import frequency_alt
from analysis.charts.coverage_shading import explain_shading
from analysis.charts.frequency_bars import frequency_bars
from analysis.charts.notebook_output import to_svg
from analysis.charts.text_format import format_date, format_range
from analysis.charts.vocabulary import use_vocabulary
from analysis.evidence.folders import folder_fingerprint
from analysis.findings.casualties import CasualtyCount
from analysis.findings.study import Study
from analysis.findings.summary import summary_findings
from analysis.findings.variant_comparison import view_row
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import View
from analysis.measures.frequency import count
from analysis.reports.document.sanitising import printable_text
from analysis.reports.document.tree import (
    FIRST_PAGE_CLASS,
    NO_ATTR,
    Node,
    attr,
    figure_block,
    inlines_of_text,
    node,
)
from analysis.runs.run_record import DISTRIBUTION

HEADING = "In short"
SUMMARY_FILE = "summary.json"
LONGEST = {"week": 1000, "month": 4000}  # days of a window up to which a bar is a week, or a month
MOST_TOLLS = 4  # statements of others, and kinds of voices, in the table of casualties


def first_page(dataset: Dataset, view: View) -> dict[str, Any]:
    """The first page as JSON values: what is asked and answered, with the chart as SVG.

    Raises InputError as `select` does.
    """
    use_vocabulary(dataset.about)
    found = summary_findings(dataset, view)
    study, tolls = found.study, found.casualties
    periods, bars = _weekly(study)
    rows = _who_says_so(tolls)
    return {
        "as_of": format_date(found.window[1]),
        "window": format_range(*found.window),
        "view": found.view,
        "version": version(DISTRIBUTION),
        "evidence": folder_fingerprint(dataset.root)[:16],
        "answers": [
            {"question": each.question, "sentence": each.sentence, "details": list(each.details),
             "chapter": each.chapter}
            for each in found.answers
        ],
        "chart": _chart(bars, found.marks),
        "alt": frequency_alt(bars, study.dataset.about.plural),
        "caption": _caption(study, periods),
        "tolls": {"head": list(rows.columns), "rows": [[_cell(value) for value in row] for row in rows.to_numpy()]},
        "tolls_sentence": tolls.sentence(),
        "caveats": list(found.caveats),
        "row": _row(pd.Series(view_row(study))),
    }  # fmt: skip


def _row(found: pd.Series) -> dict[str, str]:
    """What the page that compares the variants says of one, by the heads of its columns."""
    days = ("day", "day_low", "day_high")
    begin, low, high = (_cell(found[name]) for name in days)
    return {
        "incidents": f"{found['n']:,}",
        **{f"{name} the pause".replace("inside", "in"): _cell(found[name]) for name in ("before", "inside", "after")},
        "days of the longest gap in it": _cell(found["gap_days"]),
        "lower rate from": f"{begin} (95 % set {low} to {high})" if begin else "",
        **{name: _cell(found[name]) for name in ("killed", "injured")},
    }


def _who_says_so(tolls: CasualtyCount) -> pd.DataFrame:
    """The statements that say most, the official one first, then the sums of the table by voice."""
    table = tolls.table()
    stated = table.iloc[: len(tolls.stated)]
    fullest = stated.iloc[1:].assign(known=lambda t: t[["killed", "injured"]].notna().sum(axis=1))
    fullest = fullest.sort_values(["known", "to"], ascending=False, kind="stable").head(MOST_TOLLS - 1)
    summed = table.iloc[len(tolls.stated) :].head(MOST_TOLLS)
    return pd.concat([stated.iloc[:1], fullest.drop(columns="known"), summed])


def _weekly(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidents per period, whole and by voice."""
    days = (study.window[1] - study.window[0]).days + 1
    every = next((name for name, longest in LONGEST.items() if days <= longest), "year")
    by = ["confirmation"] if study.incidents["confirmation"].notna().any() else []
    whole, split = (
        count(study.incidents, every, by=columns, window=study.window, coverage=study.coverage) for columns in ([], by)
    )
    return whole, split


def _chart(bars: pd.DataFrame, marks: Mapping[pd.Timestamp, str]) -> str:
    """The bars with the events of the conflict marked, as SVG."""
    ax = frequency_bars(bars, style.new_axes(height=2.5))
    ax.set_ylim(top=ax.get_ylim()[1] * (1.6 if marks else 1.0))
    # The source of a date stands in the text: in the chart the event and its day are enough.
    style.mark_days(ax, {day: _mark(day, title.split(",")[0]) for day, title in marks.items()})
    return to_svg(ax)


def _mark(day: pd.Timestamp, title: str) -> str:
    """The title with its day; a title that is itself the day stands alone."""
    return title if title.startswith(f"{day.day} {day:%b}") else f"{title} ({day.day}\u00a0{day:%b})"


def _caption(study: Study, periods: pd.DataFrame) -> str:
    total, about = int(periods["count"].sum()), study.dataset.about
    noun = about.singular if total == 1 else about.plural
    ground = explain_shading(periods)
    voices = "" if study.incidents["confirmation"].eq("unknown").all() else ", by the best voice behind each"
    said = f"{total:,} itemised {noun} {format_range(*study.window)}{voices}"
    return f"{said}; {ground}." if ground else f"{said}."


def _cell(value: object) -> str:
    if pd.isna(value):
        return ""
    return format_date(value) if isinstance(value, pd.Timestamp) else str(value)


def first_page_blocks(page: Mapping[str, Any], links: Mapping[str, str], *, detailed: bool = False) -> list[Node]:
    """The blocks of the first page. `links` gives for each chapter where it begins, such as "#chapter-2-pause";
    `detailed` adds what other counts say."""
    blocks = [node("Header", 1, attr("in-short", ["unlisted"]), inlines_of_text(HEADING)), _about(page)]
    for answer in page["answers"]:
        blocks += _answer(answer, links, detailed)
    uri = "data:image/svg+xml;base64," + base64.b64encode(page["chart"].encode()).decode()
    said = _text(page["caption"])
    blocks += [figure_block(uri, page["alt"], said, "in-short-weeks"), *_tolls(page)]
    blocks.append(node("BulletList", [[node("Plain", _text(caveat))] for caveat in page["caveats"]]))
    return [node("Div", attr(FIRST_PAGE_CLASS, [FIRST_PAGE_CLASS]), blocks)]


def _text(text: str) -> list[Node]:
    return inlines_of_text(printable_text(text))


def _about(page: Mapping[str, Any]) -> Node:
    said = f"As of {page['as_of']}. View: {page['view']}. Version {page['version']}, evidence {page['evidence']}."
    return node("Para", [node("Emph", _text(said))])


def _answer(answer: Mapping[str, Any], links: Mapping[str, str], detailed: bool) -> list[Node]:
    words = [node("Strong", _text(answer["question"])), node("Space"), *_text(answer["sentence"])]
    for detail in answer["details"] if detailed else answer["details"][:1]:
        words += [node("Space"), *_text(detail)]
    if target := links.get(answer["chapter"]):
        words += [node("Space"), node("Link", NO_ATTR, _text("More in the chapter."), [target, ""])]
    return [node("Para", words)]


def _tolls(page: Mapping[str, Any]) -> list[Node]:
    """The table of the dead and injured, and its sentence."""
    tolls = page["tolls"]
    said = node("Para", [node("Strong", _text("Dead and injured.")), node("Space"), *_text(page["tolls_sentence"])])
    return [said, plain_table(tolls["head"], tolls["rows"], numbers=("killed", "injured"))] if tolls["rows"] else [said]


def plain_table(
    head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str] = (), label: str = "", caption: str = ""
) -> Node:
    """A table of texts; the columns `numbers` stand to the right."""
    sides = [node("AlignRight" if name in numbers else "AlignLeft") for name in head]

    def row(cells: Sequence[str]) -> list:
        return [NO_ATTR, [[NO_ATTR, side, 1, 1, [node("Plain", _text(cell))] if cell else []]
                          for cell, side in zip(cells, sides, strict=True)]]  # fmt: skip

    said = [node("Plain", _text(caption))] if caption else []
    columns = [[side, node("ColWidthDefault")] for side in sides]
    body = [NO_ATTR, 0, [], [row(cells) for cells in rows]]
    return node("Table", attr(label), [None, said], columns, [NO_ATTR, [row(head)]], [body], [NO_ATTR, []])


def index_opening(build: Path, titles: Mapping[str, str]) -> list[Node]:
    """What the index begins with: the first page of the first variant that has one, and all variants side by side.

    `titles` gives the title of each variant by its name, which is that of its folder below `build`.
    """
    pages = {name: json.loads(path.read_text(encoding="utf-8")) for name in titles
             if (path := build / name / SUMMARY_FILE).is_file()}  # fmt: skip
    if not pages:
        return []
    name, page = next(iter(pages.items()))
    chapters = {each["chapter"] for each in page["answers"]}
    links = {each: f"{name}/{each}.html" for each in chapters if (build / name / f"{each}.html").is_file()}
    return [*first_page_blocks(page, links), *compared_variants({titles[key]: each for key, each in pages.items()})]


def compared_variants(pages: Mapping[str, Mapping[str, Any]]) -> list[Node]:
    """The first pages of several variants side by side, each by its title; nothing where there is one alone."""
    if len(pages) < 2:
        return []
    heads = list(next(iter(pages.values()))["row"])
    rows = [[title, *(page["row"].get(head, "") for head in heads)] for title, page in pages.items()]
    caption = (
        "The variants side by side. The variants overlap, so they are not independent. A cell is empty where a variant "
        "has too little data. Counts are of itemised incidents."
    )
    numbers = [head for head in heads if head != "lower rate from"]
    heading = node("Header", 2, attr("variants"), inlines_of_text("The variants side by side"))
    return [heading, plain_table(["variant", *heads], rows, numbers, "variants-compared", caption)]


def detail_blocks(page: Mapping[str, Any]) -> list[Node]:
    """What the first page leaves out: each question with all that other counts say."""
    blocks = [node("Header", 1, attr("by-other-counts", ["unlisted"]), inlines_of_text("By other counts"))]
    for answer in (each for each in page["answers"] if each["details"]):
        blocks += [node("Para", [node("Strong", _text(answer["question"]))])]
        blocks.append(node("BulletList", [[node("Plain", _text(each))] for each in answer["details"]]))
    return blocks
