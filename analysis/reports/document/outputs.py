"""One output of a code cell -> the best of its forms that a page can show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from analysis.reports.document.images import KINDS, data_uri
from analysis.reports.document.mathjax import normalise_formulas
from analysis.reports.document.pandoc import HTML, MARKDOWN
from analysis.reports.document.sanitising import Location, anchor, printable_text, sanitise
from analysis.reports.document.tree import (
    Node,
    code_block,
    elements,
    figure_block,
    inlines_of,
    node,
    text_of,
)

TEXTS = ("text/html", "text/markdown", "text/latex", "text/plain")
UNSEEN = re.compile(r"<(style|script|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
MATH_MARKS = re.compile(r"^(?:\$\$?|\\\[|\\\()\s*(?:\\displaystyle)?|(?:\$\$?|\\\]|\\\))$")


@dataclass(frozen=True)
class Piece:
    """Texts that pandoc must read, as (format, text), and what to make of their blocks."""

    build: Callable[..., list[Node]]
    sources: tuple[tuple[str, str], ...] = ()


def prepare_outputs(*blocks: Node) -> Piece:
    """A piece that needs no reading."""
    return Piece(lambda: list(blocks))


def output_pieces(outputs: list[NotebookNode], place: Location, stderr: bool) -> Iterator[Piece]:
    """The outputs of one cell; streams are joined where they follow each other."""
    for output in _joined(outputs):
        if output.output_type == "stream":
            if output.name == "stdout" or stderr:
                yield _stream(output)
        elif output.output_type == "error":
            yield _error(output)
        elif "data" in output and (piece := _display(output, place)):
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
    # A progress bar rewrites its line by carriage returns; only its last state was meant to be read.
    lines = printable_lines(_string(output.text))
    return prepare_outputs(code_block(lines, "output")) if lines.strip() else prepare_outputs()


def printable_lines(text: str) -> str:
    """Lines without control characters, for a code block."""
    lines = text.replace("\r\n", "\n").split("\n")
    return printable_text("\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)).strip("\n")


def _error(output: NotebookNode) -> Piece:
    said = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"
    trace = "\n".join(output.get("traceback", [])) or said
    return prepare_outputs(code_block(printable_lines(trace), "traceback"))


def _display(output: NotebookNode, place: Location) -> Piece | None:
    """An image if there is one, else the first text; None if nothing here can be shown."""
    shown = {kind: _string(value) for kind, value in output.data.items() if kind in KINDS + TEXTS}
    about = output.get("metadata", {})
    for kind in KINDS:
        if uri := data_uri(kind, shown.get(kind, "")):
            return _figure(uri, _alt(kind, shown.get("text/plain", ""), about), about, place, _width(kind, about))
    texts = [(kind, shown[kind]) for kind in TEXTS if shown.get(kind, "").strip()]
    return _text(texts, about, place) if texts else None


def _figure(uri: str, alt: str, about: dict, place: Location, width: int = 0) -> Piece:
    alt = place.described(alt)
    label = anchor(about.get("label", ""))

    def build(caption: list[Node] | None = None) -> list[Node]:
        return [figure_block(uri, alt, inlines_of(sanitise(caption or [], place)), label, width)]

    return Piece(build, _caption(about))


def _alt(kind: str, plain: str, about: dict) -> str:
    """The stated description; the plain text only where it is one, not `<Figure size 640x480>`."""
    per_kind = about.get(kind, {})
    stated = about.get("alt") or (per_kind.get("alt") if isinstance(per_kind, dict) else "")
    return stated or ("" if re.match(r"\s*<", plain) else plain)


def _width(kind: str, about: dict) -> int:
    """The width in pixels at which an image of high resolution is meant to be shown; 0 = its own."""
    width = per_kind.get("width") if isinstance(per_kind := about.get(kind), dict) else None
    return int(width) if isinstance(width, int | float) and 0 < width < 10_000 else 0


def _caption(about: dict) -> tuple[tuple[str, str], ...]:
    return ((MARKDOWN, about["caption"]),) if about.get("caption") else ()


def _text(texts: list[tuple[str, str]], about: dict, place: Location) -> Piece:
    kind, text = texts[0]
    plain = printable_lines(dict(texts).get("text/plain", ""))
    if kind == "text/latex":
        return prepare_outputs(node("Para", [node("Math", node("DisplayMath"), _formula(text))]))
    if kind == "text/plain":
        return prepare_outputs(code_block(plain, "output")) if plain else prepare_outputs()
    source = (HTML, UNSEEN.sub("", text)) if kind == "text/html" else (MARKDOWN, normalise_formulas(text))

    def build(parsed: list[Node], caption: list[Node] | None = None) -> list[Node]:
        blocks = sanitise(parsed, place)
        if not visible_blocks(blocks):
            return [code_block(plain, "output")] if plain else []
        return _captioned(blocks, inlines_of(sanitise(caption or [], place)), about)

    return Piece(build, (source, *_caption(about)))


def _formula(text: str) -> str:
    text = printable_text(text).strip()
    return MATH_MARKS.sub("", MATH_MARKS.sub("", text, count=1).strip(), count=1).strip()


def visible_blocks(blocks: list[Node]) -> bool:
    """False for HTML that was nothing but scripts."""
    return bool(text_of(blocks).strip()) or any(e["t"] == "Image" for e in elements(blocks))


def _captioned(blocks: list[Node], caption: list[Node], about: dict) -> list[Node]:
    """The first table takes the caption and the label of its output."""
    for block in blocks:
        if block["t"] == "Table":
            block["c"][0] = [anchor(about.get("label", "")), [], []]
            if caption:
                block["c"][1] = [None, [node("Plain", caption)]]
            break
    return blocks


def _string(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(map(str, value)) if isinstance(value, list) else ""
