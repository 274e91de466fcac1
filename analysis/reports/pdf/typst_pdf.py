"""A document as PDF: tagged (PDF/UA-1), archivable (PDF/A-2a), equal bytes for equal documents."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from analysis.reports.document.entries import NO_ENTRIES, Closing, Entries
from analysis.reports.document.images import split_uri
from analysis.reports.document.losses import Losses
from analysis.reports.document.numbering import (
    drop_title,
    number_captions,
    shift_headings,
    title_meta,
)
from analysis.reports.document.pandoc import TEMPLATES, write_markup
from analysis.reports.document.table_alignment import map_positions
from analysis.reports.document.tree import (
    CONTENTS_HERE,
    ENTRY_CLASS,
    FIRST_PAGE_CLASS,
    MONTH_CLASS,
    NEW_PAGE,
    RIGHT_TO_LEFT,
    Node,
    attr,
    inlines_of_text,
    new_document,
    node,
    text_of,
    walk,
)
from analysis.reports.pdf.column_widths import (
    BLOCKED,
    BREAK,
    CELL_PADDING,
    LARGEST_TYPE,
    POINTS_PER_PIXEL,
    UPRIGHT_WIDTH,
    break_word,
    fit_table,
    is_one_line,
    row_count,
    shown_pixels,
    split_columns,
)
from analysis.reports.pdf.data_tables import data_table, is_plain
from analysis.reports.pdf.glyph_widths import font_families, measure_letters
from analysis.reports.pdf.typst_run import TypstFailure, set_pdf
from analysis.reports.pdf.unset_formulas import replace_unset_formulas

# 1 January 2024. A clock in the file would make every copy of a report a different one.
TIMESTAMP = 1_704_067_200
LONG_WORD = 37.0  # ems of a word that fits a line of text
SHORT_TABLE = 12  # rows that are kept on one page
LINE = 112  # characters of code that fit the page at the smallest size the template sets
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")  # one token
BETWEEN = re.compile(r"\s(?=\S)|[,;({\[](?=\S)|(?<=\w)(?=[)\]}])")  # where a line of code may be folded
OPENING_WORDS = 250  # before a figure that belongs to the opening of its chapter: less than half a page
INSET = 30.0  # points that a table loses inside a list or a quotation
SMALL_IMAGE = 40  # pixels of height up to which an image stands in its line
HERE = "#h(0.001pt);"  # a place where a word may break; unlike a zero-width space it is no letter


Files = dict[str, bytes]


def to_pdf(
    document: dict, *, title: str, subtitle: str = "", date_line: str = "",
    provenance: Sequence[tuple[str, str]] = (), toc: bool = False, lang: str = "en",
    timestamp: int = TIMESTAMP, fonts: Sequence[str] = (), losses: Losses | None = None,
    entries: Entries = NO_ENTRIES, closing: Closing | None = None,
) -> bytes:  # fmt: skip
    """The document as a PDF of A4 pages.

    `provenance` is a sequence of (name, value), set at the end under "How this was made". `fonts` are files of
    typefaces for letters that the shipped ones lack. `closing` is a last part that `typst_closing` has written, and
    `entries` what links lead to in it or in another file. A formula that typst refuses is shown as its source, and
    `losses` says so. Raises TypstFailure.
    """
    about = title_meta(title, subtitle, date_line, provenance, lang)
    about["font"] = node("MetaList", [node("MetaInlines", inlines_of_text(name)) for name in font_families(fonts)])

    def pages(tree: dict) -> bytes:
        source = typst_source(tree, title=title, meta=about, toc=toc, entries=entries, closing=closing)
        return set_pdf(*source, timestamp, fonts)

    try:
        return pages(document)
    except TypstFailure:
        without = replace_unset_formulas(document, timestamp, losses)
        if without is None:
            raise
        return pages(without)


def typst_source(
    document: dict, *, title: str, meta: dict, toc: bool, entries: Entries = NO_ENTRIES, closing: Closing | None = None
) -> tuple[str, Files]:
    """The typst text and the image files it names."""
    files: Files = {}
    blocks = number_captions(shift_headings(drop_title(document["blocks"], title)), entries)
    blocks = [part for block in _in_columns(_opening_in_place(blocks)) for part in _set_block(block, files)]
    if closing:
        blocks += [NEW_PAGE, closing.heading, _raw(closing.source)]
    whole = {**document, "blocks": blocks, "meta": {**document["meta"], **meta}}
    template = f"--template={TEMPLATES / 'report.typ'}"
    flags = ["--variable=contents"] if toc else []
    flags += ["--variable=opening"] if CONTENTS_HERE in document["blocks"] else []
    return write_markup(whole, "typst", template, "--syntax-highlighting=idiomatic", *flags), files


def typst_closing(blocks: list[Node]) -> Closing:
    """The last part of a document in typst, to be put into several documents: text and entries, no picture. The first
    of its blocks is its heading."""
    heading, *rest = blocks
    files: Files = {}
    written = [part for block in _in_columns(rest) for part in _set_block(block, files)]
    return Closing(heading, write_markup(new_document(written), "typst"))


def _set_block(block: Node, files: Files) -> list[Node]:
    """A block of the page; what stands inside another has less room."""
    if block["t"] == "Table":
        return _table(block, files, UPRIGHT_WIDTH)
    return _set_below([block], files, UPRIGHT_WIDTH - INSET)


def _set_below(blocks: list[Node], files: Files, width: float, *, cell: bool = False) -> list[Node]:
    """Blocks that have `width` points of room; those of a cell have exactly that."""

    def change(element: Node) -> Node | list[Node] | None:
        if element["t"] == "Table":
            return _table(element, files, width)
        if element["t"] == "Image":
            return _picture(element, files, width if cell else None)
        return _for_typst(element)

    return walk(blocks, change, frozenset({"Table"}))


def _opening_in_place(blocks: list[Node]) -> list[Node]:
    """The blocks, with a figure soon after the title of its chapter kept from floating above it."""
    placed: list[Node] = []
    words = 0
    for block in blocks:
        if block["t"] == "Header" and block["c"][0] == 1:
            words = 0
        if block["t"] == "Figure" and words < OPENING_WORDS:
            placed += [_raw("#[#set figure(placement: none)"), block, _raw("]")]
        else:
            placed.append(block)
        is_long = block["t"] == "Table" and row_count(block) >= OPENING_WORDS
        words += OPENING_WORDS if is_long else len(text_of(block).split())
    return placed


def _in_columns(blocks: list[Node]) -> list[Node]:
    """The blocks, with every run of entries and their headings between marks that set it in columns."""
    marked: list[Node] = []
    for in_entries, pairs in groupby(zip(blocks, _in_entries(blocks), strict=True), key=itemgetter(1)):
        run = [block for block, _ in pairs]
        marked += [_raw("#in-columns["), *run, _raw("]")] if in_entries else run
    return marked


def _in_entries(blocks: list[Node]) -> list[bool]:
    """For each block, whether it is an entry or a heading that stands before one."""
    inside, answers = False, []
    for block in reversed(blocks):
        inside = ENTRY_CLASS in block["c"][0][1] if block["t"] == "Div" else inside and block["t"] == "Header"
        answers.append(inside)
    return answers[::-1]


def _for_typst(element: Node) -> Node | list[Node] | None:
    kind = element["t"]
    if kind == "Str":
        return _words(element["c"])
    if kind == "Span" and element["c"][0][2]:
        return _coloured(element)
    if kind == "Div" and FIRST_PAGE_CLASS in element["c"][0][1]:
        return [_raw("#first-page["), *element["c"][1], _raw("]")]
    if kind == "Div" and "placeholder" in element["c"][0][1]:
        return [_raw("#framed-note["), *element["c"][1], _raw("]")]
    if kind == "Figure" and not element["c"][1][1] and not element["c"][0][0]:
        return element["c"][2]
    if kind == "Math":
        return _formula(element)
    if kind == "CodeBlock":
        return node("CodeBlock", element["c"][0], _with_short_lines(element["c"][1]))
    if kind == "Div" and element["c"][0][2] == RIGHT_TO_LEFT:
        return _from_right_to_left(element["c"][1])
    if kind == "Header" and element["c"][1][2] == RIGHT_TO_LEFT:
        return _from_right_to_left([element])
    if kind == "Header" and MONTH_CLASS in element["c"][1][1]:
        level, (name, _, pairs), inlines = element["c"]
        return node("Header", level, attr(name, ["unlisted"], pairs), inlines)
    return None


def _from_right_to_left(blocks: list[Node]) -> list[Node]:
    """The blocks set from right to left."""
    return [_raw("#[#set text(dir: rtl)"), *blocks, _raw("]")]


def quote_typst(text: str) -> str:
    """The text as a typst string: with JSON's escapes, except for \\u, which typst writes as \\u{...}."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in plain)


def _words(text: str) -> Node | list[Node] | None:
    """A word with the places where it may break; one that cannot stand on a line of text has some, too."""
    if len(text) > LONG_WORD and BREAK not in text:
        measure_letters([text])
        text = break_word(text, LONG_WORD)
    if BREAK not in text:
        return None
    parts = [part for piece in text.split(BREAK) for part in (node("RawInline", "typst", HERE), node("Str", piece))]
    return parts[1:]


def _coloured(element: Node) -> list[Node]:
    """Inlines in the colours of their span."""
    inlines = element["c"][1]
    for name, value in element["c"][0][2]:
        opening = {"ink": f'#text(fill: rgb("{value}"))[', "fill": f'#highlight(fill: rgb("{value}"))['}.get(name)
        if opening:
            inlines = [node("RawInline", "typst", opening), *inlines, node("RawInline", "typst", "];")]
    return inlines


def _picture(element: Node, files: Files, room: float | None = None) -> Node:
    """pandoc's writer would lose the description and the limits of size. `room` is the width of a cell in points."""
    (_, _, pairs), inlines, (uri, _) = element["c"]
    ending, content = split_uri(uri)
    name = f"{hashlib.sha256(content).hexdigest()[:20]}.{ending}"
    files[name] = content
    stated = dict(pairs)
    across, down = shown_pixels(element)
    said = f"{quote_typst(name)}, {quote_typst(text_of(inlines))}"
    if stated.get("width", "").endswith("%"):
        said += f", width: {stated['width']}"
    elif stated.get("width") or stated.get("height"):
        said += f", width: {across * POINTS_PER_PIXEL:.6g}pt" if across else ""
    if room is not None:
        return node("RawInline", "typst", f"#cell-image({said}, room: {room:.4g}pt);")
    small = 0 < down <= SMALL_IMAGE and across <= 4 * SMALL_IMAGE
    return node("RawInline", "typst", f"#{'inline' if small else 'fitted'}-image({said});")


def _formula(element: Node) -> list[Node]:
    """The formula with its TeX as description: PDF/UA requires one, and screen readers read it aloud."""
    opening = node("RawInline", "typst", f"#described-formula({quote_typst(element['c'][1])})[")
    return [opening, element, node("RawInline", "typst", "]")]


def _table(element: Node, files: Files, width: float) -> list[Node]:
    """The table, or the blocks of its columns."""
    blocks = split_columns(element, width)
    largest = LARGEST_TYPE if len(blocks) == 1 else BLOCKED
    return [part for block in blocks for part in _table_block(block, files, width, largest)]


def _table_block(element: Node, files: Files, width: float, largest: float) -> list[Node]:
    """A bare table inside our own figure: pandoc's figure would centre it whatever its caption."""
    table, size = fit_table(element, width, largest)
    (label, _, _), (_, caption), *_ = table["c"]
    bare = _data(table, files, size, width) if is_plain(table) else [_marked_up(table, files, width)]
    said = [_raw(", caption: ["), *_set_below(caption, files, width), _raw("]")] if caption else []
    named = f" <{label}>" if label else ""
    together = f", together: {str(_is_short(table)).lower()}"
    return [_raw(f"#ruled-table(size: {size}pt{together}"), *said, _raw(")["), *bare, _raw(f"]{named}")]


def _data(table: Node, files: Files, size: float, width: float) -> list[Node]:
    arguments, content = data_table(table, is_one_line(table, size, width))
    name = f"table-{hashlib.sha256(content).hexdigest()[:20]}.json"
    files[name] = content
    return [_raw(f'#data-table("{name}", {arguments})')]


def _marked_up(table: Node, files: Files, width: float) -> Node:
    """A table whose cells hold more than words, by pandoc's writer."""
    widths = [column[1].get("c", 1 / len(table["c"][2])) * width - CELL_PADDING for column in table["c"][2]]

    def cell_blocks(cell: list, start: int) -> list[Node]:
        room = sum(widths[start : start + cell[3]]) + CELL_PADDING * (cell[3] - 1)
        return [_as_text(block) for block in _set_below(cell[4], files, max(room, 20.0), cell=True)]

    _, _, columns, head, bodies, foot = map_positions(table, cell_blocks)["c"]
    head = [head[0], [[row[0], [_coloured_cell(cell, HEAD) for cell in row[1]]] for row in head[1]]]
    bodies = [[b[0], b[1], *([[row[0], [_coloured_cell(cell) for cell in row[1]]] for row in part] for part in b[2:])]
              for b in bodies]  # fmt: skip
    return node("Table", ["", ["typst:no-figure"], []], [None, []], columns, head, bodies, foot)


HEAD = [("typst:text:weight", '"semibold"')]


def _coloured_cell(cell: list, more: Sequence[tuple[str, str]] = ()) -> list:
    colours = dict(cell[0][2])
    pairs = [(name, f'rgb("{colours[key]}")')
             for key, name in (("fill", "typst:fill"), ("ink", "typst:text:fill")) if key in colours]  # fmt: skip
    return [attr(pairs=[*more, *pairs]), *cell[1:]]


def _as_text(block: Node) -> Node:
    """A block of a cell whose first signs do not begin a list, a heading or a term in typst."""
    if block["t"] not in ("Plain", "Para") or not block["c"] or block["c"][0]["t"] != "Str":
        return block
    return node(block["t"], [node("RawInline", "typst", "#[];"), *block["c"]])


def _is_short(table: Node) -> bool:
    """Short enough to stand on one page, so that it need not be cut; its caption aside."""
    return row_count(table) <= SHORT_TABLE and len(text_of(table["c"][3:])) <= SHORT_TABLE * 120


def _raw(text: str) -> Node:
    return node("RawBlock", "typst", text)


def _with_short_lines(code: str) -> str:
    """The code with lines that fit the page; a longer line continues on the next."""
    return "\n".join(part for line in code.split("\n") for part in _split_line(line))


def _split_line(line: str) -> Iterable[str]:
    """The line in parts that end between two tokens, where there is such a place in the second half of a part; a text
    in quotation marks ends a part only where there is no other place."""
    parts = []
    while len(line) > LINE:
        spaces = [found.end() for found in BETWEEN.finditer(line, LINE // 2, LINE)]
        quoted = [found.span() for found in QUOTED.finditer(line)]
        places = [i for i in spaces if not any(begin < i < end for begin, end in quoted)] or spaces
        end = places[-1] if places else LINE
        parts.append(line[:end])
        line = line[end:]
    return [*parts, line]
