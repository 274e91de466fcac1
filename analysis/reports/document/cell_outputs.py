"""The outputs of a code cell: of each, the best of its forms that a page can show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from analysis.reports.document.bounds import (
    LONG_SCRIPT,
    MOST_LETTERS,
    bounded_html,
    bounded_markup,
    bounded_tables,
    bounded_text,
    bounded_words,
    flattened,
    too_deep,
    without_nested_notes,
)
from analysis.reports.document.images import IMAGE_TYPES, data_uri, image_size
from analysis.reports.document.interactive import (
    CONNECTS,
    DRAWING,
    LIBRARY,
    NEEDS_PAGE,
    PICTURE,
    UNREADABLE,
    WRITES,
    Why,
    call_drawing,
    call_kind,
    json_text,
    placeholder,
    prepares_page,
    running_kinds,
    says_something,
    says_what_it_is,
    unknown_kinds,
)
from analysis.reports.document.pandoc import MARKDOWN
from analysis.reports.document.sanitising import (
    Location,
    anchor_name,
    clean_blocks,
    printable_text,
    read_for,
    sanitise,
)
from analysis.reports.document.tree import (
    Node,
    code_block,
    elements,
    figure_block,
    inlines_of_blocks,
    node,
    text_inlines,
)

TEXT_TYPES = ("text/html", "text/markdown", "text/latex", "text/plain")
SEEN = {"Str", "Image", "Code", "CodeBlock", "Math", "HorizontalRule"}
DESCRIBES = ("alt", "caption", "label")
LONG_REPR = 2_000  # letters from which the text of an object is no description of it
FRONT_MATTER = re.compile(r"\s*---\s*\n(?P<yaml>.*\n)---\s*", re.DOTALL)
ONE_FORMULA = re.compile(r"\s*(?:\$\$?[^$]+\$\$?|\\\[.*\\\]|\\\(.*\\\))\s*", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A part of a document: texts for pandoc to parse, as (format, text), and `build`, which gets their blocks."""

    build: Callable[..., list[Node]]
    sources: tuple[tuple[str, str], ...] = ()


def finished_piece(*blocks: Node) -> Piece:
    """A piece of these blocks, with nothing left to parse."""
    return Piece(lambda: list(blocks))


def output_pieces(
    outputs: list[NotebookNode], location: Location, with_stderr: bool, markdown: bool = False
) -> Iterator[Piece]:
    """The outputs of one cell as pieces; streams that follow each other are joined. `with_stderr` shows stderr too;
    `markdown` reads what is printed as Markdown."""
    for output in _joined(outputs):
        if output.output_type == "stream":
            if output.name == "stdout" and markdown:
                yield markdown_piece(printable_lines(_string(output.text)), location)
            elif output.name == "stdout" or with_stderr:
                yield _stream(output, location)
        elif output.output_type == "error":
            yield _error(output, location)
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


def _stream(output: NotebookNode, location: Location) -> Piece:
    # A progress bar rewrites its line by carriage returns; only its last state was meant to be read.
    lines = bounded_text(printable_lines(_string(output.text)), location)
    return finished_piece(code_block(lines, "output")) if lines.strip() else finished_piece()


def printable_lines(text: str) -> str:
    """The text without control characters, for a code block; of a rewritten line, its last state."""
    lines = text.replace("\r\n", "\n").split("\n")
    return printable_text("\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)).strip("\n")


def _error(output: NotebookNode, location: Location) -> Piece:
    said = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"
    trace = "\n".join(map(str, output.get("traceback", []))) or said
    return finished_piece(code_block(bounded_text(printable_lines(trace), location), "traceback"))


def _display(output: NotebookNode, location: Location) -> Piece | None:
    """An image if there is one, else the first text that says something, else a frame that says what is missing."""
    shown = {kind: _string(value) for kind, value in output.data.items() if kind in IMAGE_TYPES + TEXT_TYPES}
    about = _about(output)
    for kind in IMAGE_TYPES:
        if uri := data_uri(kind, shown.get(kind, "")):
            return _figure(
                uri, _alt(kind, shown.get("text/plain", ""), about), about, location, _width(kind, about, uri)
            )
    if prepares_page(list(output.data)):
        return None
    running = running_kinds(list(output.data))
    plain = (
        bounded_text(printable_lines(shown["text/plain"]), location)
        if set(shown) == {"text/plain"}
        else (printable_lines(shown.get("text/plain", "")[:MOST_LETTERS]))
    )
    names_only = not says_something(plain) and set(output.data) != {"text/plain"}
    for kind in TEXT_TYPES:
        if shown.get(kind, "").strip() and not (kind == "text/plain" and names_only):
            made = READ[kind](shown[kind], plain, about, location)
            if made is not None:
                return made
    if running == ["application/json"]:
        return finished_piece(code_block(bounded_text(json_text(output.data["application/json"]), location), "output"))
    if not running:
        return _unknown(output, shown, plain, location)
    return _missing(location, ", ".join(map(call_kind, running[:2])), plain)


def _unknown(output: NotebookNode, shown: dict[str, str], plain: str, location: Location) -> Piece | None:
    """What stands for an output of which no form can be shown as it is: its text, or a frame; None for an empty one."""
    broken = [kind for kind in IMAGE_TYPES if shown.get(kind, "").strip()]
    others = [kind for kind in unknown_kinds(list(output.data), TEXT_TYPES + IMAGE_TYPES) if output.data[kind]]
    for kind in broken + others:
        text = printable_lines(_string(output.data[kind])) if kind.startswith("text/") else ""
        if text and call_kind(kind) == kind:
            return finished_piece(code_block(bounded_text(text, location), "output"))
        return _missing(location, call_kind(kind), text or plain, UNREADABLE if kind in broken else NEEDS_PAGE)
    return None if "text/html" in shown else _plain(plain, plain, {}, location)


def _about(output: NotebookNode) -> dict:
    """What the output says of itself; a description, caption or label that is no text is none."""
    given = output.get("metadata", {})
    return {name: said for name, said in given.items() if name not in DESCRIBES or isinstance(said, str)}


def _missing(location: Location, what: str, plain: str = "", why: Why = NEEDS_PAGE) -> Piece:
    """The frame; below it what the object is made of, where its text says that."""
    location.lose(f"its output is not shown: {what}, which {why.lost}")
    says = says_what_it_is(plain) or says_something(plain)
    text = [code_block(plain, "output")] if len(plain) <= LONG_REPR and says else []
    return finished_piece(placeholder(location.name, what, why), *text)


def _figure(uri: str, alt: str, about: dict, location: Location, width: int = 0) -> Piece:
    alt = location.describe(alt)
    location.lose_motion(uri)
    label = anchor_name(about.get("label", ""))

    def build(caption: list[Node] | None = None) -> list[Node]:
        return [figure_block(uri, alt, inlines_of_blocks(sanitise(caption or [], location)), label, width)]

    return Piece(build, _caption(about, location))


def _alt(kind: str, plain: str, about: dict) -> str:
    """The stated description, else the plain text unless that only names a type, as `<Figure size 640x480>` does."""
    per_kind = about.get(kind, {})
    stated = about.get("alt") or (per_kind.get("alt") if isinstance(per_kind, dict) else "")
    return stated if stated and isinstance(stated, str) else ("" if re.match(r"\s*<", plain) else plain)


def _width(kind: str, about: dict, uri: str) -> int:
    """The stated width of an image in pixels, as high-resolution images have it, or that at the stated height; 0 for
    the image's own width."""
    stated = per_kind if isinstance(per_kind := about.get(kind), dict) else {}
    width, height = (said if isinstance(said, int | float) else 0 for said in map(stated.get, ("width", "height")))
    if height and not width:
        across, down = image_size(uri)
        width = height * across / down if down else 0
    return int(width) if 0 < width < 10_000 else 0


def _caption(about: dict, location: Location) -> tuple[tuple[str, str], ...]:
    caption = about.get("caption")
    return ((MARKDOWN, location.formulas.mark(caption)),) if isinstance(caption, str) and caption else ()


def _html(text: str, plain: str, about: dict, location: Location) -> Piece | None:
    """What a browser shows of it; None where that is nothing."""
    is_library = len(text) > LONG_SCRIPT and bool(LIBRARY.search(text))
    text = bounded_html(text, location, (WRITES, DRAWING, CONNECTS, PICTURE))
    read = read_for(text, location)
    blocks = bounded_words(bounded_tables(read.blocks, location), location)

    def build(caption: list[Node] | None = None) -> list[Node]:
        clean = clean_blocks(blocks, location)
        return _captioned(clean, inlines_of_blocks(sanitise(caption or [], location)), about) + missing

    missing = [placeholder(location.name, what) for what in read.running]
    if has_visible_content(blocks):
        return Piece(build, _caption(about, location))
    if missing:
        return finished_piece(*missing)
    if says_what_it_is(plain):
        return finished_piece(code_block(plain, "output"))
    if (read.only_scripts and is_library) or CONNECTS.search(text):
        return finished_piece()  # a library, or what connects a page to its kernel
    if says_something(plain) or not (WRITES.search(read.script) or DRAWING.search(read.script)):
        return None
    return _missing(location, call_drawing(read.script))


def _markdown(text: str, plain: str, about: dict, location: Location) -> Piece:
    read = markdown_piece(text, location)

    def build(parsed: list[Node] | None, caption: list[Node] | None = None) -> list[Node]:
        return _captioned(read.build(parsed), inlines_of_blocks(sanitise(caption or [], location)), about)

    return Piece(build, (*read.sources, *_caption(about, location)))


def markdown_piece(text: str, location: Location) -> Piece:
    """A text of Markdown; one that cannot be read for its depth is shown as it was written."""

    def build(parsed: list[Node] | None) -> list[Node]:
        if parsed is None:
            return too_deep(text, location)
        return bounded_words(sanitise(flattened(parsed), location), location)

    return Piece(build, ((MARKDOWN, location.formulas.mark(without_nested_notes(bounded_markup(text, location)))),))


def raw_piece(cell: NotebookNode, location: Location) -> Piece:
    """A raw cell as every format shows it: one that names its format as that, others as their text. One for another
    format than a page's, and the metadata that begin a document of Quarto, are nothing."""
    about, source = cell.get("metadata", {}), bounded_text(cell.source, location)
    kind = about.get("format") or about.get("raw_mimetype") or ""
    if kind == "text/markdown":
        return markdown_piece(source, location)
    if kind == "text/html":
        return _html(source, "", {}, location) or finished_piece()
    if kind in ("", "text/plain") and source.strip() and not FRONT_MATTER.fullmatch(source):
        return finished_piece(code_block(printable_lines(source), "output"))
    return finished_piece()


def _latex(text: str, plain: str, about: dict, location: Location) -> Piece:
    """A formula, or a text with formulas in it; where one cannot be set, the plain text."""
    first = len(location.formulas.found)
    marked = text if ONE_FORMULA.fullmatch(text) else location.formulas.mark_html(text)
    if len(location.formulas.found) == first:
        marked = location.formulas.add_output(text)
    words = node("Para", text_inlines(marked.strip()))

    def build() -> list[Node]:
        failed = any(each.failed for each in location.formulas.found[first:last])
        return [code_block(plain, "output")] if failed and plain else sanitise([words], location)

    last = len(location.formulas.found)
    return Piece(build)


def _plain(text: str, plain: str, about: dict, location: Location) -> Piece | None:
    return finished_piece(code_block(plain, "output")) if plain else None


READ = {"text/html": _html, "text/markdown": _markdown, "text/latex": _latex, "text/plain": _plain}


def has_visible_content(blocks: list[Node]) -> bool:
    """False for blocks without a word, an image or a rule."""
    return any(e["t"] in SEEN and (e["t"] != "Str" or e["c"].strip()) for e in elements(blocks))


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
