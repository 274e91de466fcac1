"""HTML as a browser shows it, as blocks: one HTML5 parser reads it, so that nothing has to be closed or in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reports.document.html_controls import (
    WAITS,
    control_inlines,
    definition_parts,
    loads_library,
    marked_inlines,
    mathml_inlines,
    picture_sizes,
    picture_source,
    says_to_wait,
)
from analysis.reports.document.html_elements import (
    BLOCKS,
    CODES,
    MARKS,
    NO_END,
    RUNNING,
    UNSEEN,
    children,
    descendants,
)
from analysis.reports.document.html_styles import Styles, computed_styles, inline_style
from analysis.reports.document.html_tables import table_blocks
from analysis.reports.document.images import svg_element
from analysis.reports.document.interactive import first_picture
from analysis.reports.document.markdown_html import refill, trimmed
from analysis.reports.document.tree import (
    NO_ATTR,
    SPACES,
    Node,
    attr,
    code_block,
    figure_block,
    inlines_of_text,
    node,
    text_inlines,
    text_of,
)

YELLOW = "#ffff00"  # of what is marked
DEPTH = 80  # elements inside one another; what is deeper is shown as its text
NESTED = 8  # lists, quotations and tables among them: the typesetter allows few more
NESTING = {"blockquote", "dl", "ol", "table", "ul"}
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
UNREAD = re.compile(r"<(script|style)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE)
DEEPEST = 2_000  # elements left open at once; parsers take time with the square of it


@dataclass
class HtmlText:
    """The blocks of an HTML text, and what in it only a running page would show, or no page of ours, in words."""

    blocks: list[Node] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    script: str = ""
    flattened: bool = False
    only_scripts: bool = False


def read_html(text: str, elements: Sequence[Node] = (), mark: Callable[[str], str] = str) -> HtmlText:
    """The text as a browser shows it with scripts that have not run; `mark` puts marks for the formulas in a text.

    `elements` are what stands for `<x-block n="0">`, `<x-inline n="1">`, ... by number: parts of a Markdown text
    between which HTML stands (see `markdown_html.join_html`).
    """
    seen = UNREAD.sub(" ", text) if "<" in text else text
    if _left_open(seen) > DEEPEST:
        return HtmlText([node("Para", inlines_of_text(unescape(re.sub(r"<[^>]*>", " ", seen))))], flattened=True)
    parsed = LexborHTMLParser("<!doctype html><body>" + text.replace("\x00", ""))
    return _Reader(parsed, elements, mark).read(parsed.body)


def _left_open(text: str) -> int:
    depth = deepest = 0
    for end, name in TAG.findall(text):
        if name.lower() not in NO_END:
            depth = max(0, depth - 1) if end else depth + 1
            deepest = max(deepest, depth)
    return deepest


class _Reader:
    """One pass over a parsed text. `tables` calls back for what stands in the cells."""

    def __init__(self, parsed: LexborHTMLParser, elements: Sequence[Node], mark: Callable[[str], str]):
        self.styles: Styles = computed_styles(parsed)
        self.elements = elements
        self.mark = mark
        self.scripts = [node.text_content or node.text() or "" for node in parsed.css("script")]
        self.runs = bool(self.scripts) or parsed.css_first("iframe") is not None
        self.found = HtmlText(script="\n".join(self.scripts))
        self.depth = self.nested = 0

    def read(self, body: LexborNode | None) -> HtmlText:
        if body is not None:
            self.found.blocks = self.blocks(body, "Para")
            self.found.only_scripts = all(self._hidden(child) for child in children(body) if child.tag != "-text")
        if set(self.found.running) - {WAITS}:  # what it waits for is named
            self.found.running = [what for what in self.found.running if what != WAITS]
        return self.found

    def style(self, element: LexborNode) -> dict[str, str]:
        said = self.styles.get(element.mem_id, {}) if self.styles else {}
        return {**said, **inline_style(element)} if element.attributes else said

    def blocks(self, parent: LexborNode, loose: str) -> list[Node]:
        """The blocks below an element; words that stand loose between them are of the kind `loose`."""
        made: list[Node] = []
        run: list[Node] = []
        for child in children(parent):
            if self._is_block(child):
                made += [*_run(run, loose), *self._block(child)]
                run = []
            else:
                run += self.inlines(child)
        return made + _run(run, loose)

    def _is_block(self, element: LexborNode) -> bool:
        if element.tag in BLOCKS:
            return True
        if element.tag == "-text" or element.tag in MARKS and element.child is None:
            return False
        return any(each.tag in BLOCKS for each in descendants(element)) and element.tag not in RUNNING

    def _block(self, element: LexborNode) -> list[Node]:
        if self._hidden(element):
            return []
        nests = element.tag in NESTING
        if self.depth >= DEPTH or (nests and self.nested >= NESTED):
            self.found.flattened = True
            return _run(inlines_of_text(element.text(separator=" ") or ""), "Plain")
        self.depth += 1
        self.nested += nests
        mark = self.mark
        if element.attributes and "tex2jax_ignore" in (element.attributes.get("class") or ""):
            self.mark = str
        try:
            return self._shown(element)
        finally:
            self.depth -= 1
            self.nested -= nests
            self.mark = mark

    def _shown(self, element: LexborNode) -> list[Node]:
        tag = element.tag or ""
        if tag == "x-block":
            return refill(self._original(element), self.blocks(element, "Plain"))
        if tag == "table":
            return self._table(element)
        if tag == "pre":
            text = element.text_content if element.child is None else element.text()
            return [code_block(text.strip("\n"), "output")] if text and text.strip() else []
        if re.fullmatch("h[1-6]", tag):
            inlines = trimmed(self._inlines_below(element))
            return [node("Header", int(tag[1]), attr(element.attributes.get("id") or ""), inlines)] if inlines else []
        if tag in ("ul", "ol", "menu", "dir"):
            return self._list(element)
        if tag == "dl":
            return self._definitions(element)
        if tag == "blockquote":
            blocks = self.blocks(element, "Para")
            return [node("BlockQuote", blocks)] if blocks else []
        if tag == "hr":
            return [node("HorizontalRule")]
        if tag == "figure":
            return self._figure(element)
        if "id" in element.attributes and self._waits(element):
            return []
        return self.blocks(element, "Para")

    def _table(self, element: LexborNode) -> list[Node]:
        if self._waits(element):
            return []
        return table_blocks(element, self._cell_style, self._cell)

    def _cell_style(self, element: LexborNode) -> dict[str, str]:
        said = self.style(element)
        if "bar" in said and element.tag in ("td", "th"):
            self.found.lost.append("bars in the cells of a table are not drawn")
        return said

    def _cell(self, cell: LexborNode) -> list[Node]:
        """What stands in a cell; most hold one text and nothing else."""
        only = cell.child
        if only is not None and only.next is None and only.tag == "-text":
            return _run(text_inlines(self.mark(only.text_content or "")), "Plain")
        return self.blocks(cell, "Plain") if only is not None else []

    def _list(self, element: LexborNode) -> list[Node]:
        """Items; what stands between them belongs to the one before, as a browser shows it."""
        items: list[list[Node]] = []
        for child in children(element):
            if child.tag == "-text" and not (child.text_content or "").strip() or self._hidden(child):
                continue
            made = self.blocks(child, "Plain") if child.tag == "li" else (
                self._block(child) if self._is_block(child) else _run(self.inlines(child), "Plain"))  # fmt: skip
            if child.tag == "li" or not items:
                items.append(made)
            else:
                items[-1] += made
        items = [item for item in items if item]
        if not items:
            return []
        if element.tag != "ol":
            return [node("BulletList", items)]
        start = element.attributes.get("start") or "1"
        first = int(start) if re.fullmatch(r"\d{1,4}", start) else 1
        return [node("OrderedList", [first, node("Decimal"), node("Period")], items)]

    def _definitions(self, element: LexborNode) -> list[Node]:
        entries: list = []
        for child in definition_parts(element):
            if child.tag == "dt" and not self._hidden(child):
                entries.append([trimmed(self._inlines_below(child)), []])
            elif child.tag == "dd" and not self._hidden(child):
                entries = entries or [[[], []]]
                entries[-1][1].append(self.blocks(child, "Plain"))
        return [node("DefinitionList", entries)] if entries else []

    def _figure(self, element: LexborNode) -> list[Node]:
        """A figure with one picture takes its caption along; any other is what it holds."""
        caption = next((c for c in children(element) if c.tag == "figcaption"), None)
        rest = [c for c in children(element) if c.tag != "figcaption"]
        blocks = [b for c in rest for b in (self._block(c) if self._is_block(c) else _run(self.inlines(c), "Para"))]
        words = trimmed(self._inlines_below(caption)) if caption is not None else []
        pictures = [inline for block in blocks if block["t"] in ("Para", "Plain") for inline in block["c"]]
        if words and len(pictures) == len(blocks) == 1 and pictures[0]["t"] == "Image":
            made = figure_block(pictures[0]["c"][2][0], text_of(pictures[0]["c"][1]), words)
            made["c"][2] = [node("Plain", pictures)]
            return [made]
        return blocks + _run(words, "Para")

    def inlines(self, element: LexborNode) -> list[Node]:
        """What one element that is no block says."""
        tag = element.tag or ""
        if tag == "-text":
            return text_inlines(self.mark(element.text_content or ""))
        if tag.startswith("-") or self._hidden(element):
            return []
        if tag == "x-inline":
            return refill(self._original(element), self._inlines_below(element))
        if tag == "br":
            return [node("LineBreak")]
        if tag == "img":
            return self._image(element)
        if tag == "svg":
            return self._drawing(element)
        if tag in RUNNING:
            return self._running(element)
        if "-" in tag and element.child is None:  # an element of somebody's own, which a script defines
            self.found.running.append(f"<{tag}>")
            return []
        if tag in ("input", "select", "textarea", "progress", "meter"):
            return [node("Space"), *control_inlines(element), node("Space")]
        if tag == "math":
            return mathml_inlines(element)
        if tag == "button":
            return [node("Space"), *inlines_of_text(element.text() or ""), node("Space")]
        if self._waits(element):
            return []
        if tag in CODES:
            text = SPACES.sub(" ", element.text() or "").strip()
            return [node("Code", NO_ATTR, text)] if text else []
        if self.depth >= DEPTH:
            self.found.flattened = True
            return inlines_of_text(element.text() or "")
        self.depth += 1
        mark = self.mark
        if "tex2jax_ignore" in (element.attributes.get("class") or ""):
            self.mark = str
        below = self._inlines_below(element)
        self.mark = mark
        self.depth -= 1
        return self._marked(element, below)

    def _marked(self, element: LexborNode, below: list[Node]) -> list[Node]:
        tag = element.tag or ""
        if not below:
            return []
        if tag == "q":
            return [node("Str", "\u201c"), *below, node("Str", "\u201d")]
        if tag == "a" and element.attributes.get("href"):
            return [node("Link", NO_ATTR, below, [(element.attributes["href"] or "").strip(), ""])]
        if tag in MARKS:
            return [node(MARKS[tag], below)]
        style = {"fill": YELLOW, **self.style(element)} if tag == "mark" else self.style(element)
        colours = [(name, style[name]) for name in ("ink", "fill") if name in style]
        marked = marked_inlines(style, below)
        return [node("Span", attr(pairs=colours), marked)] if colours else marked

    def _inlines_below(self, element: LexborNode) -> list[Node]:
        """All of an element as one run; blocks inside it are set apart by a space."""
        made: list[Node] = []
        for child in children(element):
            if child.tag in BLOCKS and child.tag != "x-block":
                inner = [] if self._hidden(child) else self._inlines_below(child)
                made += [node("Space"), *inner, node("Space")]
            elif child.tag == "x-block":
                made += [node("Space"), *self._inlines_below(child), node("Space")]
            else:
                made += self.inlines(child)
        return made

    def _original(self, element: LexborNode) -> Node:
        """The part of the Markdown text that stood here."""
        number = element.attributes.get("n") or ""
        known = number.isdigit() and int(number) < len(self.elements)
        return self.elements[int(number)] if known else node("Plain", [])

    def _hidden(self, element: LexborNode) -> bool:
        if element.tag == "-text":
            return False
        if element.tag in UNSEEN or (element.tag or "").startswith("-"):
            return True
        about = element.attributes
        if not about and element.mem_id not in self.styles:
            return False
        style = self.style(element) if "style" in about or element.mem_id in self.styles else {}
        return (
            "hidden" in about
            or style.get("display") == "none"
            or style.get("visibility") == "hidden"
            or (style.get("width") in ("0", "0px") and style.get("height") in ("0", "0px"))
        )

    def _waits(self, element: LexborNode) -> bool:
        """Words in place of what a script would write there, as "Loading ..."."""
        if not (self.runs or "id" in element.attributes) or not says_to_wait(element):
            return False
        if self.scripts or not loads_library(element):
            self.found.running.append(WAITS)
        return True

    def _running(self, element: LexborNode) -> list[Node]:
        kind, source = RUNNING[element.tag or ""], element.attributes.get("src") or element.attributes.get("data") or ""
        if element.tag == "canvas" and not self.scripts:
            return []
        self.found.running.append(f"{kind} ({source})" if source and not source.startswith("data:") else kind)
        return []

    def _image(self, element: LexborNode) -> list[Node]:
        about, style = element.attributes, self.style(element)
        source = picture_source(about) or self._from_script(about)
        if not source:
            return inlines_of_text(about.get("alt") or "")
        words = inlines_of_text(about.get("alt") or about.get("title") or "")
        return [node("Image", attr(pairs=picture_sizes(style, about)), words, [source.strip(), ""])]

    def _from_script(self, about: dict[str, str | None]) -> str:
        """The first picture that the scripts put into an image without an address, as animations have it."""
        if not (self.scripts and about.get("id")):
            return ""
        picture = first_picture(self.found.script)
        self.found.running.append("the rest of an animation" if picture else "a picture that a script loads")
        return picture

    def _drawing(self, element: LexborNode) -> list[Node]:
        """An SVG inside the text; one without size and one that only borrows from another draws nothing by itself."""
        uri = svg_element(element.html or "")
        title = element.css_first("title")
        return [node("Image", NO_ATTR, inlines_of_text(title.text() if title else ""), [uri, ""])] if uri else []


def _run(run: list[Node], kind: str) -> list[Node]:
    run = trimmed(run)
    return [node(kind, run)] if run else []
