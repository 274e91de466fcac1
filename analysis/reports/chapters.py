"""The executed notebooks of a report as PDF and HTML: each notebook alone, and all bound as chapters."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from analysis.databases.side_car import SideCar
from analysis.evidence.folders import REPOSITORY, find_evidence_root, folder_fingerprint
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import select
from analysis.reports.appendix import appendix_blocks, link_incidents, listed_entries
from analysis.reports.document.book import bind_documents, split_annex
from analysis.reports.document.entries import Closing
from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import CONTENTS_HERE, NEW_PAGE, Node, new_document, title_of
from analysis.reports.first_page import SUMMARY_FILE, detail_blocks, first_page, first_page_blocks
from analysis.reports.glossary import glossary_blocks
from analysis.reports.pdf.typst_pdf import to_pdf, typst_closing
from analysis.reports.report_explorer import link_explorer
from analysis.reports.report_tables import view_of_report
from analysis.reports.web.html_page import html_closing, to_html
from analysis.reports.web.image_maps import ChartPeriods, leads_to_incidents, weekly_chart
from analysis.runs import run_record
from analysis.runs.kept_results import KeptResults, result_key
from analysis.runs.variants import Variant

Pairs = list[tuple[str, str]]  # of a name and its text
TITLE = "Attacks on U.S. bases in Iraq, Syria and Jordan"
LIBRARIES = ("pandas", "numpy", "scipy", "matplotlib", "papermill", "nbconvert",
             "typst", "pypandoc-binary")  # fmt: skip
MANY = 1000  # incidents; an appendix of more lists only those that the chapters name


@dataclass(frozen=True)
class Chapter:
    """A rendered notebook: its name, its document tree, its title, the ids of the incidents it names."""

    name: str
    tree: dict
    title: str
    incidents: list[str]
    page_blocks: list[Node]  # as the page has them, with links to the explorer

    @property
    def page(self) -> dict:
        """The document of the page."""
        return {**self.tree, "blocks": self.page_blocks}


@dataclass(frozen=True)
class Renderer:
    """What turns executed notebooks into files: the variant, its data, and the results of earlier runs."""

    variant: Variant
    dataset: Dataset
    kept: KeptResults
    decides: Mapping[str, Any]  # hashes of the modules, tables and libraries behind every page
    folder: Path

    def read_chapter(self, notebook: NotebookNode, name: str, explorer: str = "") -> Chapter:
        """The document of an executed notebook; `explorer` is the address of the explorer at the notebook's view.

        Raises InputError for a figure without description."""
        tree, ids = link_incidents(build_document(notebook, strict=True), _traceable(self.dataset))
        page = link_explorer(tree["blocks"], explorer) if explorer else tree["blocks"]
        return Chapter(name, tree, title_of(tree, otherwise=name), ids, page)

    def write_chapter(self, chapter: Chapter, provenance: Pairs) -> None:
        """Write `<name>.pdf` and `<name>.html`; its links to incidents lead to the appendix of the whole report.

        `provenance` says how it was made."""
        listed = appendix_ids([chapter], self.dataset, self.variant)
        front: dict[str, Any] = {"title": chapter.title, "subtitle": self.variant.title, "provenance": provenance}
        key = (self.decides, front, listed)

        def pdf() -> bytes:
            entries = listed_entries(self.dataset, listed, "report.pdf")
            return to_pdf(chapter.tree, **front, entries=entries, losses=Losses(strict=True))

        def page() -> bytes:
            return to_html(chapter.page, **front, entries=listed_entries(self.dataset, listed, "report.html")).encode()

        self._write(
            chapter.name,
            lambda: self.kept.result(result_key("pdf", chapter.tree, *key), pdf),
            lambda: self.kept.result(result_key("html", chapter.page, *key), page),
        )

    def write_book(self, chapters: Sequence[Chapter], provenance: Pairs) -> None:
        """Write `report.pdf` and `report.html`: all chapters, then the appendix of all incidents."""
        listed = appendix_ids(chapters, self.dataset, self.variant)
        entries = listed_entries(self.dataset, listed)
        book, web_book = (
            self._bind(chapters, trees) for trees in zip(*((each.tree, each.page) for each in chapters), strict=True)
        )
        chart = weekly_chart(book["blocks"])
        front: dict[str, Any] = {
            "title": self.title,
            "subtitle": self.variant.title,
            "provenance": provenance,
            "toc": True,
        }

        def pdf() -> bytes:
            closing = self._appendix(listed, chart, for_page=False)
            return to_pdf(book, **front, entries=entries, closing=closing, losses=Losses(strict=True))

        def page() -> bytes:
            closing = self._appendix(listed, chart, for_page=True)
            return to_html(web_book, **front, entries=entries, closing=closing).encode()

        self._write("report", pdf, page)

    def _bind(self, chapters: Sequence[Chapter], trees: Sequence[dict]) -> dict:
        """The first page, the contents, all chapters, and their annex with the glossary as one document."""
        titles = [each.title for each in chapters]
        parts, annex = split_annex(list(trees), titles)
        if annex and self.dataset.evidence is not None:  # its terms are those of claims and their sources
            annex = {**annex, "blocks": [*annex["blocks"], *glossary_blocks()]}
        whole = [*parts, annex] if annex else parts
        book = bind_documents(whole, [*titles, *([""] if annex else [])])
        starts = [block["c"][1][0] for block in book["blocks"] if block["t"] == "Header" and block["c"][0] == 1]
        links = {each.name: f"#{start}" for each, start in zip(chapters, starts, strict=False)}
        opening = first_page_blocks(self.first_page(), links)
        return {**book, "blocks": [*opening, CONTENTS_HERE, *book["blocks"]]}

    def first_page(self) -> dict[str, Any]:
        """The first page as JSON values (see `first_page.first_page`)."""
        view = view_of_report(self.variant.parameters)
        key = result_key("first-page", self.decides, repr(view))
        return json.loads(self.kept.result(key, lambda: json.dumps(first_page(self.dataset, view)).encode()))

    def write_summary(self, provenance: Pairs) -> None:
        """Write `summary.pdf`: the first page, and a second one with what other counts say and how it was made."""
        page = self.first_page()
        blocks = [*first_page_blocks(page, {}), NEW_PAGE, *detail_blocks(page)]
        made = to_pdf(new_document(blocks), title=self.title, subtitle=self.variant.title, provenance=provenance,
                      losses=Losses(strict=True))  # fmt: skip
        (self.folder / "summary.pdf").write_bytes(made)
        (self.folder / SUMMARY_FILE).write_text(json.dumps(page, indent=1, ensure_ascii=False), encoding="utf-8")

    @property
    def title(self) -> str:
        """What the report is about."""
        dataset = self.dataset
        return TITLE if dataset.root == REPOSITORY else dataset.about.title or f"Incidents of {dataset.root.name}"

    def _appendix(self, ids: list[str], chart: ChartPeriods | None, *, for_page: bool) -> Closing | None:
        """The appendix, written once for as long as its incidents and their weeks stay the same."""
        if not ids:
            return None

        def write() -> bytes:
            blocks = appendix_blocks(self.dataset, ids, chart, for_page)
            written = html_closing(blocks, level=3) if for_page else typst_closing(blocks)
            return json.dumps([written.heading, written.source]).encode()

        key = result_key("appendix", self.decides, ids, chart, for_page)
        return Closing(*json.loads(self.kept.result(key, write)))

    def _write(self, name: str, pdf: Callable[[], bytes], page: Callable[[], bytes]) -> None:
        with ThreadPoolExecutor(2) as pool:  # both spend most of their time waiting for programs
            made = {".pdf": pool.submit(pdf), ".html": pool.submit(page)}
        for suffix, content in made.items():
            (self.folder / name).with_suffix(suffix).write_bytes(content.result())


def appendix_ids(chapters: Sequence[Chapter], dataset: Dataset, variant: Variant) -> list[str]:
    """The incidents of the appendix: all that the chapters name and, where a chart leads to incidents, all of the
    variant's view."""
    named = {name for each in chapters for name in each.incidents}
    traceable = _traceable(dataset)
    if not traceable or not any(leads_to_incidents(each.tree["blocks"]) for each in chapters):
        return sorted(named)
    counted = set(select(dataset, view_of_report(variant.parameters), empty_ok=True)["incident_id"]) & traceable
    return sorted(named | (counted if len(counted) <= MANY else set()))


def _traceable(dataset: Dataset) -> set[str]:
    """The ids of incidents that have claims to show."""
    return set(dataset.incidents["incident_id"]) if dataset.evidence else set()


def format_provenance(
    variant: Variant, parameters: Mapping[str, Any], files: Mapping[str, str], notebook_names: Sequence[str],
    view_in_words: str = "", database: SideCar | None = None,
) -> Pairs:  # fmt: skip
    """How the report was made, as pairs of a name and a text; nothing that differs from run to run or place to place.

    `files` are the hashes among the inputs of a run (see `run_record.run_inputs`), `notebook_names` the names there of
    the notebooks that were run, `view_in_words` what counts, `database` where an imported table comes from.
    """
    shown = {k: Path(v).name if k == "folder" else v for k, v in parameters.items()}
    return [
        ("Variant", f"{variant.name}: {variant.about}" if variant.about else variant.name),
        *([("View", view_in_words)] if view_in_words else []),
        ("Parameters", json.dumps(shown, ensure_ascii=False) if shown else "the defaults"),
        *(
            [("Notebooks", "; ".join(f"{Path(name).name}, sha256 {files[name][:16]}" for name in notebook_names))]
            if notebook_names
            else []
        ),
        ("Package", f"sha256 of source and lock {run_record.package_hash(files)[:16]}"),
        (
            "Evidence",
            f"sha256 of all tables {folder_fingerprint(find_evidence_root(parameters.get('folder', '')))[:16]}",
        ),
        *([("Database", database.words())] if database else []),
        *([("Cite the data as", database.citation)] if database and database.citation else []),
        ("Made with", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
    ]
