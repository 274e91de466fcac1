"""Two clicks from a bar to a claim."""

import pytest

from analysis.incidents.trace import claims_of_incidents
from analysis.reports.appendix import appendix_blocks, appendix_chapter, link_incidents
from analysis.reports.document.book import bind_documents
from analysis.reports.document.tree import elements, new_document, node, paragraph, text_of


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
    whole = bind_documents([first, second, appendix_chapter(dataset, sorted({*ids, *more}))], ["One", "Two", ""])
    inner = [link for link in links(whole["blocks"]) if link.startswith("#")]
    assert len(inner) == 2
    assert {link[1:] for link in inner} <= set(anchors(whole["blocks"]))


def test_a_report_that_names_no_incident_has_no_appendix(dataset):
    assert appendix_blocks(dataset, []) == []
