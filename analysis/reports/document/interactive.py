"""Outputs that only a running page draws: how they are called, and what stands in their place."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from analysis.reports.document.tree import Node, attr, node, paragraph

# Types of outputs by a part of their name, and what a reader calls them.
CALLED = {
    "plotly": "plotly figure", "vegalite": "Vega-Lite chart", "vega": "Vega chart", "bokehjs": "Bokeh figure",
    "holoviews": "HoloViews figure", "widget-view": "widget", "geo+json": "map", "javascript": "script",
    "mermaid": "Mermaid diagram", "dataresource": "table", "pdf": "PDF file", "json": "JSON tree", "video": "video",
    "audio": "sound", "image/": "picture",
}  # fmt: skip
# Types that prepare a page, or repeat in another form what another type of the same output says.
SILENT = re.compile(
    r".*_load\.v\d+\+json|application/vnd\.dataresource\+json|application/papermill.*|.*widget-state\+json"
    r"|application/vnd\.google\.colaboratory\.intrinsic\+json"
)
# The text of an object that says nothing of its content: <Figure size 640x480>, IntSlider(value=3), alt.Chart(...).
OBJECT = re.compile(
    r"\s*(?:<[^\n]*>(?:\s+If you see this message\b.*)?|:\w+\s+\[.*|[A-Za-z_][\w.]*\(.*\)?)\s*", re.DOTALL
)
# Of these, one that says what the object is made of: LogisticRegression(C=0.5).
MADE_OF = re.compile(r"\s*[A-Za-z_][\w.]*\((?!\s*\.\.\.\s*\)).*\)\s*", re.DOTALL)
TABULAR = ("application/vnd.dataresource+json",)  # shown only where nothing else of the same output says it
# What a script calls to draw, and what a reader calls the result.
DRAWN = {
    "Plotly.": "plotly figure", "vegaEmbed": "Vega chart", "Bokeh": "Bokeh figure", "echarts.": "ECharts chart",
    "LetsPlot": "lets-plot figure", "mermaid": "Mermaid diagram", "vis.Network": "network", "L.map(": "map",
}  # fmt: skip
DRAWING = re.compile("|".join(map(re.escape, DRAWN)))
# HTML with nothing to draw: Panel connects a page to its kernel, Lets-Plot loads its library.
CONNECTS = re.compile(
    r'"roots":\s*\[\{[^{}]*"name":\s*"panel\.models\.browser\.BrowserInfo"|data-lets-plot-script="library"'
)
# A picture that a script puts into its place.
PICTURE = re.compile(r"data:image/(?:png|jpeg|svg\+xml);base64,(?:[A-Za-z0-9+/=]|\\\n)+")
# A script that writes into the output itself, and not one that only loads a library.
WRITES = re.compile(r"\belement\b|document\.write|innerHTML|getElementById|querySelector\(|embed\(|\.render\(")


# A library, which says how other scripts may load it or whose it is; a script that draws says neither.
LIBRARY = re.compile(
    r"""typeof\s*(?:exports|module|define)\b|typeof\(?\s*exports|define\.amd|sourceMappingURL|/\*!|@license"""
)


def running_kinds(kinds: list[str]) -> list[str]:
    """Those of an output's types that only a running page can show."""
    return [kind for kind in kinds if not SILENT.fullmatch(kind) and not kind.startswith(("text/", "image/"))]


def unknown_kinds(kinds: list[str], known: tuple[str, ...]) -> list[str]:
    """Those of an output's types that neither a page of paper nor a running page is known to show."""
    return [kind for kind in kinds if kind not in known and (kind.startswith(("text/", "image/")) or kind in TABULAR)]


def prepares_page(kinds: list[str]) -> bool:
    """An output that shows nothing: it loads a library for those that follow."""
    return any(kind.endswith("+json") and "_load." in kind for kind in kinds)


def call_kind(kind: str) -> str:
    """What readers call a type of output: "plotly figure (application/vnd.plotly.v1+json)"."""
    name = next((name for part, name in CALLED.items() if part in kind), "")
    return f"{name} ({kind})" if name else kind


def call_drawing(script: str) -> str:
    """What readers call that which a script draws: "plotly figure (HTML that a script fills)"."""
    found = DRAWING.search(script)
    return f"{DRAWN[found[0]]} (HTML that a script fills)" if found else "HTML that a script fills"


def first_picture(script: str) -> str:
    """The data URI of the first picture in a script; empty if it has none."""
    found = PICTURE.search(script)
    return found[0].replace("\\\n", "") if found else ""


def json_text(value: object) -> str:
    """A value of JSON as people read it; a text that holds one, too."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def says_something(plain: str) -> bool:
    """True for a text that stands for its object, False for one that only names it."""
    return bool(plain.strip()) and not OBJECT.fullmatch(plain)


def says_what_it_is(plain: str) -> bool:
    """True for the text of an object that could make it again, which is less than it draws and more than its name."""
    return bool(MADE_OF.fullmatch(plain))


class Why(NamedTuple):
    """Why an output is not shown, after "which" and as a sentence."""

    lost: str
    sentence: str


NEEDS_PAGE = Why("only a running page draws", "Only a running page draws it.")
UNREADABLE = Why("cannot be read", "It cannot be read.")


def placeholder(cell: str, what: str, why: Why = NEEDS_PAGE) -> Node:
    """A frame that says what is missing."""
    said = f"Not shown here: the output of {cell}, {what}. {why.sentence}"
    return node("Div", attr(classes=["placeholder"]), [paragraph(said)])
