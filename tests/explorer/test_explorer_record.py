"""What the explorer counts is what `count` and `select` count; its code gives its selection; its text stays text."""

import json
import random
import shutil
import subprocess
from base64 import b64encode
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import analysis as a
from analysis.evidence.errors import InputError
from analysis.evidence.folders import REPOSITORY
from analysis.explorer import explorer_page
from analysis.explorer.explorer_page import explorer_html, explorer_script
from analysis.explorer.explorer_record import build_record, first_record
from analysis.explorer.explorer_state import EMPTY, state_of_view, view_of_state, without_filters
from analysis.incidents.views import values_as_text
from tests.conftest import skip_unless_ci

FOLDER = REPOSITORY / "tests" / "explorer"


def node(*arguments: str, given: str = "") -> str:
    """What a script says. Without node its tests fail in CI, and say so elsewhere."""
    if not shutil.which("node"):
        skip_unless_ci("no node here: apt-get install nodejs")
    done = subprocess.run(["node", *arguments], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def counted(record, states) -> list[dict]:
    """What the page's own engine counts in each state."""
    columns = [b64encode(column).decode() for column in record.columns]
    given = json.dumps({"head": record.head, "columns": columns, "states": states})
    return json.loads(node(str(FOLDER / "engine.mjs"), given=given))


@pytest.fixture(scope="module")
def dataset():
    return a.open_folder()


@pytest.fixture(scope="module")
def record(dataset):
    return build_record(dataset, a.View())


@pytest.fixture
def other(other_conflict):
    return a.open_folder(other_conflict)


def states_of(record, number: int, seed: int) -> list[dict]:
    """States as people make them: some days, some values, sometimes words, another choice of evidence."""
    draw = random.Random(seed)
    facets = {facet["name"]: facet["keys"] for facet in record.head["facets"]}
    days = pd.date_range(record.head["base"], periods=record.head["window"][1] + 1).strftime("%Y-%m-%d")
    names = [each["name"] for each in record.head["definitions"]]
    out = []
    for turn in range(number):
        start, end = sorted(draw.choices(days, k=2))
        chosen = draw.sample(sorted(facets), draw.choice([0, 1, 1, 2]))
        filters = {name: draw.sample(facets[name], min(len(facets[name]), draw.choice([1, 2, 4]))) for name in chosen}
        out.append(EMPTY | {
            "evidence": draw.choice(names) if turn % 3 == 0 else names[0], "start": draw.choice(["", start]),
            "end": draw.choice(["", end]), "filters": filters, "by": draw.choice(sorted(facets)),
            "every": draw.choice(["week", "month"]), "text": draw.choice(["", "", "drone", "Syrian observatory"]),
        })  # fmt: skip
    return out


def groups_of(column: pd.Series, names: list[str], labels: dict[str, str]) -> pd.Series:
    named = values_as_text(column).map(labels)
    return named.where(named.isin(names), "other")


def check_state(dataset, record, state, told) -> None:
    head, view = record.head, view_of_state(record.base, state)
    selected = a.select(dataset, view, empty_ok=True)
    assert sorted(told["ids"]) == sorted(selected["incident_id"])
    again = a.select(dataset, eval(told["code"], {"a": a}), empty_ok=True)
    assert list(again["incident_id"]) == list(selected["incident_id"])
    assert told["back"] == state

    always = a.select(dataset, replace(view, start=None, end=None), empty_ok=True)
    window = tuple(pd.Timestamp(head["base"]) + pd.Timedelta(days=day) for day in head["window"])
    coverage = a.view_coverage(dataset, record.base)
    facet = next(each for each in head["facets"] if each["name"] == state["by"])
    labels = dict(zip(facet["keys"], facet["labels"], strict=True))
    grouped = always.assign(group=groups_of(always[state["by"]], told["groups"], labels))
    bars = a.count(grouped, state["every"], by="group", window=window, coverage=coverage)
    table = bars.pivot_table(index="start", columns="group", values="count", aggfunc="sum", observed=False)
    table = table.reindex(columns=told["groups"]).fillna(0).astype(int)
    periods = a.count(always, state["every"], window=window, coverage=coverage)
    days = (periods["start"] - pd.Timestamp(head["base"])).dt.days.tolist()
    assert [bar[0] for bar in told["bars"]] == days
    found = table.reindex(periods["start"]).fillna(0).astype(int).to_numpy()
    assert np.array_equal(np.array([bar[1:] for bar in told["bars"]]), found)
    daily = a.count(always, "day", window=window, coverage=coverage)
    at = (daily["start"] - pd.Timestamp(head["base"])).dt.days
    assert [told["best"][day] for day in at] == daily["count"].fillna(0).tolist()
    possible = (daily["count_high"] - daily["count"]).fillna(0)
    assert [told["possible"][day] for day in at] == possible.tolist()

    for facet in head["facets"]:
        rest = {name: values for name, values in state["filters"].items() if name != facet["name"]}
        without = selected
        if facet["name"] in state["filters"]:
            without = a.select(dataset, view_of_state(record.base, state | {"filters": rest}), empty_ok=True)
        number = values_as_text(without[facet["name"]]).value_counts()
        assert told["values"][facet["name"]] == [int(number.get(key, 0)) for key in facet["keys"]], facet["name"]


@pytest.mark.slow
def test_counts_of_random_states_are_those_of_count_and_select(dataset, record):
    states = states_of(record, 12, seed=17)
    for state, told in zip(states, counted(record, states), strict=True):
        check_state(dataset, record, state, told)


@pytest.mark.slow
def test_a_table_of_ones_own_is_counted_alike_by_its_own_columns(other):
    record = build_record(other, a.View(), "weapon")
    assert [facet["name"] for facet in record.head["facets"]] == ["country", "place", "weapon", "fatalities"]
    states = states_of(record, 8, seed=3)
    for state, told in zip(states, counted(record, states), strict=True):
        check_state(other, record, state, told)


@pytest.mark.slow
def test_a_view_that_restricts_the_evidence_stays_around_the_explorer(dataset):
    view = a.View(sets="public_record", confirmation=("us_official", "monitor"), countries="Iraq")
    record = build_record(dataset, view)
    assert record.base == a.View(sets="public_record", confirmation=("us_official", "monitor"))
    (told,) = counted(record, [record.state])
    assert told["ids"] == a.select(dataset, view)["incident_id"].tolist()
    assert eval(told["code"], {"a": a}) == view == view_of_state(record.base, record.state)


@pytest.mark.slow
def test_the_module_agrees_with_brute_force():
    assert "# fail 0" in node("--test", str(FOLDER / "filters.test.mjs"))


@pytest.mark.slow
@pytest.mark.parametrize("view", [
    a.View(), a.View(start="2024-02-04", end="2024-04-20"), a.View(countries=("Iraq", "Syria"), weapons="rocket"),
    a.View(confirmation="monitor", text="tower 22"), a.View(where=("actor=", "n_origins=1"), denied="drop"),
])  # fmt: skip
def test_a_view_becomes_a_state_and_a_view_again(dataset, view):
    state = state_of_view(dataset, view)
    assert view_of_state(without_filters(view), json.loads(json.dumps(state))) == view


def test_a_place_of_a_view_becomes_its_name(dataset):
    state = state_of_view(dataset, a.View(places="tower-22"))
    found = a.select(dataset, view_of_state(a.View(), state))
    assert found["incident_id"].tolist() == a.select(dataset, a.View(places="tower-22"))["incident_id"].tolist()


@pytest.mark.slow
def test_the_first_record_is_small_and_counts_every_incident_in_the_window(dataset, record):
    first = first_record(record)
    assert len(json.dumps(first)) < 8000
    assert sum(map(sum, first["counts"])) == first["total"] == len(dataset.incidents)


def test_an_event_that_several_sources_date_stands_once(dataset, record):
    titles = [title for _, title, _, _ in record.head["events"]]
    assert len(titles) == len(set(titles)) < len(dataset.milestones) / 2
    day, _, _, sources = next(row for row in record.head["events"] if "B-1B" in row[1])
    assert (pd.Timestamp(record.head["base"]) + pd.Timedelta(days=day)).strftime("%Y-%m-%d") == "2024-02-02"
    assert sources > 5


@pytest.mark.parametrize(("wrong", "said"), [
    ({"nonsense": 1}, "'nonsense' is no part of it"), ({"start": "2024-2-1"}, "start"),
    ({"filters": {"weapon": ["x"]}}, "weapons: 'x' does not occur"), ({"filters": {"x": ["1"]}}, "'x' is no column"),
])  # fmt: skip
def test_a_state_that_no_explorer_has_is_refused(other, wrong, said):
    explorer = a.explore(other, by="weapon")
    with pytest.raises(InputError, match=said):
        explorer.state = wrong
    assert explorer.view == a.View()


def test_by_must_be_a_column_that_can_split(other):
    for name in ("nonsense", "date", "incident_id"):
        with pytest.raises(InputError, match="by"):
            a.explore(other, by=name)


def test_the_selection_comes_back_as_frame_view_and_file(other, tmp_path):
    explorer = a.explore(other, a.View(countries="Exampleland"), by="weapon")
    explorer.state = explorer.state | {"filters": {"country": ["Exampleland"], "weapon": ["rocket"]}}
    assert explorer.view == a.View(countries="Exampleland", weapons="rocket")
    assert set(explorer.selection["weapon"]) == {"rocket"}
    written = pd.read_csv(explorer.export(tmp_path / "some.csv"))
    assert written["incident_id"].tolist() == explorer.selection["incident_id"].tolist()


HOSTILE = '</script><script>window.ran = 1</script><img src=x onerror="window.ran=1"><!-- \u2028 "\'`${}'


def hostile(other):
    """Every text of a table is what a page must never take for its own."""
    frame = other.incidents
    texts = {name: HOSTILE for name in ("place", "country", "weapon", "actor", "result", "confirmation")}
    frame = frame.assign(**texts, mark="b").assign(mark=["a", *["b"] * (len(frame) - 1)])
    return replace(other, incidents=frame, about=other.about.model_copy(update={"title": HOSTILE, "plural": HOSTILE}))


def test_hostile_text_ends_no_script_of_the_page(other):
    page = explorer_html(build_record(hostile(other), a.View(), "mark"))
    assert page.count("<script") == page.count("</script") == 2
    assert HOSTILE not in page and "<img" not in page


@pytest.mark.slow
def test_the_page_is_the_same_bytes_twice_and_asks_for_nothing(dataset, record):
    page = explorer_html(record, "report.html")
    assert page == explorer_html(build_record(dataset, a.View()), "report.html")
    assert len(page.encode()) < 800_000
    assert "default-src 'none'" in page
    assert "import(" not in explorer_script("page") and "fetch(" not in explorer_script("page")


def test_a_page_that_is_too_large_to_mail_is_refused(record, monkeypatch):
    monkeypatch.setattr(explorer_page, "MOST_BYTES", 100_000)
    with pytest.raises(InputError, match=r"0\.4 MB; allowed: 0 MB. Give a narrower view"):
        explorer_html(record)


def test_without_anywidget_the_page_stands_in_a_frame_and_says_what_is_missing(other, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    shown = a.explore(other, by="weapon")._repr_mimebundle_()
    assert "pip install anywidget" in shown["text/plain"]
    assert "srcdoc=" in shown["text/html"] and "<script" not in shown["text/html"]


@pytest.mark.slow
def test_the_widget_carries_little_and_answers_what_it_is_asked(dataset, record):
    widgets = pytest.importorskip("analysis.explorer.explorer_widget")
    widget = widgets.ExplorerWidget(dataset, record, record.state)
    assert len(json.dumps([widget.first, widget.state])) < 10_000
    head, columns = widget.answer({"ask": "record"})
    assert head["head"] is record.head and columns is record.columns
    _, (found, *_) = widget.answer({"ask": "search", "text": "tower 22"})
    expected = a.select(dataset, a.View(text="tower 22"))["incident_id"]
    assert dataset.incidents["incident_id"][np.frombuffer(found, np.uint8) == 1].tolist() == expected.tolist()
    row = int(dataset.incidents.index[dataset.incidents["incident_id"] == "I20240128-tower-22"][0])
    assert widget.answer({"ask": "ids", "table": 0, "rows": [row]})[0] == {"ids": ["I20240128-tower-22"]}
    told = widget.answer({"ask": "entry", "table": 0, "row": row})[0]["claims"]
    assert "A3-001" in {claim["claim_id"] for claim in told}
    assert widget.answer({"ask": "nonsense"}) == ({}, [])


@pytest.mark.slow
def test_the_output_in_a_notebook_holds_a_picture_a_table_and_words(dataset):
    shown, _ = a.explore(dataset, a.View(countries="Jordan"))._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert "<img" in shown["text/html"] and "I20240128-tower-22" in shown["text/html"]
    assert shown["text/plain"].startswith("1 attack: all claims, whoever makes them; in Jordan.")


@pytest.mark.slow
def test_a_table_in_an_engine_is_explored_like_one_in_memory(other_conflict, other, monkeypatch):
    pytest.importorskip("duckdb")
    large = a.open_table(other_conflict)
    found = a.explore(large, a.View(countries="Exampleland"), by="weapon").selection
    assert sorted(found["incident_id"]) == sorted(a.select(other, a.View(countries="Exampleland"))["incident_id"])
    monkeypatch.setattr("analysis.explorer.large_table.MOST_ROWS", 10)
    with pytest.raises(InputError, match="holds 60 incidents; an explorer shows 10. Narrow the table first"):
        a.explore(large)


def test_more_incidents_than_can_be_sent_are_a_sample_that_says_so(other, monkeypatch):
    monkeypatch.setattr("analysis.explorer.explorer_record.MOST_ROWS", 25)
    record = build_record(other, a.View(), "weapon")
    assert record.head["sampled"].startswith("One in 3 of 60 incidents is shown, and every count is of these")
    assert len(record.tables["all claims"]) == 20
