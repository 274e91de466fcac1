"""An executed notebook as a pandoc document tree that holds what a reader should see."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import nbformat
import yaml
from nbformat import NotebookNode

from analysis.evidence.errors import InputError, format_path
from analysis.reports.document.bounds import bounded_text
from analysis.reports.document.cell_options import captions_table, output_options, prints_markdown, shows, split_options
from analysis.reports.document.cell_outputs import FRONT_MATTER, Piece, markdown_piece, output_pieces, raw_piece
from analysis.reports.document.formulas import Formulas
from analysis.reports.document.images import data_uri
from analysis.reports.document.losses import Losses
from analysis.reports.document.pandoc import parse_markup
from analysis.reports.document.sanitising import Location, sanitise, unique_anchors
from analysis.reports.document.table_alignment import map_cells
from analysis.reports.document.tree import (
    RIGHT_TO_LEFT,
    Node,
    attr,
    code_block,
    new_document,
    node,
    text_of,
    walk,
)
from analysis.runs.chapter_end import ends_chapter

DIRECTED_BLOCKS = {"Header", "Para", "BlockQuote", "BulletList", "OrderedList"}
Code = Literal["hide", "marked", "show"]


def read_notebook(path: Path | str) -> NotebookNode:
    """The notebook in a file, in format 4. Raises InputError if the file is no notebook or cannot be opened."""
    path = Path(path)
    try:
        return nbformat.read(path, as_version=4)
    except OSError as problem:
        raise InputError(f"{format_path(path)}: cannot be opened ({problem.strerror})") from problem
    except Exception as problem:  # nbformat raises whatever its JSON and schema libraries raise
        why = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise InputError(f"{format_path(path)}: not a Jupyter notebook ({why})") from problem


def stated_title(notebook: NotebookNode) -> str:
    """The title that the metadata give, or those in YAML in a first raw cell, as Quarto has them; else nothing."""
    title = notebook.get("metadata", {}).get("title")
    first = notebook["cells"][0] if notebook["cells"] else {}
    if not title and first.get("cell_type") == "raw" and (found := FRONT_MATTER.fullmatch(first.get("source", ""))):
        try:
            given = yaml.safe_load(found["yaml"])
        except yaml.YAMLError:
            given = None
        title = given.get("title") if isinstance(given, dict) else None
    return title if isinstance(title, str) else ""


def build_document(
    notebook: NotebookNode, *, code: Code = "hide", strict: bool = False, folder: Path | None = None,
    losses: Losses | None = None,
) -> dict:  # fmt: skip
    """The notebook as a pandoc document in JSON form; images are inside as data URIs.

    Images come from the notebook itself and, if `folder` is given, from files below it.

    `code` says whose code and stderr are shown: "hide" none, "show" those of all cells, "marked" those of cells with
    the tag `show-input`. The tags `hide-input`, `hide-output` and `hide-cell` (also `remove-...`) win over `code`.

    Raises InputError for something that is no notebook and, if `strict`, for a figure without description (the message
    names the cell). Otherwise such a figure is described as "Figure without description".
    """
    _check_notebook(notebook)
    language = _language(notebook)
    formulas, losses = Formulas(), Losses(strict) if losses is None else losses
    collected = [
        piece
        for cell, location in _cells(notebook, strict, folder, formulas, losses)
        for piece in _pieces(cell, location, code, language)
    ]
    parsed = iter(parse_markup([source for piece in collected for source in piece.sources], formulas))
    blocks = [block for piece in collected for block in piece.build(*[next(parsed) for _ in piece.sources])]
    return new_document(unique_anchors(_directed(blocks)))


def _check_notebook(notebook: NotebookNode) -> None:
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise InputError("this is no notebook: it has no list of cells (formats before 4 are read by `read_notebook`)")


def _language(notebook: NotebookNode) -> str:
    stated = notebook.get("metadata", {}).get("language_info")
    name = stated.get("name") if isinstance(stated, dict) else None
    return name if isinstance(name, str) else "python"


def split_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """The name of each visible cell, and a notebook with that cell alone."""
    for cell, location in _cells(notebook):
        yield location.name, NotebookNode(notebook, cells=[cell])


def _cells(
    notebook: NotebookNode,
    strict: bool = False,
    folder: Path | None = None,
    formulas: Formulas | None = None,
    losses: Losses | None = None,
) -> Iterator[tuple[NotebookNode, Location]]:
    """The visible cells, each with its location; cells are numbered from 1, as a reader counts."""
    for number, cell in enumerate(_cells_to_the_end(notebook), start=1):
        name = f"cell {number} (id {cell['id']})" if cell.get("id") else f"cell {number}"
        if not _hidden(cell, "cell"):
            yield cell, Location(name, strict, _attachments(cell), folder, formulas or Formulas(), losses or Losses())


def _cells_to_the_end(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells up to the one that ends the chapter."""
    for cell in notebook["cells"]:
        yield cell
        if any(map(ends_chapter, cell.get("outputs") or ())):
            return


def _tags(cell: NotebookNode) -> list[str]:
    tags = cell.get("metadata", {}).get("tags")
    return tags if isinstance(tags, list) else []


def _hidden(cell: NotebookNode, part: str) -> bool:
    return f"hide-{part}" in _tags(cell) or f"remove-{part}" in _tags(cell)


def _shows_code(cell: NotebookNode, code: Code) -> bool:
    wanted = code == "show" or (code == "marked" and "show-input" in _tags(cell))
    return wanted and not _hidden(cell, "input")


def _attachments(cell: NotebookNode) -> dict[str, str]:
    """Images stored in a Markdown cell, by the name its text uses."""
    return {
        f"attachment:{name}": uri
        for name, kinds in cell.get("attachments", {}).items()
        for kind, content in kinds.items()
        if (uri := data_uri(kind, content))
    }


def _pieces(cell: NotebookNode, location: Location, code: Code, language: str) -> Iterator[Piece]:
    if cell.cell_type == "markdown":
        yield markdown_piece(cell.source, location)
    elif cell.cell_type == "raw":
        yield raw_piece(cell, location)
    elif cell.cell_type == "code":
        options, source = split_options(cell.source)
        with_code = _shows_code(cell, code) and shows(options, "input")
        if with_code and source.strip():
            block = code_block(bounded_text(source, location), language)
            yield Piece(lambda: sanitise([block], location))
            if isinstance(options.get("lst-cap"), str):
                yield markdown_piece(options["lst-cap"], location)
        if not _hidden(cell, "output") and shows(options, "output"):
            outputs = _labelled(cell.get("outputs", []), output_options(options), captions_table(options))
            with_stderr = with_code and shows(options, "stderr")
            yield from output_pieces(outputs, location, with_stderr, prints_markdown(options))


def _labelled(outputs: list[NotebookNode], said: list[dict[str, str]], table: bool) -> list[NotebookNode]:
    """The outputs, the first that are pictures (or tables) with the captions and the label that their cell gives; their
    own win. Where there is no picture the first display has them."""
    if not said:
        return outputs
    labelled = list(outputs)
    shows = ("text/html", "text/markdown") if table else ("image/",)
    displays = [i for i, output in enumerate(outputs) if "data" in output]
    meant = [i for i in displays if any(kind.startswith(shows) for kind in outputs[i]["data"])]
    for i, about in zip(meant or displays[:1], said, strict=False):
        labelled[i] = NotebookNode(outputs[i], metadata=NotebookNode({**about, **outputs[i].get("metadata", {})}))
    return labelled


def _directed(blocks: list[Node]) -> list[Node]:
    """The blocks, with text that begins in Arabic, Kurdish or Hebrew set from right to left.

    Words that stand alone between blocks, as HTML allows, become paragraphs.
    """
    blocks = [node("Para", block["c"]) if block["t"] == "Plain" else block for block in blocks]

    def change(element: Node) -> Node | None:
        if element["t"] == "Table":
            return map_cells(element, _directed_cell)
        if element["t"] not in DIRECTED_BLOCKS or not _right_to_left(text_of(element["c"])):
            return None
        if element["t"] == "Header":
            level, (name, classes, pairs), inlines = element["c"]
            return node("Header", level, [name, classes, [*pairs, *RIGHT_TO_LEFT]], inlines)
        return node("Div", attr(pairs=RIGHT_TO_LEFT), [element])

    return walk(blocks, change)


def _directed_cell(blocks: list[Node]) -> list[Node]:
    return [node("Div", attr(pairs=RIGHT_TO_LEFT), blocks)] if _right_to_left(text_of(blocks)) else blocks


def _right_to_left(text: str) -> bool:
    """By the first letter that has a direction, as Unicode's rule P2 has it."""
    if text.isascii():
        return False
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL"))
    return next(strong, "L") != "L"
