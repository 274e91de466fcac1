"""A folder of outputs appears whole or not at all, and only one process at a time makes it."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.evidence.errors import InputError, RunError
from analysis.runs import atomic_folder
from analysis.runs.atomic_folder import publish_folder


def make(target: Path, text: str) -> None:
    with publish_folder(target) as made:
        (made / "below").mkdir()
        (made / "below" / "page").write_text(text)


def seen(build: Path) -> list[str]:
    return sorted(path.name for path in build.iterdir() if not path.name.startswith("."))


@pytest.fixture(params=["exchanged in one step", "renamed twice"])
def system(request, monkeypatch):
    """Linux, and a system that cannot exchange two folders."""
    if request.param == "renamed twice":
        monkeypatch.setattr(atomic_folder, "_exchanged", lambda *_: False)


@pytest.mark.usefixtures("system")
def test_a_folder_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "build" / "all"
    make(target, "one")
    (target / "stray").write_text("of the first run")
    make(target, "two")
    assert (target / "below" / "page").read_text() == "two"
    assert [path.name for path in target.iterdir()] == ["below"]
    assert seen(tmp_path / "build") == ["all"]
    assert [path.name for path in (tmp_path / "build" / ".all").iterdir()] == ["lock"]


@pytest.mark.usefixtures("system")
@pytest.mark.parametrize("error", [RunError("no"), KeyboardInterrupt(), ValueError()])
def test_a_block_that_fails_changes_nothing(tmp_path, error):
    make(tmp_path / "all", "one")
    with pytest.raises(type(error)), publish_folder(tmp_path / "all") as made:
        (made / "page").write_text("half")
        raise error
    assert (tmp_path / "all" / "below" / "page").read_text() == "one"
    assert [path.name for path in (tmp_path / ".all").iterdir()] == ["lock"]


def test_on_linux_there_is_no_instant_without_the_folder(tmp_path, monkeypatch):
    if sys.platform != "linux":
        pytest.skip("only Linux exchanges folders")
    make(tmp_path / "all", "one")
    monkeypatch.setattr(os, "rename", lambda *_: pytest.fail("the folder would have been away"))
    make(tmp_path / "all", "two")
    assert (tmp_path / "all" / "below" / "page").read_text() == "two"


def killed_while(script: str, target: Path) -> None:
    whole = f"""
import os, signal
from pathlib import Path
from analysis.runs import atomic_folder
from analysis.runs.atomic_folder import publish_folder
target = Path({str(target)!r})
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
{script}
"""
    assert subprocess.run([sys.executable, "-c", whole]).returncode == -signal.SIGKILL


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path):
    target = tmp_path / "all"
    make(target, "one")
    killed_while("with publish_folder(target) as made:\n (made / 'half').write_text('x'); die()", target)
    assert (tmp_path / ".all" / "made" / "half").exists()
    assert (target / "below" / "page").read_text() == "one"
    make(target, "two")
    assert [path.name for path in (tmp_path / ".all").iterdir()] == ["lock"]


def test_killed_between_two_renames_the_former_folder_comes_back(tmp_path):
    target = tmp_path / "all"
    make(target, "one")
    killed_while(
        "atomic_folder._exchanged = lambda *_: False\nrename = os.rename\n"
        "os.rename = lambda one, other: die() if Path(one).name == 'made' else rename(one, other)\n"
        "with publish_folder(target) as made:\n (made / 'page').write_text('two')",
        target,
    )
    assert not target.exists()
    with pytest.raises(RunError), publish_folder(target):
        assert (target / "below" / "page").read_text() == "one"
        raise RunError
    assert (target / "below" / "page").read_text() == "one"


def test_a_second_process_gets_one_line_until_the_first_is_gone(tmp_path):
    code = (
        "import sys; from pathlib import Path; from analysis.runs.atomic_folder import publish_folder\n"
        "with publish_folder(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, tmp_path / "all"]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout and holder.stdin
    assert holder.stdout.readline() == "in\n"
    with pytest.raises(RunError, match=r"another run is making .*all: wait for it, or choose another folder"):
        make(tmp_path / "all", "mine")
    make(tmp_path / "other", "another folder beside is free")
    holder.kill()
    holder.communicate()
    make(tmp_path / "all", "mine")
    assert (tmp_path / "all" / "below" / "page").read_text() == "mine"


def test_a_file_where_the_folder_is_to_go_is_bad_input(tmp_path):
    (tmp_path / "all").write_text("mine")
    with pytest.raises(InputError, match=r"all is a file, where a folder is to go"):
        make(tmp_path / "all", "x")
    with pytest.raises(InputError, match=r"cannot write to .*all: Not a directory"):
        make(tmp_path / "all" / "below", "x")
    assert (tmp_path / "all").read_text() == "mine"


def test_a_disk_that_fails_is_a_failed_run_and_any_other_error_shows_itself(tmp_path):
    make(tmp_path / "all", "one")
    with (
        pytest.raises(RunError, match=r"all could not be made: No space left on device"),
        publish_folder(tmp_path / "all"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(FileNotFoundError), publish_folder(tmp_path / "all"):
        (tmp_path / "gone").read_text()
    assert (tmp_path / "all" / "below" / "page").read_text() == "one"
