"""A forked kernel does what a cold one does, only sooner: real servers, real kernels, real signals."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager
from importlib.metadata import entry_points

import pytest
from jupyter_core.utils import run_sync

from analysis.evidence.folders import REPOSITORY
from analysis.runs import forked_kernels
from analysis.runs.execution import execute
from analysis.runs.normalisation import fixed_environment
from analysis.runs.variants import list_variants, parameters_by_notebook
from tests.conftest import WAIT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="kernels are forked on Linux only"),
]
NOTEBOOKS = REPOSITORY / "notebooks"


class Talk:
    """A conversation with one kernel."""

    def __init__(self, manager):
        self.manager = manager
        self.client = manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=WAIT)

    def run(self, code: str, when=lambda text: None) -> str:
        """All that a cell prints, shows or raises; `when` hears every piece as it comes."""
        said = []

        def hear(message):
            content = message["content"]
            if piece := content.get("text") or content.get("evalue") or content.get("data", {}).get("text/plain"):
                said.append(piece)
                when(piece)

        self.client.execute_interactive(code, output_hook=hear, timeout=WAIT, allow_stdin=False)
        return "".join(said).strip()

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid

    def status(self) -> int | None:
        return run_sync(self.manager.provisioner.poll)()

    def ended(self) -> int:
        return run_sync(self.manager.provisioner.wait)()


@pytest.fixture
def start(tmp_path_factory):
    """Starts kernels, which end with the test."""
    talks = []

    def start(kind=forked_kernels.ForkedKernelManager, **more) -> Talk:
        sockets = tmp_path_factory.mktemp("k")
        manager = kind(kernel_name="python3", transport="ipc", ip=f"{sockets}/s")
        run_sync(manager.start_kernel)(env=fixed_environment(), **more)
        talks.append(Talk(manager))
        return talks[-1]

    yield start
    for talk in talks:
        talk.client.stop_channels()
        run_sync(talk.manager.shutdown_kernel)(now=True)


@contextmanager
def gone(*pids: int):
    """The processes that run now have ended soon after the block."""
    handles = [os.pidfd_open(pid) for pid in pids]
    yield
    for pid, handle in zip(pids, handles, strict=True):
        assert select.select([handle], [], [], WAIT)[0], f"process {pid} still runs"
        os.close(handle)


def without_process_ids(path) -> bytes:
    """The bytes of an executed notebook."""
    return re.sub(rb"ipykernel_\d+", b"ipykernel", path.read_bytes())


def both(notebook, folder):
    """A notebook executed cold and warm."""
    for kernel in ("cold", "warm"):
        execute(notebook, folder / f"{kernel}.ipynb", {}, kernel=kernel)
        yield without_process_ids(folder / f"{kernel}.ipynb")


def code_cells(notebook: bytes) -> list[dict]:
    """The code of a notebook with its outputs."""
    return [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]


def test_a_notebook_of_the_report_comes_out_the_same_cold_and_warm(real_reports, tmp_path):
    notebook, variant = NOTEBOOKS / "attack_frequency.ipynb", list_variants(NOTEBOOKS / "parameters")["seeds"]
    execute(notebook, tmp_path / "cold.ipynb", parameters_by_notebook([notebook], variant)[notebook], kernel="cold")
    cold = without_process_ids(tmp_path / "cold.ipynb")
    warm = without_process_ids(real_reports("seeds") / "seeds" / "notebooks" / notebook.name)
    assert code_cells(cold) == code_cells(warm)  # the report has the chapter's own title
    assert cold.count(b"image/svg+xml") > 1


def test_what_depends_on_how_a_kernel_starts_is_the_same_cold_and_warm(write_notebook, tmp_path):
    notebook = write_notebook(
        "%matplotlib inline",
        "import matplotlib.pyplot as plt; plt.plot([1, 3, 2]); None",
        "import seaborn as sns; sns.histplot([1, 2, 2, 3])",
        "import matplotlib; matplotlib.get_backend(), matplotlib.rcParams['figure.dpi']",
        "import sys, os, __main__; print(__name__, __main__.__dict__ is globals(), sys.argv[0], sys.path, os.getcwd())",
        "import warnings; warnings.warn('old', DeprecationWarning); warnings.warn('odd'); warnings.warn('odd')",
        "import pandas as pd; pd.DataFrame({'a': [1.0, None]})",
        "import random, numpy as np; random.random(), np.random.random(), np.random.default_rng(1).random(), hash('a')",
        "m = np.random.default_rng(2).random((600, 600)); (m @ m).sum().hex(), np.linalg.svd(m)[1][:3].tolist()",
        "import subprocess; subprocess.run(['echo', 'from a process']); os.write(1, b'from below'); None",
        "import time; time.tzname, time.localtime(0).tm_hour",
        "import signal; signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)",
        "sys.stdin.read(), sys.flags, sys.executable, sys.stdout.encoding",
        "import multiprocessing as mp; mp.get_context('fork').Pool(1).map(abs, [-3]), mp.current_process()",
        "import threading; threading.current_thread() is threading.main_thread()",
        "import pandera.pandas",  # which sets variables of the environment
        "{k: v for k, v in sorted(os.environ.items()) if k not in ('JPY_PARENT_PID', 'PYTEST_CURRENT_TEST')}",
        "sns.set_theme(); plt.bar([1, 2], [3, 4]); plt.title('styled'); plt.show()",
    )
    cold, warm = both(notebook, tmp_path)
    assert cold == warm
    assert cold.count(b"image/png") == 3


def test_a_kernel_cannot_ask_for_input(start):
    assert "input" in start().run("input('who?')")


def test_kernels_draw_different_random_numbers(start):
    draw = "import random, numpy; print(random.random(), numpy.random.random())"
    one, other = (start().run(draw).split() for _ in range(2))
    assert not set(one) & set(other)


def test_kernels_share_no_memory_that_one_of_them_changes(start):
    one, other = start(), start()
    one.run("import pandas; pandas.spoiled = True")
    assert other.run("import pandas; print(hasattr(pandas, 'spoiled'))") == "False"


def test_a_kernel_sees_folder_and_environment_of_its_start(start, tmp_path, monkeypatch):
    monkeypatch.setenv("OF_THIS_TEST", "here")
    said = start(cwd=str(tmp_path)).run("import os; print(os.getcwd(), os.environ['OF_THIS_TEST'], os.environ['TZ'])")
    assert said == f"{tmp_path} here UTC"


def test_a_kernel_runs_in_a_session_of_its_own(start):
    talk = start()
    assert os.getsid(talk.pid) == talk.pid != os.getsid(0)


def test_an_interrupt_reaches_the_cell_and_spares_the_kernel(start):
    talk = start()
    endless = "print('begun', flush=True)\nwhile True: pass"
    assert talk.run(endless, when=lambda text: "begun" in text and run_sync(talk.manager.interrupt_kernel)())
    assert talk.run("print('alive')") == "alive"


@pytest.mark.parametrize(
    ("last", "status"),
    [("os._exit(0)", 0), ("os._exit(7)", 7), ("os.kill(os.getpid(), 9)", -9), ("os.abort()", -signal.SIGABRT)],
)
def test_the_exit_status_of_a_kernel_is_known(start, last, status):
    talk = start()
    assert talk.status() is None
    talk.client.execute(f"import os; {last}")
    assert talk.ended() == status
    assert not run_sync(talk.manager.is_alive)()


def test_a_kernel_that_is_asked_to_end_runs_its_last_words(start, tmp_path):
    talk = start()
    talk.run(f"import atexit; atexit.register(lambda: open({str(tmp_path / 'said')!r}, 'w').write('goodbye'))")
    run_sync(talk.manager.shutdown_kernel)()
    assert (tmp_path / "said").read_text() == "goodbye"


def test_a_killed_kernel_takes_what_it_started_with_it(start):
    talk = start()
    child = int(talk.run("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"))
    with gone(talk.pid, child):
        run_sync(talk.manager.shutdown_kernel)(now=True)


def test_a_kernel_can_be_started_again(start):
    talk = start()
    talk.run("x = 1")
    run_sync(talk.manager.restart_kernel)()
    talk.client.wait_for_ready(timeout=WAIT)
    assert talk.run("print('x' in globals())") == "False"


ALONE = """
import os, sys
from jupyter_core.utils import run_sync
from analysis.runs import forked_kernels
manager = forked_kernels.ForkedKernelManager(kernel_name="python3", transport="ipc", ip=sys.argv[1] + "/s")
run_sync(manager.start_kernel)()
(server,) = forked_kernels._servers.values()
print(server._process.pid, manager.provisioner.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def alone(tmp_path):
    """Another process with a server and one kernel: the process, and the ids of all three."""
    with subprocess.Popen(
        [sys.executable, "-c", ALONE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process, (process.pid, *map(int, process.stdout.readline().split()))
        process.kill()


def test_server_and_kernels_end_with_the_process_that_started_them(alone):
    process, (_, server, kernel) = alone
    with gone(server, kernel):
        process.kill()


def test_kernels_end_with_their_server(alone):
    _, (_, server, kernel) = alone
    with gone(kernel):
        os.kill(server, signal.SIGKILL)


def test_servers_that_nobody_uses_any_more_end(monkeypatch):
    monkeypatch.setattr(forked_kernels, "_servers", {})
    env = fixed_environment()
    first, other, third = (forked_kernels.start_server((), None, env | {"OF_THIS_TEST": name}) for name in "abc")
    assert list(forked_kernels._servers.values()) == [other, third]
    assert first._process.returncode is not None
    assert forked_kernels.start_server((), None, env | {"OF_THIS_TEST": "b"}) is other
    other.stop()
    third.stop()


def test_where_forking_is_not_possible_kernels_start_cold_and_a_warning_says_so_once(start, monkeypatch):
    monkeypatch.delattr(os, "pidfd_open")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        for _ in range(2):
            assert start().run("print('cold')") == "cold"
    assert [str(w.message) for w in said if w.category is RuntimeWarning] == [
        "kernels start cold: this system cannot fork them"
    ]


def test_a_server_that_fails_leaves_kernels_cold(start, monkeypatch, tmp_path, capfd):
    (tmp_path / "seaborn.py").write_text("raise ImportError('broken')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        for _ in range(3):
            assert start().run("print('cold')") == "cold"
    (once,) = [str(warning.message) for warning in said if warning.category is RuntimeWarning]
    assert "does not answer" in once
    assert "ImportError: broken" in capfd.readouterr().err


def test_jupyter_client_finds_the_provisioner_by_its_name():
    (found,) = entry_points(group="jupyter_client.kernel_provisioners", name=forked_kernels.PROVISIONER)
    assert found.load() is forked_kernels.ForkedProvisioner


def test_another_language_starts_the_ordinary_way():
    with pytest.raises(OSError, match="not the IPython kernel"):
        forked_kernels.fork_kernel(["R", "--slave"], {})
