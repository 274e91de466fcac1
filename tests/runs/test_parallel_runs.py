"""Runs side by side: every failure said, and no kernel left when they are interrupted."""

import os
import select
import signal
import subprocess
import sys
import textwrap

import pytest

from analysis.evidence.errors import InputError, RunError
from analysis.runs.parallel_runs import RunningKernels, run_parallel


def test_results_come_in_the_order_of_the_items():
    assert run_parallel(lambda item, _: item * 2, [3, 1, 2], 2) == [6, 2, 4]


def fail_for(errors):
    def run(item, _):
        if item in errors:
            raise errors[item]
        return done.append(item)

    done = []
    return run, done


def test_a_failure_stops_no_other_and_all_failures_are_said():
    run, done = fail_for({1: RunError("one"), 3: RunError("three")})
    with pytest.raises(RunError, match="^one\nthree$"):
        run_parallel(run, [1, 2, 3, 4], 2)
    assert sorted(done) == [2, 4]


def test_bad_input_comes_before_failed_runs_and_a_bug_shows_itself():
    with pytest.raises(InputError, match="^given$"):
        run_parallel(fail_for({1: RunError("one"), 2: InputError("given")})[0], [1, 2], 2)
    with pytest.raises(ZeroDivisionError):
        run_parallel(fail_for({2: ZeroDivisionError()})[0], [1, 2], 2)


def sleeper() -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def test_stopping_ends_what_runs_and_what_is_only_starting_but_not_what_has_ended():
    running, first, ended, later = RunningKernels(), sleeper(), sleeper(), sleeper()
    with running.kernel(first.pid):
        with running.kernel(ended.pid):
            pass
        running.stop()
        assert first.wait() == -signal.SIGKILL
    with running.kernel(later.pid):
        assert later.wait() == -signal.SIGKILL
    assert ended.poll() is None
    ended.kill()
    ended.wait()


def first_words(pipe: int, process: subprocess.Popen) -> bytes:
    """What comes through the pipe; the end of the process would be seen too."""
    assert process.stderr is not None
    ready, *_ = select.select([pipe, process.stderr.fileno()], [], [])
    assert pipe in ready, process.communicate()[1].decode()
    return os.read(pipe, 100)


@pytest.mark.parametrize("kernel", ["cold", "warm"])
def test_ctrl_c_leaves_no_kernel_and_no_half_output(write_notebook, tmp_path, kernel):
    cell = "import os, time; os.write(os.open(path, os.O_WRONLY), str(os.getpid()).encode()); time.sleep(600)"
    notebook = write_notebook(cell, parameters='path = ""')
    names = [str(tmp_path / f"pid-{number}") for number in (1, 2)]
    script = f"""
        from pathlib import Path
        from analysis.runs.execution import execute
        from analysis.runs.parallel_runs import run_parallel

        def run(name, running):
            output = Path({str(tmp_path)!r}, "out", Path(name).name + ".ipynb")
            execute(Path({str(notebook)!r}), output, {{"path": name}}, kernel={kernel!r}, running=running)

        run_parallel(run, {names!r}, 2)
    """
    for name in names:
        os.mkfifo(name)
    pipes = [os.open(name, os.O_RDWR) for name in names]
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stderr=subprocess.PIPE)
    kernels = [int(first_words(pipe, process)) for pipe in pipes]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == -signal.SIGINT, said.decode()
    for pid in kernels:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, signal.SIG_DFL)
    assert list((tmp_path / "out").iterdir()) == []
    for pipe in pipes:
        os.close(pipe)
