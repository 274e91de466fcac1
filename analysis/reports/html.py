"""A document -> one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.reports.numbering import numbered, stepped, title_meta, untitled
from analysis.reports.pandoc import TEMPLATES, write
from analysis.reports.tree import Node, attr, node, text_of, walk

SHORT = 30  # characters


def to_html(
    document: dict, *, title: str, subtitle: str = "", date_line: str = "",
    provenance: Sequence[tuple[str, str]] = (), toc: bool = False, lang: str = "en",
) -> str:  # fmt: skip
    """The document as one HTML page; images are inside, formulas are MathML.

    Figures and tables bear the numbers they bear in the PDF.
    """
    blocks = numbered(stepped(untitled(document["blocks"], title), first=2))
    whole = {
        **document,
        "blocks": walk(blocks, _for_html),
        "meta": {**document["meta"], **title_meta(title, subtitle, date_line, provenance, lang)},
    }
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    options = [f"--template={TEMPLATES / 'report.html'}", "--mathml", "--syntax-highlighting=none"]
    options += [f"--variable=style={style}"]
    contents = ["--toc", "--toc-depth=3"] if toc else []
    return write(whole, "html5", *options, *contents)


def _for_html(element: Node) -> Node | None:
    if element["t"] == "Table":
        return _table(element)
    if element["t"] == "CodeBlock":
        # What scrolls must be reachable by keyboard.
        (_, classes, _), text = element["c"]
        return node("CodeBlock", attr(classes=classes, pairs=[("tabindex", "0")]), text)
    return None


def _table(element: Node) -> Node:
    """The table, its heads marked for whom they are heads of, in a box that scrolls."""
    (label, _, _), caption, columns, head, bodies, foot = element["c"]
    bodies = [[body[0], body[1], *(_rows(part, body[1]) for part in body[2:])] for body in bodies]
    head = [head[0], [[row[0], [_cell(cell, "col") for cell in row[1]]] for row in head[1]]]
    table = node("Table", attr(label), _caption(caption), columns, head, bodies, foot)
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
    return [attr(classes=classes, pairs=[("scope", scope)] if scope else []), *cell[1:]]
