"""What confines the code of a submission: the back ends bwrap, user and none, as far as this machine has them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from analysis.evidence.errors import InputError
from analysis.evidence.folders import IS_INSTALLED, PACKAGE, REPOSITORY

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SYSTEM_SETTINGS = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
            "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group")  # fmt: skip
NOBODY_ID = 65534
BACKENDS = {
    "bwrap": "bwrap: sees the system's programs, the package and its tables, and writes into a folder of its own; "
    "no network, no other processes",
    "user": "user: runs as nobody, without network and other processes; reads what every user of this machine may read",
    "none": "none: runs as you, with your files and your network; only time, memory and output are limited",
}


def choose_backend(asked: str) -> str:
    """The back end to use: the one asked for, or for `auto` the strictest that works on this machine.

    Raises InputError, with the reason, if the back end asked for does not work on this machine.
    """
    if asked != "auto":
        if problem := backend_problem(asked):
            raise InputError(f"--isolate {asked} does not work here: {problem}")
        return asked
    return next(backend for backend in BACKENDS if not backend_problem(backend))


@cache
def backend_problem(backend: str) -> str:
    """Why a back end does not work on this machine; empty if it does. The back end is tried, not guessed."""
    if backend == "none":
        return ""
    if sys.platform != "linux":
        return "it needs Linux"
    if backend == "user" and os.geteuid() != 0:
        return "only root can run a submission as another user"
    for program in {"bwrap": ("bwrap",), "user": ("setpriv", "unshare")}[backend]:
        if not shutil.which(program):
            return f"the program {program!r} is not installed"
    return _try_backend(backend)


def _try_backend(backend: str) -> str:
    """Start Python in the back end and import what a kernel imports; returns the problem, or an empty text."""
    command = [sys.executable, "-c", "import ipykernel, analysis"]
    done = subprocess.run(
        isolated_command(backend, command, []), capture_output=True, text=True, errors="replace", cwd="/"
    )
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]


def isolated_command(backend: str, command: Sequence[str], writable: Sequence[Path]) -> list[str]:
    """The command that runs `command` in the back end; under bwrap it can write only to the folders `writable`."""
    if backend == "bwrap":
        return [*_bwrap(writable), *command]
    if backend == "user":
        return [*_as_nobody(), *command]
    return list(command)


def _bwrap(writable: Sequence[Path]) -> list[str]:
    options = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    options += ["--uid", str(NOBODY_ID), "--gid", str(NOBODY_ID)] if os.geteuid() == 0 else []
    options += ["--dev", "/dev", "--proc", "/proc"]
    for name in (*SYSTEM_FOLDERS, *SYSTEM_SETTINGS):
        options += ["--ro-bind-try", name, name]
    for name in map(str, _readable_folders()):
        options += ["--ro-bind", name, name]
    options += ["--tmpfs", str(REPOSITORY / "notebooks")] if IS_INSTALLED else []  # the course lies in the package
    for name in map(str, writable):
        options += ["--bind", name, name]
    return [*options, "--remount-ro", "/"]


def _readable_folders() -> list[Path]:
    """Python, the environment, the package and the tables it reads; not the course with its hidden tests."""
    own = [PACKAGE, REPOSITORY / "data", REPOSITORY / "seeds"]
    python = [Path(sys.prefix), Path(sys.base_prefix)]
    system = tuple(Path(path) for path in SYSTEM_FOLDERS)
    wanted = [path for path in python if not any(path.is_relative_to(s) for s in system)]
    return [*wanted, *(path for path in own if path.is_dir())]


def _as_nobody() -> list[str]:
    namespaces = ["unshare", "--net", "--ipc", "--pid", "--mount-proc", "--fork", "--kill-child", "--"]
    rights = ["setpriv", f"--reuid={NOBODY_ID}", f"--regid={NOBODY_ID}", "--clear-groups", "--no-new-privs", "--"]
    return [*namespaces, *rights]


def hand_over(backend: str, folder: Path) -> None:
    """Give the folder to the user under which the submission runs, if the back end uses another one."""
    if backend == "user":
        for path in (folder, *folder.rglob("*")):
            os.lchown(path, NOBODY_ID, NOBODY_ID)
