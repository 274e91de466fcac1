"""Text from sources is data: hostile words come out as the words they are, wherever they went in."""

import base64
import csv
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.charts.notebook_output import escape_markdown
from analysis.cli import main
from analysis.evidence.csv_tables import read_raw_rows
from analysis.evidence.spreadsheet import from_spreadsheet, to_spreadsheet
from analysis.reports.document import pandoc
from analysis.reports.document.formulas import Formulas
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import new_document, node, text_of
from analysis.reports.pdf import typst_pdf
from analysis.reports.pdf.typst_pdf import TypstFailure, to_pdf
from analysis.reports.plan import Plan, choose_notebooks
from analysis.reports.report import run_report
from analysis.reports.web.html_page import to_html
from analysis.runs.variants import Variant
from tests.conftest import CLAIM, SOURCE, write
from tests.reports import pdf_checks as finished

SECRET = "the-secret-that-stands-in-a-file"
HOSTILE = {
    "typst code": "#eval(\"1 + 1\") #panic(9) #let x = 1 $ x $ *b* _i_ `r` @r <l> = H",
    "a typst file": '#read("/etc/passwd") "]#read("x")["',
    "a typst package": '#import "@preview/cetz:0.3.4": *',
    "a raw block": "`#read(1)`{=typst} {typst:text:fill=\"read(1)\"}",
    "raw HTML": '<img src=x onerror=alert(1)><b onclick="a()">B</b><iframe src=//a.b>',
    "a script": "</script></style></title>--><script>alert(1)</script><svg onload=alert(1)>",
    "a link that runs": "[press](javascript:alert(1)) <javascript:alert(1)>",
    "LaTeX": r"$\input{/etc/passwd}$ \write18{ls} $$\href{javascript:alert(1)}{x}$$ \begin{align}x\end{align}",
    "a formula": "=HYPERLINK(A1,1)+cmd|' /C calc'!A0",
    "a long word": "Llanfair" * 60,
    "braces of templates": "{{ 7 * 7 }} {% raw %} ${IFS} $if(title)$ %(x)s %s",
}  # fmt: skip

each_text = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())


def letters(text: str) -> str:
    """Without spaces, dashes and quotation marks, which typography may change."""
    return re.sub(r"[\s\u200b\u00ad\ufeff\-\u2010-\u2015'\"\u2018-\u201d]+", "", text).replace("...", "\u2026")


def tags(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def runs_nothing(page: str) -> bool:
    """No element or attribute of the page came out of HOSTILE."""
    soup = tags(page)
    run = [s for s in soup.find_all("script") if s.get("type") != "application/json"]  # a record is data, and never run
    ours = [s for s in run if "alert(1)" in s.get_text()]
    handlers = [e for e in soup.find_all(True) for name in e.attrs if name.startswith("on")]
    links = [
        e
        for e in soup.find_all(True)
        for v in (e.get("href"), e.get("src"))
        if re.match(r"\W*(java|vb)script:", str(v or ""), re.I)
    ]
    return not ours + handlers + links + soup.find_all(["iframe", "object", "embed"])


def bundle(text: str) -> dict:
    image = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><rect width="9" height="9"/></svg>'
    return {"image/svg+xml": image, "text/plain": text}


def every_place(text: str) -> nbformat.NotebookNode:
    """A notebook with the text in every place where a source's text can stand, escaped as ours are."""
    table = f"<table><tr><th>{_html(text)}</th></tr><tr><td>{_html(text)}</td></tr></table>"
    about = {"caption": escape_markdown(text), "label": text, "alt": text}
    outputs = [
        new_output("display_data", {"text/markdown": escape_markdown(text)}),
        new_output("display_data", {"text/html": table}, metadata=about),
        new_output("display_data", bundle(text), metadata=about),
        new_output("stream", name="stdout", text=text),
        new_output("error", ename="E", evalue=text, traceback=[text]),
    ]
    return new_notebook(cells=[new_markdown_cell(f"# {escape_markdown(text)}"), new_code_cell(text, outputs=outputs)])


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@pytest.mark.slow
@each_text
def test_in_a_pdf_it_is_its_words_in_every_place(text):
    made = build_document(every_place(text), code="show")
    content = to_pdf(made, title=text, subtitle=text, date_line=text, provenance=[(text, text)], toc=True)
    assert letters(finished.words(content)).count(letters(text)) >= 8
    assert [fault for fault in finished.faults(content) if "head" not in fault] == []
    described = [str(e.Alt) for name, e in finished.elements(finished.opened(content)) if name == "Figure"]
    assert [letters(alt) for alt in described] == [letters(text)]


@pytest.mark.slow
@each_text
def test_in_a_page_it_is_its_words_in_every_place(text):
    made = build_document(every_place(text), code="show")
    page = to_html(made, title=text, subtitle=text, date_line=text, provenance=[(text, text)])
    assert letters(tags(page).get_text()).count(letters(text)) >= 8
    assert runs_nothing(page)


@pytest.mark.slow
@each_text
def test_in_the_notebook_itself_it_is_its_words(text):
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(every_place(text))
    assert runs_nothing(page)
    soup = tags(page)
    assert letters(soup.find("h1").get_text()).startswith(letters(text))
    assert letters(soup.find("td").get_text()) == letters(text)


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """A report on a folder whose sources, claims and places say nothing but hostile things."""
    folder = tmp_path_factory.mktemp("poisoned")
    _write(folder / "evidence", list(HOSTILE.values()))
    assert CliRunner().invoke(main, ["build", "--folder", str(folder / "evidence")]).exit_code == 0
    variant = Variant("bad", HOSTILE["raw HTML"], HOSTILE["a typst file"], {"folder": str(folder / "evidence")},
                      folder / "bad.yml")  # fmt: skip
    run_report(Plan(variant, choose_notebooks(["attack_frequency"]), folder / "build" / "bad"))
    return folder


def _write(folder: Path, texts: list[str]) -> None:
    """Evidence in which each text is a place, an outlet, whom it relays, and what a claim says."""
    numbered = list(enumerate(texts))
    relayed = [text.replace("|", "") for text in texts]  # the sign between two origins
    write(folder / "data" / "places.csv", "places", [
        {"place_id": f"p{i}", "name": text, "kind": "us_base", "country": "Iraq"} for i, text in numbered
    ])  # fmt: skip
    write(folder / "seeds" / "sources.csv", "sources", [
        SOURCE | {"source_id": f"s{i}", "outlet": text, "origin": relayed[i], "reliability_reason": text}
        for i, text in numbered
    ])  # fmt: skip
    write(folder / "seeds" / "claims.csv", "claims", [
        CLAIM | {"claim_id": f"c{i}", "source_id": f"s{i}", "date_end": CLAIM["date_start"], "place_id": f"p{i}",
                 "place_as_reported": text, "note": text, "actor": text, "attribution": text}
        for i, text in numbered
    ])  # fmt: skip


@each_text
@pytest.mark.slow
def test_a_report_on_poisoned_evidence_says_it_as_words(poisoned, text):
    build = poisoned / "build" / "bad"
    said = letters(finished.words((build / "attack_frequency.pdf").read_bytes()))
    assert letters(text) in said
    page = (build / "attack_frequency.html").read_text(encoding="utf-8")
    assert letters(text) in letters(tags(page).get_text())


@pytest.mark.slow
def test_a_report_on_poisoned_evidence_runs_nothing_and_is_in_order(poisoned):
    build = poisoned / "build" / "bad"
    assert finished.faults((build / "report.pdf").read_bytes()) == []
    assert all(runs_nothing(path.read_text(encoding="utf-8")) for path in build.glob("*.html"))
    executed, _ = HTMLExporter(template_name="basic").from_filename(str(next(build.glob("notebooks/*.ipynb"))))
    assert runs_nothing(executed)


# What runs inside the house: pandoc and typst themselves, each given what no escaping stopped.


@pytest.fixture
def secret(tmp_path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    ['#read("{0}")', '#read("/../../../../../../../..{0}")', '#read("../secret.txt")', '#include "{0}"',
     '#image("{0}", alt: "x")', '#csv("{0}")', '#plugin("{0}")', '#import "@preview/cetz:0.3.4": *',
     '#import "@local/a:0.1.0": *', '#bibliography("{0}")'],
)  # fmt: skip
def test_typst_reads_no_file_of_the_machine_and_fetches_no_package(secret, monkeypatch, code):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setattr(typst_pdf, "typst_source", lambda *given, **named: (code.format(secret), {}))
    with pytest.raises(TypstFailure) as stopped:
        to_pdf(new_document([]), title="T")
    assert SECRET not in str(stopped.value)


def test_pandoc_reads_no_file_while_it_writes(secret, monkeypatch):
    monkeypatch.chdir(secret.parent)
    for name in ("secret.txt", str(secret), secret.as_uri()):
        picture = new_document([node("Para", [node("Image", ["", [], []], [], [name, ""])])])
        page = pandoc.write_markup(picture, "html5", "--embed-resources", "--standalone", "--metadata=title:T")
        assert SECRET not in page and base64.b64encode(SECRET.encode()).decode() not in page


def test_pandoc_reads_no_file_while_it_reads(secret):
    for format, text in (
        ("latex", rf"\input{{{secret}}}"),
        ("rst", f".. include:: {secret}"),
        ("org", f"#+INCLUDE: {secret}"),
    ):
        assert SECRET not in str(pandoc.parse_markup([(format, text)], Formulas()))


ELSEWHERE = [
    "secret.txt", "../secret.png", "/etc/passwd", "file:///etc/passwd", "FILE:/etc/passwd", "http://a.b/c.png",
    "https://a.b/c.svg", "//a.b/c.png", "data:text/html,x",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ELSEWHERE)
@pytest.mark.parametrize("form", ["![words]({0})", '<img src="{0}" alt="words">', "![words][r]\n\n[r]: {0}"])
def test_an_image_from_elsewhere_is_its_words(name, form):
    made = build_document(new_notebook(cells=[new_markdown_cell(form.format(name))]))
    assert "Image" not in str(made)
    assert text_of(made["blocks"]).strip() == "words"


def test_a_file_beside_the_notebook_is_used_only_if_it_is_an_image_below(secret, tmp_path):
    below = tmp_path / "below"
    below.mkdir()
    drawn = tmp_path / "drawn.svg"
    drawn.write_text('<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>')
    (below / "link.svg").symlink_to(drawn)
    (below / "secret.svg").write_text(SECRET)
    names = ["../drawn.svg", "link.svg", "secret.svg", str(drawn), drawn.as_uri(), "%2e%2e/drawn.svg", "../secret.txt"]
    cells = [new_markdown_cell(f"![words]({name})") for name in names]
    made = build_document(new_notebook(cells=cells), folder=below)
    assert "Image" not in str(made)
    assert text_of(made["blocks"]) == "words" * len(names)


def test_an_image_in_html_or_svg_output_reads_nothing(secret):
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
           f'<image xlink:href="{secret}" width="9" height="9"/><style>@import url("file://{secret}");</style>'
           f'<script>alert(1)</script><text>words</text></svg>')  # fmt: skip
    html = f'<img src="file://{secret}"><object data="{secret}">'
    outputs = [new_output("display_data", {kind: text}) for kind, text in (("image/svg+xml", svg), ("text/html", html))]
    made = build_document(new_notebook(cells=[new_code_cell("x", outputs=outputs)]))
    assert SECRET not in str(made) and base64.b64encode(SECRET.encode()).decode()[:20] not in str(made)
    assert to_pdf(made, title="T").startswith(b"%PDF")


@pytest.mark.parametrize(
    "fence", ["```{{=typst}}\n{0}\n```", "`{0}`{{=typst}}", "::: {{typst:x={0}}}\na\n:::", "<!--{{=typst}} {0} -->"]
)
def test_what_pandoc_would_pass_to_typst_unread_is_text_or_nothing(fence):
    made = build_document(new_notebook(cells=[new_markdown_cell(fence.format("#read(1)"))]))
    assert "RawBlock" not in str(made) and "RawInline" not in str(made)
    assert to_pdf(made, title="T").startswith(b"%PDF")


@pytest.mark.slow
@pytest.mark.parametrize(
    "formula", [r"\label{a> #read(1) <b} x", r'\text{"#read(1)"}', r"\mathrm{#read(1)}", r"\operatorname{read(1)}",
                r"\tag{#read(1)} x", r"x \; \unicode{35}read(1)", '"); read(1); ("', r"\ref{#read(1)}"]
)  # fmt: skip
@pytest.mark.parametrize("mark", ["$", "$$"])
def test_a_formula_runs_no_code(formula, mark):
    made = build_document(new_notebook(cells=[new_markdown_cell(f"{mark}{formula}{mark}")]))
    assert to_pdf(made, title="T").startswith(b"%PDF")


def test_the_programs_are_started_without_a_shell(monkeypatch):
    calls = []
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda *given, run=subprocess.run, **named: calls.append((given, named)) or run(*given, **named),
    )
    to_pdf(build_document(new_notebook(cells=[new_markdown_cell("$(touch x); `ls`")])), title="; ls")
    assert calls
    assert all(isinstance(given[0], list) and not named.get("shell") for given, named in calls)


# Files made for a spreadsheet.

FORMULAS = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "'=1", "''=1"]


def test_what_a_spreadsheet_would_run_is_marked_as_text_and_comes_back_unchanged(tmp_path):
    import pandas as pd

    frame = pd.DataFrame({"note": [*FORMULAS, "plain", "'quoted'", "a=b", ""], "points": -1.5})
    path = tmp_path / "a.csv"
    path.write_text(to_spreadsheet(frame), encoding="utf-8", newline="")
    with path.open(encoding="utf-8", newline="") as handle:
        cells = [row["note"] for row in csv.DictReader(handle)]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\uff1d")]
    assert cells[len(FORMULAS) :] == ["plain", "'quoted'", "a=b", ""]
    back = from_spreadsheet(read_raw_rows(path))
    assert list(back["note"]) == list(frame["note"])
    assert set(back["points"]) == {"-1.5"}


@pytest.mark.slow
def test_a_review_of_poisoned_evidence_opens_safely_and_its_decisions_come_back(tiny, tmp_path):
    noted = [{"place_id": "alpha", "note": text, "source_id": f"s{i}"} for i, text in enumerate(FORMULAS[:4])]
    noted.append({"place_id": "alpha", "note": "", "source_id": "s9", "date_start": "2024-01-11"})
    root, file = tiny(noted), tmp_path / "review.csv"
    run = CliRunner().invoke
    assert run(main, ["build", "--folder", str(root)]).exit_code == 0
    assert run(main, ["review", "--out", str(file), "--folder", str(root)]).exit_code == 0
    before = {path: path.read_bytes() for path in root.rglob("claims.csv")}
    with file.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert rows and not [row["note"] for row in rows if row["note"][:1] in tuple("=+-@")]
    for row in rows:
        row["decision"] = row["incident_id"]
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = run(main, ["review", "--apply", str(file), "--folder", str(root)])
    assert done.exit_code == 0, done.output
    assert f"{len(rows)} decisions merged" in done.output
    assert before == {path: path.read_bytes() for path in root.rglob("claims.csv")}
