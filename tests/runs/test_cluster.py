"""A sweep on a real Dask scheduler with two worker processes, one of which dies at work."""

import os
import select
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from analysis import InputError
from analysis.cli import main
from analysis.runs import cluster
from analysis.runs.sweeps import local_runner, plan_sweep, run_sweep
from tests.conftest import WAIT

pytestmark = pytest.mark.slow

SHOW = """
import os, time, psutil, analysis as a
if number == 3 and os.path.exists(pipe):
    os.remove(pipe), os.write(os.open(met, os.O_WRONLY), b'%d\\n' % psutil.Process(os.getppid()).ppid())
    time.sleep(600)
assert number != 13, 'unlucky'
a.show_results([{'measure': 'square', 'value': number**2}])
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler with two workers of one thread each, all processes of their own."""
    yield from start_scheduler(tmp_path_factory)


@pytest.fixture
def own_scheduler(tmp_path_factory):
    """The same for one test alone."""
    yield from start_scheduler(tmp_path_factory)


def start_scheduler(tmp_path_factory):
    """Start a scheduler and two workers; end them afterwards."""
    folder = tmp_path_factory.mktemp("dask")
    own = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    found = ["--scheduler-file", str(folder / "scheduler.json")]
    worker = ["worker", *found, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
    with open(folder / "said", "w") as said:
        start = lambda *words: subprocess.Popen([sys.executable, "-m", "dask", *words], stderr=said)  # noqa: E731
        with start("scheduler", *own, *found) as main, start(*worker) as one, start(*worker) as other:
            from distributed import Client

            with Client(scheduler_file=str(folder / "scheduler.json"), timeout=WAIT, set_as_default=False) as client:
                client.wait_for_workers(2, timeout=WAIT)
                yield client.scheduler.address
            for process in (one, other, main):
                process.kill()


@pytest.fixture
def squares(write_notebook, tmp_path):
    """A notebook that shows squares, and that stops at 3 to say which process is its worker, the first time."""
    for name in ("pipe", "met"):
        os.mkfifo(tmp_path / name)
    names = "\n".join(f"{name} = {str(tmp_path / name)!r}" for name in ("pipe", "met"))
    return write_notebook(SHOW, parameters=f"number = 1\n{names}", name="squares")


def test_nothing_is_lost_when_a_worker_dies_at_work(scheduler, squares, tmp_path):
    runs = plan_sweep(squares, [{"number": n} for n in (1, 2, 3, 4, 13)], tmp_path / "runs")
    with open(os.open(tmp_path / "met", os.O_RDWR)) as met, ThreadPoolExecutor(1) as pool:
        sweeping = pool.submit(run_sweep, runs, cluster.dask_runner(scheduler))
        assert select.select([met], [], [], WAIT)[0], "no run ever met us"
        os.kill(int(met.readline()), signal.SIGKILL)
    swept = sweeping.result()
    assert swept.table["value"].tolist() == [1, 4, 9, 16]
    ((words, reason),) = swept.failures.items()
    assert words == "number=13"
    failed = runs[-1].failed / "squares.failed.ipynb"
    assert reason == f"squares.ipynb: cell 2 failed: AssertionError: unlucky (see {failed})"
    assert b"unlucky" in failed.read_bytes()
    again = run_sweep(runs[:4], local_runner())
    assert again.reused == 4
    pd.testing.assert_frame_equal(again.table, swept.table)


WHERE = """
import os, psutil, analysis as a
worker = psutil.Process(os.getppid()).ppid()
a.show_results([{'measure': 'square', 'value': number**2}, {'measure': 'worker', 'value': worker}])
"""


def test_the_command_line_sweeps_on_the_workers_and_writes_the_table(scheduler, write_notebook, tmp_path):
    from distributed import Client

    with Client(scheduler, timeout=WAIT, set_as_default=False) as client:
        workers = set(client.run(os.getpid).values())
    out = tmp_path / "out.csv"
    words = ["--set", "number=2,3", "--dask", scheduler, "--out", str(out)]
    done = CliRunner().invoke(main, ["sweep", str(write_notebook(WHERE)), *words])
    assert done.exit_code == 0, done.output
    assert "out.csv: 4 results of 2 runs (0 finished before)" in done.stdout
    table = pd.read_csv(out).pivot(index="number", columns="measure", values="value")
    assert table["square"].to_dict() == {2: 4, 3: 9}
    assert set(table["worker"]) <= workers


def test_what_a_worker_sends_back_is_what_a_run_here_gives(scheduler, write_notebook, tmp_path):
    source = write_notebook("import analysis as a\na.show_results([{'measure': 'number', 'value': number}])")
    (there,), (here,) = (plan_sweep(source, [{"number": 2}], tmp_path / name) for name in ("there", "here"))
    run_sweep([there], cluster.dask_runner(scheduler))
    run_sweep([here], local_runner())
    assert there.output.read_bytes() == here.output.read_bytes()


def test_a_worker_with_other_evidence_or_another_package_is_refused(scheduler, squares, tmp_path):
    (run,) = plan_sweep(squares, [{"number": 1}], tmp_path / "runs")
    for name in ("data/incidents.csv", "analysis/measures/gaps.py"):
        run.inputs["files"] |= {name: "other"}
    with pytest.raises(InputError, match="cannot stand in .*: .*incidents.csv changed; .*gaps.py changed"):
        run_sweep([run], cluster.dask_runner(scheduler))
    assert not run.folder.exists()


def test_a_worker_that_does_not_have_the_evidence_is_refused(scheduler, squares, tmp_path):
    (run,) = plan_sweep(squares, [{"number": 1}], tmp_path / "runs")
    run.parameters["folder"] = "/nowhere"
    with pytest.raises(InputError, match="cannot stand in .*: InputError: .*/nowhere"):
        run_sweep([run], cluster.dask_runner(scheduler))


def test_without_dask_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install distributed"):
        cluster.dask_runner("tcp://127.0.0.1:8786")


STOP = """
import os, time
from analysis.comparisons import pause_search

def slow_weigh(batch, search):
    if os.path.exists({pipe!r}):
        os.remove({pipe!r})
        os.write(os.open({met!r}, os.O_WRONLY), b"%d\\n" % os.getpid())
        time.sleep(600)
    return pause_search.weigh_batch(batch, search)
"""


def test_a_search_for_pauses_loses_nothing_when_a_worker_dies_at_work(own_scheduler, tmp_path):
    """The first worker that takes a batch says who it is and is killed; the table is that of one process."""
    from analysis.comparisons import pause_search

    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=200)
    rates = np.where((np.arange(200) > 60) & (np.arange(200) < 120), 0.0, 0.8)
    parts = [days.repeat(rng.poisson(rates if n % 3 == 0 else 0.5, 200)) for n in range(90)]
    actors = np.repeat(np.arange(90), [len(part) for part in parts])
    date = pd.Series(np.concatenate([part.to_numpy() for part in parts]))
    incidents = pd.DataFrame({"date": date, "date_start": date, "date_end": date, "actor": actors})
    for name in ("pipe", "met"):
        os.mkfifo(tmp_path / name)
    namespace: dict = {}
    exec(STOP.format(pipe=str(tmp_path / "pipe"), met=str(tmp_path / "met")), namespace)
    run, answered = cluster.dask_batches(own_scheduler), []

    def runner(tasks):
        slowed = [(name, namespace["slow_weigh"] if work is pause_search.weigh_batch else work, arguments)
                  for name, work, arguments in tasks]  # fmt: skip
        for name, result in run(slowed):
            answered.append(name)
            yield name, result

    options = {"by": "actor", "min_events": 5}
    with open(os.open(tmp_path / "met", os.O_RDWR)) as met, ThreadPoolExecutor(1) as pool:
        searching = pool.submit(pause_search.find_pauses, incidents, runner=runner, **options)
        assert select.select([met], [], [], WAIT)[0], "no batch ever met us"
        os.kill(int(met.readline()), signal.SIGKILL)
    found = searching.result()
    assert len(answered) == len(set(answered)) >= 4
    pd.testing.assert_frame_equal(found, pause_search.find_pauses(incidents, workers=1, **options))
    assert found["is_announced"].sum() >= 3
