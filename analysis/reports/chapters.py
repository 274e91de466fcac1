"""The executed notebooks of a report as PDF and HTML: each as a chapter of its own, and all bound."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from analysis.evidence.folders import REPOSITORY, find_evidence_root, folder_fingerprint
from analysis.incidents.dataset import Dataset
from analysis.reports.appendix import appendix, appendix_chapter, link_incidents
from analysis.reports.document.book import bind_documents
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import title_of
from analysis.reports.pdf.typst_pdf import to_pdf
from analysis.reports.web.html_page import to_html
from analysis.runs import run_record
from analysis.runs.variants import Variant

Pairs = list[tuple[str, str]]  # of a name and what it says
TITLE = "Attacks on U.S. bases in Iraq, Syria and Jordan"
LIBRARIES = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "papermill", "nbconvert",
             "typst", "pypandoc-binary")  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """A rendered notebook, as the book needs it: its tree, its title, the incidents it names."""

    tree: dict
    title: str
    incidents: list[str]


def render_chapter(
    notebook: NotebookNode, name: str, variant: Variant, provenance: Pairs, dataset: Dataset, folder: Path
) -> Chapter:
    """Write `<name>.pdf` and `<name>.html` of an executed notebook; `provenance` says how it was made."""
    tree, ids = link_incidents(build_document(notebook, strict=True), _traceable(dataset))
    title = title_of(tree, otherwise=name)
    whole = {**tree, "blocks": tree["blocks"] + appendix(dataset, ids)}
    _write(whole, folder / name, title=title, subtitle=variant.title, provenance=provenance)
    return Chapter(tree, title, ids)


def bind_chapters(
    chapters: Sequence[Chapter], variant: Variant, provenance: Pairs, dataset: Dataset, folder: Path
) -> None:  # fmt: skip
    """Write `report.pdf` and `report.html`: all chapters, then the appendix of all they name."""
    named = sorted({name for each in chapters for name in each.incidents})
    last = [appendix_chapter(dataset, named)] if named else []
    bound = bind_documents(
        [each.tree for each in chapters] + last, [each.title for each in chapters] + [""] * len(last)
    )
    title = TITLE if dataset.root == REPOSITORY else f"Incidents of {dataset.root.name}"
    _write(bound, folder / "report", title=title, subtitle=variant.title, provenance=provenance, toc=True)


def _write(tree: dict, path: Path, **words: Any) -> None:
    with ThreadPoolExecutor(2) as pool:  # most of the time both wait for programs
        pdf, html = pool.submit(to_pdf, tree, **words), pool.submit(to_html, tree, **words)
    path.with_suffix(".pdf").write_bytes(pdf.result())
    path.with_suffix(".html").write_text(html.result(), encoding="utf-8")


def _traceable(dataset: Dataset) -> set[str]:
    """The ids that have claims to be shown."""
    return set(dataset.incidents["incident_id"]) if dataset.evidence else set()


def provenance(
    variant: Variant, parameters: Mapping[str, Any], inputs: Mapping[str, str], notebooks: Sequence[str], view: str = ""
) -> Pairs:  # fmt: skip
    """What the report was made of; nothing that changes from run to run or from place to place.

    `inputs` are the hashes of a basis (see `run_record.run_inputs`), `notebooks` the names there of those that were run,
    `view` what counts, in words."""
    shared = {k: Path(v).name if k == "folder" else v for k, v in parameters.items()}
    return [
        ("Variant", f"{variant.name}: {variant.about}" if variant.about else variant.name),
        *([("View", view)] if view else []),
        ("Parameters", json.dumps(shared, ensure_ascii=False) if shared else "the defaults"),
        ("Notebooks", "; ".join(f"{Path(name).name}, sha256 {inputs[name][:16]}" for name in notebooks)),
        ("Package", f"sha256 of source and lock {run_record.package_hash(inputs)[:16]}"),
        (
            "Evidence",
            f"sha256 of all tables {folder_fingerprint(find_evidence_root(parameters.get('folder', '')))[:16]}",
        ),
        ("Made with", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
    ]
