"""What goes wrong around a report: it ends in one clear line, and what was published stays whole."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.cli import main
from analysis.evidence import folders
from analysis.reports import plan as planning
from analysis.runs import run_record
from analysis.runs.atomic_folder import publish_folder
from tests.conftest import write_evidence

pytestmark = pytest.mark.slow

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
PARAMETERS = 'folder = ""  # evidence\nnumber = 1  # a number'


def write(path: Path, *cells: str, parameters: tuple[str, ...] = (PARAMETERS,)) -> None:
    made = [new_markdown_cell("# A title")]
    made += [new_code_cell(text, metadata={"tags": ["parameters"]}) for text in parameters]
    made += [new_code_cell(text) for text in cells]
    nbformat.write(new_notebook(cells=made, metadata={"kernelspec": KERNEL}), path)


@pytest.fixture(scope="module")
def one_claim(tmp_path_factory):
    """A folder of evidence with one claim, already built."""
    root = write_evidence(tmp_path_factory.mktemp("built"))
    assert CliRunner().invoke(main, ["build", "--folder", str(root)]).exit_code == 0
    return root


@pytest.fixture
def repository(one_claim, tmp_path, monkeypatch):
    """A small repository of its own: one notebook, one variant, one claim."""
    root = shutil.copytree(one_claim, tmp_path, dirs_exist_ok=True)
    (root / "notebooks" / "parameters").mkdir(parents=True)
    (root / "notebooks" / "parameters" / "all.yml").write_text("title: All\n")
    write(root / "notebooks" / "one.ipynb", "print('number', number)")
    for module in (folders, planning):
        monkeypatch.setattr(module, "REPOSITORY", root)
    monkeypatch.setattr(planning, "NOTEBOOKS", ("one",))
    return root


@pytest.fixture
def report(repository):
    """The command, in this process: its server for warm kernels serves all tests."""

    def run(*arguments, build=repository / "build"):
        return CliRunner().invoke(main, ["report", "--build", *map(str, (build, *arguments))], catch_exceptions=False)

    return run


def one_line(said, status: int) -> str:
    """The message, if the command ended with it and nothing else."""
    assert (said.exit_code, said.stdout) == (status, "")
    assert said.stderr.startswith("incidents: ")
    assert said.stderr.count("\n") == 1
    return said.stderr


def whole(folder: Path) -> int:
    """The number that a published report is of; every file as its record has it, and every file of that run."""
    found = run_record.read_record(folder)
    assert run_record.altered_outputs(folder, found) == []
    assert {path.relative_to(folder).as_posix() for path in run_record.output_files(folder)} == set(found["outputs"])
    number = found["inputs"]["parameters"].get("number", 1)
    for name in ("one.html", "report.html"):
        assert f"number {number}" in BeautifulSoup((folder / name).read_text(), "html.parser").get_text()
    executed = nbformat.read(folder / "notebooks" / "one.ipynb", as_version=4)
    assert f"number {number}\n" in executed.cells[-1].outputs[0].text
    assert all((folder / name).read_bytes().rstrip().endswith(b"%%EOF") for name in ("one.pdf", "report.pdf"))
    return number


# A process that has imported everything makes a report after a report; each in a child that may be killed.
KILLER = """
    import os, random, signal, sys, time
    from pathlib import Path
    import psutil
    from analysis.reports.plan import Plan
    from analysis.reports.report import run_report
    from analysis.runs.forked_kernels import prepare_server
    from analysis.runs.normalisation import fixed_environment
    from analysis.runs.variants import Variant

    prepare_server(fixed_environment())
    root = Path(sys.argv[1])

    def child(number):
        values = {"number": number, "folder": str(root)}
        variant = Variant("all", "All", "", values, root / "all.yml")
        plan = Plan(variant, (root / "notebooks" / "one.ipynb",), root / "build" / "all")
        process = os.fork()
        if not process:
            run_report(plan)
            os._exit(0)
        return process

    assert os.waitpid(child(-1), 0)[1] == 0  # the server is ready
    begun = time.monotonic()
    assert os.waitpid(child(0), 0)[1] == 0
    whole, moments = time.monotonic() - begun, random.Random(25)
    for number in range(1, 26):
        process = child(number)
        time.sleep(moments.uniform(0, whole))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        for server in psutil.Process().children():  # it serves all children here, and so does not end with one
            for kernel in server.children():
                kernel.kill()
        print(number, flush=True)
        sys.stdin.readline()
    assert os.waitpid(child(26), 0)[1] == 0
"""


def test_killed_at_25_moments_every_published_file_is_whole_and_of_one_run(repository):
    killer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLER), repository],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    published_by = []
    for line in killer.stdout:
        published_by.append(whole(repository / "build" / "all"))
        assert published_by[-1] <= int(line)
        killer.stdin.write("go on\n")
        killer.stdin.flush()
    assert killer.wait() == 0
    assert len(published_by) == 25
    assert whole(repository / "build" / "all") == 26
    assert sorted(path.name for path in (repository / "build").iterdir()) == [".all", "all"]
    assert sorted(path.name for path in (repository / "build" / ".all").iterdir()) == ["kept", "lock"]


def test_a_kernel_killed_from_outside_in_a_cell_leaves_the_earlier_report(repository, report):
    assert report().exit_code == 0
    pipe = repository / "pid"
    os.mkfifo(pipe)
    cell = f"import os, time\nwith open({str(pipe)!r}, 'w') as out: print(os.getpid(), file=out)\ntime.sleep(600)"
    write(repository / "notebooks" / "one.ipynb", cell)
    kill = f"import os; os.kill(int(open({str(pipe)!r}).readline()), {int(signal.SIGKILL)})"
    killer = subprocess.Popen([sys.executable, "-c", kill])
    message = one_line(report(), 1)
    assert killer.wait() == 0
    assert "one.ipynb: the kernel died in cell 3: killed by SIGKILL" in message
    assert str(Path("build", "all.failed", "one.failed.ipynb")) in message
    assert whole(repository / "build" / "all") == 1


def test_a_cell_that_allocates_without_end_ends_at_the_limit_of_memory(repository, report):
    assert report().exit_code == 0
    write(repository / "notebooks" / "one.ipynb", "x = []\nwhile True: x.append(bytearray(10**7))")
    assert "one.ipynb: cell 3 ran out of memory (limit: 700 MB)" in one_line(report("--memory", 700), 1)
    assert whole(repository / "build" / "all") == 1


@pytest.fixture
def mounted(tmp_path):
    """Mounts a file system of so many kilobytes on a new folder; None where this system lets nobody do that."""
    folder = tmp_path / "mounted"
    folder.mkdir()

    def mount(*options: str) -> Path | None:
        command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
        done = shutil.which("mount") and subprocess.run(command, capture_output=True).returncode == 0
        return folder if done else None

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)


TOO_MUCH = "import base64, os\nprint(base64.b64encode(os.urandom(3_000_000)).decode())"


def test_a_full_disk_is_one_line_and_the_earlier_report_stays(repository, report, mounted):
    disk = mounted("size=2m")
    build = disk or repository / "build"
    assert report(build=build).exit_code == 0
    write(repository / "notebooks" / "one.ipynb", TOO_MUCH)
    if disk:
        message = one_line(report(build=build), 1)
        assert "all could not be made: No space left on device" in message
    else:
        message = limited_in_size(repository)
        assert "all could not be made: File too large" in message
    assert whole(build / "all") == 1
    assert sorted(path.name for path in (build / ".all").iterdir()) == ["kept", "lock"]
    write(repository / "notebooks" / "one.ipynb", "print('number', number)", "1 + 1")
    assert report(build=build).exit_code == 0


def limited_in_size(root: Path) -> str:
    """The same in a process that may write no file of more than a megabyte."""
    script = f"""
        import resource, signal
        from pathlib import Path
        from analysis.cli import main
        from analysis.evidence import folders
        from analysis.reports import plan
        folders.REPOSITORY = plan.REPOSITORY = Path({str(root)!r})
        plan.NOTEBOOKS = ("one",)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
        main(["report", "--build", {str(root / "build")!r}])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_two_reports_at_once_in_one_folder_are_one_report_and_one_line(repository, report):
    assert report().exit_code == 0
    with publish_folder(repository / "build" / "all") as made:
        shutil.copytree(repository / "build" / "all", made, dirs_exist_ok=True)
        message = one_line(report("--force"), 1)
        assert f"another run is making {made.parents[1] / 'all'}: wait for it, or choose another folder" in message
        assert report("--force", build=repository / "elsewhere").exit_code == 0
    assert whole(repository / "build" / "all") == 1


def test_a_read_only_folder_is_one_line(repository, report, mounted):
    build = mounted("ro") or repository / "closed"
    build.mkdir(exist_ok=True)
    if build.name == "closed":
        build.chmod(0o555)
    assert f"cannot write to {build}: " in one_line(report(build=build), 2)
    assert list(build.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_one_line(repository, report):
    (repository / "build").write_text("mine")
    assert f"cannot write to {repository / 'build'}: " in one_line(report(), 2)
    assert (repository / "build").read_text() == "mine"


def old_format(path: Path) -> None:
    nbformat.write(nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet()]), path, version=3)


MALFORMED = {
    "no parameters cell": (lambda path: write(path, parameters=()), "has 0 cells tagged 'parameters'; needs 1"),
    "two": (lambda path: write(path, parameters=("a = 1", "b = 1")), "has 2 cells tagged 'parameters'; needs 1"),
    "invalid JSON": (lambda path: path.write_text('{"cells": ['), "is not a notebook: Expecting value"),
    "no list of cells": (lambda path: path.write_text('{"nbformat": 4}'), "is not a notebook: it has no list of cells"),
    "an old format": (old_format, "has the old notebook format 3; convert it first"),
    "not there": (Path.unlink, "does not exist"),
    "no text": (lambda path: path.write_bytes(b"\xff\xfe"), "is not a notebook"),
    "a cell of no known type": (
        lambda path: path.write_text(path.read_text().replace('"markdown"', '"poem"')), "is not a notebook",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_notebook_is_one_line_and_nothing_is_lost(repository, report, bytes_of, spoil, words):
    good = repository / "build" / "all" / "report.pdf"
    good.parent.mkdir(parents=True)
    good.write_text("an earlier good report")
    spoil(repository / "notebooks" / "one.ipynb")
    before = bytes_of(repository / "notebooks")
    message = one_line(report(), 2)
    assert f"{Path('notebooks', 'one.ipynb')} {words}" in message
    assert bytes_of(repository / "notebooks") == before
    assert good.read_text() == "an earlier good report"


def test_an_earlier_report_of_another_making_is_replaced_as_a_whole(repository, report):
    (repository / "build" / "all").mkdir(parents=True)
    (repository / "build" / "all" / "stray.pdf").write_text("of nobody")
    assert report().exit_code == 0
    assert whole(repository / "build" / "all") == 1
    assert json.loads((repository / "build" / "all" / "run.json").read_text())["outcome"] == "complete"
