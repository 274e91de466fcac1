"""A notebook runs whole or not at all: real notebooks on a real kernel, through papermill."""

import json
import os
import signal
import subprocess
import sys
from functools import partial

import nbformat
import pytest

from analysis.evidence.errors import InputError, RunError
from analysis.runs import run_limits
from analysis.runs.execution import execute as execute_cold_or_warm
from analysis.runs.run_limits import RunLimits
from tests.conftest import limit

pytestmark = pytest.mark.slow

# A warm kernel gives what a cold one gives (test_kernels.py) and saves a second each time.
execute = partial(execute_cold_or_warm, kernel="warm")


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
        cell = "import time; print(time.tzname[0], hash('a'))"
        source = write_notebook("print(number)", cell, folder=tmp_path / place)
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
    return output.with_name(f"{output.stem}.failed.ipynb")


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


def marked(notebook):
    """The code cell that papermill's marker stands before."""
    cells = notebook.cells
    at = next(i for i, cell in enumerate(cells) if "papermill-error-cell" in cell.source and 'id="' in cell.source)
    return cells[at + 1].source


DEATHS = {
    "exit-0": ("import os; os._exit(0)", "it ended with status 0"),
    "exit-3": ("import os; os._exit(3)", "it ended with status 3"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL, as when memory runs out"),
    "aborted": ("import os; os.abort()", "killed by SIGABRT"),
    "after its last answer": ("import os, threading as t; t.Timer(0, os._exit, [1]).start()", "it ended with status 1"),
}


@pytest.mark.parametrize(("cell", "how"), DEATHS.values(), ids=DEATHS)
def test_a_dead_kernel_is_a_failed_run_that_says_where_and_how_it_died(write_notebook, earlier, cell, how):
    with pytest.raises(RunError, match=rf"small\.ipynb: the kernel died in cell 3: {how} \(see"):
        execute(write_notebook("print('before')", cell), earlier, {"number": 2})
    assert earlier.read_text() == "an earlier good run"
    kept = nbformat.read(failed(earlier), as_version=4)
    assert "before\n" in texts(kept)
    assert marked(kept) == cell


def test_a_cold_kernel_that_dies_is_told_of_too(write_notebook, earlier):
    with pytest.raises(RunError, match=r"the kernel died in cell 2: it ended with status 3"):
        execute_cold_or_warm(write_notebook("import os; os._exit(3)"), earlier, {})


@pytest.mark.parametrize(
    ("kind", "words"), [("cell_seconds", "the limit of a cell"), ("run_seconds", "the limit of the run")]
)
def test_a_cell_that_takes_too_long_is_named_with_the_limit(write_notebook, earlier, kind, words):
    cell, seconds = "import time; time.sleep(600)", limit(1)
    with pytest.raises(RunError, match=rf"small\.ipynb: cell 3 ran out of time: not done after {seconds} s, {words}"):
        execute(write_notebook("1 + 1", cell), earlier, {}, limits=RunLimits(**{kind: seconds}))
    assert earlier.read_text() == "an earlier good run"
    assert marked(nbformat.read(failed(earlier), as_version=4)) == cell


def test_a_cell_that_takes_too_long_leaves_one_line_and_no_noise(write_notebook, tmp_path):
    source, output = write_notebook("import time; time.sleep(600)"), tmp_path / "out.ipynb"
    code = """
import sys, threading
from pathlib import Path
from analysis.runs.execution import execute
from analysis.runs.run_limits import RunLimits
limits = {"limits": RunLimits(cell_seconds=2)}
work = threading.Thread(target=execute, args=[*map(Path, sys.argv[1:]), {}], kwargs=limits)
threading.excepthook = lambda told: print(told.exc_value)
work.start(), work.join()  # as the notebooks of a report, which run beside each other
"""
    done = subprocess.run([sys.executable, "-c", code, str(source), str(output)], capture_output=True, text=True)
    assert "ran out of time" in done.stdout
    assert done.stderr == ""


ALLOCATING = {
    "in one piece": "x = bytearray(10**10)",
    "piece by piece": "x = []\nwhile True: x.append(bytearray(10**7))",
    "in the smallest pieces": "x = []\nwhile True: x.append(object())",
    "in an array": "import numpy\nnumpy.ones(10**10)",
    "in numbers, so that none is left for the interpreter": "x = {}\nwhile True: x[len(x)] = str(len(x))",
    "in pieces that hold each other": "x = None\nwhile True: x = [x]",
}


@pytest.mark.parametrize("cell", ALLOCATING.values(), ids=ALLOCATING)
def test_a_cell_that_allocates_without_end_hits_the_limit_of_memory_and_not_the_machine(
    write_notebook, earlier, cell, monkeypatch
):
    monkeypatch.setattr(run_limits, "FULL_SECONDS", 1)
    with pytest.raises(RunError, match=r"small\.ipynb: cell 2 ran out of memory \(limit: 1,500 MB\)"):
        execute(write_notebook(cell), earlier, {}, limits=RunLimits(memory_mb=1500))
    assert earlier.read_text() == "an earlier good run"
    assert marked(nbformat.read(failed(earlier), as_version=4)) == cell


SILENT = """
import os, re, signal, time
before = int(re.search(r"VmData:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
held = bytearray(max(0, {size} - before) * 2**20)
time.sleep(2.5)
{end}"""


@pytest.mark.parametrize(
    ("size", "end", "words"),
    [
        (1320, "os._exit(1)", "ran out of memory"),
        (1320, "os.kill(os.getpid(), signal.SIGSEGV)", "ran out of memory"),
        (1320, "os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
        (0, "os._exit(1)", "ended with status 1"),
    ],
)
def test_a_kernel_that_dies_without_a_word_died_of_memory_only_if_it_was_full(
    write_notebook, earlier, size, end, words
):
    with pytest.raises(RunError, match=words):
        execute(write_notebook(SILENT.format(size=size, end=end)), earlier, {}, limits=RunLimits(memory_mb=1500))


def test_memory_that_came_back_in_time_is_no_reason_to_end_a_kernel(monkeypatch):
    monkeypatch.setattr(RunLimits, "memory_left", lambda self, pid: pid)
    monkeypatch.setattr(run_limits, "FULL_SECONDS", -1)
    watch = run_limits.MemoryWatch(RunLimits(memory_mb=1500))
    watch.look(run_limits.LEAST_BYTES - 1)
    assert watch.stays_full()
    watch.look(run_limits.LEAST_BYTES)
    assert not watch.stays_full()
    assert watch.was_nearly_full


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("import sys; sys.exit(0)", "cell 2 left early: status 0"),
        ("import sys; sys.exit()", "cell 2 left early: status 0"),
        ("import sys; sys.exit('enough')", "cell 2 left early: enough"),
        ("raise KeyboardInterrupt", "cell 2 failed: KeyboardInterrupt"),
    ],
)
def test_leaving_early_is_a_failed_run(write_notebook, earlier, cell, words):
    with pytest.raises(RunError, match=words):
        execute(write_notebook(cell, "print('after')"), earlier, {})
    assert earlier.read_text() == "an earlier good run"


def test_an_error_that_a_cell_was_allowed_is_an_error(write_notebook, earlier):
    source = write_notebook("1 / 0", "print('after')")
    notebook = nbformat.read(source, as_version=4)
    notebook.cells[1].metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, source)
    with pytest.raises(RunError, match="cell 2 failed: ZeroDivisionError"):
        execute(source, earlier, {})


def test_what_a_kernel_needs_is_given_to_it_and_not_to_this_process(write_notebook, tmp_path):
    before, here = dict(os.environ), os.getcwd()
    source = write_notebook("import os, time; print(os.environ['PYTHONHASHSEED'], time.tzname[0])")
    assert texts(execute(source, tmp_path / "out.ipynb", {}))[-1] == "0 UTC\n"
    assert (dict(os.environ), os.getcwd()) == (before, here)


def test_two_runs_draw_the_same_from_the_shared_generators(write_notebook, tmp_path):
    source = write_notebook("import random, numpy; print(random.random(), numpy.random.rand(), hash('a'))")
    said = {texts(execute(source, tmp_path / "out.ipynb", {}))[-1] for _ in range(2)}
    assert len(said) == 1


def test_a_kernel_that_cannot_start_is_one_line(write_notebook, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.runs.execution.KERNEL", "no-such-kernel")
    with pytest.raises(RunError, match=r"small\.ipynb: the kernel did not start: No such kernel named no-such-kernel"):
        execute(write_notebook("1"), tmp_path / "out.ipynb", {})
    assert not (tmp_path / "out.ipynb").exists()


def test_no_kernel_is_left_after_a_run_whatever_its_end(write_notebook, tmp_path):
    cells = {"good": "import os; print(os.getpid())", "bad": "import os; print(os.getpid()); 1 / 0"}
    for cell in cells.values():
        output = tmp_path / "out.ipynb"
        try:
            notebook = execute(write_notebook(cell), output, {})
        except RunError:
            notebook = nbformat.read(failed(output), as_version=4)
        (pid,) = (int(text) for text in texts(notebook) if text.strip().isdigit())
        with pytest.raises(ProcessLookupError):
            os.kill(pid, signal.SIG_DFL)


def test_bad_input_that_a_notebook_finds_is_bad_input_and_no_failed_run(write_notebook, earlier):
    source = write_notebook("from analysis import InputError\nraise InputError('the view selects no incident')")
    with pytest.raises(InputError, match=r"small\.ipynb: the view selects no incident"):
        execute(source, earlier, {})
    assert earlier.read_text() == "an earlier good run"


@pytest.mark.parametrize("cell", ["%nosuchmagic", "%%nosuchmagic\nx", "%load_ext no_such_extension"])
def test_a_cell_that_the_kernel_refuses_is_named_with_what_it_said(write_notebook, earlier, cell):
    source = write_notebook("x = 1", cell)
    with pytest.raises(RunError, match="cell 3 failed: .*no.?such") as error:
        execute(source, earlier, {})
    assert "\n" not in str(error.value)
