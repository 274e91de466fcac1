"""The elements of HTML by what a browser does with them, and those below one of them."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "search",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "x-block",
}  # fmt: skip
UNSEEN = {
    "area", "base", "col", "colgroup", "datalist", "head", "link", "meta", "noembed", "noframes", "noscript",
    "param", "script", "style", "template", "title", "track", "rp",
}  # fmt: skip
# What only a running page shows, by the word for it.
RUNNING = {"iframe": "embedded page", "object": "embedded object", "embed": "embedded object", "canvas": "drawing",
           "video": "video", "audio": "sound", "applet": "embedded object"}  # fmt: skip
MARKS = {"b": "Strong", "strong": "Strong", "i": "Emph", "em": "Emph", "cite": "Emph", "var": "Emph", "dfn": "Emph",
         "sub": "Subscript", "sup": "Superscript", "s": "Strikeout", "del": "Strikeout", "strike": "Strikeout",
         "u": "Underline", "ins": "Underline"}  # fmt: skip
CODES = ("code", "kbd", "samp", "tt")
INLINES = {
    "a", "abbr", "acronym", "bdi", "bdo", "big", "br", "button", "data", "defs", "font", "g", "img", "input", "label",
    "map", "mark", "math", "meter", "nobr", "optgroup", "option", "output", "picture", "progress", "q", "rt", "ruby",
    "select", "small", "span", "svg", "textarea", "time", "wbr",
}  # fmt: skip
# Elements that need no end: how many are open says nothing about the depth.
NO_END = {
    "area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
}  # fmt: skip


def children(element: LexborNode) -> Iterator[LexborNode]:
    """The nodes right below an element, texts among them."""
    child = element.child
    while child is not None:
        yield child
        child = child.next


def descendants(element: LexborNode) -> Iterator[LexborNode]:
    """The elements below an element, without texts and comments."""
    waiting = [element]
    while waiting:
        for child in children(waiting.pop()):
            if not (child.tag or "").startswith("-"):
                yield child
                waiting.append(child)
