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
from analysis.charts.text_format import format_value
from analysis.charts.vocabulary import vocabulary
from analysis.evidence.arguments import require_columns, require_type
from analysis.measures.coverage import is_thinly_covered

OPTIONAL = ("place", "weapon", "result", "origins")  # columns that a table without claims may leave empty
SHOWN = ("incident_id", "date_start", "date_end", "place", "weapon", "result", "disputed", "confirmation", "n_origins")
NUMBER = re.compile(r"[<>≤≥+−-]? ?\d[\d,]*(\.\d+)?( ?%)?")
FIRST_SENTENCE = "first_sentence"  # in the metadata of an output: what the index of all reports shows of it


def show_figure(ax: Axes | Figure, caption: str, alt: str, label: str) -> None:
    """Display a chart with its caption and its description for those who cannot see it.

    Parameters
    ----------
    ax : Axes or Figure
        The chart; it is closed afterwards.
    caption : str
        Markdown, as `charts.format_caption` returns it.
    alt : str
        The chart in words, as the function of `charts` that ends in `_alt` returns it.
    label : str
        Anchor of the figure in a report.

    Raises
    ------
    InputError
        If `ax` is no chart.

    Notes
    -----
    One output carries all: HTML for browsers, SVG for print, the words for the rest.

    Examples
    --------
    >>> import analysis as a
    >>> counts = a.count(a.select(a.open_folder(), a.View()), "month")
    >>> a.show_figure(a.charts.frequency_bars(counts), "Attacks per month", a.charts.frequency_alt(counts), "months")
    ... # doctest: +ELLIPSIS
    {...}
    """
    require_type(ax, (Axes, Figure), "ax", "what a function of charts returns")
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
    figure = style.figure_of(ax)
    out = io.StringIO()
    with mpl.rc_context(style.RC):
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return out.getvalue()


def show_table(
    frame: pd.DataFrame, caption: str, label: str, decimals: dict[str, int] | None = None, data: dict | None = None
) -> None:
    """Display a frame as a table with a caption.

    Parameters
    ----------
    frame : DataFrame
        The rows; text in it is escaped.
    caption : str
        Markdown.
    label : str
        Anchor of the table in a report.
    decimals : dict of str to int, optional
        Decimals of a column of numbers, by its name.
    data : dict, optional
        Further forms of the output, by MIME type, for programs.

    Raises
    ------
    InputError
        If `frame` is no DataFrame or `decimals` names a column that it does not have.

    Notes
    -----
    Numbers stand to the right, days are YYYY-MM-DD, a missing value is an empty cell.

    Examples
    --------
    >>> import analysis as a
    >>> import pandas as pd
    >>> a.show_table(pd.DataFrame({"rate": [0.25]}), "A rate", "rate", {"rate": 1})  # doctest: +ELLIPSIS
    {...}
    """
    require_columns(frame, decimals or (), "frame")
    require_type(caption, str, "caption", "text in Markdown")
    require_type(label, str, "label", "text")
    places = decimals or {}
    numeric = {name: _is_numeric(frame[name]) for name in frame}
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
    """Display incidents as a table, one row each.

    Parameters
    ----------
    incidents : DataFrame
        Rows of incidents.csv, as `select` and `find_incidents` return them.
    caption : str
        Markdown.
    label : str
        Anchor of the table in a report.

    Raises
    ------
    InputError
        If a column is missing.

    Notes
    -----
    A row says id, day or days (* = sources dispute it), place, weapon, result, who confirms at best, and the number of
    independent origins. In a report the id leads to the claims. What no incident says is left out.

    Examples
    --------
    >>> import analysis as a
    >>> incidents = a.select(a.open_folder(), a.View(countries="Jordan"))
    >>> a.show_incidents(incidents, "Attacks in Jordan", "jordan")  # doctest: +ELLIPSIS
    {...}
    """
    require_columns(incidents, SHOWN, "incidents")
    first, last = (incidents[name].dt.strftime("%Y-%m-%d") for name in ("date_start", "date_end"))
    short = last.str[8:].where(first.str[:7] == last.str[:7], last)  # the day alone, within a month
    doubted = incidents["disputed"].fillna("").str.split("|").map(lambda fields: "date" in fields)
    table = pd.DataFrame(
        {
            "incident": incidents["incident_id"],
            "day": first.where(first == last, first + " to " + short) + doubted.map({True: " *", False: ""}),
            "place": incidents["place"],
            "weapon": incidents["weapon"].map(format_value, na_action="ignore"),
            "result": incidents["result"].map(format_value, na_action="ignore"),
            "best voice": incidents["confirmation"].map(style.VOICE_LABEL | style.SHORT_VOICE),
            "origins": incidents["n_origins"],
        }
    )
    empty = [name for name in OPTIONAL if table[name].isna().all()]
    no_voices = ["best voice"] * bool(incidents["confirmation"].eq("unknown").all())
    show_table(table.drop(columns=empty + no_voices), caption, label)


def _is_numeric(column: pd.Series) -> bool:
    """Whether a column holds numbers, also as texts such as 12 % and > 0.999."""
    if pd.api.types.is_numeric_dtype(column):
        return True
    texts = {str(value) for value in column.dropna()} - {""}
    return bool(texts) and all(NUMBER.fullmatch(text) for text in texts)


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
    """Display a paragraph of Markdown whose numbers were computed.

    Parameters
    ----------
    text : str
        Markdown. Text of a source must be escaped before it is put in.

    Raises
    ------
    InputError
        If `text` is no text.

    Examples
    --------
    >>> import analysis as a
    >>> a.show_text(f"The table holds {a.plural(2, 'incident')}.")
    <IPython.core.display.Markdown object>
    """
    require_type(text, str, "text", "a paragraph of Markdown")
    display(Markdown(text))


def show_sentences(*sentences) -> None:
    """Display computed sentences as one paragraph.

    Parameters
    ----------
    *sentences : str or Finding
        Plain text, or findings, which say their own sentence. Empty ones are left out; where nothing is left, nothing
        is displayed.

    Raises
    ------
    InputError
        If one is neither text nor a finding.

    See Also
    --------
    show_text : A paragraph of Markdown.

    Notes
    -----
    The text is escaped: what a source wrote cannot become markup.

    Examples
    --------
    >>> import analysis as a
    >>> a.show_sentences("Two attacks.", "One of them in <Syria>.")  # doctest: +ELLIPSIS
    {...}
    """
    for each in sentences:
        if not isinstance(each, str) and not hasattr(each, "sentence"):
            require_type(each, str, "sentences", "texts, or findings")
    given = list(filter(None, map(str, sentences)))
    if given:
        text = " ".join(given)
        bundle = {"text/html": f'<p class="tex2jax_ignore">{html.escape(text, quote=False)}</p>', "text/plain": text}
        display(bundle, raw=True, metadata={FIRST_SENTENCE: given[0]})


def warn_if_thinly_covered(coverage: pd.DataFrame, n: int) -> bool:
    """Display a warning where nobody searched any period day by day.

    Parameters
    ----------
    coverage : DataFrame
        Rows of coverage.csv, as `view_coverage` returns them.
    n : int
        Number of incidents.

    Returns
    -------
    bool
        Whether the warning was displayed.

    Raises
    ------
    InputError
        If `coverage` has no column density.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> a.warn_if_thinly_covered(a.view_coverage(dataset, a.View()), 10)
    False
    """
    require_columns(coverage, ("density",), "coverage")
    if is_thinly_covered(coverage):
        noun = escape_markdown(vocabulary().plural)
        show_text(
            "**No period of this evidence was searched day by day.** It names some "
            f"{noun} and not the rest: what follows shows {n} {noun} that were written about, not how often {noun} "
            "happened. No gap and no rate "
            "below can carry a conclusion."
        )
    return is_thinly_covered(coverage)


def escape_markdown(text: object) -> str:
    """Text of a source, for use inside Markdown: every special character is escaped."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$&@^:])", r"\\\1", str(text))
