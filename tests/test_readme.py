"""The README says what is so: its numbers are recomputed, its commands and links exist.

`python -m tests.test_readme` rewrites the computed block, the chart and the first page as a PDF.
"""

import re
import shutil
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

import analysis as a
from analysis import charts
from analysis.charts.notebook_output import to_svg
from analysis.cli import main
from analysis.incidents.dataset import evidence_of

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CHART = ROOT / "docs" / "frequency.svg"
SUMMARY = ROOT / "docs" / "summary.pdf"
WITH_WHAT = re.compile(r"sha256 of source and lock [0-9a-f]{16}|Made with.*")  # differs with every change of the code
START, END = "<!-- numbers -->", "<!-- end -->"


def computed() -> tuple[str, str]:
    """The block between the markers, and the chart it shows."""
    dataset = a.open_folder()
    evidence = evidence_of(dataset)
    everything = a.select(dataset, a.View())
    summary = a.summary_findings(dataset, a.View())
    bars = a.count(everything, "week", by=["confirmation"], coverage=a.view_coverage(dataset, a.View()))
    answers = [f"**{each.question}** {' '.join([each.sentence, *each.details[:1]])}" for each in summary.answers]
    text = (
        "\n\n".join(answers) + "\n\n"
        f"![{charts.frequency_alt(bars)}](docs/frequency.svg)\n\n"
        f"*Itemised attacks per week by the best voice behind each; every claim counts. n = {len(everything)}, as of "
        f"{a.format_date(bars['end'].max())}. Grey ground: searched sparsely, so that an empty week may be a gap in "
        f"the search. Light grey: searched by week.*\n\n"
        f"{len(evidence.claims):,} claims in {evidence.claims['source_id'].nunique():,} documents make "
        f"{len(everything)} incidents."
    )
    return text, to_svg(charts.frequency_bars(bars))


def block() -> str:
    return README.read_text(encoding="utf-8").split(START)[1].split(END)[0].strip()


def make_summary(build: Path) -> Path:
    """What `incidents report --summary` makes in an empty folder."""
    done = CliRunner().invoke(main, ["report", "--summary", "--build", str(build)])
    assert done.exit_code == 0, done.output
    return build / "all-summary" / "summary.pdf"


def pages_of(pdf: Path) -> list[str]:
    """The text of each page, without what changes with the code."""
    return [WITH_WHAT.sub("", " ".join(page.extract_text().split())) for page in PdfReader(pdf).pages]


def rewrite() -> None:
    text, chart = computed()
    head, rest = README.read_text(encoding="utf-8").split(START)
    tail = rest.split(END)[1]
    README.write_text(f"{head}{START}\n{text}\n{END}{tail}", encoding="utf-8")
    CHART.write_text(chart, encoding="utf-8")
    with tempfile.TemporaryDirectory() as build:
        made = make_summary(Path(build))
        if not SUMMARY.exists() or pages_of(made) != pages_of(SUMMARY):
            shutil.copyfile(made, SUMMARY)


@pytest.mark.slow
def test_every_number_of_the_readme_is_what_the_tables_give():
    assert block() == computed()[0], "run: python -m tests.test_readme"


@pytest.mark.slow
def test_the_chart_of_the_readme_is_current():
    assert CHART.read_text(encoding="utf-8") == computed()[1], "run: python -m tests.test_readme"


@pytest.mark.slow
def test_the_first_page_beside_the_readme_is_current(tmp_path):
    made = pages_of(make_summary(tmp_path))
    assert len(made) == 2
    assert pages_of(SUMMARY) == made, "run: python -m tests.test_readme"


def test_every_link_of_the_readme_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert len(links) > 10
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_every_command_of_the_readme_exists_and_every_target_is_named():
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^|bin/)incidents ([a-z-]+)", text, flags=re.M))
    assert named <= set(main.commands)
    assert set(main.commands) <= named
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, flags=re.M)) <= targets


def test_the_claims_named_as_open_are_as_many_as_are(dataset):
    evidence = evidence_of(dataset)
    claims, decided = evidence.claims, evidence.reviewed["claim_id"]
    record = claims.loc[claims["set"] == "public_record", "claim_id"]
    said = {
        README: r"(\d+) of its claims are left open",
        ROOT / "data" / "README.md": r"all claims of the public record but (\d+),",
    }
    for page, words in said.items():
        assert int(re.search(words, page.read_text(encoding="utf-8"))[1]) == (~record.isin(decided)).sum(), page


@pytest.mark.slow
def test_the_lines_of_python_run():
    code = README.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names: dict = {}
    exec(compile(code, "README.md", "exec"), names)
    assert len(code.strip().splitlines()) <= 12
    assert not names["found"].empty
    assert set(names["claims"]["incident_id"]) == set(names["found"]["incident_id"])


@pytest.mark.parametrize("folder", ["seeds", "data", "analysis", "notebooks", "docs", "tests"])
def test_the_tree_of_the_readme_is_the_tree(folder):
    assert f"\n{folder}/ " in README.read_text(encoding="utf-8")
    assert (ROOT / folder).is_dir()


if __name__ == "__main__":
    rewrite()
