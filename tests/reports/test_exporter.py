import pikepdf
import pytest
from traitlets.config import Config

from analysis.evidence.problems import InputError
from analysis.reports.exporter import TypstPDFExporter


def test_any_notebook_becomes_a_pdf_called_after_its_first_heading(report_notebook, tmp_path):
    made, resources = TypstPDFExporter().from_notebook_node(report_notebook)
    (tmp_path / "a.pdf").write_bytes(made)
    assert resources["output_extension"] == ".pdf"
    assert str(pikepdf.open(tmp_path / "a.pdf").docinfo.Title) == "A small report"


def test_a_notebook_without_heading_is_called_after_its_file(notebook, tmp_path):
    resources = {"metadata": {"name": "my notes"}}
    made, _ = TypstPDFExporter().from_notebook_node(notebook("text"), resources)
    (tmp_path / "a.pdf").write_bytes(made)
    assert str(pikepdf.open(tmp_path / "a.pdf").docinfo.Title) == "my notes"


def test_the_exporter_reads_its_settings_from_nbconverts_configuration(notebook, figure):
    exporter = TypstPDFExporter(config=Config(TypstPDFExporter={"strict": True}))
    with pytest.raises(InputError, match="cell 1"):
        exporter.from_notebook_node(notebook([figure()]))


def test_the_menu_reads_well():
    assert TypstPDFExporter.export_from_notebook == "PDF via Typst"
    assert TypstPDFExporter().file_extension == ".pdf"
