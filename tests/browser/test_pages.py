"""The pages as a browser shows them: to eyes, to keyboards, to screen readers, and without a network."""

import base64
import io
import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageStat

pytestmark = pytest.mark.slow

PAGES = ("small/attacks.html", "small/report.html", "index.html")
WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
FIRST = "I20240128-tower-22"

every_page = pytest.mark.parametrize("name", PAGES)


def grave(page) -> list[str]:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {n['html'][:200]}" for v in found if v["impact"] in ("serious", "critical") for n in v["nodes"]
    ]


def column(page, table: str, number: int) -> list[str]:
    return page.locator(f"#{table} tbody tr > :nth-child({number})").all_inner_texts()


def press_until(page, key: str, selector: str, most: int = 60):
    """Press a key until what the selector names has the focus."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} was not reached by pressing {key} {most} times")


def is_open_to_all_and_asks_for_nothing(visit, path, widths):
    page = visit(path, at=f"#{FIRST}")
    for width, scheme in product(widths, SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert grave(page) == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.said == []
    assert [url for url in page.asked if not url.startswith("data:")] == [path.as_uri()]
    return page


@every_page
def test_nobody_is_shut_out_and_nothing_leaves_the_machine(visit, site, name):
    is_open_to_all_and_asks_for_nothing(visit, site / name, WIDTHS)


def test_nobody_is_shut_out_of_the_page_of_a_real_report(visit, real_site):
    page = is_open_to_all_and_asks_for_nothing(visit, real_site / "seeds/sources_and_incidents.html", (360, 1440))
    assert page.locator("figure img").count() > 0
    assert page.locator(f"a[href='report.html#{FIRST}']").count() > 0


def test_nobody_is_shut_out_of_the_index_of_real_reports(visit, real_site):
    page = is_open_to_all_and_asks_for_nothing(visit, real_site / "index.html", (360, 1440))
    page.get_by_role("link", name="Page of").first.click()
    assert (real_site / "seeds").as_uri() in page.url


def test_the_check_sees_what_shuts_people_out(visit, tmp_path):
    (tmp_path / "bad.html").write_text('<html><body style="color:#ccc">pale<img src="data:,"></body></html>')
    found = grave(visit(tmp_path / "bad.html"))
    assert {line.split(":")[0] for line in found} >= {"color-contrast", "html-has-lang", "image-alt"}


def test_a_script_that_is_not_the_pages_own_does_not_run(visit, site):
    page = visit(site / "small/attacks.html")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    assert page.evaluate("window.ran === undefined")
    assert any("Content Security Policy" in text for text in page.said)


def test_a_table_sorts_by_keyboard_as_numbers_and_says_so(visit, site):
    page = visit(site / "small/attacks.html")
    page.locator("figcaption a").focus()
    press_until(page, "Tab", "#register th:nth-child(2) *")
    page.keyboard.press("Enter")
    counts = [int(text) for text in column(page, "register", 2)]
    assert counts == sorted(counts) and counts[0] < counts[-1] and max(counts) > 9
    assert page.locator("#register th:nth-child(2)").get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert [int(text) for text in column(page, "register", 2)] == counts[::-1]


def test_a_long_table_is_searched_by_keyboard_and_a_short_one_has_no_search(visit, site):
    page = visit(site / "small/attacks.html")
    page.get_by_label("Search Table 2").focus()
    page.keyboard.type("tower 22")
    assert [FIRST in text for text in column(page, "every", 1)] == [True]
    assert "1 rows of" in page.locator(".dt-info").last.inner_text()
    assert visit(site / "small/report.html").get_by_role("searchbox").count() == 0


def test_one_press_leads_from_a_bar_to_the_claims_and_another_one_back_to_its_week(visit, site):
    page = visit(site / "small/attacks.html")
    page.locator("#bar-2024-01-22").click()
    assert page.locator("div.entry:target").is_visible()
    page.goto(page.url.split("#")[0] + f"#{FIRST}")
    claim = page.locator(f"#{FIRST} li", has_text="A3-286")
    assert claim.is_visible()
    assert claim.get_by_role("link").get_attribute("href").startswith("https://www.defense.gov/")
    page.locator(f"#{FIRST}").get_by_role("link", name="In the chart").click()
    assert page.locator("#bar-2024-01-22:target").count() == 1


def test_the_same_way_is_open_to_a_keyboard(visit, site):
    page = visit(site / "small/attacks.html")
    press_until(page, "Tab", "figcaption a[href='#appendix']")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "#find")
    page.keyboard.type("tower 22 a3-286")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('details.entry summary')")
    page.wait_for_function("() => document.querySelectorAll('details.entry[open]').length === 1")


def test_the_appendix_is_searched_for_incidents_claims_outlets_and_notes(visit, site):
    page = visit(site / "small/attacks.html")
    shown = page.locator("details.entry:visible")
    whole = shown.count()
    for words, some in ((FIRST, 1), ("a3-286", 1), ("pentagon", 2), ("NO SUCH WORDS", 0)):
        page.get_by_label("Search incidents, claims, outlets and notes").fill(words)
        page.wait_for_timeout(400)
        assert shown.count() == some if some < 2 else some <= shown.count() < whole, words
        assert page.locator(".find output").inner_text() == f"{shown.count()} of {whole} incidents"
        assert page.locator(".month:visible").count() <= shown.count()
    page.keyboard.press("Escape")
    assert shown.count() == whole


def test_a_link_from_elsewhere_opens_the_entry(visit, site):
    page = visit(site / "small/attacks.html", at=f"#{FIRST}")
    assert page.locator(f"#{FIRST}").is_visible()
    assert page.locator("details.entry[open]").count() == 1


def test_the_first_tab_leads_past_the_contents(visit, site):
    page = visit(site / "small/attacks.html")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    assert skip.evaluate("link => link === document.activeElement && link.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('main')")


def test_focus_can_be_seen(visit, site):
    page = visit(site / "small/attacks.html")
    press_until(page, "Tab", "figcaption a")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_without_scripts_every_table_is_there_in_full(visit, site):
    page = visit(site / "small/attacks.html", java_script_enabled=False)
    assert page.locator("#every tbody tr").count() > 40
    assert page.get_by_role("searchbox").count() == 0
    assert page.locator("th [role=button]").count() == 0


def test_on_paper_entries_are_open_and_nothing_asks_to_be_pressed(visit, site):
    page = visit(site / "small/attacks.html", scheme="dark")
    page.emulate_media(media="print")
    assert page.locator(f"#{FIRST}").is_visible()
    assert not page.get_by_label("Search Table 2").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def smallest_letters(image) -> float:
    """CSS pixels of the smallest type in a chart of the page, as it is shown."""
    svg = base64.b64decode(image.get_attribute("src").split(",")[1]).decode()
    natural = float(re.findall(r'<svg[^>]* viewBox="0 0 ([\d.]+) ', svg)[0])
    return min(map(float, re.findall(r"scale\((0\.\d+) -", svg))) * 100 * image.bounding_box()["width"] / natural


@pytest.mark.parametrize("width", [WIDTHS[0], 390])
def test_on_a_narrow_screen_a_chart_keeps_readable_letters_and_scrolls_from_its_start(visit, site, width):
    page = visit(site / "small/attacks.html", width=width)
    chart = page.locator(".chart")
    assert smallest_letters(chart.locator("img")) >= 6.9
    assert chart.evaluate("box => [box.scrollLeft, box.scrollWidth > box.clientWidth]") == [0, True]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("box => box.scrollLeft > 0", arg=chart.element_handle())


def test_every_chart_of_a_real_report_keeps_readable_letters_and_shrinks_where_there_is_room(visit, real_site):
    for width, scrolls in ((390, True), (1440, False)):
        page = visit(real_site / "seeds/attack_frequency.html", width=width)
        charts = page.locator(".chart").all()
        assert len(charts) > 3
        for chart in charts:
            assert smallest_letters(chart.locator("img")) >= 6.9
            assert chart.evaluate("box => box.scrollWidth > box.clientWidth") is scrolls


def test_on_a_narrow_screen_a_table_scrolls_by_keyboard_inside_its_own_box(visit, site):
    page = visit(site / "small/attacks.html", width=WIDTHS[0])
    table = page.locator(".scroll:has(#every)")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("box => box.scrollLeft > 0", arg=table.element_handle())


def test_charts_are_dark_in_the_dark_and_other_pictures_stand_on_white(visit, site):
    for scheme, dark in (("light", False), ("dark", True)):
        page = visit(site / "small/attacks.html", scheme=scheme)
        image = page.locator("figure img").first
        shot = Image.open(io.BytesIO(image.screenshot())).convert("L")
        assert (ImageStat.Stat(shot).mean[0] < 100) is dark
    page = visit(site / "small/report.html", scheme="dark")
    grounds = page.evaluate(
        "[...document.querySelectorAll('img:not(.drawn)')].map(image => getComputedStyle(image).backgroundColor)"
    )
    assert set(grounds) <= {"rgb(255, 255, 255)"}


def test_the_index_leads_to_pages_that_are_there(visit, site):
    page = visit(site / "index.html")
    page.get_by_role("link", name="Page of Attacks").first.click()
    assert page.url == (site / "small" / "attacks.html").as_uri()


def test_a_box_is_a_stop_for_the_tab_key_only_while_it_scrolls(visit, site):
    page = visit(site / "small/attacks.html", width=WIDTHS[0])
    box = page.locator(".scroll:has(#every)").element_handle()
    page.wait_for_function("box => box.tabIndex === 0", arg=box)
    page.set_viewport_size({"width": 2200, "height": 900})
    box.evaluate("box => { box.style.width = '1400px' }")  # wider than its table
    page.wait_for_function("box => box.tabIndex === -1", arg=box)
