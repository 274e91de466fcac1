"""The exporter of nbconvert, which JupyterLab's menu offers too: any notebook as PDF."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from textwrap import shorten
from typing import Any

from nbconvert.exporters import Exporter
from nbconvert.utils.exceptions import ConversionException
from nbformat import NotebookNode, ValidationError, validate
from traitlets import Bool, CaselessStrEnum, List, Unicode, default

from analysis.evidence.errors import InputError
from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import build_document, split_cells, stated_title
from analysis.reports.document.tree import title_of
from analysis.reports.pdf.missing_letters import missing_letters, name_letters
from analysis.reports.pdf.typst_pdf import to_pdf
from analysis.reports.pdf.typst_run import TypstFailure

CONTENTS_FROM = 10  # headings


class TypstPDFExporter(Exporter):
    """A notebook as an accessible PDF, by pandoc and typst from their wheels."""

    export_from_notebook = "PDF via Typst"
    output_mimetype = "application/pdf"

    code = CaselessStrEnum(
        ["show", "marked", "hide"],
        help="Whose code is shown: of all cells, of those tagged show-input, or of none. The tags hide-input, "
        "hide-output and hide-cell win. nbconvert's --no-input hides it too.",
    ).tag(config=True)
    contents = Bool(
        None, allow_none=True, help="Begin with a list of contents; by default where there are many headings."
    ).tag(config=True)
    lang = Unicode("en", help="The language of the text, as a BCP 47 tag.").tag(config=True)
    provenance = Bool(True, help="End with what the PDF was made of: parameters, hash, versions.").tag(config=True)
    fonts = List(
        Unicode(),
        help="Files of typefaces (.ttf, .otf) for letters that the shipped ones lack, such as Chinese or Hindi.",
    ).tag(config=True)
    strict = Bool(
        False, help="Refuse a figure without description, and whatever the PDF cannot show of the notebook."
    ).tag(config=True)

    @default("code")
    def _code_default(self) -> str:
        return "hide" if self.config.get("TemplateExporter", {}).get("exclude_input") else "show"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(  # type: ignore[override]  # a PDF is bytes, as in nbconvert's own PDF exporter
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF and nbconvert's resources; the title is that of the notebook, or the name of its file.

        Raises ConversionException, which names the cell, for a notebook that is invalid or cannot become a PDF.
        """
        losses, folder = Losses(self.strict), None
        try:
            nb, resources = super().from_notebook_node(nb, resources, **kw)
            about = resources["metadata"]
            folder = Path(about["path"]) if "path" in about else None
            with _uncollected():
                tree = build_document(nb, code=self.code, strict=self.strict, folder=folder, losses=losses)
                made = self._pdf(nb, tree, about.get("name", "Notebook"), losses)
                self._say_missing(nb, tree, losses)
            resources["losses"] = losses.said
            for line in losses.said:
                self.log.warning("%s, %s", about.get("name", "Notebook"), line)
            return made, resources
        except ValidationError as problem:
            raise _invalid(problem) from problem
        except TypstFailure as problem:
            raise ConversionException(f"{self._culprit(nb, folder)}{problem}") from problem
        except InputError as problem:
            raise ConversionException(str(problem)) from problem

    def _pdf(self, nb: NotebookNode, tree: dict, name: str, losses: Losses) -> bytes:
        about = front_matter(nb, tree, name, contents=self.contents, provenance=self.provenance)
        return to_pdf(tree, **about, lang=self.lang, fonts=self.fonts, losses=losses)

    def _say_missing(self, nb: NotebookNode, tree: dict, losses: Losses) -> None:
        """Letters that stand as boxes in the PDF are lost; each is said of the first cell that has it."""
        missing = missing_letters(tree["blocks"], self.fonts)
        for name, alone in split_cells(nb) if missing else ():
            here = [letter for letter in missing if letter in json.dumps(alone.cells, ensure_ascii=False)]
            missing = [letter for letter in missing if letter not in here]
            if here:
                losses.add(name, f"no font here has {name_letters(here)}; the option fonts takes files that have them")

    def _culprit(self, nb: NotebookNode, folder: Path | None) -> str:
        """The name of the first cell that cannot be set even alone: "cell 3: ", or nothing."""
        for name, alone in split_cells(nb):
            try:
                to_pdf(build_document(alone, code=self.code, folder=folder), title=name, fonts=self.fonts)
            except TypstFailure:
                return f"{name}: "
        return ""


def front_matter(
    nb: NotebookNode, tree: dict, name: str, *, contents: bool | None = None, provenance: bool = True
) -> dict[str, Any]:
    """What stands before and after the cells: title (of the metadata, of the first heading, or `name`), authors, a list
    of contents where there are many headings, and how the document was made; arguments of `to_pdf` and `to_html`."""
    many = sum(block["t"] == "Header" for block in tree["blocks"]) >= CONTENTS_FROM
    return {
        "title": stated_title(nb) or title_of(tree, name),
        "date_line": ", ".join(_author_names(nb)),
        "provenance": _provenance(nb) if provenance else (),
        "toc": many if contents is None else contents,
    }


def _author_names(nb: NotebookNode) -> list[str]:
    """The authors of the metadata, each a mapping with a name as nbformat has it, or the name alone."""
    named = [author.get("name") if isinstance(author, dict) else author for author in nb.metadata.get("authors", [])]
    return [name for name in named if isinstance(name, str) and name]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python's search for cycles is put off: trees of large tables have none, and it takes longer than all else."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def check_notebook(nb: NotebookNode) -> None:
    """Raises ConversionException, as the exporter does, for a notebook that is invalid."""
    try:
        validate(nb, relax_add_props=True)
    except ValidationError as problem:
        raise _invalid(problem) from problem


def _invalid(problem: ValidationError) -> ConversionException:
    what = " ".join(str(problem.message).split())
    return ConversionException(f"this notebook is not valid: {_location(problem)}{shorten(what, 300)}")


def _location(problem: ValidationError) -> str:
    """Where nbformat found the notebook invalid: "cell 3, metadata: ", or nothing."""
    path = list(getattr(problem.original, "absolute_path", []))
    if path[:1] == ["cells"] and len(path) > 1:
        path[:2] = [f"cell {path[1] + 1}"]
    return ", ".join(map(str, path)) + ": " if path else ""


def _provenance(nb: NotebookNode) -> list[tuple[str, str]]:
    """How the PDF was made, as pairs of a name and a text; nothing that differs from run to run or place to place."""
    run = nb.metadata.get("papermill")
    given = run.get("parameters") if isinstance(run, dict) else None
    language = nb.metadata.get("language_info", {})
    kernel = " ".join(str(language[key]) for key in ("name", "version") if language.get(key))
    pairs = [
        ("Parameters", json.dumps(given, ensure_ascii=False, default=str) if given else ""),
        ("Run with", kernel),
        ("Cells", f"sha256 of what they say and give {_cells_hash(nb.cells)[:16]}"),
        ("Made with", ", ".join(f"{name} {version(name)}" for name in ("nbconvert", "pypandoc-binary", "typst"))),
    ]
    return [(name, value) for name, value in pairs if value]


def _cells_hash(cells: list[NotebookNode]) -> str:
    """The sha256 of the cells without ids, times and execution counts, which differ from run to run."""
    content = [[cell.get("source"), [_without_count(o) for o in cell.get("outputs", [])]] for cell in cells]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _without_count(output: NotebookNode) -> dict:
    return {key: value for key, value in output.items() if key != "execution_count"}
