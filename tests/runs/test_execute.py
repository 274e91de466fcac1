"""A notebook runs whole or not at all: real notebooks on a real kernel, through papermill."""

import json
import os

import nbformat
import pytest

from analysis.evidence.problems import InputError
from analysis.runs.execute import RunError, execute


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """`execute` sets what kernels inherit; here it is put back for the tests that follow."""
    for name, value in os.environ.items():
        monkeypatch.setenv(name, value)


def texts(notebook) -> list[str]:
    return [out.get("text", "") for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]


def test_a_run_takes_the_parameters_given_and_is_saved_whole(write_notebook, tmp_path):
    source = write_notebook("# A title", "print(number * 2)", "1 + 1")
    before = source.read_bytes()
    output = tmp_path / "out" / "deep" / "small.ipynb"
    executed = execute(source, output, {"number": 21})
    assert texts(executed)[0] == "42\n"
    nbformat.validate(saved := nbformat.read(output, as_version=4))
    assert saved == executed
    assert [cell.execution_count for cell in saved.cells if cell.cell_type == "code"] == [1, 2, 3, 4]
    assert source.read_bytes() == before
    assert [path.name for path in output.parent.iterdir()] == ["small.ipynb"]


def test_nothing_that_differs_from_run_to_run_is_saved(write_notebook, tmp_path):
    saved = []
    for place in ("one", "another/and deeper"):
        source = write_notebook("print(number)", "import time; print(time.tzname[0], hash('a'))", folder=tmp_path / place)
        output = tmp_path / place / "out.ipynb"
        execute(source, output, {"number": 5})
        saved.append(output.read_bytes())
    assert saved[0] == saved[1]
    content = json.loads(saved[0])
    assert content["metadata"]["papermill"] == {"parameters": {"number": 5}}
    assert not any({"papermill", "execution"} & set(cell["metadata"]) for cell in content["cells"])
    assert str(tmp_path).encode() not in saved[0]


@pytest.fixture
def earlier(tmp_path):
    """A good output of an earlier run."""
    output = tmp_path / "out" / "small.ipynb"
    output.parent.mkdir()
    output.write_text("an earlier good run")
    return output


def failed(output):
    return output.with_name("small.failed.ipynb")


def test_a_failing_cell_is_named_as_the_author_counts(write_notebook, earlier):
    source = write_notebook("# One", "x = 1", "raise LookupError('no such base')", "print('after')")
    for parameters in ({}, {"number": 2}):
        with pytest.raises(RunError, match=r"small\.ipynb: cell 4 failed: LookupError: no such base \(see .*failed"):
            execute(source, earlier, parameters)


def test_a_failed_run_leaves_the_earlier_output_and_is_kept_beside_it(write_notebook, earlier):
    source = write_notebook("print('before')", "1 / 0", "print('after')")
    with pytest.raises(RunError, match="ZeroDivisionError"):
        execute(source, earlier, {})
    assert earlier.read_text() == "an earlier good run"
    kept = nbformat.read(failed(earlier), as_version=4)
    assert "before\n" in texts(kept)
    assert "after\n" not in texts(kept)
    assert any(out.output_type == "error" for cell in kept.cells if cell.cell_type == "code" for out in cell.outputs)
    assert sorted(path.name for path in earlier.parent.iterdir()) == ["small.failed.ipynb", "small.ipynb"]


def test_what_failed_can_be_kept_elsewhere(write_notebook, earlier, tmp_path):
    with pytest.raises(RunError, match="elsewhere"):
        execute(write_notebook("1 / 0"), earlier, {}, keep_failed=tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "small.failed.ipynb").is_file()
    assert not failed(earlier).exists()


def test_a_success_takes_the_failed_run_away(write_notebook, earlier):
    with pytest.raises(RunError):
        execute(write_notebook("1 / (number - 1)"), earlier, {})
    execute(write_notebook("1 / (number - 1)"), earlier, {"number": 2})
    assert not failed(earlier).exists()
    assert nbformat.read(earlier, as_version=4).cells


@pytest.mark.parametrize(
    "cell",
    ["import os; os._exit(0)", "import os; os._exit(1)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
    ids=["exit-0", "exit-1", "killed"],
)
def test_a_dead_kernel_is_a_failed_run(write_notebook, earlier, cell):
    with pytest.raises(RunError, match=r"small\.ipynb: the kernel died"):
        execute(write_notebook("print('before')", cell), earlier, {})
    assert earlier.read_text() == "an earlier good run"
    assert "before\n" in texts(nbformat.read(failed(earlier), as_version=4))


def test_a_cell_that_takes_too_long_is_a_failed_run(write_notebook, earlier):
    with pytest.raises(RunError, match=r"small\.ipynb: a cell ran out of time"):
        execute(write_notebook("import time; time.sleep(600)"), earlier, {}, cell_seconds=1)
    assert earlier.read_text() == "an earlier good run"


@pytest.mark.parametrize("cell", ["import sys; sys.exit(0)", "import sys; sys.exit('enough')", "raise KeyboardInterrupt"])
def test_leaving_early_is_a_failed_run(write_notebook, earlier, cell):
    with pytest.raises(RunError, match="cell 2 failed"):
        execute(write_notebook(cell, "print('after')"), earlier, {})
    assert earlier.read_text() == "an earlier good run"


def test_bad_input_that_a_notebook_finds_is_bad_input_and_no_failed_run(write_notebook, earlier):
    source = write_notebook("from analysis import InputError\nraise InputError('the view selects no incident')")
    with pytest.raises(InputError, match=r"small\.ipynb: the view selects no incident"):
        execute(source, earlier, {})
    assert earlier.read_text() == "an earlier good run"


def test_a_notebook_that_is_not_there_is_bad_input(tmp_path):
    with pytest.raises(InputError, match="cannot run"):
        execute(tmp_path / "gone.ipynb", tmp_path / "out.ipynb", {})
    assert list(tmp_path.iterdir()) == []
