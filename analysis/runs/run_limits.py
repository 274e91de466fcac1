"""How long a cell and a run may take, and how much memory a kernel may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence.errors import InputError

MEGABYTE = 2**20
NEARLY = 0.75  # of the limit: a process that allocates without end is above it within a second of its end


@dataclass(frozen=True)
class Limits:
    """Seconds for each cell and for the whole run; megabytes of memory for the kernel, None for any."""

    cell_seconds: int = 300
    run_seconds: int = 1800
    memory_mb: int | None = None

    def bind(self, pid: int) -> None:
        """Limit the memory of a kernel that runs, however it was started.

        What a process allocates for itself counts, not what it maps from files: libraries reserve far
        more address space than they use.
        """
        if self.memory_mb is None:
            return
        try:
            from resource import RLIMIT_DATA, prlimit
        except ImportError:
            raise InputError("this system cannot limit the memory of a kernel; leave the limit out") from None
        most = self.memory_mb * MEGABYTE
        prlimit(pid, RLIMIT_DATA, (most, most))

    def nearly_full(self, pid: int) -> bool:
        """Whether a process holds most of the memory it may use; False where there is no limit, or nothing is known."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return False
        held = re.search(r"VmData:\s+(\d+) kB", status)
        return bool(self.memory_mb and held and int(held[1]) * 1024 > NEARLY * self.memory_mb * MEGABYTE)

    def memory_words(self) -> str:
        """The limit in brackets, or nothing."""
        return f" (limit: {self.memory_mb:,} MB)" if self.memory_mb else ""
