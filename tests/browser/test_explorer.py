"""The explorer's page in a browser, from its file and without a network: pointer, keyboard, screen reader, address."""

import re
from dataclasses import replace
from itertools import product

import pytest
from playwright.sync_api import expect

import analysis as a
from analysis.evidence.folders import REPOSITORY
from analysis.explorer.explorer_page import write_explorer_page
from analysis.explorer.explorer_record import build_record
from tests.browser.test_pages import grave, press_until
from tests.explorer.test_explorer_record import HOSTILE, hostile

pytestmark = pytest.mark.slow

PAUSE = "#start=2024-02-04&end=2024-04-20"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer")
    return write_explorer_page(folder / "explore.html", build_record(a.open_folder(), a.View()), "report.html")


def number(page) -> int:
    return int(page.locator(".number-line b").inner_text().replace(",", ""))


def selected(**view) -> int:
    return len(a.select(a.open_folder(), a.View(**view), empty_ok=True))


def test_nobody_is_shut_out_and_nothing_is_asked_for(visit, path):
    page = visit(path, at=f"{PAUSE}&open=I20240220-green-village")
    expect(page.locator(".claims li").first).to_be_visible()
    for width, scheme in product((390, 820, 1440), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(100)
        assert grave(page) == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.said == []
    assert [url.partition("#")[0] for url in page.asked] == [path.as_uri()]


def test_an_address_opens_its_view_and_follows_each_change(visit, path):
    page = visit(path, at=f"{PAUSE}&is.weapon=rocket&nonsense=1")
    assert number(page) == selected(start="2024-02-04", end="2024-04-20", weapons="rocket")
    assert page.get_by_text("The address names what is not here: nonsense=1.").is_visible()
    page.get_by_label("one-way drone").check()
    expect(page.get_by_role("status")).to_contain_text("one-way drone, rocket")
    assert "is.weapon=one_way_drone" in page.url
    again = visit(path, at=page.url.partition(".html")[2])
    assert number(again) == number(page) == selected(
        start="2024-02-04", end="2024-04-20", weapons=("rocket", "one_way_drone"))  # fmt: skip


def test_each_question_of_the_docs_is_answered_at_its_address(visit, path):
    table = re.findall(r"\| `(#[^`]*)` \| (\d+) \|", (REPOSITORY / "docs" / "exploring.md").read_text())
    assert len(table) == 10
    for address, answer in table:
        page = visit(path, at=address)
        expect(page.locator(".number-line b")).to_have_text(answer)
        assert page.get_by_text("The address names what is not here").count() == 0
        page.close()


def test_brush_map_calendar_search_compare_and_undo(visit, path):
    page = visit(path)
    plot = page.locator(".plot").bounding_box()
    page.mouse.move(plot["x"] + plot["width"] * 0.3, plot["y"] + 100)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.45, plot["y"] + 100, steps=4)
    page.mouse.up()
    start, end = (page.get_by_label(name).input_value() for name in ("First day", "Last day"))
    assert number(page) == selected(start=start, end=end) < 307
    page.get_by_role("button", name="Keep to compare").click()
    page.get_by_role("button", name="Show everything").click()
    expect(page.locator(".number-line b")).to_have_text("307")
    sums = page.locator(".compare tr.sum td").all_inner_texts()
    assert sums == [str(selected(start=start, end=end)), "307", f"+{307 - selected(start=start, end=end)}"]
    page.locator("circle.spot").first.dispatch_event("click")
    expect(page.get_by_role("status")).to_contain_text("place: MSS Euphrates (Conoco)")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".number-line b")).to_have_text("307")
    page.locator(".calendar rect").nth(1).dispatch_event("click")
    expect(page.get_by_label("First day")).to_have_value("2023-10-18")
    assert number(page) == selected(start="2023-10-18", end="2023-10-18")
    page.get_by_role("button", name="Show everything").click()
    page.get_by_role("searchbox", name="Search claims").fill("TOWER  22")
    expect(page.locator(".words")).to_contain_text("tower 22", ignore_case=True)
    assert number(page) == selected(text="tower 22")


def test_other_evidence_resolves_every_incident_again(visit, path):
    page = visit(path)
    page.get_by_label("Which evidence counts").select_option("reported by monitors")
    expect(page.locator(".number-line b")).to_have_text(str(selected(confirmation="monitor")))
    best = page.locator("fieldset", has_text="best voice").locator("li", has_text="monitors").locator(".count")
    assert int(best.inner_text()) <= number(page)


def test_a_keyboard_alone_gets_from_a_bar_to_a_source(visit, path):
    page = visit(path)
    press_until(page, "Tab", ".plot")
    page.keyboard.press("Home")
    expect(page.locator(".plot ~ .heard")).to_contain_text("17 Oct 2023 to 22 Oct 2023")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("from 17 Oct 2023 to 22 Oct 2023")
    press_until(page, "Tab", "tbody tr[data-id] button", most=150)
    page.keyboard.press("Enter")
    expect(page.locator(".claims li").first).to_be_visible()
    press_until(page, "Tab", ".claims a[href^=http]")


def test_the_selection_is_saved_and_copied_as_code(visit, path, tmp_path):
    page = visit(path, at=PAUSE)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "some.csv")
    text = (tmp_path / "some.csv").read_text()
    named = set(re.findall(r'^"(I\d{8}-[\w-]+)"', text, flags=re.M))
    view = a.View(start="2024-02-04", end="2024-04-20")
    assert named == set(a.select(a.open_folder(), view)["incident_id"])
    page.get_by_role("button", name="Copy as code").click()
    code = page.locator(".code pre").inner_text()
    told: dict = {}
    exec(code, told)
    assert set(told["incidents"]["incident_id"]) == named


def test_hostile_text_in_every_field_stays_text(visit, other_conflict, tmp_path):
    dataset = hostile(a.open_folder(other_conflict))
    record = build_record(replace(dataset), a.View(), "mark")
    page = visit(write_explorer_page(tmp_path / "explore.html", record))
    page.locator("tbody tr[data-id] button").first.click()
    expect(page.locator(".entry")).to_contain_text("<img src=x")
    assert page.evaluate("window.ran === undefined && !document.querySelector('#explorer img, #explorer script')")
    assert HOSTILE.split("\u2028")[0] in page.locator("h1").inner_text()


def test_without_scripts_it_says_so_and_leads_to_the_report(visit, path):
    page = visit(path, java_script_enabled=False)
    expect(page.get_by_text("This page needs JavaScript")).to_be_visible()
    assert page.get_by_role("link", name="Read the report").get_attribute("href") == "report.html"
