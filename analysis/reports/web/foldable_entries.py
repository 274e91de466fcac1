"""The entries of an appendix folded in a page: one line each, opened by a press or by a link."""

from __future__ import annotations

from analysis.reports.document.tree import Node, attr, node

ENTRY, MONTH = "entry", "month"  # classes: an entry, and a heading above those of a month


def fold_entries(blocks: list[Node]) -> list[Node]:
    """The blocks with every entry (a heading, then a division of that class) as a disclosure.

    The anchor goes to what is folded away, because a browser opens only what holds the anchor; the
    heading's words become the line that stays.
    """
    made: list[Node] = []
    for block in blocks:
        if block["t"] == "Div" and ENTRY in block["c"][0][1] and made and made[-1]["t"] == "Header":
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
