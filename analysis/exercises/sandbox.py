"""The sandbox of a submission: a folder of its own, its environment variables, its limits and its kernel."""

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
from analysis.runs.normalisation import FIXED_VARIABLES

MAX_MESSAGE = 50_000_000  # bytes; a kernel that sends more is disconnected
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")  # of the environment; they hold no secrets


@dataclass(frozen=True)
class SubmissionLimits:
    """What one submission may use: seconds per cell and in all, megabytes of memory and of one file."""

    cell_seconds: int = 30
    seconds: int = 300
    memory_mb: int = 4000
    file_mb: int = 100

    @property
    def caps(self) -> dict[str, int]:
        """The arguments of `sandboxed_kernel.limit_process`."""
        return {"memory_mb": self.memory_mb, "cpu_seconds": 2 * self.seconds, "file_mb": self.file_mb}


class SandboxKernelManager(AsyncKernelManager):
    """Starts the kernel by a given command, and stops it by message because signals may not reach it."""

    command: List = List()

    @property
    def kernel_spec(self) -> KernelSpec:
        """A specification made here, so that the user's installed kernels and settings have no effect."""
        return KernelSpec(argv=list(self.command), language="python", interrupt_mode="message")

    @default("context")
    def _context_default(self):
        context = super()._context_default()
        context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
        return context


@contextmanager
def open_sandbox(files: Mapping[Path, Path] = {}) -> Iterator[Path]:  # noqa: B006
    """A temporary folder with `work` (for the notebook), `home` and `tmp`, removed after the block.

    Each file of `files` is copied into `work`, to the relative path it is mapped to.
    """
    with tempfile.TemporaryDirectory(prefix="x-", ignore_cleanup_errors=True) as name:
        made = Path(name).resolve()
        for part in ("work", "home", "tmp"):
            (made / part).mkdir()
        for source, target in files.items():
            copy = made / "work" / target
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        _copy_font_list(made / "home" / "matplotlib")
        yield made


def _copy_font_list(target: Path) -> None:
    """Copy matplotlib's list of fonts, because each kernel would take seconds to make it."""
    import matplotlib.font_manager  # noqa: F401  makes the list where there is none yet

    target.mkdir()
    for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(path, target)


def sandbox_kernel(folder: Path, limits: SubmissionLimits, backend: str) -> SandboxKernelManager:
    """A kernel, not yet started, in the sandbox `folder`; `backend` is one of `isolation.BACKENDS`.

    Every kernel of the exercises is started by this function.
    """
    command = [
        sys.executable,
        "-P",
        "-m",
        "analysis.exercises.sandboxed_kernel",
        json.dumps(limits.caps),
        "-f",
        "{connection_file}",
    ]
    command += [] if backend == "none" else ["--IPKernelApp.parent_handle=0"]  # it cannot see this process
    manager = SandboxKernelManager(
        command=isolation.isolated_command(backend, command, [folder]), transport="ipc", ip=str(folder / "s"),
        connection_file=str(folder / "c.json"),
    )  # fmt: skip
    manager.write_connection_file()
    isolation.hand_over(backend, folder)
    return manager


def sandbox_environment(folder: Path) -> dict[str, str]:
    """The environment variables of a kernel in the sandbox `folder`."""
    own = {"HOME": folder / "home", "TMPDIR": folder / "tmp", "MPLCONFIGDIR": folder / "home" / "matplotlib"}
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return kept | FIXED_VARIABLES | one_thread | {name: str(path) for name, path in own.items()}
