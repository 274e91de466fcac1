import pytest
from nbconvert.utils.exceptions import ConversionException

from analysis.reports.document.fonts import FONT_FOLDER
from analysis.reports.document.notebook_document import build_document
from analysis.reports.pdf.glyph_widths import font_families, measure_letters, text_ems
from analysis.reports.pdf.missing_letters import missing_letters, name_letters
from analysis.reports.pdf.nbconvert_exporter import TypstPDFExporter


def missing(notebook, text):
    return missing_letters(build_document(notebook(text))["blocks"])


@pytest.mark.parametrize(
    "text", ["plain", "Zürich – “said” …", "Ελλάδα Москва", "عين الأسد هەولێر", "≤ ≥ ∀ ∈ → ½ € ☐ ☑", "שלום"]
)
def test_letters_of_the_shipped_fonts_are_not_missed(notebook, text):
    assert missing(notebook, text) == []


@pytest.mark.parametrize(
    ("text", "letters", "kinds"),
    [("a 中文", "中文", "CJK"), ("한국", "국한", "HANGUL"), ("ไทย", "ทยไ", "THAI"), ("🚀", "🚀", "ROCKET")],
)
def test_letters_without_a_font_are_named(notebook, text, letters, kinds):
    found = missing(notebook, text)
    assert "".join(found) == letters
    assert kinds in name_letters(found)


@pytest.mark.slow
def test_a_warning_names_the_cell_and_strict_refuses(notebook):
    made = notebook("plain", "नमस्ते")
    _, resources = TypstPDFExporter().from_notebook_node(made, {"metadata": {"name": "n"}})
    (line,) = resources["losses"]
    assert line.startswith("cell 2 (id") and "DEVANAGARI" in line and "fonts" in line
    with pytest.raises(ConversionException, match="cell 2 .* no font here has"):
        TypstPDFExporter(strict=True).from_notebook_node(made)


def test_a_font_that_is_given_is_used_and_one_that_is_none_is_named(notebook, tmp_path):
    path = FONT_FOLDER / "cmr10.ttf"
    assert font_families([str(path)]) == ["cmr10"]
    made, _ = TypstPDFExporter(fonts=[str(path)]).from_notebook_node(notebook("text"))
    assert made.startswith(b"%PDF")
    (tmp_path / "no.ttf").write_text("no font")
    for bad in (tmp_path / "no.ttf", tmp_path / "nowhere.ttf"):
        with pytest.raises(ConversionException, match=f"fonts: .*{bad.name}"):
            TypstPDFExporter(fonts=[str(bad)]).from_notebook_node(notebook("text"))


def test_widths_are_those_of_the_fonts_that_set_the_page():
    measure_letters(["0123456789", "il", "W"])
    figures = {text_ems(figure) for figure in "0123456789"}
    assert len(figures) == 1, "figures in tables are as wide as one another"
    assert text_ems("i") < text_ems("0") < text_ems("W") < text_ems("W", semibold=True)
