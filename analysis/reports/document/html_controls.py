"""What stands in an HTML page before anybody has touched it: words that wait, controls, formulas of MathML, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from analysis.reports.document.html_elements import UNSEEN
from analysis.reports.document.html_styles import is_bold
from analysis.reports.document.tree import Node, inlines_of_text, node

NUMBER = re.compile(r"\s*\+?(\d+(?:\.\d+)?)(%?)")  # at the beginning of an attribute; what follows says nothing
ZOOM = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")
LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(px|%|em|rem|pt|in|cm|mm|vw)?")
PIXELS = {None: 1.0, "px": 1.0, "em": 16.0, "rem": 16.0, "pt": 4 / 3, "in": 96.0, "cm": 37.8, "mm": 3.78}
# Words in the place of what a script draws.
LOADING = re.compile(
    r"\s*(?:loading|initiali[sz]ing|please wait|visualization omitted|make this notebook trusted)\b", re.IGNORECASE
)
LOADS_LIBRARY = re.compile(r"\s*Loading BokehJS\b")  # what a library draws stands in other outputs
WAITS = "what a script would load"


def says_to_wait(element: LexborNode) -> bool:
    """True for an element, or a table whose first cell, begins with words in the place of what a script draws."""
    places = [element, *element.css("td")[:1]] if element.tag == "table" else [element]
    return any(LOADING.match(_first_words(each)) for each in places)


def loads_library(element: LexborNode) -> bool:
    """True for words that wait for a library alone."""
    return bool(LOADS_LIBRARY.match(_first_words(element)))


def _first_words(element: LexborNode) -> str:
    """The first text in an element that is not empty."""
    for each in element.traverse(include_text=True):
        words = each.text_content or "" if each.tag == "-text" else ""
        if words.strip() and each.parent is not None and each.parent.tag not in UNSEEN:
            return words
    return ""


def control_inlines(element: LexborNode) -> list[Node]:
    """What a control shows before anybody has touched it."""
    tag, about = element.tag, element.attributes
    if tag == "select":
        options = element.css("option")
        chosen = next((o for o in options if "selected" in o.attributes), options[0] if options else None)
        return inlines_of_text(chosen.text() or "") if chosen is not None else []
    if tag == "textarea":
        return inlines_of_text(element.text() or "")
    if tag in ("progress", "meter"):
        return inlines_of_text(f"{about['value']} of {about.get('max') or 1}") if about.get("value") else []
    kind = (about.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return [node("Str", "\u2611" if "checked" in about else "\u2610")] if kind == "checkbox" else []
    if kind in ("hidden", "password", "image", "color", "range", "file"):
        return []
    return inlines_of_text(about.get("value") or about.get("placeholder") or "")


def mathml_inlines(element: LexborNode) -> list[Node]:
    """A formula from the TeX that its MathML brings along; without it, its letters."""
    source = element.css_first("annotation[encoding='application/x-tex']")
    text = (source or element).text() or ""
    display = "DisplayMath" if element.attributes.get("display") == "block" else "InlineMath"
    return [node("Math", node(display), text.strip())] if source is not None else inlines_of_text(text)


def marked_inlines(style: dict[str, str], inlines: list[Node]) -> list[Node]:
    """Inlines as bold and as slanted as a style says."""
    if is_bold(style):
        inlines = [node("Strong", inlines)]
    return [node("Emph", inlines)] if style.get("slant") in ("italic", "oblique") else inlines


def picture_source(about: dict[str, str | None]) -> str:
    """The address of a picture; of several for different screens, the first."""
    return about.get("src") or (about.get("srcset") or "").strip().split(" ")[0].rstrip(",")


def picture_sizes(style: dict[str, str], about: dict[str, str | None]) -> list[tuple[str, str]]:
    """What style and attributes say of the size of a picture."""
    sizes = [(side, read_length(style.get(side, "")) or read_attribute_length(about.get(side) or ""))
             for side in ("width", "height")]  # fmt: skip
    sizes += [("most", read_length(style.get("most", ""))), ("zoom", read_zoom(style.get("zoom", "")))]
    return [size for size in sizes if size[1]]


def read_length(said: str) -> str:
    """A size as "120px" or "50%"; empty for one that says nothing."""
    found = LENGTH.fullmatch(said.strip().lower())
    if not found or float(found[1]) <= 0:
        return ""
    if found[2] in ("%", "vw"):
        return f"{min(float(found[1]), 100):g}%"
    pixels = float(found[1]) * PIXELS[found[2]]
    return f"{pixels:.0f}px" if 1 <= pixels < 20_000 else ""


def read_attribute_length(said: str) -> str:
    """The size in an attribute, which HTML reads up to the first letter: "300/" and "300em" are 300 pixels."""
    found = NUMBER.match(said)
    return read_length(found[1] + (found[2] or "px")) if found else ""


def read_zoom(said: str) -> str:
    """A magnification as a percentage; empty for one that says nothing."""
    found = ZOOM.fullmatch(said.strip())
    factor = float(found[1]) * (1 if found[2] else 100) if found else 0
    return f"{factor:g}%" if 0 < factor < 1000 else ""


def definition_parts(element: LexborNode) -> Iterator[LexborNode]:
    """The children of a list of definitions; groups of them are divs."""
    for child in _children(element):
        if child.tag == "div":
            yield from _children(child)
        else:
            yield child


def _children(element: LexborNode) -> Iterator[LexborNode]:
    child = element.child
    while child is not None:
        yield child
        child = child.next
