"""Objects say in a line what they are; in a notebook they are a small table, and text in it stays text."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.evidence.html_summaries import html_summary
from analysis.incidents.incident_table import build_incidents
from analysis.incidents.views import View

HOSTILE = "<script>alert(1)</script>"


@pytest.mark.slow
def test_every_object_is_one_short_line(dataset):
    for thing in (dataset, dataset.evidence, build_incidents(dataset.evidence)):
        assert len(repr(thing)) < 200
        assert "\n" not in repr(thing)
    assert f"{len(dataset.incidents):,} incidents" in repr(dataset)
    assert f"{len(dataset.evidence.claims):,} claims" in repr(dataset)


def test_a_table_without_evidence_says_no_claims(other_conflict):
    from analysis.incidents.dataset import open_folder

    assert "claims" not in repr(open_folder(other_conflict))


@pytest.mark.parametrize("view", [View(), View(countries="Iraq", weapons=("rocket", "mortar"), denied="drop",
                                               start="2024-01-01", end="2024-02-04")], ids=repr)  # fmt: skip
def test_a_view_is_shown_as_the_code_that_makes_it(view):
    assert eval(repr(view)) == view  # noqa: S307


def test_text_of_a_folder_or_a_view_is_escaped(dataset):
    shown = [replace(dataset, root=Path(HOSTILE)), View(places=(HOSTILE,))]
    for thing in (*shown, dataset, dataset.evidence):
        assert thing._repr_html_().startswith("<div><strong>")
        assert HOSTILE not in thing._repr_html_()
    assert "&lt;script&gt;" in shown[1]._repr_html_()
    assert html_summary(HOSTILE, {HOSTILE: 1}).count("&lt;script&gt;") == 2
