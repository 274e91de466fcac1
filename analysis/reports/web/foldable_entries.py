"""The entries of an appendix, folded in a page to one line each; a click or a link opens an entry."""

from __future__ import annotations

from analysis.reports.document.tree import ENTRY_CLASS, Node, attr, node


def fold_entries(blocks: list[Node]) -> list[Node]:
    """The blocks with every entry (a heading, then a division of the class ENTRY_CLASS) as a disclosure.

    The words of the heading become the visible line. The anchor goes to the folded part, because a browser opens a
    disclosure only for an anchor inside it.
    """
    made: list[Node] = []
    for block in blocks:
        if block["t"] == "Div" and ENTRY_CLASS in block["c"][0][1] and made and made[-1]["t"] == "Header":
            made += _disclosure(made.pop(), block)
        else:
            made.append(block)
    return made


def _disclosure(heading: Node, entry: Node) -> list[Node]:
    _, (name, _, _), inlines = heading["c"]
    first, *rest = entry["c"][1]
    line = [node("Strong", inlines), node("Space"), node("Span", attr(classes=["what"]), first["c"])]
    return [
        _raw('<details class="entry"><summary>'), node("Plain", line), _raw("</summary>"),
        node("Div", attr(name, entry["c"][0][1], entry["c"][0][2]), rest), _raw("</details>"),
    ]  # fmt: skip


def _raw(text: str) -> Node:
    return node("RawBlock", "html", text)
