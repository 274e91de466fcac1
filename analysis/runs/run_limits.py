"""How long a cell and a run may take, and how much memory a kernel may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from analysis.evidence.errors import InputError

BYTES_PER_MB = 2**20
NEARLY_FULL = 0.75  # of the limit: a process that allocates without end is above it just before its end
# So near its limit a process gets nothing: Python asks the system for a megabyte at a time.
LEAST_BYTES = 2 * BYTES_PER_MB
FULL_SECONDS = 10  # seconds for a kernel that gets no more memory to say so, or to go on


@dataclass(frozen=True)
class RunLimits:
    """Seconds for each cell and for the whole run; megabytes of memory for the kernel, None for no limit."""

    cell_seconds: int = 300
    run_seconds: int = 1800
    memory_mb: int | None = None

    def bind(self, pid: int) -> None:
        """Limit the memory of the running process `pid`.

        Only memory that the process allocates for itself counts, not files that it maps: libraries reserve far more
        address space than they use. Raises InputError on a system without such limits.
        """
        if self.memory_mb is None:
            return
        try:
            from resource import RLIMIT_DATA, prlimit
        except ImportError:
            raise InputError("this system cannot limit the memory of a kernel; leave the limit out") from None
        most = self.memory_mb * BYTES_PER_MB
        prlimit(pid, RLIMIT_DATA, (most, most))

    def memory_left(self, pid: int) -> int | None:
        """Bytes that a process may still allocate; None where there is no limit, or nothing is known."""
        try:
            held = re.search(r"VmData:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        except OSError:
            return None
        return self.memory_mb * BYTES_PER_MB - int(held[1]) * 1024 if self.memory_mb and held else None

    def format_memory(self) -> str:
        """The limit of memory in brackets, or an empty text."""
        return f" (limit: {self.memory_mb:,} MB)" if self.memory_mb else ""


@dataclass
class MemoryWatch:
    """What is seen of a kernel's memory from outside, because a kernel without memory may have none left to say so.

    It may die without a word. It may also run for ever: where Python 3.11 finds no memory for the number it needs to
    enter an exception handler, it raises MemoryError into that same handler, again and again, and hears no interrupt.
    """

    limits: RunLimits
    was_nearly_full: bool = False
    full_since: float | None = None  # by the monotonic clock; None while there is memory left

    def look(self, pid: int) -> None:
        """See how much the process holds now."""
        left = self.limits.memory_left(pid)
        if left is None or not self.limits.memory_mb:  # it may just have ended: what was seen before counts
            return
        self.was_nearly_full |= left < (1 - NEARLY_FULL) * self.limits.memory_mb * BYTES_PER_MB
        self.full_since = (self.full_since or monotonic()) if left < LEAST_BYTES else None

    def stays_full(self) -> bool:
        """Whether it has been at its limit for so long that it will not go on."""
        return self.full_since is not None and monotonic() - self.full_since > FULL_SECONDS
