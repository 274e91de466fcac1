"""The same bars for every group, on one scale."""

import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from analysis.charts import style
from analysis.charts.notebook_output import to_svg
from analysis.charts.small_multiples import small_multiples, small_multiples_alt
from analysis.measures.categories import lump_categories
from analysis.measures.frequency import count

WINDOW = ("2024-01-01", "2024-03-31")


@pytest.fixture
def counts(attacks):
    def build(*days, coverage=None, max_categories=7, every="week", **columns):
        (by,) = columns
        return count(
            lump_categories(attacks(*days, **columns), by, max_categories),
            every,
            by=by,
            window=WINDOW,
            coverage=coverage,
        )

    return build


def panels(figure) -> dict[str, object]:
    return {ax.get_title(loc="left"): ax for ax in figure.axes if ax.get_visible()}


def test_a_panel_per_group_named_and_summed_the_largest_first(counts):
    figure = small_multiples(
        counts("2024-01-02", "2024-01-03", "2024-01-09", country=["Iraq", "Syria", "Syria"]), "country"
    )
    assert list(panels(figure)) == ["Syria", "Iraq"]
    assert [ax.get_title(loc="right") for ax in panels(figure).values()] == ["2", "1"]


def test_the_bars_of_a_panel_are_the_counts_of_its_group(counts):
    found = counts("2024-01-02", "2024-01-03", "2024-01-09", country=["Iraq", "Syria", "Syria"])
    for name, ax in panels(small_multiples(found, "country")).items():
        heights = [bar.get_height() for bar in ax.containers[0]]
        assert heights == [n for n in found[found["country"] == name]["count"] if n > 0]


def test_all_panels_share_both_axes(counts):
    days = ["2024-01-02"] * 9 + ["2024-02-02"]
    drawn = panels(small_multiples(counts(*days, country=["Iraq"] * 9 + ["Syria"]), "country")).values()
    assert len({ax.get_ylim() for ax in drawn}) == len({ax.get_xlim() for ax in drawn}) == 1
    assert next(iter(drawn)).get_ylim()[1] >= 9


def test_what_is_not_stated_and_what_is_rare_are_named_as_such(counts):
    found = counts(*["2024-01-02"] * 5, max_categories=1, weapon=["rocket", "rocket", "mortar", "ied", "unknown"])
    assert list(panels(small_multiples(found, "weapon"))) == ["rocket", "other", "not stated"]


def test_a_value_of_the_table_is_shown_in_words(counts):
    assert list(panels(small_multiples(counts("2024-01-02", weapon=["one_way_drone"]), "weapon"))) == ["one-way drone"]


def test_every_panel_says_where_nobody_or_hardly_anybody_looked(counts):
    bounds = [("2024-01-01", "2024-02-04", "days"), ("2024-02-05", "2024-03-03", "sparse")]
    searched = pd.DataFrame(bounds, columns=["start", "end", "density"]).astype(
        dict.fromkeys(["start", "end"], "datetime64[us]")
    )
    shown = counts("2024-01-02", "2024-01-03", coverage=searched, country=["Iraq", "Syria"])
    figure = small_multiples(shown, "country")
    for ax in panels(figure).values():
        ground = {patch.get_facecolor() for patch in ax.patches if patch.get_zorder() == 0}
        assert ground == {to_rgba(style.NOBODY), to_rgba(style.SPARSE)}
    assert figure.get_suptitle() == (
        "attacks per week, on one scale; hatched: nobody searched; grey: searched sparsely; some may be missing there"
    )


@pytest.mark.slow
def test_a_long_name_is_cut_and_a_hostile_one_is_text(counts):
    names = ["word " * 40, r"$\bad$ <b>", "x" * 300]
    figure = small_multiples(counts(*["2024-01-02"] * 3, place=names), "place")
    assert max(len(line) for title in panels(figure) for line in title.split("\n")) <= 27  # the sum stands beside it
    assert max(title.count("\n") for title in panels(figure)) == 1
    assert r"$\bad$ <b>" in panels(figure)
    assert to_svg(figure).startswith("<?xml")


def test_no_period_and_no_attack_at_all(counts, words_of):
    found = counts("2024-01-02", country=["Iraq"])
    (ax,) = small_multiples(found.iloc[:0], "country").axes
    assert words_of(ax) == ["no period to show"]
    none = found.assign(count=pd.array([0] * len(found), dtype="Int64"))
    assert small_multiples_alt(none, "country").endswith("No attack in any of them.")
    assert to_svg(small_multiples(none, "country")).startswith("<?xml")


@pytest.mark.slow
def test_the_same_counts_give_the_same_bytes(counts):
    found = counts("2024-01-02", "2024-01-03", country=["Iraq", "Syria"])
    assert to_svg(small_multiples(found, "country")) == to_svg(small_multiples(found, "country"))
