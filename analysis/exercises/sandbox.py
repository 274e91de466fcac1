"""A folder of its own for one submission, and the kernel that is started in it."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import zmq
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from traitlets import List, default

from analysis.exercises import isolation
from analysis.runs.normalisation import FIXED

BIGGEST_MESSAGE = 50_000_000  # bytes; a kernel that sends more is cut off
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")  # of the environment; no secrets


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds of waiting, megabytes."""

    cell_seconds: int = 30
    seconds: int = 300
    memory: int = 4000
    file: int = 100


class Manager(AsyncKernelManager):
    """Starts the kernel by a command of ours, and stops it by message: its signals may not reach it."""

    command = List()

    @property
    def kernel_spec(self) -> KernelSpec:
        """Not one that is installed: nothing of the user's set-up has a say."""
        return KernelSpec(argv=list(self.command), language="python", interrupt_mode="message")

    @default("context")
    def _context_default(self):
        context = super()._context_default()
        context.setsockopt(zmq.MAXMSGSIZE, BIGGEST_MESSAGE)
        return context


@contextmanager
def open_sandbox(files: Mapping[Path, Path] = {}) -> Iterator[Path]:  # noqa: B006
    """A folder with `work` (the notebook's folder), `home` and `tmp`; `files` are copied into `work`,
    to the relative path each is mapped to. It is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="x-", ignore_cleanup_errors=True) as name:
        made = Path(name).resolve()
        for part in ("work", "home", "tmp"):
            (made / part).mkdir()
        for source, target in files.items():
            copy = made / "work" / target
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        _fonts(made / "home" / "matplotlib")
        yield made


def _fonts(target: Path) -> None:
    """matplotlib's list of fonts; it takes seconds to make."""
    import matplotlib.font_manager  # noqa: F401  makes the list where there is none yet

    target.mkdir()
    for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(path, target)


def sandbox_kernel(folder: Path, limits: Limits, way: str) -> Manager:
    """A kernel, not yet started, that works in `folder` (a `room`) in that way of isolation.

    This is the one place where the exercises say how a kernel is started.
    """
    caps = {"memory": limits.memory, "seconds": 2 * limits.seconds, "file": limits.file}
    run = [
        sys.executable,
        "-P",
        "-m",
        "analysis.exercises.sandboxed_kernel",
        json.dumps(caps),
        "-f",
        "{connection_file}",
    ]
    run += [] if way == "none" else ["--IPKernelApp.parent_handle=0"]  # it cannot see this process
    manager = Manager(
        command=isolation.isolated_command(way, run, [folder]), transport="ipc", ip=str(folder / "s"),
        connection_file=str(folder / "c.json"),
    )  # fmt: skip
    manager.write_connection_file()
    isolation.hand_over(way, folder)
    return manager


def sandbox_environment(folder: Path) -> dict[str, str]:
    """The environment variables of a kernel in that room."""
    own = {"HOME": folder / "home", "TMPDIR": folder / "tmp", "MPLCONFIGDIR": folder / "home" / "matplotlib"}
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    calm = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return kept | FIXED | calm | {name: str(path) for name, path in own.items()}
