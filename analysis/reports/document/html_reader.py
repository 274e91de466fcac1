"""HTML as a browser shows it, as blocks: one HTML5 parser reads it, so that nothing has to be closed or in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape, unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reports.document.html_styles import Styles, computed_styles, inline_style
from analysis.reports.document.html_tables import read_table
from analysis.reports.document.images import svg_element
from analysis.reports.document.tree import NO_ATTR, Node, attr, code_block, figure_block, node, text_of, words_of

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
SPACES = re.compile(r"[ \t\n\r\f]+")  # a space that does not break is none of them
INLINES = {
    "a", "abbr", "acronym", "bdi", "bdo", "big", "br", "button", "data", "defs", "font", "g", "img", "input", "label",
    "map", "mark", "math", "meter", "nobr", "optgroup", "option", "output", "picture", "progress", "q", "rt", "ruby",
    "select", "small", "span", "svg", "textarea", "time", "wbr",
}  # fmt: skip
NO_ELEMENT = re.compile(r"</?([a-zA-Z][\w.-]*)>")  # may be a name that somebody wrote between angles: <name>
DEPTH = 80  # elements inside one another; what is deeper is shown as its text
NESTED = 8  # lists, quotations and tables among them: the typesetter allows few more
NESTING = {"blockquote", "dl", "ol", "table", "ul"}
# Elements that need no end: how many are open says nothing about the depth.
NO_END = {
    "area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
}  # fmt: skip
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
DEEPEST = 2_000  # elements left open at once; parsers take time with the square of it
LOADING = re.compile(r"\s*(?:loading|initiali[sz]ing|please wait)\b", re.IGNORECASE)
LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(px|%|em|rem|pt|in|cm|mm|vw)?")
PIXELS = {None: 1.0, "px": 1.0, "em": 16.0, "rem": 16.0, "pt": 4 / 3, "in": 96.0, "cm": 37.8, "mm": 3.78}


@dataclass
class HtmlText:
    """The blocks of an HTML text, and what in it only a running page would show, in words."""

    blocks: list[Node] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    script: str = ""
    flattened: bool = False


def read_html(text: str, elements: Sequence[Node] = (), mark: Callable[[str], str] = str) -> HtmlText:
    """The text as a browser shows it with scripts that have not run; `mark` puts marks for the formulas in a text.

    `elements` are what stands for `<x-block n="0">`, `<x-inline n="1">`, ... by number: parts of a Markdown text
    between which HTML stands (see `join_html`).
    """
    if _left_open(text) > DEEPEST:
        return HtmlText([node("Para", words_of(unescape(re.sub(r"<[^>]*>", " ", text))))], flattened=True)
    parsed = LexborHTMLParser("<!doctype html>" + text.replace("\x00", ""))
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
        self.found = HtmlText(script="\n".join(self.scripts))
        self.depth = self.nested = 0

    def read(self, body: LexborNode | None) -> HtmlText:
        self.found.blocks = self.blocks(body, "Para") if body is not None else []
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
        return any(each.tag in BLOCKS for each in _descendants(element)) and element.tag not in RUNNING

    def _block(self, element: LexborNode) -> list[Node]:
        if self._hidden(element):
            return []
        nests = element.tag in NESTING
        if self.depth >= DEPTH or (nests and self.nested >= NESTED):
            self.found.flattened = True
            return _run(words_of(element.text(separator=" ") or ""), "Plain")
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
        tag = element.tag
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
        return self.blocks(element, "Para")

    def _table(self, element: LexborNode) -> list[Node]:
        if self._waits(element):
            return []
        return read_table(element, self.style, self._cell)

    def _cell(self, cell: LexborNode) -> list[Node]:
        """What stands in a cell; most hold one text and nothing else."""
        only = cell.child
        if only is not None and only.next is None and only.tag == "-text":
            return _run(text_inlines(self.mark(only.text_content)), "Plain")
        return self.blocks(cell, "Plain") if only is not None else []

    def _list(self, element: LexborNode) -> list[Node]:
        """Items; what stands between them belongs to the one before, as a browser shows it."""
        items: list[list[Node]] = []
        for child in children(element):
            if child.tag == "-text" and not child.text_content.strip() or self._hidden(child):
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
        for child in _transparent(element):
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
        tag = element.tag
        if tag == "-text":
            return text_inlines(self.mark(element.text_content))
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
        if tag in ("input", "select", "textarea", "progress", "meter"):
            return [node("Space"), *_control(element), node("Space")]
        if tag == "math":
            return _mathml(element)
        if tag == "button":
            return [node("Space"), *words_of(element.text() or ""), node("Space")]
        if self._waits(element):
            return []
        if tag in CODES:
            text = SPACES.sub(" ", element.text() or "").strip()
            return [node("Code", NO_ATTR, text)] if text else []
        if self.depth >= DEPTH:
            self.found.flattened = True
            return words_of(element.text() or "")
        self.depth += 1
        mark = self.mark
        if "tex2jax_ignore" in (element.attributes.get("class") or ""):
            self.mark = str
        below = self._inlines_below(element)
        self.mark = mark
        self.depth -= 1
        return self._marked(element, below)

    def _marked(self, element: LexborNode, below: list[Node]) -> list[Node]:
        tag = element.tag
        if not below:
            return []
        if tag == "q":
            return [node("Str", "\u201c"), *below, node("Str", "\u201d")]
        if tag == "a" and element.attributes.get("href"):
            return [node("Link", NO_ATTR, below, [element.attributes["href"].strip(), ""])]
        if tag in MARKS:
            return [node(MARKS[tag], below)]
        if ink := self.style(element).get("ink"):
            return [node("Span", attr(pairs=[("ink", ink)]), below)]
        return below

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
        if element.tag in UNSEEN or element.tag.startswith("-"):
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
        if not LOADING.match(element.text() or "") or not (self.scripts or "id" in element.attributes):
            return False
        self.found.running.append("what a script would load")
        return True

    def _running(self, element: LexborNode) -> list[Node]:
        kind, source = RUNNING[element.tag], element.attributes.get("src") or element.attributes.get("data") or ""
        if element.tag in ("canvas",) and not self.scripts:
            return []
        self.found.running.append(f"{kind} ({source})" if source and not source.startswith("data:") else kind)
        return []

    def _image(self, element: LexborNode) -> list[Node]:
        about, style = element.attributes, self.style(element)
        if not (source := about.get("src")):
            return words_of(about.get("alt") or "")
        sizes = [(side, size) for side in ("width", "height")
                 if (size := length(style.get(side) or about.get(side) or ""))]  # fmt: skip
        words = words_of(about.get("alt") or about.get("title") or "")
        return [node("Image", attr(pairs=sizes), words, [source.strip(), ""])]

    def _drawing(self, element: LexborNode) -> list[Node]:
        """An SVG inside the text; one without size and one that only borrows from another draws nothing by itself."""
        uri = svg_element(element.html or "")
        title = element.css_first("title")
        return [node("Image", NO_ATTR, words_of(title.text() if title else ""), [uri, ""])] if uri else []


def children(element: LexborNode) -> Iterator[LexborNode]:
    """The nodes right below an element, texts among them."""
    child = element.child
    while child is not None:
        yield child
        child = child.next


def _descendants(element: LexborNode) -> Iterator[LexborNode]:
    waiting = [element]
    while waiting:
        for child in children(waiting.pop()):
            if not child.tag.startswith("-"):
                yield child
                waiting.append(child)


def _transparent(element: LexborNode) -> Iterator[LexborNode]:
    """The children of a list of definitions; groups of them are divs."""
    for child in children(element):
        if child.tag == "div":
            yield from children(child)
        else:
            yield child


def text_inlines(text: str) -> list[Node]:
    """A text as words and spaces; spaces that do not break stay in the words."""
    if " " not in text and not SPACES.search(text):
        return [node("Str", text)] if text else []
    made: list[Node] = []
    for i, word in enumerate(SPACES.split(text)):
        if i:
            made.append(node("Space"))
        if word:
            made.append(node("Str", word))
    return made


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


def _run(run: list[Node], kind: str) -> list[Node]:
    run = trimmed(run)
    return [node(kind, run)] if run else []


def _control(element: LexborNode) -> list[Node]:
    """What a control shows before anybody has touched it."""
    tag, about = element.tag, element.attributes
    if tag == "select":
        options = element.css("option")
        chosen = next((o for o in options if "selected" in o.attributes), options[0] if options else None)
        return words_of(chosen.text() or "") if chosen is not None else []
    if tag == "textarea":
        return words_of(element.text() or "")
    if tag in ("progress", "meter"):
        return words_of(f"{about['value']} of {about.get('max') or 1}") if about.get("value") else []
    kind = (about.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return [node("Str", "\u2611" if "checked" in about else "\u2610")] if kind == "checkbox" else []
    if kind in ("hidden", "password", "image", "color", "range", "file"):
        return []
    return words_of(about.get("value") or about.get("placeholder") or "")


def _mathml(element: LexborNode) -> list[Node]:
    source = element.css_first("annotation[encoding='application/x-tex']")
    text = (source or element).text() or ""
    display = "DisplayMath" if element.attributes.get("display") == "block" else "InlineMath"
    return [node("Math", node(display), text.strip())] if source is not None else words_of(text)


def length(said: str) -> str:
    """A size as "120px" or "50%"; empty for one that says nothing."""
    found = LENGTH.fullmatch(said.strip().lower())
    if not found or float(found[1]) <= 0:
        return ""
    if found[2] in ("%", "vw"):
        return f"{min(float(found[1]), 100):g}%"
    pixels = float(found[1]) * PIXELS[found[2]]
    return f"{pixels:.0f}px" if 1 <= pixels < 20_000 else ""


# Markdown with HTML in it.


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
    kind, content = part["t"], part.get("c")
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
    kind, old = part["t"], part.get("c")
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
