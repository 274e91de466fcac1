"""The outputs of a code cell: of each, the best of its forms that a page can show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from analysis.reports.document.images import IMAGE_TYPES, data_uri
from analysis.reports.document.mathjax import normalise_formulas
from analysis.reports.document.pandoc import HTML, MARKDOWN
from analysis.reports.document.sanitising import Location, anchor_name, printable_text, sanitise
from analysis.reports.document.tree import (
    Node,
    code_block,
    elements,
    figure_block,
    inlines_of_blocks,
    node,
    text_of,
)

TEXT_TYPES = ("text/html", "text/markdown", "text/latex", "text/plain")
NEVER_SHOWN = re.compile(r"<(style|script|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
MATH_MARKS = re.compile(r"^(?:\$\$?|\\\[|\\\()\s*(?:\\displaystyle)?|(?:\$\$?|\\\]|\\\))$")


@dataclass(frozen=True)
class Piece:
    """A part of a document: texts for pandoc to parse, as (format, text), and `build`, which gets their blocks."""

    build: Callable[..., list[Node]]
    sources: tuple[tuple[str, str], ...] = ()


def finished_piece(*blocks: Node) -> Piece:
    """A piece of these blocks, with nothing left to parse."""
    return Piece(lambda: list(blocks))


def output_pieces(outputs: list[NotebookNode], location: Location, with_stderr: bool) -> Iterator[Piece]:
    """The outputs of one cell as pieces; streams that follow each other are joined. `with_stderr` shows stderr too."""
    for output in _joined(outputs):
        if output.output_type == "stream":
            if output.name == "stdout" or with_stderr:
                yield _stream(output)
        elif output.output_type == "error":
            yield _error(output)
        elif "data" in output and (piece := _display(output, location)):
            yield piece


def _joined(outputs: list[NotebookNode]) -> Iterator[NotebookNode]:
    held = None
    for output in outputs:
        if held and output.output_type == "stream" and output.name == held.name:
            held = NotebookNode(held, text=_string(held.text) + _string(output.text))
            continue
        if held:
            yield held
        held = output if output.output_type == "stream" else None
        if not held:
            yield output
    if held:
        yield held


def _stream(output: NotebookNode) -> Piece:
    # A progress bar rewrites its line by carriage returns; a reader should see only its last state.
    lines = printable_lines(_string(output.text))
    return finished_piece(code_block(lines, "output")) if lines.strip() else finished_piece()


def printable_lines(text: str) -> str:
    """The text without control characters, for a code block; of a rewritten line, its last state."""
    lines = text.replace("\r\n", "\n").split("\n")
    return printable_text("\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)).strip("\n")


def _error(output: NotebookNode) -> Piece:
    summary = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"
    trace = "\n".join(output.get("traceback", [])) or summary
    return finished_piece(code_block(printable_lines(trace), "traceback"))


def _display(output: NotebookNode, location: Location) -> Piece | None:
    """The image of an output if it has one, else its first text; None if nothing in it can be shown."""
    shown = {kind: _string(value) for kind, value in output.data.items() if kind in IMAGE_TYPES + TEXT_TYPES}
    about = output.get("metadata", {})
    for kind in IMAGE_TYPES:
        if uri := data_uri(kind, shown.get(kind, "")):
            return _figure(uri, _alt(kind, shown.get("text/plain", ""), about), about, location, _width(kind, about))
    texts = [(kind, shown[kind]) for kind in TEXT_TYPES if shown.get(kind, "").strip()]
    return _text(texts, about, location) if texts else None


def _figure(uri: str, alt: str, about: dict, location: Location, width: int = 0) -> Piece:
    alt = location.describe(alt)
    label = anchor_name(about.get("label", ""))

    def build(caption: list[Node] | None = None) -> list[Node]:
        return [figure_block(uri, alt, inlines_of_blocks(sanitise(caption or [], location)), label, width)]

    return Piece(build, _caption(about))


def _alt(kind: str, plain: str, about: dict) -> str:
    """The stated description, else the plain text unless that only names a type, as `<Figure size 640x480>` does."""
    per_kind = about.get(kind, {})
    stated = about.get("alt") or (per_kind.get("alt") if isinstance(per_kind, dict) else "")
    return stated or ("" if re.match(r"\s*<", plain) else plain)


def _width(kind: str, about: dict) -> int:
    """The stated width of an image in pixels, as high-resolution images have it; 0 for the image's own width."""
    width = per_kind.get("width") if isinstance(per_kind := about.get(kind), dict) else None
    return int(width) if isinstance(width, int | float) and 0 < width < 10_000 else 0


def _caption(about: dict) -> tuple[tuple[str, str], ...]:
    return ((MARKDOWN, about["caption"]),) if about.get("caption") else ()


def _text(texts: list[tuple[str, str]], about: dict, location: Location) -> Piece:
    kind, text = texts[0]
    plain = printable_lines(dict(texts).get("text/plain", ""))
    if kind == "text/latex":
        return finished_piece(node("Para", [node("Math", node("DisplayMath"), _formula(text))]))
    if kind == "text/plain":
        return finished_piece(code_block(plain, "output")) if plain else finished_piece()
    source = (HTML, NEVER_SHOWN.sub("", text)) if kind == "text/html" else (MARKDOWN, normalise_formulas(text))

    def build(parsed: list[Node], caption: list[Node] | None = None) -> list[Node]:
        blocks = sanitise(parsed, location)
        if not has_visible_content(blocks):
            return [code_block(plain, "output")] if plain else []
        return _captioned(blocks, inlines_of_blocks(sanitise(caption or [], location)), about)

    return Piece(build, (source, *_caption(about)))


def _formula(text: str) -> str:
    text = printable_text(text).strip()
    return MATH_MARKS.sub("", MATH_MARKS.sub("", text, count=1).strip(), count=1).strip()


def has_visible_content(blocks: list[Node]) -> bool:
    """True if the blocks have words or images; False for HTML that held only scripts."""
    return bool(text_of(blocks).strip()) or any(e["t"] == "Image" for e in elements(blocks))


def _captioned(blocks: list[Node], caption: list[Node], about: dict) -> list[Node]:
    """The blocks; the first table gets the caption and the label of its output."""
    for block in blocks:
        if block["t"] == "Table":
            block["c"][0] = [anchor_name(about.get("label", "")), [], []]
            if caption:
                block["c"][1] = [None, [node("Plain", caption)]]
            break
    return blocks


def _string(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(map(str, value)) if isinstance(value, list) else ""
