"""The executed notebooks of a report as PDF and HTML: each notebook alone, and all bound as chapters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from analysis.databases.side_car import SideCar
from analysis.evidence.folders import REPOSITORY, find_evidence_root, folder_fingerprint
from analysis.incidents.dataset import Dataset
from analysis.reports.appendix import appendix_blocks, appendix_chapter, link_incidents
from analysis.reports.document.book import bind_documents
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import Node, title_of
from analysis.reports.pdf.typst_pdf import to_pdf
from analysis.reports.report_explorer import link_explorer
from analysis.reports.web.html_page import to_html
from analysis.runs import run_record
from analysis.runs.variants import Variant

Pairs = list[tuple[str, str]]  # of a name and its text
TITLE = "Attacks on U.S. bases in Iraq, Syria and Jordan"
LIBRARIES = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "papermill", "nbconvert",
             "typst", "pypandoc-binary")  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """A rendered notebook: its document tree, its title, the ids of the incidents it names, its blocks for a page."""

    tree: dict
    title: str
    incidents: list[str]
    page_blocks: list[Node]  # as the page has them, with links to the explorer


def render_chapter(
    notebook: NotebookNode, name: str, variant: Variant, provenance: Pairs, dataset: Dataset, folder: Path,
    explorer: str = "",
) -> Chapter:  # fmt: skip
    """Write `<name>.pdf` and `<name>.html` of an executed notebook to `folder`.

    `provenance` says how it was made, `explorer` is the address of the explorer at the notebook's view. Raises
    InputError for a figure without description."""
    tree, ids = link_incidents(build_document(notebook, strict=True), _traceable(dataset))
    title = title_of(tree, otherwise=name)
    blocks, last = tree["blocks"], appendix_blocks(dataset, ids)
    linked = link_explorer(blocks, explorer) if explorer else blocks
    page, whole = ({**tree, "blocks": each + last} for each in (linked, blocks))
    _write(whole, page, folder / name, title=title, subtitle=variant.title, provenance=provenance)
    return Chapter(tree, title, ids, linked)


def bind_chapters(
    chapters: Sequence[Chapter], variant: Variant, provenance: Pairs, dataset: Dataset, folder: Path
) -> None:  # fmt: skip
    """Write `report.pdf` and `report.html`: all chapters, then the appendix of all incidents they name."""
    named = sorted({name for each in chapters for name in each.incidents})
    last = [appendix_chapter(dataset, named)] if named else []
    titles = [each.title for each in chapters] + [""] * len(last)
    combined = bind_documents([each.tree for each in chapters] + last, titles)
    page = bind_documents([{**each.tree, "blocks": each.page_blocks} for each in chapters] + last, titles)
    title = TITLE if dataset.root == REPOSITORY else dataset.about.title or f"Incidents of {dataset.root.name}"
    _write(combined, page, folder / "report", title=title, subtitle=variant.title, provenance=provenance, toc=True)


def _write(tree: dict, page: dict, path: Path, **front_matter: Any) -> None:
    with ThreadPoolExecutor(2) as pool:  # both spend most of their time waiting for programs
        pdf, html = pool.submit(to_pdf, tree, **front_matter), pool.submit(to_html, page, **front_matter)
    path.with_suffix(".pdf").write_bytes(pdf.result())
    path.with_suffix(".html").write_text(html.result(), encoding="utf-8")


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
        ("Notebooks", "; ".join(f"{Path(name).name}, sha256 {files[name][:16]}" for name in notebook_names)),
        ("Package", f"sha256 of source and lock {run_record.package_hash(files)[:16]}"),
        (
            "Evidence",
            f"sha256 of all tables {folder_fingerprint(find_evidence_root(parameters.get('folder', '')))[:16]}",
        ),
        *([("Database", database.words())] if database else []),
        *([("Cite the data as", database.citation)] if database and database.citation else []),
        ("Made with", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
    ]
