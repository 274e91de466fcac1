"""A document -> one HTML file that needs nothing else: no network, and one script that only sorts tables."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.reports.document.fonts import embedded_fonts
from analysis.reports.document.numbering import (
    drop_title,
    number_captions,
    shift_headings,
    title_meta,
)
from analysis.reports.document.pandoc import TEMPLATES, write_markup
from analysis.reports.document.tree import Node, attr, elements, node, text_of, walk
from analysis.reports.web.foldable_entries import fold_entries
from analysis.reports.web.image_maps import link_figures
from analysis.reports.web.sortable_tables import fingerprint, mark_sortable, table_script

SHORT = 30  # characters


def to_html(
    document: dict, *, title: str, subtitle: str = "", date_line: str = "",
    provenance: Sequence[tuple[str, str]] = (), toc: bool = True, lang: str = "en",
    scripted: bool = True,
) -> str:  # fmt: skip
    """The document as one HTML page; images are inside, formulas are MathML.

    Figures and tables bear the numbers they bear in the PDF. Without `scripted` tables neither sort nor search, and
    the page is 0.6 MB smaller.
    """
    blocks = number_captions(link_figures(shift_headings(drop_title(document["blocks"], title), first=2)))
    blocks = walk(fold_entries(blocks), _for_html)
    meta = title_meta(title, subtitle, date_line, provenance, lang) | (_scripted(blocks) if scripted else {})
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8") + embedded_fonts(blocks, title, subtitle)
    options = [f"--template={TEMPLATES / 'report.html'}", "--mathml", "--syntax-highlighting=none"]
    options += [f"--variable=style={style}"]
    contents = ["--toc", "--toc-depth=3"] if toc else []
    return write_markup({**document, "blocks": blocks, "meta": document["meta"] | meta}, "html5", *options, *contents)


def _scripted(blocks: list[Node]) -> dict:
    """The script as metadata of the page, and its fingerprint; nothing where no table needs it."""
    if not any(e["t"] == "Table" and "sortable" in e["c"][0][1] for e in elements(blocks)):
        return {}
    text = table_script()
    inline = node("MetaInlines", [node("RawInline", "html", text)])
    return {"script": inline, "script-hash": node("MetaString", fingerprint(text))}


def _for_html(element: Node) -> Node | None:
    rule = RULES.get(element["t"])
    return rule(element) if rule else None


def _code(element: Node) -> Node:
    """What scrolls must be reachable by keyboard."""
    (_, classes, _), text = element["c"]
    return node("CodeBlock", attr(classes=classes, pairs=[("tabindex", "0")]), text)


def _figure(element: Node) -> Node:
    """The picture in a box that scrolls: on a narrow screen it keeps a size at which it can be read."""
    identity, caption, content = element["c"]
    box = [("role", "group"), ("tabindex", "0"), ("aria-label", "Picture, may scroll sideways")]
    picture = node("Div", attr(classes=["picture"]), content)
    return node("Figure", identity, caption, [node("Div", attr(classes=["scroll"], pairs=box), [picture])])


def _division(element: Node) -> Node:
    """Without what only typst reads."""
    (identifier, classes, pairs), blocks = element["c"]
    kept = [pair for pair in pairs if not pair[0].startswith("typst:")]
    return node("Div", attr(identifier, classes, kept), blocks)


def _table(element: Node) -> Node:
    """The table, its heads marked for whom they are heads of, in a box that scrolls."""
    identity, caption, columns, head, bodies, foot = mark_sortable(element)["c"]
    bodies = [[body[0], body[1], *(_rows(part, body[1]) for part in body[2:])] for body in bodies]
    head = [head[0], [[row[0], [_cell(cell, "col") for cell in row[1]]] for row in head[1]]]
    table = node("Table", identity, _caption(caption), columns, head, bodies, foot)
    box = [("role", "region"), ("tabindex", "0"), ("aria-label", text_of(caption[1]) or "Table")]
    return node("Div", attr(classes=["scroll"], pairs=box), [table])


def _caption(caption: list) -> list:
    """The caption's words in one span, which stays in sight while a wide table scrolls."""
    short, blocks = caption
    return [short, [node("Plain", [node("Span", attr(classes=["said"]), block["c"])]) for block in blocks]]


def _rows(rows: list, heads: int) -> list:
    """Rows of a body; its first `heads` cells are heads of their row."""
    return [[row[0], [_cell(c, "row" if i < heads else "") for i, c in enumerate(row[1])]] for row in rows]


def _cell(cell: list, scope: str) -> list:
    """Scope for heads; what is short (a date, a number, a name) stays on one line."""
    if scope == "col" and cell[3] > 1:
        scope = "colgroup"
    classes = ["short"] if len(text_of(cell[4])) <= SHORT else []
    pairs = [*cell[0][2], *([("scope", scope)] if scope else [])]
    return [attr(classes=classes, pairs=pairs), *cell[1:]]


RULES = {"CodeBlock": _code, "Div": _division, "Figure": _figure, "Table": _table}
