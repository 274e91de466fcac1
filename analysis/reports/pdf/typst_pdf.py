"""A document as PDF: tagged (PDF/UA-1), archivable (PDF/A-2a), equal bytes for equal documents."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from analysis.evidence.errors import InputError
from analysis.reports.document.fonts import FONT_FOLDER
from analysis.reports.document.images import split_uri
from analysis.reports.document.numbering import (
    drop_title,
    number_captions,
    shift_headings,
    title_meta,
)
from analysis.reports.document.pandoc import TEMPLATES, write_markup
from analysis.reports.document.tree import ENTRY_CLASS, MONTH_CLASS, RIGHT_TO_LEFT, Node, attr, node, text_of, walk
from analysis.reports.pdf.column_widths import TURNED_WIDTH, UPRIGHT_WIDTH, break_long_words, fit_table, is_wide

# 1 January 2024, in seconds. With the time of day in the file, equal reports would differ.
TIMESTAMP = 1_704_067_200
FONT_FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "LastResortHE-Regular")
LONG_WORD = 40  # characters; a shorter word always fits a line of text
POINTS_PER_PIXEL = 0.75
SHORT_TABLE = 12  # rows; a shorter table stays on one page
CODE_LINE = 112  # characters of code that fit the page in the smallest type of the template


class TypstFailure(InputError):
    """typst cannot make a PDF of the document; the message has typst's own words."""


def to_pdf(
    document: dict, *, title: str, subtitle: str = "", date_line: str = "",
    provenance: Sequence[tuple[str, str]] = (), toc: bool = False, lang: str = "en",
    timestamp: int = TIMESTAMP,
) -> bytes:  # fmt: skip
    """The document as a PDF of A4 pages.

    `provenance` is a sequence of (name, text), shown at the end under "How this was made". `toc` adds a list
    of contents, `timestamp` is the date in the file in seconds. Raises TypstFailure, and InputError for a `lang` that
    is no language tag.
    """
    about = title_meta(title, subtitle, date_line, provenance, lang)
    source, files = typst_source(document, title=title, meta=about, toc=toc)
    return _compile(source, files, timestamp)


def typst_source(document: dict, *, title: str, meta: dict, toc: bool) -> tuple[str, dict[str, bytes]]:
    """The typst text and the image files that it names, as name -> bytes."""
    files: dict[str, bytes] = {}
    blocks = number_captions(shift_headings(drop_title(document["blocks"], title)))
    blocks = [part for block in _in_columns(blocks) for part in _set_block(block, files)]
    whole = {**document, "blocks": blocks, "meta": {**document["meta"], **meta}}
    template = f"--template={TEMPLATES / 'report.typ'}"
    flags = ["--variable=contents"] if toc else []
    return write_markup(whole, "typst", template, "--syntax-highlighting=idiomatic", *flags), files


def _compile(source: str, files: dict[str, bytes], timestamp: int) -> bytes:
    """Run typst in a temporary folder, outside which it can read nothing of this machine."""
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        nowhere = Path(folder, "packages")
        try:
            return typst.compile(  # type: ignore[call-overload]  # its types want source and root alike
                source.encode(), root=Path(folder), format="pdf", font_paths=_fonts(Path(folder, "fonts")),
                package_path=nowhere, package_cache_path=nowhere,
                pdf_standards=["ua-1", "a-2a"], timestamp=timestamp,
            )  # fmt: skip
        except typst.TypstError as problem:
            hints = "".join(f"; {hint}" for hint in problem.hints)
            raise TypstFailure(f"this cannot be set as PDF: {problem.message}{hints}") from problem


def _fonts(folder: Path) -> typst.Fonts:
    """Fonts that come with Python packages: those inside typst, and copies of some of matplotlib's.

    Of DejaVu only the upright faces are copied: typst would choose the slanted ones for Arabic, which they lack.
    """
    folder.mkdir()
    for face in FONT_FACES:
        shutil.copy(FONT_FOLDER / f"{face}.ttf", folder)
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


def _set_block(block: Node, files: dict[str, bytes]) -> list[Node]:
    """A block as typst needs it; a table with too many columns gets a page turned on its side."""

    def change(element: Node) -> Node | list[Node] | None:
        return _for_typst(element, files)

    if block["t"] == "Table" and is_wide(block):
        table = node("Table", walk(block["c"], change))
        return [_raw("#page(flipped: true)["), *_table(table, TURNED_WIDTH), _raw("]")]
    return walk([block], change)


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


def _for_typst(element: Node, files: dict[str, bytes]) -> Node | list[Node] | None:
    kind = element["t"]
    if kind == "Str":
        return break_long_words(element, LONG_WORD)
    if kind == "Image":
        return _picture(element, files)
    if kind == "Figure" and not element["c"][1][1] and not element["c"][0][0]:
        return element["c"][2]
    if kind == "Math":
        return _formula(element)
    if kind == "Table":
        return _table(element)
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


def _picture(element: Node, files: dict[str, bytes]) -> Node:
    """The image by a function of the template, because pandoc's writer loses its description and its size."""
    (_, _, pairs), inlines, (uri, _) = element["c"]
    ending, content = split_uri(uri)
    name = f"{hashlib.sha256(content).hexdigest()[:20]}.{ending}"
    files[name] = content
    stated = re.fullmatch(r"(\d+)px", dict(pairs).get("width", ""))
    width = f", width: {int(stated[1]) * POINTS_PER_PIXEL}pt" if stated else ""
    return node("RawInline", "typst", f"#fitted-image({quote_typst(name)}, {quote_typst(text_of(inlines))}{width})")


def _formula(element: Node) -> list[Node]:
    """The formula with its TeX as description: PDF/UA requires one, and screen readers read it aloud."""
    opening = node("RawInline", "typst", f"#described-formula({quote_typst(element['c'][1])})[")
    return [opening, element, node("RawInline", "typst", "]")]


def _table(element: Node, width: float = UPRIGHT_WIDTH) -> list[Node]:
    """A table inside a figure of the template, because pandoc's own figure centres it."""
    table, size = fit_table(element, width)
    (label, _, _), (_, caption), columns, head, *rest = table["c"]
    head = [head[0], [[row[0], [_head_cell(cell) for cell in row[1]]] for row in head[1]]]
    bare = node("Table", ["", ["typst:no-figure"], []], [None, []], columns, head, *rest)
    caption_argument = [_raw(", caption: ["), *caption, _raw("]")] if caption else []
    named = f" <{label}>" if label else ""
    together = f", together: {str(_is_short(table)).lower()}"
    return [_raw(f"#ruled-table(size: {size}pt{together}"), *caption_argument, _raw(")["), bare, _raw(f"]{named}")]


def _is_short(table: Node) -> bool:
    """True for a table, without its caption, that fits one page and is not divided."""
    rows = sum(len(body[3]) for body in table["c"][4])
    return rows <= SHORT_TABLE and len(text_of(table["c"][3:])) <= SHORT_TABLE * 120


def _head_cell(cell: list) -> list:
    return [attr(pairs=[("typst:text:weight", '"semibold"')]), *cell[1:]]


def _raw(text: str) -> Node:
    return node("RawBlock", "typst", text)


def _with_short_lines(code: str) -> str:
    """The code with lines that fit the page; a longer line continues on the next."""
    return "\n".join(part for line in code.split("\n") for part in _split_line(line))


def _split_line(line: str) -> Iterable[str]:
    return [line[i : i + CODE_LINE] for i in range(0, len(line), CODE_LINE)] or [""]
