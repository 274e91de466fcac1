"""Two clicks from a bar to a claim."""

import pytest

from analysis.incidents.trace import claims_of
from analysis.reports.appendix import appendix, chapter, linked
from analysis.reports.book import book
from analysis.reports.tree import elements, node, para, text_of, tree


@pytest.fixture(scope="module")
def known(dossier):
    return set(dossier.incidents["incident_id"])


def links(blocks):
    return [e["c"][2][0] for e in elements(blocks) if e["t"] == "Link"]


def anchors(blocks):
    return [e["c"][1][0] for e in elements(blocks) if e["t"] == "Header"]


def test_an_incident_id_in_text_becomes_a_link_and_the_text_stays(known):
    document = tree([para("Seen (I20240128-tower-22, I20240401-al-tanf).")])
    changed, ids = linked(document, known)
    assert ids == ["I20240128-tower-22", "I20240401-al-tanf"]
    assert links(changed["blocks"]) == [f"#{name}" for name in ids]
    assert text_of(changed["blocks"]) == "Seen (I20240128-tower-22, I20240401-al-tanf)."


def test_a_word_that_is_no_incident_stays_a_word(known):
    changed, ids = linked(tree([para("I20240128-tower-23 and I2024")]), known)
    assert ids == []
    assert links(changed["blocks"]) == []


def test_every_entry_names_every_claim_its_source_and_its_address(dossier):
    blocks = appendix(dossier, ["I20240128-tower-22"])
    claims = claims_of(dossier, dossier.incidents[dossier.incidents["incident_id"] == "I20240128-tower-22"])
    text = text_of(blocks)
    assert len(claims) > 5
    for claim in claims.itertuples():
        assert claim.claim_id in text
        assert claim.outlet in text
    assert set(claims["url"].dropna()) <= set(links(blocks))
    assert "killed 3 US soldiers and injured 47" in text
    assert "Disputed:" in text


def test_every_link_of_a_book_finds_its_entry(dossier, known):
    first, ids = linked(tree([node("Header", 1, ["one", [], []], []), para("I20240128-tower-22")]), known)
    second, more = linked(tree([node("Header", 1, ["two", [], []], []), para("I20240401-al-tanf")]), known)
    whole = book([first, second, chapter(dossier, sorted({*ids, *more}))], ["One", "Two", ""])
    inner = [link for link in links(whole["blocks"]) if link.startswith("#")]
    assert len(inner) == 2
    assert {link[1:] for link in inner} <= set(anchors(whole["blocks"]))


def test_a_report_that_names_no_incident_has_no_appendix(dossier):
    assert appendix(dossier, []) == []
