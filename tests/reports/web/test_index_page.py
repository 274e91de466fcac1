"""The index page: what is there, what it says first, and that every link of it leads somewhere."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.charts.notebook_output import FIRST_SENTENCE
from analysis.reports.web.index_page import index_html, write_index
from analysis.runs.variants import Variant

ORDER = ("first", "second")


def said(text: str):
    return new_code_cell("x", outputs=[new_output("display_data", {"text/markdown": text})])


@pytest.fixture
def build(tmp_path):
    """A folder with the reports of one variant."""

    def made(name="all", text="The view holds **286 incidents**."):
        folder = tmp_path / name / "notebooks"
        folder.mkdir(parents=True)
        for stem in ORDER:
            cells = [new_markdown_cell(f"# The {stem}\n\nWords."), said(text), said("Something later.")]
            nbformat.write(new_notebook(cells=cells), folder / f"{stem}.ipynb")
            for ending in ("html", "pdf"):
                (tmp_path / name / f"{stem}.{ending}").write_bytes(b"x" * 250_000)
        return tmp_path

    return made


def known(*names):
    return {name: Variant(name, f"The {name}", "all that is known", {}, f"{name}.yml") for name in names}


def page(folder, *names):
    return BeautifulSoup(index_html(folder, known(*names), ORDER, "Reports"), "html.parser")


def test_each_variant_says_what_its_notebooks_found_first(build):
    made = page(build(), "all")
    assert [heading.get_text() for heading in made.main.find_all(["h2", "h3"])] == [
        "The all",
        "The first",
        "The second",
    ]
    assert "All that is known." in made.main.get_text()
    assert made.main.get_text().count("The view holds 286 incidents.") == 2
    assert "Something later" not in made.get_text()


def test_the_first_sentence_stands_for_a_paragraph_of_several(build):
    folder = build()
    outputs = [new_output("display_data", {"text/plain": "U.S. *officials* count 3. More."}, metadata={
        FIRST_SENTENCE: "U.S. *officials* count 3."})]  # fmt: skip
    cells = [new_markdown_cell("# The first"), new_code_cell("x", outputs=outputs), said("**Something later.**")]
    nbformat.write(new_notebook(cells=cells), folder / "all" / "notebooks" / "first.ipynb")
    text = page(folder, "all").main.get_text()
    assert "U.S. *officials* count 3." in text and "More." not in text and "Something later" not in text


def test_the_first_page_as_a_pdf_is_linked_where_it_is_made(build):
    folder = build()
    assert not page(folder, "all").find("a", href="all/summary.pdf")
    (folder / "all" / "summary.pdf").write_bytes(b"x")
    assert page(folder, "all").find("a", href="all/summary.pdf").get_text() == "First page as PDF of The all"


def test_every_link_leads_to_a_file_and_tells_what_it_is(build):
    folder = build()
    (folder / "all" / "run.json").write_text("{}")
    (folder / "all" / "data").mkdir()
    (folder / "all" / "data" / "incidents.csv").write_text("incident_id\n")
    made = page(folder, "all")
    links = [link for link in made.main.find_all("a") if not link["href"].startswith("#")]
    assert all((folder / link["href"]).is_file() for link in links)
    assert {
        "all/first.pdf",
        "all/first.html",
        "all/notebooks/first.ipynb",
        "all/data/incidents.csv",
        "all/run.json",
    } <= {link["href"] for link in links}
    names = [link.get_text(" ", strip=True) for link in links]
    assert len(set(names)) == len(names)
    assert "PDF of The first 0.2 MB" in " ".join(made.main.get_text(" ").split())


def test_what_was_not_made_is_not_listed(build):
    folder = build()
    (folder / "all" / "second.pdf").unlink()
    made = page(folder, "all", "confirmed")
    assert "confirmed" not in made.get_text()
    assert not made.find("a", href="all/second.pdf")
    assert not made.find("a", href="all/report.pdf")


def test_variants_stand_one_below_the_other_in_the_order_given(build):
    build("seeds")
    made = page(build("all"), "all", "seeds")
    assert [heading.get_text() for heading in made.main.find_all("h2")] == ["The all", "The seeds"]
    anchors = [element["id"] for element in made.find_all(id=True)]
    assert len(anchors) == len(set(anchors))


def test_what_a_notebook_says_is_text(build):
    made = page(
        build(text='<script>alert(1)</script> [here](javascript:alert(1)) <img src=x onerror="alert(1)">'), "all"
    )
    assert "alert(1)</script>" not in str(made.main)
    assert not made.main.find_all(["script", "img"])
    assert not [link for link in made.find_all("a") if "javascript" in link["href"]]


def test_the_index_is_written_whole_and_the_same_every_time(build):
    folder = build()
    first = write_index(folder, known("all"), ORDER, "Reports").read_bytes()
    assert write_index(folder, known("all"), ORDER, "Reports").read_bytes() == first
    assert sorted(path.name for path in folder.iterdir()) == ["all", "index.html"]
