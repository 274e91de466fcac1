"""A document as one HTML file that needs no other file and no network; its only script sorts and searches tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analysis.reports.document.entries import NO_ENTRIES, Closing, Entries
from analysis.reports.document.fonts import embedded_fonts
from analysis.reports.document.numbering import (
    drop_title,
    number_captions,
    shift_headings,
    title_meta,
)
from analysis.reports.document.pandoc import TEMPLATES, write_markup
from analysis.reports.document.tree import Node, attr, elements, new_document, node, text_of, walk
from analysis.reports.web.dark_drawings import with_dark_colours
from analysis.reports.web.drawing_widths import least_width
from analysis.reports.web.foldable_entries import fold_entries
from analysis.reports.web.image_maps import SVG_PREFIX, link_figures
from analysis.reports.web.sortable_tables import csp_hash, mark_sortable, table_script

SHORT_CELL = 30  # characters
# Hidden until the script of the page, without which it could find nothing, has run.
SEARCH_FIELD = """<search class="find" hidden>
<label for="find">Search incidents, claims, outlets and notes</label>
<input type="search" id="find" autocomplete="off" spellcheck="false">
<output for="find"></output>
</search>
"""


def to_html(
    document: dict, *, title: str, subtitle: str = "", date_line: str = "",
    provenance: Sequence[tuple[str, str]] = (), toc: bool = True, lang: str = "en",
    scripted: bool = True, entries: Entries = NO_ENTRIES, closing: Closing | None = None,
) -> str:  # fmt: skip
    """The document as one HTML page; images are inside, formulas are MathML.

    Figures and tables have the same numbers as in the PDF. `provenance` is a sequence of (name, text), shown at the
    end. `scripted` lets tables sort and search; without it the page is 0.6 MB smaller. `closing` is a last part that
    `html_closing` has written, and `entries` what links lead to in it or on another page. Raises InputError for a
    `lang` that is no language tag.
    """
    blocks = shift_headings(drop_title(document["blocks"], title), top_level=2)
    blocks = number_captions(link_figures(blocks, entries), entries)
    blocks = walk(fold_entries(blocks), _for_html)
    written = closing.source if closing else ""
    if closing:
        blocks += [*shift_headings([closing.heading], top_level=2), node("RawBlock", "html", written)]
    meta = title_meta(title, subtitle, date_line, provenance, lang) | (
        _script_meta(blocks, written) if scripted else {}
    )
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8") + embedded_fonts(blocks, title, subtitle, written)
    options = [f"--template={TEMPLATES / 'report.html'}", "--mathml", "--syntax-highlighting=none"]
    options += [f"--variable=style={style}"]
    contents = ["--toc", "--toc-depth=3"] if toc else []
    return write_markup({**document, "blocks": blocks, "meta": document["meta"] | meta}, "html5", *options, *contents)


def html_closing(blocks: list[Node], level: int) -> Closing:
    """The last part of a page in HTML, to be put into several pages: text and entries, which a field searches. The
    first of its blocks is its heading; the headings below it begin at that `level`."""
    heading, *rest = blocks
    folded = walk(fold_entries(shift_headings(rest, top_level=level)), _for_html)
    return Closing(heading, SEARCH_FIELD + write_markup(new_document(folded), "html5"))


def _script_meta(blocks: list[Node], written: str) -> dict:
    """The script and its hash as metadata of the page; empty if neither a table nor an appendix needs it."""
    if not any(e["t"] == "Table" and "sortable" in e["c"][0][1] for e in elements(blocks)) and not written:
        return {}
    text = table_script()
    inline = node("MetaInlines", [node("RawInline", "html", text)])
    return {"script": inline, "script-hash": node("MetaString", csp_hash(text))}


def _for_html(element: Node) -> Node | None:
    rule = RULE_OF_KIND.get(element["t"])
    return rule(element) if rule else None


def _code(element: Node) -> Node:
    """The code block, reachable by keyboard because it scrolls."""
    (_, classes, _), text = element["c"]
    return node("CodeBlock", attr(classes=classes, pairs=[("tabindex", "0")]), text)


def _figure(element: Node) -> Node:
    """The figure with its picture in a box that carries the areas over it. A chart whose letters need some width is in
    a box that scrolls."""
    identity, caption, content = element["c"]
    picture = node("Div", attr(classes=["picture"]), content)
    wide = any(part["t"] == "Image" and _least_width(part["c"][2][0]) for part in elements(content))
    shown = _scrolling([picture], text_of(caption[1]) or "Figure", "chart") if wide else picture
    return node("Figure", identity, caption, [shown])


def _least_width(uri: str) -> int | None:
    return least_width(uri) if uri.startswith(SVG_PREFIX) else None


def _scrolling(blocks: list[Node], label: str, *classes: str) -> Node:
    """A box that scrolls sideways where its content is wider, also by keyboard."""
    about = [("role", "region"), ("tabindex", "0"), ("aria-label", label)]
    return node("Div", attr(classes=["scroll", *classes], pairs=about), blocks)


def _image(element: Node) -> Node | None:
    """The drawing with colours for a dark screen and the width that its letters need; None for a picture of any other
    kind, which stands on white."""
    (identity, classes, pairs), inlines, (uri, title) = element["c"]
    if not uri.startswith(SVG_PREFIX):
        return None
    narrow = least_width(uri)
    kept = [*pairs, ("style", f"min-width:{narrow}px")] if narrow else pairs
    return node("Image", attr(identity, [*classes, "drawn"], kept), inlines, [with_dark_colours(uri), title])


def _division(element: Node) -> Node:
    """The division without the attributes for typst."""
    (identifier, classes, pairs), blocks = element["c"]
    kept = [pair for pair in pairs if not pair[0].startswith("typst:")]
    return node("Div", attr(identifier, classes, kept), blocks)


def _table(element: Node) -> Node:
    """The table in a box that scrolls; each head says whether it is the head of a column or of a row."""
    identity, caption, columns, head, bodies, foot = mark_sortable(element)["c"]
    bodies = [[body[0], body[1], *(_rows(part, body[1]) for part in body[2:])] for body in bodies]
    head = [head[0], [[row[0], [_cell(cell, "col") for cell in row[1]]] for row in head[1]]]
    table = node("Table", identity, _caption(caption), columns, head, bodies, foot)
    return _scrolling([table], text_of(caption[1]) or "Table")


def _caption(caption: list) -> list:
    """The words of the caption in one span, which stays visible while a wide table scrolls."""
    short, blocks = caption
    return [short, [node("Plain", [node("Span", attr(classes=["said"]), block["c"])]) for block in blocks]]


def _rows(rows: list, heads: int) -> list:
    """The rows of a body; the first `heads` cells of each are heads of their row."""
    return [[row[0], [_cell(c, "row" if i < heads else "") for i, c in enumerate(row[1])]] for row in rows]


def _cell(cell: list, scope: str) -> list:
    """The cell with the scope of a head; a short text (a date, a number, a name) stays on one line."""
    if scope == "col" and cell[3] > 1:
        scope = "colgroup"
    classes = ["short"] if len(text_of(cell[4])) <= SHORT_CELL else []
    pairs = [*_colours(cell[0][2]), *([("scope", scope)] if scope else [])]
    return [attr(classes=classes, pairs=pairs), *cell[1:]]


def _span(element: Node) -> Node | None:
    """The span in its colours."""
    (identity, classes, pairs), inlines = element["c"]
    return node("Span", attr(identity, classes, _colours(pairs)), inlines) if pairs else None


def _colours(pairs: list) -> list:
    """The pairs, with colours as a style; on a shade without a colour of letters these are black, in the dark, too."""
    said = dict(pairs)
    if not said.keys() & {"fill", "ink"}:
        return pairs
    style = f"color:{said.get('ink', '#000000')}" + (f";background:{said['fill']}" if "fill" in said else "")
    return [*(pair for pair in pairs if pair[0] not in ("fill", "ink")), ("style", style)]


RULE_OF_KIND: dict[str, Callable[[Node], Node | None]] = {
    "CodeBlock": _code, "Div": _division, "Figure": _figure, "Image": _image, "Span": _span,
    "Table": _table,
}  # fmt: skip
