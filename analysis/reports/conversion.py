"""One notebook, as it was run, as PDF and HTML, and what neither can show of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbconvert.utils.exceptions import ConversionException
from nbformat import NotebookNode

from analysis.evidence.errors import InputError, format_path
from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import Code, build_document, read_notebook
from analysis.reports.pdf.nbconvert_exporter import TypstPDFExporter, check_notebook, front_matter
from analysis.reports.web.html_page import to_html


@dataclass(frozen=True)
class Conversion:
    """The content of each file by its path, and one line for each loss: the cell, and what is not shown of it."""

    files: dict[Path, str | bytes]
    losses: list[str]


def convert_notebook(
    path: Path, formats: Collection[str] = ("pdf",), folder: Path | None = None, *,
    code: Code = "show", strict: bool = False, fonts: Sequence[str] = (),
) -> Conversion:  # fmt: skip
    """The notebook in each of the `formats`, "pdf" and "html"; nothing runs and nothing is written.

    The files are meant for `folder`, the notebook's own by default, and have the notebook's name. `code` and `fonts`
    are those of the exporter. Raises InputError, which names the notebook, for a file that is no notebook, for one that
    cannot be set and, if `strict`, for the first loss.
    """
    notebook = read_notebook(path)
    target = path.parent if folder is None else folder
    losses: list[str] = []
    files: dict[Path, str | bytes] = {}
    try:
        for kind in formats:
            make = _pdf if kind == "pdf" else _html
            content, lost = make(notebook, path, code, strict, fonts)
            files[target / f"{path.stem}.{kind}"] = content
            losses += [line for line in lost if line not in losses]
    except (ConversionException, InputError) as problem:
        raise InputError(f"{format_path(path)}, {problem}") from problem
    return Conversion(files, losses)


def _pdf(notebook: NotebookNode, path: Path, code: Code, strict: bool, fonts: Sequence[str]) -> tuple[bytes, list[str]]:
    exporter = TypstPDFExporter(code=code, strict=strict, fonts=list(fonts))
    exporter.log.setLevel("ERROR")  # its warnings are returned here
    about = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    made, resources = exporter.from_notebook_node(notebook, about)
    return made, resources["losses"]


def _html(notebook: NotebookNode, path: Path, code: Code, strict: bool, fonts: Sequence[str]) -> tuple[str, list[str]]:
    losses = Losses(strict)
    check_notebook(notebook)
    tree = build_document(notebook, code=code, strict=strict, folder=path.parent, losses=losses)
    return to_html(tree, **front_matter(notebook, tree, path.stem)), losses.said
