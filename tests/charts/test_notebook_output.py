"""What a cell displays: every reader gets all of it, and a source's text stays text."""

import base64
import xml.etree.ElementTree as ElementTree

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.charts import style
from analysis.charts.notebook_output import escape_markdown, show_figure, show_incidents, show_table, to_svg

HOSTILE = "<script>alert(1)</script> \"quoted\" 'single' & <img src=x onerror=y>"


def chart():
    ax = style.new_axes()
    ax.plot([1, 2], [3, 4])
    return ax


def test_a_figure_comes_as_page_picture_and_words(displayed):
    show_figure(chart(), "**Finding.** Counter: x.", "Two points.", "two-points")
    ((bundle, metadata),) = displayed
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == "Two points."
    assert metadata == {"alt": "Two points.", "caption": "**Finding.** Counter: x.", "label": "two-points"}
    page = BeautifulSoup(bundle["text/html"], "html.parser")
    assert page.figure["id"] == "two-points"
    assert page.img["alt"] == "Two points."
    assert page.figcaption.strong.get_text() == "Finding."
    embedded = base64.b64decode(page.img["src"].removeprefix("data:image/svg+xml;base64,")).decode()
    assert embedded == bundle["image/svg+xml"]
    assert ElementTree.fromstring(embedded).tag.endswith("svg")


def test_hostile_words_around_a_figure_stay_words(displayed):
    show_figure(chart(), HOSTILE, HOSTILE, 'a" onload="b')
    page = BeautifulSoup(displayed[0][0]["text/html"], "html.parser")
    assert page.find("script") is None
    assert len(page.find_all("img")) == 1
    assert page.img["alt"] == HOSTILE
    assert page.figcaption.get_text() == HOSTILE
    assert page.figure.attrs == {"id": 'a" onload="b'}


def test_a_shown_figure_is_closed(displayed):
    show_figure(chart(), "c", "a", "l")
    assert plt.get_fignums() == []


def test_a_picture_holds_no_date_and_is_the_same_twice():
    one = to_svg(chart())
    assert one == to_svg(chart())
    assert "<dc:date>" not in one


FRAME = pd.DataFrame({
    "place": ["Al-Asad", HOSTILE, None],
    "attacks": pd.array([3, pd.NA, 12], dtype="Int64"),
    "rate": [1.625, float("nan"), 2.0],
    "day": pd.to_datetime(["2024-01-28", None, "2024-02-04"]),
})  # fmt: skip


def cells(displayed) -> list[list]:
    page = BeautifulSoup(displayed[0][0]["text/html"], "html.parser")
    return [row.find_all(["th", "td"]) for row in page.find_all("tr")]


def test_a_table_writes_days_in_full_and_leaves_the_missing_empty(displayed):
    show_table(FRAME, "c", "l")
    rows = [[cell.get_text() for cell in row] for row in cells(displayed)]
    assert rows[0] == ["place", "attacks", "rate", "day"]
    assert rows[1] == ["Al-Asad", "3", "1.62", "2024-01-28"]
    assert rows[2] == [HOSTILE, "", "", ""]
    assert rows[3] == ["", "12", "2", "2024-02-04"]


def test_numbers_stand_to_the_right_and_words_to_the_left_with_their_headings(displayed):
    show_table(FRAME, "c", "l")
    for row in cells(displayed):
        sides = [cell["style"].removeprefix("text-align: ") for cell in row]
        assert sides == ["left", "right", "right", "left"]


def test_decimals_are_as_many_as_asked_for(displayed):
    show_table(FRAME, "c", "l", decimals={"rate": 3})
    assert [row[2].get_text() for row in cells(displayed)] == ["rate", "1.625", "", "2.000"]


def test_hostile_words_in_a_table_stay_words(displayed):
    show_table(FRAME.rename(columns={"place": "<b>place</b>"}), f"**bold** {HOSTILE}", '"><script>')
    html = displayed[0][0]["text/html"]
    page = BeautifulSoup(html, "html.parser")
    assert page.find(["script", "b", "img"]) is None
    assert page.caption.strong.get_text() == "bold"
    assert page.caption.get_text() == f"bold {HOSTILE}"
    assert page.th.get_text() == "<b>place</b>"


def test_an_empty_table_keeps_its_heads(displayed):
    show_table(FRAME.iloc[:0], "c", "l")
    (head,) = cells(displayed)
    assert [cell.get_text() for cell in head] == list(FRAME.columns)


def test_a_table_carries_caption_and_label_for_print(displayed):
    show_table(FRAME, "**A caption.**", "label")
    bundle, metadata = displayed[0]
    assert metadata == {"caption": "**A caption.**", "label": "label"}
    assert "Al-Asad" in bundle["text/plain"]


def test_incidents_are_shown_with_their_day_or_days(displayed, dataset):
    incidents = dataset.incidents
    ranges = incidents[incidents["date_start"] < incidents["date_end"]].head(1)
    single = incidents[incidents["date_start"] == incidents["date_end"]].head(1)
    show_incidents(pd.concat([single, ranges]).assign(disputed=None), "c", "l")
    head, one, many = ([cell.get_text() for cell in row] for row in cells(displayed))
    assert one[head.index("day")] == f"{single.iloc[0]['date']:%Y-%m-%d}"
    assert " to " in many[head.index("day")]
    assert one[head.index("incident")] == single.iloc[0]["incident_id"]  # ids keep their underscores
    assert "_" not in one[head.index("weapon")] + one[head.index("best voice")]


def test_numbers_written_as_text_stand_to_the_right_and_other_text_to_the_left(displayed):
    show_table(pd.DataFrame({"share": ["78 %", ""], "p": ["> 0.999", "0.84"], "days": ["5", "5 to 8"]}), "c", "l")
    sides = [cell["style"] for cell in cells(displayed)[1]]
    assert sides == ["text-align: right", "text-align: right", "text-align: left"]


def test_a_range_that_crosses_a_month_is_shown_with_both_months(displayed, dataset):
    row = dataset.incidents.head(1).assign(date_start=pd.Timestamp("2024-01-31"), date_end=pd.Timestamp("2024-02-02"))
    show_incidents(row.assign(disputed="weapon"), "c", "l")
    head, shown = ([cell.get_text() for cell in each] for each in cells(displayed))
    assert shown[head.index("day")] == "2024-01-31 to 2024-02-02"


def test_a_day_on_which_the_sources_differ_is_marked(displayed, dataset):
    show_incidents(dataset.incidents.head(1).assign(disputed="date|weapon"), "c", "l")
    head, shown = ([cell.get_text() for cell in each] for each in cells(displayed))
    assert shown[head.index("day")] == "2023-10-18 *"


@pytest.mark.parametrize("text", [
    "*not bold*", "a_b_c", "[x](http://y)", "`code`", "# head", "<b>", "$x$", "1. a", "~~x~~", "see http://a.b/c",
])  # fmt: skip
def test_a_sources_text_inside_markdown_stays_as_it_was_written(text):
    from nbformat.v4 import new_markdown_cell, new_notebook

    from analysis.reports.document.notebook_document import build_document
    from analysis.reports.document.tree import text_of

    blocks = build_document(new_notebook(cells=[new_markdown_cell("said " + escape_markdown(text))]))["blocks"]
    assert blocks[0]["t"] == "Para"
    assert text_of(blocks[0]).strip() == f"said {text}"
