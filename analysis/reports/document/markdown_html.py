"""HTML that stands in a Markdown text: both as one HTML text, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from analysis.reports.document.html_elements import BLOCKS, CODES, INLINES, MARKS, RUNNING, UNSEEN
from analysis.reports.document.tree import Node, node

NO_ELEMENT = re.compile(r"</?([a-zA-Z][\w.-]*)>")  # may be a name that somebody wrote between angles: <name>


def join_html(blocks: list[Node]) -> tuple[str, list[Node]] | None:
    """One HTML text of the blocks of a Markdown text in which HTML stands, and the parts named in it by number; None
    where there is no HTML.

    A part of Markdown becomes an element of its own, so that HTML around it finds its ends as in a browser.
    """
    if not any(each["t"] in ("RawBlock", "RawInline") for each in _inside(blocks)):
        return None
    parts: list[Node] = []
    return "".join(_joined(block, parts, "x-block") for block in blocks), parts


def _inside(blocks: list[Node]) -> Iterator[Node]:
    waiting: list = [blocks]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "t" in part:
                yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


RUNS = {"Para", "Plain", "Header"}
HOLDERS = {"BlockQuote", "Emph", "Strong", "Strikeout", "Superscript", "Subscript", "Underline", "Link", "Quoted"}


def _escaped(tag: re.Match) -> str:
    known = BLOCKS | UNSEEN | INLINES | set(RUNNING) | set(MARKS) | set(CODES)
    return tag[0] if tag[1].lower() in known else escape(tag[0])


def _joined(part: Node, parts: list[Node], tag: str) -> str:
    kind = part["t"]
    if kind in ("RawBlock", "RawInline"):
        return NO_ELEMENT.sub(_escaped, part["c"][1])
    if kind == "Str":
        return escape(part["c"])
    if kind in ("Space", "SoftBreak"):
        return " "
    if kind == "Plain":
        return "".join(_joined(each, parts, "x-inline") for each in part["c"])
    if kind in ("BulletList", "OrderedList"):
        name = "ul" if kind == "BulletList" else "ol"
        items = part["c"] if kind == "BulletList" else part["c"][1]
        start = f' start="{part["c"][0][0]}"' if kind == "OrderedList" else ""
        said = "".join(f"<li>{''.join(_joined(b, parts, 'x-block') for b in item)}</li>" for item in items)
        return f"<{name}{start}>{said}</{name}>"
    parts.append(part)
    opened = f'<{tag} n="{len(parts) - 1}">'
    inside = content_of(part)
    inner = "x-inline" if kind in RUNS or tag == "x-inline" else "x-block"
    below = "".join(_joined(each, parts, inner) for each in inside or [])
    return f"{opened}{below}</{tag}>"


def content_of(part: Node) -> list[Node] | None:
    """The parts inside one that HTML may change; None for what stays as it is."""
    kind = part["t"]
    content: Any = part.get("c")
    if kind == "Header":
        return content[2]
    if kind == "Link":
        return content[1]
    if kind == "Quoted":
        return content[1]
    return content if kind in RUNS | HOLDERS else None


def refill(part: Node, content: list[Node]) -> list[Node]:
    """The part with this content instead; where HTML has put blocks into a run of words, what they hold."""
    if content_of(part) is None:
        return [part]
    kind = part["t"]
    old: Any = part.get("c")
    if kind in RUNS:
        if any(each["t"] in NO_INLINES for each in content):
            return content
        run = _flat(content)
        return ([node(kind, *old[:2], run)] if kind == "Header" else [node(kind, run)]) if run else []
    if kind == "Link":
        return [node(kind, old[0], content, old[2])]
    return [node(kind, old[0], content) if kind == "Quoted" else node(kind, content)]


NO_INLINES = {"BlockQuote", "BulletList", "CodeBlock", "DefinitionList", "Figure", "Header", "HorizontalRule",
              "OrderedList", "Table"}  # fmt: skip


def _flat(content: list[Node]) -> list[Node]:
    return trimmed([inline for each in content for inline in (each["c"] if each["t"] in ("Plain", "Para") else [each])])


def trimmed(run: list[Node]) -> list[Node]:
    """Inlines without spaces at their ends, and nowhere two together."""
    kept: list[Node] = []
    for each in run:
        if each["t"] != "Space" or (kept and kept[-1]["t"] not in ("Space", "LineBreak")):
            kept.append(each)
    while kept and kept[-1]["t"] in ("Space", "LineBreak"):
        kept.pop()
    while kept and kept[0]["t"] in ("Space", "LineBreak"):
        kept.pop(0)
    return kept
