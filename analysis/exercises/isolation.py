"""What keeps a stranger's code away from everything else, as far as this machine can do it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from analysis.evidence.errors import InputError
from analysis.evidence.folders import REPOSITORY

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
            "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group")  # fmt: skip
NOBODY = 65534
BACKENDS = {
    "bwrap": "bwrap: sees the system's programs, the package and its tables, and writes into a folder of its own; "
    "no network, no other processes",
    "user": "user: runs as nobody, without network and other processes; reads what every user of this machine may read",
    "none": "none: runs as you, with your files and your network; only time, memory and output are limited",
}


def choose_backend(asked: str) -> str:
    """The way of isolation to use: the one asked for, or for `auto` the best that works here.

    Raises InputError, with the reason, if the way asked for does not work here.
    """
    if asked != "auto":
        if problem := missing_backend(asked):
            raise InputError(f"--isolate {asked} does not work here: {problem}")
        return asked
    return next(way for way in BACKENDS if not missing_backend(way))


@cache
def missing_backend(way: str) -> str:
    """Why this way of isolation does not work here; empty if it does. It is tried, not guessed."""
    if way == "none":
        return ""
    if sys.platform != "linux":
        return "it needs Linux"
    if way == "user" and os.geteuid() != 0:
        return "only root can run a submission as another user"
    for program in {"bwrap": ("bwrap",), "user": ("setpriv", "unshare")}[way]:
        if not shutil.which(program):
            return f"the program {program!r} is not installed"
    return _trial(way)


def _trial(way: str) -> str:
    """Starts Python in it, and imports what a kernel imports."""
    trial = [sys.executable, "-c", "import ipykernel, analysis"]
    done = subprocess.run(isolated_command(way, trial, []), capture_output=True, text=True, errors="replace", cwd="/")
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]


def isolated_command(way: str, run: Sequence[str], writable: Sequence[Path]) -> list[str]:
    """The command `run` in that isolation; it may write into the folders of `writable` only."""
    if way == "bwrap":
        return [*_bwrap(writable), *run]
    if way == "user":
        return [*_as_nobody(), *run]
    return list(run)


def _bwrap(writable: Sequence[Path]) -> list[str]:
    made = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    made += ["--uid", str(NOBODY), "--gid", str(NOBODY)] if os.geteuid() == 0 else []
    made += ["--dev", "/dev", "--proc", "/proc"]
    for path in (*SYSTEM, *SETTINGS):
        made += ["--ro-bind-try", path, path]
    for path in _needed():
        made += ["--ro-bind", str(path), str(path)]
    for path in writable:
        made += ["--bind", str(path), str(path)]
    return [*made, "--remount-ro", "/"]


def _needed() -> list[Path]:
    """Python, the environment, the package, and the tables it reads; not the course with its tests."""
    ours = [Path(__file__).resolve().parents[1], REPOSITORY / "data", REPOSITORY / "seeds"]
    python = [Path(sys.prefix), Path(sys.base_prefix)]
    system = tuple(Path(path) for path in SYSTEM)
    wanted = [path for path in python if not any(path.is_relative_to(s) for s in system)]
    return [*wanted, *(path for path in ours if path.is_dir())]


def _as_nobody() -> list[str]:
    spaces = ["unshare", "--net", "--ipc", "--pid", "--mount-proc", "--fork", "--kill-child", "--"]
    rights = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs", "--"]
    return [*spaces, *rights]


def hand_over(way: str, folder: Path) -> None:
    """Makes the submission the owner of its folder, where it runs as another user."""
    if way == "user":
        for path in (folder, *folder.rglob("*")):
            os.lchown(path, NOBODY, NOBODY)
