"""The process of a submission's kernel: it takes its limits first, then it becomes an ordinary kernel.

python -P -m analysis.exercises.sandboxed_kernel '{"memory": 4000, ...}' -f CONNECTION
"""

from __future__ import annotations

import json
import os
import sys

from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell

OUTPUT = 200_000  # characters that one cell may print


class ShortStream(OutStream):
    """A stream that takes so much per cell and no more: printing 200 MB costs neither memory nor disk."""

    _cell, _left = "", OUTPUT

    def write(self, string: str) -> int:
        """As any stream; what is over the limit vanishes, and one line says so."""
        cell = self.parent_header.get("msg_id", "")
        if cell != self._cell:
            self._cell, self._left = cell, OUTPUT
        if self._left > 0 and isinstance(string, str):
            rest = "" if len(string) <= self._left else "\n[the rest of the output was dropped]\n"
            super().write(string[: self._left] + rest)
            self._left -= len(string)
        return len(string)


def limit_process(memory: int, seconds: int, file: int) -> None:
    """Megabytes of memory, seconds of processor time, megabytes of one file; where the system knows
    such limits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in (("RLIMIT_AS", memory * 10**6), ("RLIMIT_CPU", seconds), ("RLIMIT_FSIZE", file * 10**6),
                       ("RLIMIT_CORE", 0)):  # fmt: skip
        if sys.platform == "linux" or kind != "RLIMIT_AS":  # macOS has the name and not the thing
            resource.setrlimit(getattr(resource, kind), (most, most))


def main() -> None:
    """Takes the limits, imports what is trusted, and starts the kernel."""
    limits, *arguments = sys.argv[1:]
    limit_process(**json.loads(limits))
    os.umask(0o077)
    import analysis.exercises.answer_comparison  # noqa: F401  what tests compare with; no cell's time goes into it

    ZMQInteractiveShell.ask_exit = lambda shell: None  # exit() leaves a cell, not the notebook
    IPKernelApp.outstream_class = "analysis.exercises.sandboxed_kernel.ShortStream"
    IPKernelApp.launch_instance([*arguments, "--HistoryManager.enabled=False", "--IPKernelApp.log_level=40"])


if __name__ == "__main__":
    main()
