"""Put a figure, a table or a computed sentence into a notebook so that no reader loses any of it."""

from __future__ import annotations

import base64
import html
import io
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import style
from analysis.measures.frequency import is_thinly_covered


def show_figure(ax: Axes | Figure, caption: str, alt: str, label: str) -> None:
    """Display a chart with its caption (Markdown) and its text for those who cannot see it.

    One output carries all: HTML with figure, alt and caption for browsers, the SVG for print, the
    text alone for the rest; alt, caption and label also stand in the output's metadata.
    """
    image = to_svg(ax)
    source = f"data:image/svg+xml;base64,{base64.b64encode(image.encode()).decode()}"
    bundle = {
        "text/html": f'<figure id="{html.escape(label)}"><img src="{source}" '
        f'alt="{html.escape(alt)}" style="max-width:100%"><figcaption>{_inline(caption)}'
        "</figcaption></figure>",
        "image/svg+xml": image,
        "text/plain": alt,
    }
    display(bundle, raw=True, metadata={"alt": alt, "caption": caption, "label": label})


def to_svg(ax: Axes | Figure) -> str:
    """The figure as SVG text: the same bytes for the same data; closes the figure."""
    figure = ax.get_figure()
    out = io.StringIO()
    with mpl.rc_context(style.RC):
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return out.getvalue()


def show_table(
    frame: pd.DataFrame, caption: str, label: str, decimals: dict[str, int] | None = None, data: dict | None = None
) -> None:
    """Display a frame as a table with caption: numbers to the right, with `decimals` places where
    given by column, days as YYYY-MM-DD, missing values as an empty cell. Text is escaped. `data` are further
    forms of the output, by MIME type, for programs."""
    places = decimals or {}
    numeric = {name: pd.api.types.is_numeric_dtype(frame[name]) for name in frame}
    head = "".join(_cell("th", name, numeric[name], ' scope="col"') for name in frame)
    body = "".join(
        "<tr>"
        + "".join(_cell("td", _text(v, places.get(c)), numeric[c]) for c, v in zip(frame, row, strict=True))
        + "</tr>"
        for row in frame.itertuples(index=False, name=None)
    )
    bundle = {
        "text/html": f'<table class="tex2jax_ignore" id="{html.escape(label)}"><caption>{_inline(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
        "text/plain": frame.to_string(index=False),
    }
    display(bundle | (data or {}), raw=True, metadata={"caption": caption, "label": label})


def show_incidents(incidents: pd.DataFrame, caption: str, label: str) -> None:
    """Display incidents, one row each: id, day or days (* = the sources dispute it), place, weapon, result,
    best voice, number of independent origins, best grade."""
    first, last = (incidents[name].dt.strftime("%Y-%m-%d") for name in ("date_start", "date_end"))
    short = last.str[8:].where(first.str[:7] == last.str[:7], last)  # the day alone, within a month
    plain_words = incidents[["weapon", "result"]].replace("_", " ", regex=True)
    doubted = incidents["disputed"].fillna("").str.split("|").map(lambda fields: "date" in fields)
    table = pd.DataFrame(
        {
            "incident": incidents["incident_id"],
            "day": first.where(first == last, first + " to " + short) + doubted.map({True: " *", False: ""}),
            "place": incidents["place"],
            "weapon": plain_words["weapon"],
            "result": plain_words["result"],
            "best voice": incidents["confirmation"].map(style.VOICE_LABEL),
            "origins": incidents["n_origins"],
            "grade": incidents["reliability"],
        }
    )
    show_table(table, caption, label)


def _cell(tag: str, text: str, number: bool, more: str = "") -> str:
    align = "right" if number else "left"
    return f'<{tag}{more} style="text-align: {align}">{html.escape(text)}</{tag}>'


def _text(value, places: int | None = None) -> str:
    if pd.isna(value):
        return ""
    if places is not None:
        return f"{value:.{places}f}"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.3g}"
    return str(value)


def _inline(caption: str) -> str:
    """Caption Markdown as HTML: bold only, everything else escaped."""
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(caption))


def show_text(text: str) -> None:
    """Display a paragraph of Markdown whose numbers were computed."""
    display(Markdown(text))


def warn_if_thinly_covered(coverage: pd.DataFrame, n: int) -> bool:
    """Where the coverage says that nobody watched day by day, say before all else what that forbids.
    Returns whether it does."""
    if is_thinly_covered(coverage):
        show_text(
            "**This evidence watches no period day by day.** It names some attacks and is silent about the rest: what "
            f"follows shows {n} attacks that were written about, not how often attacks happened. No gap and no rate "
            "below can carry a conclusion."
        )
    return is_thinly_covered(coverage)


def escape_markdown(text: object) -> str:
    """Text of a source, for use inside Markdown: every special character is escaped."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$&@^:])", r"\\\1", str(text))
