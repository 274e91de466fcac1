"""The process of a submission's kernel: it sets its own limits, then becomes an ordinary kernel.

python -P -m analysis.exercises.sandboxed_kernel '{"memory_mb": 4000, ...}' -f CONNECTION
"""

from __future__ import annotations

import json
import os
import sys

from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell

MAX_PRINTED = 200_000  # characters per cell


class LimitedStream(OutStream):
    """A stream with a limit per cell, so that printing 200 MB costs neither memory nor disk."""

    _cell, _left = "", MAX_PRINTED

    def write(self, string: str) -> int:
        """As any stream, but drops text beyond the limit; one line says so."""
        cell = self.parent_header.get("msg_id", "")
        if cell != self._cell:
            self._cell, self._left = cell, MAX_PRINTED
        if self._left > 0 and isinstance(string, str):
            rest = "" if len(string) <= self._left else "\n[the rest of the output was dropped]\n"
            super().write(string[: self._left] + rest)
            self._left -= len(string)
        return len(string)


def limit_process(memory_mb: int, cpu_seconds: int, file_mb: int) -> None:
    """Limit this process: megabytes of memory, seconds of processor time, megabytes of one file.

    A limit that the system does not have is left out.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in (("RLIMIT_AS", memory_mb * 10**6), ("RLIMIT_CPU", cpu_seconds), ("RLIMIT_FSIZE", file_mb * 10**6),
                       ("RLIMIT_CORE", 0)):  # fmt: skip
        if sys.platform == "linux" or kind != "RLIMIT_AS":  # macOS has the name but ignores it
            resource.setrlimit(getattr(resource, kind), (most, most))


def start_kernel() -> None:
    """Set the limits of the command line, import what tests need, and start the kernel."""
    limits, *arguments = sys.argv[1:]
    limit_process(**json.loads(limits))
    os.umask(0o077)
    import analysis.exercises.answer_comparison
    import analysis.exercises.answer_service  # noqa: F401  imported here, so that they take no time of a cell

    ZMQInteractiveShell.ask_exit = lambda shell: None  # type: ignore[method-assign]  # exit() leaves a cell only
    IPKernelApp.outstream_class = "analysis.exercises.sandboxed_kernel.LimitedStream"  # type: ignore[assignment]  # a trait
    IPKernelApp.launch_instance([*arguments, "--HistoryManager.enabled=False", "--IPKernelApp.log_level=40"])


if __name__ == "__main__":
    start_kernel()
