"""A variant of the report: checked first, run, rendered, bound, published all or nothing."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.evidence.load import REPOSITORY
from analysis.evidence.problems import InputError
from analysis.reports import report as reporting
from analysis.runs.execute import RunError
from analysis.runs.parameters import Variant

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def write(path, title, code, parameters='number = 1\ncountries = []\nstart = ""\nend = ""'):
    cells = [
        new_markdown_cell(f"# {title}\n\nSome words."),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        new_code_cell(code),
    ]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    """A folder with two small notebooks that stand for the real ones."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write(folder / "first.ipynb", "The first", "print('number', number)")
    write(folder / "second.ipynb", "The second", "print('other', 1 / (number - 7))", "number = 1")
    monkeypatch.setattr(reporting, "NOTEBOOKS", ("first", "second"))
    return folder


def variant(folder, **parameters):
    return Variant("small", "A small variant", "for the tests", parameters, folder / "parameters" / "small.yml")


def test_a_report_is_every_notebook_as_pdf_and_page_and_one_bound_pdf_first(notebooks, tmp_path):
    steps = []
    paths = reporting.report(variant(notebooks, number=5), notebooks, tmp_path / "build", steps.append)
    names = [path.relative_to(tmp_path / "build" / "small").as_posix() for path in paths]
    assert names[0] == "report.pdf"
    assert set(names) == {
        "report.pdf", "report.html", "first.pdf", "first.html", "second.pdf", "second.html",
        "notebooks/first.ipynb", "notebooks/second.ipynb",
        "data/incidents.csv", "data/claims.csv", "data/disputes.csv",
    }  # fmt: skip
    assert all(path.read_bytes().startswith(b"%PDF") for path in paths if path.suffix == ".pdf")
    assert len(steps) == 2 * len(reporting.NOTEBOOKS) + 1
    page = (tmp_path / "build" / "small" / "first.html").read_text()
    assert "number 5" in page
    assert "A small variant" in page
    bound = (tmp_path / "build" / "small" / "report.html").read_text()
    assert bound.index("The first") < bound.index("The second")
    assert sorted(path.name for path in (tmp_path / "build").iterdir()) == ["index.html", "small"]


def test_the_same_report_is_the_same_bytes_in_another_folder(notebooks, tmp_path, bytes_of):
    for build in ("one", "two/deeper"):
        reporting.report(variant(notebooks), notebooks, tmp_path / build)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two" / "deeper")


def test_a_run_that_fails_leaves_the_earlier_report_whole(notebooks, tmp_path, bytes_of):
    build = tmp_path / "build"
    reporting.report(variant(notebooks), notebooks, build)
    before = bytes_of(build)
    with pytest.raises(RunError, match=r"second\.ipynb: cell 3 failed: ZeroDivisionError"):
        reporting.report(variant(notebooks, number=7), notebooks, build)
    after = bytes_of(build)
    assert {name: content for name, content in after.items() if "failed" not in name} == before
    assert [name for name in after if "failed" in name] == ["small/notebooks/second.failed.ipynb"]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"numbr": 1}, r"small\.yml: 'numbr' is a parameter of no notebook; did you mean 'number'"),
        ({"number": "x"}, r"small\.yml: parameter number: 'x'"),
        ({"countries": ["Irak"]}, r"small\.yml, first: countries: 'Irak' does not occur; did you mean 'Iraq'"),
        ({"start": "2024-02-01", "end": "2024-01-01"}, r"small\.yml, first: end \(2024-01-01\) is before start"),
        ({"start": "2001-01-01", "end": "2001-02-01"}, r"small\.yml, first: the view selects no incident"),
    ],
)
def test_what_cannot_be_run_is_said_before_any_kernel_starts(notebooks, tmp_path, monkeypatch, parameters, words):
    monkeypatch.setattr(reporting, "execute", lambda *_: pytest.fail("a kernel would have been started"))
    with pytest.raises(InputError, match=words):
        reporting.report(variant(notebooks, **parameters), notebooks, tmp_path / "build")
    assert not list((tmp_path / "build").rglob("*"))


def test_variants_are_chosen_by_name_or_all():
    folder = REPOSITORY / "notebooks" / "parameters"
    assert [found.name for found in reporting.choose(folder, ["seeds", "all"], False)] == ["seeds", "all"]
    assert {"all", "confirmed", "seeds"} <= {found.name for found in reporting.choose(folder, [], True)}


def test_an_unknown_variant_is_answered_with_the_nearest_and_all():
    with pytest.raises(InputError, match=r"no variant 'seed' in .*; did you mean 'seeds'\? \(there are: all, confirmed"):
        reporting.choose(REPOSITORY / "notebooks" / "parameters", ["seed"], False)


def test_the_evidence_hash_changes_with_a_byte_and_with_a_name_and_with_nothing_else(tiny):
    root = tiny()
    first = reporting.evidence_hash(root)
    (root / "notes.txt").write_text("not a table")
    assert reporting.evidence_hash(root) == first
    claims = root / "seeds" / "claims.csv"
    claims.rename(root / "seeds" / "claims2.csv")
    renamed = reporting.evidence_hash(root)
    (root / "seeds" / "claims2.csv").rename(claims)
    assert reporting.evidence_hash(root) == first
    claims.write_bytes(claims.read_bytes() + b"\n")
    assert len({first, renamed, reporting.evidence_hash(root)}) == 3


def test_provenance_names_variant_parameters_evidence_and_libraries(notebooks):
    said = dict(reporting.provenance(variant(notebooks), {"sets": ["seeds"]}))
    assert said["Variant"] == "small: for the tests"
    assert said["Parameters"] == '{"sets": ["seeds"]}'
    assert reporting.evidence_hash()[:16] in said["Evidence"]
    assert all(name in said["Made with"] for name in reporting.LIBRARIES)
    assert dict(reporting.provenance(variant(notebooks), {}))["Parameters"] == "the defaults"
