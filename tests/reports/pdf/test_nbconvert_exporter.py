"""The exporter on notebooks of every kind, small ones written here for what others' notebooks hold."""

import base64
import io
import os
import subprocess
import sys
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import get_exporter
from nbconvert.utils.exceptions import ConversionException
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from traitlets.config import Config

from analysis.reports.document.tree import text_of
from analysis.reports.pdf import nbconvert_exporter
from analysis.reports.pdf.nbconvert_exporter import TypstPDFExporter
from analysis.reports.pdf.typst_pdf import to_pdf
from analysis.reports.pdf.typst_run import TypstFailure
from tests.reports import pdf_checks as finished

pytestmark = pytest.mark.slow

NAME = "TypstPDF"


def export(notebook, **settings):
    made, _ = TypstPDFExporter(**settings).from_notebook_node(notebook, {"metadata": {"name": "my notes"}})
    return made


def said(notebook, **settings):
    return finished.words(export(notebook, **settings))


def title(content):
    pdf = finished.opened(content)
    return str(pdf.docinfo.Title)


def with_parts(**parts):
    """A notebook whose first heading, code, output and metadata are those given."""
    cell = new_code_cell(parts.get("code", "x = 1"), outputs=parts.get("outputs", []))
    cell.metadata["tags"] = parts.get("tags", [])
    return new_notebook(cells=[new_markdown_cell("# Title"), cell], metadata=parts.get("metadata", {}))


STREAM = new_output("stream", name="stdout", text="the output")


def test_any_notebook_becomes_a_pdf_called_after_its_first_heading(report_notebook):
    made, resources = TypstPDFExporter().from_notebook_node(report_notebook)
    assert resources["output_extension"] == ".pdf"
    assert title(made) == "A small report"
    assert finished.faults(made) == []


def test_a_notebook_without_heading_is_called_after_its_file(notebook):
    assert title(export(notebook("text"))) == "my notes"


def test_a_title_and_authors_in_the_metadata_win(notebook):
    made = notebook("# Heading")
    made.metadata.update(title="Given", authors=[{"name": "A. Author"}, {"name": "B. Author"}])
    assert title(export(made)) == "Given"
    assert "A. Author, B. Author" in said(made)


def test_code_is_shown_hidden_or_shown_where_marked():
    plain, marked, hidden = (with_parts(outputs=[STREAM], tags=tags) for tags in ([], ["show-input"], ["hide-input"]))
    shown = {
        code: ["x = 1" in said(made, code=code) for made in (plain, marked, hidden)]
        for code in ("show", "marked", "hide")
    }
    assert shown == {"show": [True, True, False], "marked": [False, True, False], "hide": [False] * 3}
    assert all("the output" in said(made, code="hide") for made in (plain, marked, hidden))


def test_the_code_is_shown_unless_nbconvert_is_told_no_input():
    config = Config(TemplateExporter={"exclude_input": True})
    assert "x = 1" in said(with_parts())
    assert "x = 1" not in said(with_parts(outputs=[STREAM]), config=config)


@pytest.mark.parametrize(("tag", "code", "output"), [("hide-cell", False, False), ("hide-output", True, False)])
def test_tags_of_cells_are_obeyed(tag, code, output):
    text = said(with_parts(outputs=[STREAM], tags=[tag]))
    assert ("x = 1" in text, "the output" in text) == (code, output)


def test_contents_come_with_many_headings_or_when_asked_for(notebook):
    few, many = notebook("# T", "## a"), notebook("# T", *[f"## part {i}" for i in range(12)])
    assert ["Contents" in said(made) for made in (few, many)] == [False, True]
    assert "Contents" in said(few, contents=True)
    assert "Contents" not in said(many, contents=False)


def test_the_end_names_parameters_language_and_versions_but_no_time(notebook):
    made = notebook("text")
    made.metadata["papermill"] = {"parameters": {"every": "week"}, "start_time": "2031-01-01T00:00:00"}
    made.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    text = said(made)
    assert "every" in text and "week" in text
    assert "python 3.11.7" in text and "typst" in text
    assert "2031" not in text
    assert "typst" not in said(made, provenance=False)


@pytest.mark.parametrize("given", [None, 7, "text", ["list"], {"parameters": None}])
def test_metadata_that_are_not_as_papermill_writes_them_say_nothing(notebook, given):
    made = notebook("text")
    made.metadata["papermill"] = given
    assert "Parameters" not in said(made)


def test_authors_are_named_as_mappings_or_as_texts(notebook):
    made = notebook("text")
    made.metadata["authors"] = [{"name": "A. One"}, "B. Two", {"name": None}, 3, None]
    assert "A. One, B. Two" in said(made)


def test_the_counts_and_the_times_of_a_run_change_nothing():
    first, second = with_parts(outputs=[STREAM]), with_parts(outputs=[STREAM])
    second.cells[1].execution_count = 7
    second.cells[1].metadata["execution"] = {"iopub.status.busy": "2031-01-01T00:00:00Z"}
    assert export(first) == export(second)
    assert export(first) != export(with_parts(outputs=[new_output("stream", name="stdout", text="another")]))


def test_strict_is_set_in_nbconverts_configuration_and_names_the_cell(notebook, figure):
    exporter = TypstPDFExporter(config=Config(TypstPDFExporter={"strict": True}))
    with pytest.raises(ConversionException, match=r"cell 2 \(id \w+\): a figure has no description"):
        exporter.from_notebook_node(notebook("text", [figure()]))


def test_an_invalid_notebook_is_refused_with_the_place(notebook):
    cell, metadata = notebook("text", "text"), notebook("text")
    del cell.cells[1]["source"]
    metadata.metadata["kernelspec"] = {"language": "python"}
    with pytest.raises(ConversionException, match="not valid: cell 2: 'source' is a required property"):
        export(cell)
    with pytest.raises(ConversionException, match="not valid: metadata, kernelspec: 'name' is a required"):
        export(metadata)


def test_what_cannot_be_set_is_said_with_its_cell(notebook, monkeypatch):
    monkeypatch.setattr("analysis.reports.pdf.typst_pdf.quote_typst", lambda text: '"' if text == "no" else '"yes"')
    with pytest.raises(ConversionException, match=r"cell 3 \(id \w+\): this cannot be set as PDF: "):
        export(notebook("$yes$", "text", "$no$"))


def test_the_menu_of_jupyterlab_reads_well():
    # JupyterLab makes its label of the entry point's name; its address takes letters, digits and _ only.
    (found,) = (e for e in entry_points(group="nbconvert.exporters") if e.name == NAME)
    assert found.load() is TypstPDFExporter is get_exporter(NAME)
    assert TypstPDFExporter.export_from_notebook == "PDF via Typst"
    assert (TypstPDFExporter().file_extension, TypstPDFExporter.output_mimetype) == (".pdf", "application/pdf")


def test_nbconverts_command_line_makes_the_file_and_ends_with_a_message_if_it_cannot(notebook, figure, tmp_path):
    nbformat.write(notebook("# T", [figure()]), tmp_path / "a.ipynb")
    jupyter = [str(Path(sys.executable).with_name("jupyter")), "nbconvert", "--to", NAME, "a.ipynb"]
    run = {"cwd": tmp_path, "env": {**os.environ, "JUPYTER_PLATFORM_DIRS": "1"}, "capture_output": True, "text": True}
    strict = subprocess.run([*jupyter, "--TypstPDFExporter.strict=True"], **run)
    assert strict.returncode == 1
    assert "cell 2" in strict.stderr and "a figure has no description" in strict.stderr
    assert not (tmp_path / "a.pdf").exists()
    done = subprocess.run(jupyter, **run)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


# What notebooks of others hold.


def picture(format, mode="RGB", cut=0):
    made = io.BytesIO()
    Image.effect_noise((60, 40), 90).convert(mode).save(made, format)
    return base64.b64encode(made.getvalue()[: -cut or None]).decode()


FOREIGN = {
    "a widget alone": [new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}})],
    "plotly alone": [new_output("display_data", {"application/vnd.plotly.v1+json": {"data": []}})],
    "javascript": [new_output("display_data", {"application/javascript": "alert(1)", "text/plain": "plain"})],
    "an empty output": [new_output("display_data", {})],
    "html of a style alone": [new_output("display_data", {"text/html": "<style>p{}</style>"})],
    "a moving gif": [new_output("display_data", {"image/gif": picture("GIF")})],
    "a cmyk jpeg": [new_output("display_data", {"image/jpeg": picture("JPEG", "CMYK")})],
    "a cut gif": [new_output("display_data", {"image/gif": picture("GIF", cut=900), "text/plain": "plain"})],
    "a cut png": [new_output("display_data", {"image/png": picture("PNG", cut=900), "text/plain": "plain"})],
    "an svg of no size": [new_output("display_data", {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' "
                                                      "width='0' height='0'/>"})],
    "latex pandoc cannot read": [new_output("display_data", {"text/latex": r"\begin{tikzpicture}\end{tikzpicture}"})],
    "a table of nothing": [new_output("display_data", {"text/html": "<table></table>"})],
    "a table in a table": [new_output("display_data", {"text/html": "<table><tr><td><table><tr><td>a</td></tr>"
                                                       "</table></td></tr></table>"})],
    "spans past the end": [new_output("display_data", {"text/html": "<table><tr><td colspan=9 rowspan=9>a</td></tr>"
                                                       "</table>"})],
    "a terminal's signs": [new_output("stream", name="stdout", text="\x1b[1;31mred\x1b[0m\x07\x08 \x1b]0;t\x07")],
    "a trace without a trace": [new_output("error", ename="E", evalue="v", traceback=[])],
}  # fmt: skip


@pytest.mark.parametrize("outputs", FOREIGN.values(), ids=FOREIGN.keys())
def test_every_kind_of_output_becomes_a_page(outputs):
    made = export(with_parts(outputs=outputs))
    assert [fault for fault in finished.faults(made) if "table" not in fault] == []


def test_an_output_of_a_kind_not_known_yet_is_passed_over():
    made = with_parts(outputs=[nbformat.from_dict({"output_type": "display_data", "metadata": {}, "data": {}})])
    made.cells[1].outputs[0].data["application/x-from-the-future"] = "x"
    assert title(export(made)) == "Title"


MARKDOWN = {
    "a rule and a list": "---\n\n- [x] done\n- [ ] open\n\n---",
    "front matter": "---\ntitle: x\n---\n\ntext",
    "a heading in a list": "- # heading\n- text",
    "levels that leap": "#### deep\n\n# high",
    "a heading of nothing": "#\n\n## ![](http://a.b/c.png)\n\n# ![x](attachment:none)",
    "a table in markdown": "| a | b |\n|---|--:|\n| 1 | 2 |\n| `x|y` | |",
    "a definition of macros": r"$\newcommand{\R}{\mathbb{R}}$ $\R$",
    "an unknown macro": r"$\nosuch{x}$ and $$\begin{nosuch}x\end{nosuch}$$",
    "an equation with a number": r"\begin{equation}\label{e} x \tag{1}\end{equation} \eqref{e}",
    "the same label twice": "\\begin{align}\\label{e}x\\end{align}\n\n\\begin{align}\\label{e}y\\end{align}",
    "notes": "a[^1] b[^2] c[^nowhere]\n\n[^1]: one\n[^2]: two\n\n    and more",
    "deep lists": "\n".join("  " * i + "- x" for i in range(12)),
    "a link to nowhere": "[a](#nowhere) [b](other.ipynb) [c](<>) [](http://a.b)",
    "html left open": "<div><b>a\n\n</i></p> <table><tr><td>x",
    "signs": "🚀 中文 한국어 हिन्दी ∀x∈ℝ ﷺ \u202eback",
}


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN.keys())
def test_every_kind_of_markdown_becomes_a_page(notebook, text):
    assert [fault for fault in finished.faults(export(notebook(text))) if "table" not in fault] == []


# Notebooks that come with nbgrader, and words that stand near the end of each.
STRANGERS = {
    "docs/source/user_guide/creating_and_grading_assignments": "hacker,,,,3.0,0.0,3.0,13.0",  # 22 pages, 25 pictures
    "docs/source/user_guide/managing_the_database": "Removing student with ID 'bitdiddle'",
    "docs/source/user_guide/autograded/bitdiddle/ps1/problem1": "----> 2 raise NotImplementedError()",
    "docs/source/user_guide/release/ps1/problem2": "What will happen?",
    "tests/apps/files/test-v0": "Returns the n^th pyramidal number",
    "tests/preprocessors/files/warning-pattern": "UserWarning: This is a warning message",
    "tests/preprocessors/files/infinite-recursion": "maximum recursion depth exceeded",  # 87 pages of a trace
    "tests/preprocessors/files/long-output": "1999",
    "tests/ui-tests/files/empty": "empty",
}


@cache
def stranger(name):
    """A notebook of nbgrader's from its file, as nbconvert takes it: pictures may lie beside it."""
    made, _ = TypstPDFExporter().from_filename(str(Path(find_spec("nbgrader").origin).parent / f"{name}.ipynb"))
    return made


@pytest.mark.parametrize(("name", "near_the_end"), STRANGERS.items(), ids=STRANGERS.keys())
def test_a_notebook_of_strangers_becomes_a_pdf_to_its_end(name, near_the_end):
    made = stranger(name)
    assert made.startswith(b"%PDF")
    assert finished.faults(made) == []
    assert near_the_end in finished.words(made)


def test_the_pictures_beside_a_notebook_of_strangers_are_in_its_pdf():
    beside, *_ = STRANGERS
    figures = [kind for kind, _ in finished.elements(finished.opened(stranger(beside))) if kind == "Figure"]
    assert len(figures) == 25


def test_a_broken_notebook_of_strangers_is_refused_with_the_cell():
    with pytest.raises(ConversionException, match="cell 1: 'outputs' is a required property"):
        stranger("tests/preprocessors/files/cell-type-changed")


def test_the_cell_that_cannot_be_set_even_alone_is_named(notebook, monkeypatch):
    def refuse(document, **about):
        if "refused" in text_of(document["blocks"]):
            raise TypstFailure("this word is refused")
        return to_pdf(document, **about)

    monkeypatch.setattr(nbconvert_exporter, "to_pdf", refuse)
    made = notebook("plain", "refused", "refused, too")
    with pytest.raises(ConversionException, match=r"^cell 2 \(id \w+\): this word is refused$"):
        TypstPDFExporter().from_notebook_node(made)


def test_where_every_cell_can_be_set_alone_no_cell_is_named(notebook, monkeypatch):
    def refuse(document, **about):
        if len(document["blocks"]) > 1:
            raise TypstFailure("too much")
        return to_pdf(document, **about)

    monkeypatch.setattr(nbconvert_exporter, "to_pdf", refuse)
    with pytest.raises(ConversionException, match="^too much$"):
        TypstPDFExporter().from_notebook_node(notebook("plain", "more"))
