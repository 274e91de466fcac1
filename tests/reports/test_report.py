"""A report: checked first, run, rendered, bound, published all or nothing, and recorded."""

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.cli import main
from analysis.evidence.errors import InputError, RunError
from analysis.evidence.folders import REPOSITORY, folder_fingerprint
from analysis.reports import chapters
from analysis.reports.plan import Plan
from analysis.reports.report import run_report, verify_report
from analysis.runs import run_record
from analysis.runs.execution import execute
from analysis.runs.variants import Variant
from tests.conftest import write_evidence

pytestmark = pytest.mark.slow

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def write(path, title, code, parameters='number = 1\nfolder = ""\ncountries = []\nstart = ""\nend = ""'):
    cells = [
        new_markdown_cell(f"# {title}\n\nSome words."),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        new_code_cell(code),
    ]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)


@pytest.fixture(scope="module")
def one_claim(tmp_path_factory):
    """A folder of evidence with one claim, already built: a report of it is made in no time."""
    root = write_evidence(tmp_path_factory.mktemp("built"))
    assert CliRunner().invoke(main, ["build", "--folder", str(root)]).exit_code == 0
    return root


@pytest.fixture
def plan(tmp_path, one_claim):
    """Two small notebooks that stand for the real ones, and what is to be made of them."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write(folder / "first.ipynb", "The first", "print('number', number)")
    write(folder / "second.ipynb", "The second", "print('other', 1 / (number - 7))", "number = 1")
    variant = Variant(
        "small", "A small variant", "for the tests", {"folder": str(one_claim)}, folder / "parameters" / "small.yml"
    )
    return Plan(variant, (folder / "first.ipynb", folder / "second.ipynb"), tmp_path / "build" / "small")


def with_values(plan, **parameters):
    return replace(plan, variant=replace(plan.variant, parameters={**plan.variant.parameters, **parameters}))


def visible(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_report_is_every_notebook_as_pdf_and_page_and_one_bound_pdf_first(plan):
    steps = []
    paths = run_report(with_values(plan, number=5), steps.append)
    names = [path.relative_to(plan.target).as_posix() for path in paths]
    assert names[0] == "report.pdf"
    assert set(names) == {
        "report.pdf", "report.html", "first.pdf", "first.html", "second.pdf", "second.html",
        "explore.html", "summary.pdf", "summary.json",
        "notebooks/first.ipynb", "notebooks/second.ipynb",
        "data/incidents.csv", "data/claims.csv", "data/disputes.csv",
    }  # fmt: skip
    assert all(path.read_bytes().startswith(b"%PDF") for path in paths if path.suffix == ".pdf")
    assert len(steps) == 2 * len(plan.notebook_paths) + 1
    page = (plan.target / "first.html").read_text()
    assert "number 5" in page
    assert "A small variant" in page
    bound = (plan.target / "report.html").read_text()
    assert bound.index("The first") < bound.index("The second")
    assert visible(plan.target.parent) == ["small"]


def test_the_record_says_what_ran_under_which_view_and_the_report_is_up_to_date_by_it(plan):
    plan = with_values(plan, number=5, countries=["Iraq"])
    assert plan.stale_reasons() == [f"{plan.target} holds no run.json, the record of a run"]
    run_report(plan)
    found = json.loads((plan.target / "run.json").read_text())
    assert found["outcome"] == "complete"
    given = {"folder": plan.variant.parameters["folder"], "number": 5, "countries": ["Iraq"]}
    assert found["runs"]["first"]["parameters"] == given
    assert found["runs"]["first"]["view"] == "all claims, whoever makes them; in Iraq"
    assert all(run["seconds"] >= 0 for run in found["runs"].values())
    assert plan.stale_reasons() == []
    changed = with_values(plan, number=6, countries=[]).stale_reasons()
    assert changed == ["parameters number changed", "parameters countries changed"]
    assert replace(plan, variant=replace(plan.variant, title="Another")).stale_reasons() == ["variant title changed"]
    assert replace(plan, notebook_paths=plan.notebook_paths[:1]).stale_reasons() == [
        "notebooks changed",
        f"{plan.notebook_paths[1]} changed",
    ]


def test_the_folder_holds_what_was_asked_for_last_and_nothing_else(plan):
    run_report(plan)
    run_report(replace(plan, notebook_paths=plan.notebook_paths[:1]))
    made = ["data", "explore.html", "first.html", "first.pdf", "notebooks", "report.html", "report.pdf", "run.json",
            "summary.json", "summary.pdf"]  # fmt: skip
    assert visible(plan.target) == made


def test_verifying_makes_the_report_again_and_finds_the_same_bytes(plan):
    run_report(plan)
    found = verify_report(plan.target)
    assert (found.same, found.differ, found.changed) == (14, [], [])


def test_verifying_names_every_file_that_differs_and_what_has_changed_since(plan, edit):
    run_report(plan)
    (plan.target / "first.html").write_text("another page")
    (plan.target / "second.pdf").unlink()
    (plan.target / "stray.txt").write_text("of nobody")
    assert [name.rsplit("/")[-1] for name in verify_report(plan.target).differ] == [
        "first.html",
        "second.pdf",
        "stray.txt",
    ]
    run_report(plan)
    edit(plan.notebook_paths[0], "The first", "The very first")
    found = verify_report(plan.target)
    assert [name.rsplit("small/")[-1] for name in found.differ] == [
        "first.html", "first.pdf", "notebooks/first.ipynb", "report.html", "report.pdf", "summary.pdf",
    ]  # fmt: skip
    assert found.changed == [f"{plan.notebook_paths[0]} changed"]


def ran(plan, monkeypatch, **options) -> list[str]:
    """The notebooks that a report runs, and does not take over from an earlier one."""
    started = []

    def counted(path, *arguments, **named):
        started.append(path.stem)
        return execute(path, *arguments, **named)

    monkeypatch.setattr("analysis.runs.execution.execute", counted)
    run_report(plan, **options)
    return sorted(started)


def test_a_change_runs_only_what_depends_on_it_and_gives_the_bytes_of_a_run_from_nothing(
    plan, monkeypatch, edit, tmp_path, bytes_of
):
    assert ran(plan, monkeypatch) == ["first", "second"]
    edit(plan.notebook_paths[0], "Some words", "Quite other words")
    assert ran(plan, monkeypatch) == []
    assert "Quite other words" in (plan.target / "report.html").read_text()
    anew = replace(plan, target=tmp_path / "anew" / "small")
    run_report(anew)
    taken_over, made = bytes_of(plan.target), bytes_of(anew.target)
    assert {name for name in made if made[name] != taken_over.get(name)} <= {Path("run.json"), "run.json"}
    edit(plan.notebook_paths[1], "other", "another")
    assert ran(plan, monkeypatch) == ["second"]
    assert ran(with_values(plan, number=3), monkeypatch) == ["first", "second"]
    assert ran(with_values(plan, number=3), monkeypatch, fresh=True) == ["first", "second"]


def test_a_text_cell_that_is_new_runs_nothing_and_stands_in_its_place(plan, monkeypatch):
    run_report(plan)
    notebook = nbformat.read(plan.notebook_paths[0], as_version=4)
    notebook.cells.insert(2, new_markdown_cell("A paragraph more."))
    nbformat.write(notebook, plan.notebook_paths[0])
    assert ran(plan, monkeypatch) == []
    executed = nbformat.read(plan.target / "notebooks" / "first.ipynb", as_version=4)
    assert [cell.source for cell in executed.cells if cell.cell_type == "markdown"][-1] == "A paragraph more."


def test_a_folder_without_the_record_of_a_report_cannot_be_verified(tmp_path):
    with pytest.raises(InputError, match=r"holds no run\.json, the record of a run"):
        verify_report(tmp_path)


def test_a_run_that_fails_leaves_the_earlier_report_whole_and_is_kept_with_its_record(plan, bytes_of):
    run_report(plan)
    before = bytes_of(plan.target)
    with pytest.raises(RunError, match=r"second\.ipynb: cell 3 failed: ZeroDivisionError: .* \(see .*small\.failed"):
        run_report(with_values(plan, number=7))
    assert bytes_of(plan.target) == before
    failed = plan.target.with_name("small.failed")
    assert visible(failed) == ["run.json", "second.failed.ipynb"]
    assert "ZeroDivisionError" in json.loads((failed / "run.json").read_text())["outcome"]
    assert plan.stale_reasons() == []
    run_report(plan)
    assert visible(plan.target.parent) == ["small"]


def test_every_notebook_that_fails_is_named(plan):
    write(plan.notebook_paths[0], "The first", "raise LookupError('no base')")
    with pytest.raises(
        RunError, match=r"(?s)first\.ipynb: cell 3 failed: Lookup.*\n.*second\.ipynb: cell 3 failed: Zero"
    ):
        run_report(with_values(plan, number=7))


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"numbr": 1}, r"small\.yml: 'numbr' is a parameter of no notebook; did you mean 'number'"),
        ({"number": "x"}, r"small\.yml: parameter number: 'x'"),
        ({"countries": ["Irak"]}, r"small\.yml, first: countries: 'Irak' does not occur; did you mean 'Iraq'"),
        ({"start": "2024-02-01", "end": "2024-01-01"}, r"small\.yml: first: end \(2024-01-01\) is before start"),
        ({"start": "2001-01-01", "end": "2001-02-01"}, r"small\.yml, first: the view selects no incident"),
        ({"folder": "gone"}, r"small\.yml: folder 'gone' does not exist"),
    ],
)
def test_what_cannot_be_run_is_said_before_any_kernel_starts(plan, monkeypatch, parameters, words):
    would_start = lambda *_, **__: pytest.fail("a kernel would have been started")  # noqa: E731
    monkeypatch.setattr("analysis.runs.execution.execute", would_start)
    with pytest.raises(InputError, match=words):
        run_report(with_values(plan, **parameters))
    assert not plan.target.parent.exists()


def test_bad_input_that_only_a_notebook_finds_names_the_variant(plan):
    write(plan.notebook_paths[0], "The first", "from analysis import InputError\nraise InputError('out of order')")
    with pytest.raises(InputError, match=r"^\S*small\.yml: \S*first\.ipynb: out of order$"):
        run_report(plan)


def test_the_evidence_hash_changes_with_a_byte_and_with_a_name_and_with_nothing_else(tiny):
    root = tiny()
    first = folder_fingerprint(root)
    (root / "notes.txt").write_text("not a table")
    assert folder_fingerprint(root) == first
    claims = root / "seeds" / "claims.csv"
    claims.rename(root / "seeds" / "claims2.csv")
    renamed = folder_fingerprint(root)
    (root / "seeds" / "claims2.csv").rename(claims)
    assert folder_fingerprint(root) == first
    claims.write_bytes(claims.read_bytes() + b"\n")
    assert len({first, renamed, folder_fingerprint(root)}) == 3


def test_provenance_names_variant_view_parameters_evidence_notebooks_package_and_libraries(plan):
    inputs = plan.inputs()
    names = inputs["notebooks"]
    said = dict(chapters.format_provenance(plan.variant, {"sets": ["seeds"]}, inputs["files"], names, "seeds alone"))
    assert said["Variant"] == "small: for the tests"
    assert said["View"] == "seeds alone"
    assert said["Parameters"] == '{"sets": ["seeds"]}'
    assert folder_fingerprint(REPOSITORY)[:16] in said["Evidence"]
    for name in names:
        assert f"{Path(name).name}, sha256 {inputs['files'][name][:16]}" in said["Notebooks"]
    assert run_record.package_hash(inputs["files"])[:16] in said["Package"]
    assert all(name in said["Made with"] for name in chapters.LIBRARIES)
    bare = dict(chapters.format_provenance(plan.variant, {}, inputs["files"], names))
    assert bare["Parameters"] == "the defaults"
    assert "View" not in bare


def test_the_hash_of_the_package_changes_with_its_files_and_with_nothing_else(plan):
    inputs = plan.inputs()["files"]
    first = run_record.package_hash(inputs)
    assert run_record.package_hash(inputs | {"data/claims.csv": "0", "notebooks/x.ipynb": "0"}) == first
    for name in ("analysis/reports/templates/tables.js", "requirements.lock", "data/borders.geojson"):
        assert run_record.package_hash(inputs | {name: "0"}) != first


def test_a_chapter_that_cannot_show_an_output_names_its_cell_and_publishes_nothing(plan):
    shown = "from IPython.display import display; display({'application/vnd.plotly.v1+json': {}}, raw=True)"
    write(plan.notebook_paths[0], "The first", shown)
    with pytest.raises(InputError, match=r"first, cell 4.*plotly figure .* which only a running page draws"):
        run_report(with_values(plan, number=5))
    assert not (plan.target / "report.pdf").exists()


def test_letters_of_a_chapter_that_no_font_has_are_said(plan):
    write(plan.notebook_paths[0], "The first", "print('\u4e2d')")
    said = []
    run_report(with_values(plan, number=5), said.append)
    assert [line for line in said if "font" in line] == ["first: no font here has \u4e2d (CJK)"]
