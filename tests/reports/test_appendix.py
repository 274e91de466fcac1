"""Two clicks from a bar to a claim."""

import pytest

from analysis.charts.origins_per_incident import MOST
from analysis.incidents.trace import claims_of_incidents
from analysis.reports.appendix import appendix_blocks, link_incidents, listed_entries
from analysis.reports.document.book import bind_documents
from analysis.reports.document.tree import elements, new_document, node, paragraph, text_of
from analysis.reports.web.html_page import to_html
from analysis.reports.web.image_maps import ChartPeriods


@pytest.fixture(scope="module")
def known(dataset):
    return set(dataset.incidents["incident_id"])


def links(blocks):
    return [e["c"][2][0] for e in elements(blocks) if e["t"] == "Link"]


def anchors(blocks):
    return [e["c"][1][0] for e in elements(blocks) if e["t"] == "Header"]


def test_an_incident_id_in_text_becomes_a_link_and_the_text_stays(known):
    document = new_document([paragraph("Seen (I20240128-tower-22, I20240401-al-tanf).")])
    changed, ids = link_incidents(document, known)
    assert ids == ["I20240128-tower-22", "I20240401-al-tanf"]
    assert links(changed["blocks"]) == [f"#{name}" for name in ids]
    assert text_of(changed["blocks"]) == "Seen (I20240128-tower-22, I20240401-al-tanf)."


def test_a_word_that_is_no_incident_stays_a_word(known):
    changed, ids = link_incidents(new_document([paragraph("I20240128-tower-23 and I2024")]), known)
    assert ids == []
    assert links(changed["blocks"]) == []


@pytest.mark.slow
def test_every_entry_names_every_claim_its_source_and_its_address(dataset):
    blocks = appendix_blocks(dataset, ["I20240128-tower-22"])
    claims = claims_of_incidents(dataset, dataset.incidents[dataset.incidents["incident_id"] == "I20240128-tower-22"])
    text = text_of(blocks)
    assert len(claims) > 5
    for claim in claims.itertuples():
        assert claim.claim_id in text
        assert claim.outlet in text
    assert set(claims["url"].dropna()) <= set(links(blocks))
    assert "killed 3 US soldiers and injured 47" in text
    assert "Disputed:" in text


def test_every_link_of_a_book_finds_its_entry(dataset, known):
    first, ids = link_incidents(
        new_document([node("Header", 1, ["one", [], []], []), paragraph("I20240128-tower-22")]), known
    )
    second, more = link_incidents(
        new_document([node("Header", 1, ["two", [], []], []), paragraph("I20240401-al-tanf")]), known
    )
    whole = bind_documents([first, second], ["One", "Two"])
    named = sorted({*ids, *more})
    inner = [link for link in links(whole["blocks"]) if link.startswith("#")]
    assert len(inner) == 2
    assert {link[1:] for link in inner} <= set(anchors(appendix_blocks(dataset, named)))
    page = to_html(whole, title="T", entries=listed_entries(dataset, named, "report.html"))
    assert f'href="report.html#{named[0]}"' in page


def test_entries_are_found_by_day_by_place_and_by_number_of_origins(dataset):
    entries = listed_entries(dataset, ["I20240401-al-tanf", "I20240128-tower-22"])
    assert entries.between("2024-01-28", "2024-01-28") == ["I20240128-tower-22"]
    assert entries.between("2024-01-01", "2024-04-30") == ["I20240128-tower-22", "I20240401-al-tanf"]
    assert entries.groups["place_id-tower-22"] == ("I20240128-tower-22",)
    assert entries.groups[f"n_origins-{MOST}"] == ("I20240128-tower-22",)


@pytest.mark.parametrize(("for_page", "target"), [(True, "#bar-2024-01-22"), (False, "#weeks")])
def test_an_entry_leads_back_to_its_week(dataset, for_page, target):
    chart = ChartPeriods("weeks", (("2024-01-22", "2024-01-28"),))
    blocks = appendix_blocks(dataset, ["I20240128-tower-22", "I20240401-al-tanf"], chart, for_page)
    assert [link for link in links(blocks) if link.startswith("#")] == [target]
    assert "In the chart: from 22 January 2024 to 28 January 2024." in text_of(blocks)


def test_a_report_that_names_no_incident_has_no_appendix(dataset):
    assert appendix_blocks(dataset, []) == []
