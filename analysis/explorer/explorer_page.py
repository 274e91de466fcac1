"""The explorer as one page that needs no other file and no network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from analysis.charts.text_format import plural
from analysis.evidence.csv_tables import write_files
from analysis.evidence.errors import InputError
from analysis.explorer.explorer_record import Record

WEB = Path(__file__).parent / "web"
# In the order in which they import each other.
MODULES = (
    "columns", "elements", "filters", "state", "search", "download", "bars", "calendar", "map", "facets", "claims",
    "incidents", "compare", "explorer",
)  # fmt: skip
IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
COMMENT = re.compile(r"^\s*/\*\*(?:[^*]|\*(?!/))*\*/\n|^\s*// [^\n]*\n", re.MULTILINE)
MOST_BYTES = 3_000_000  # of a page
SUBTITLE = "Brush the bars, tick a value, type a word: every other view follows. Press an incident to read who said it."


class PageTooLarge(InputError):
    """A page that has more bytes than can be mailed."""


@cache
def explorer_script(entry: str) -> str:
    """The modules of the explorer as one, with the module `entry` (`page` or `widget`) at its end."""
    texts = [(WEB / f"{name}.js").read_text(encoding="utf-8") for name in (*MODULES, entry)]
    return "".join(EXPORT.sub("", IMPORT.sub("", COMMENT.sub("", text))) for text in texts).replace("</", "<\\/")


@cache
def explorer_style() -> str:
    """The style sheet of the explorer."""
    return (WEB / "explorer.css").read_text(encoding="utf-8")


def script_json(value: Any) -> str:
    """JSON that can stand in a script of a page: no text in it ends the script or opens a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def explorer_html(record: Record, report: str = "", title: str = "") -> str:
    """The page of a record; `report` is the address of the report it belongs to, `title` what stands above both.

    Raises PageTooLarge, an InputError, for a page of more than 3 MB.
    """
    script = explorer_script("page").strip()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    columns = [base64.b64encode(column).decode() for column in record.columns]
    without = f'<a href="{html.escape(report)}">Read the report</a> instead.' if report else "The tables hold the same."
    page = Template((WEB / "explore.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(f"Explore: {title or record.head['title']}"), subtitle=SUBTITLE, style=explorer_style(),
        hash=f"sha256-{digest}", without=without, script=script,
        record=script_json({"head": record.head, "columns": columns, "report": report}),
    )  # fmt: skip
    if (size := len(page.encode())) > MOST_BYTES:
        number = plural(len(next(iter(record.tables.values()))), "incident")
        raise PageTooLarge(
            f"the page of {number} has {size / 1e6:.1f} MB; allowed: {MOST_BYTES / 1e6:.0f} MB. Give a narrower view, "
            "or explore them in a notebook, which gets them as columns of bytes"
        )
    return page


def write_explorer_page(path: str | Path, record: Record, report: str = "", title: str = "") -> Path:
    """Write the page of a record; whole or not at all. Raises InputError as `explorer_html` does."""
    write_files({Path(path): explorer_html(record, report, title)})
    return Path(path)
