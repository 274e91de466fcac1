"""The pages of a real report: few enough to read, none nearly empty, no type too small."""

import pikepdf
import pytest

from tests.reports.report_layout import body_pages, nearly_empty, smallest_type

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def seeds_pdf(real_reports):
    with pikepdf.open(real_reports("seeds") / "seeds" / "report.pdf") as pdf:
        yield pdf


def test_the_body_is_short_and_fills_its_pages(seeds_pdf):
    body = body_pages(seeds_pdf)
    assert 4 < body <= 24
    assert body < len(seeds_pdf.pages)
    assert nearly_empty(seeds_pdf, body) == []


def test_no_type_is_smaller_than_eight_points(seeds_pdf):
    assert smallest_type(seeds_pdf) >= 8.0


def test_the_summary_has_two_pages(real_reports):
    with pikepdf.open(real_reports("seeds") / "seeds" / "summary.pdf") as pdf:
        assert len(pdf.pages) == 2
