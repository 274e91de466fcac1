"""How objects of this package show themselves in a notebook: a heading and a few numbers, escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping


def html_summary(heading: str, sizes: Mapping[str, int]) -> str:
    """A heading and a table of names and numbers as HTML; every text is escaped."""
    rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{number:,}</td></tr>" for name, number in sizes.items())
    table = f"<table>{rows}</table>" if rows else ""
    return f"<div><strong>{html.escape(heading)}</strong>{table}</div>"
