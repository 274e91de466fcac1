"""How long a cell and a run may take, and how much memory a kernel may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence.errors import InputError

BYTES_PER_MB = 2**20
NEARLY_FULL = 0.75  # of the limit; a process that allocates without end reaches it in the last second of its life


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

    def nearly_full(self, pid: int) -> bool:
        """Whether a process holds most of the memory it may use; False where there is no limit, or nothing is known."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return False
        held = re.search(r"VmData:\s+(\d+) kB", status)
        return bool(self.memory_mb and held and int(held[1]) * 1024 > NEARLY_FULL * self.memory_mb * BYTES_PER_MB)

    def format_memory(self) -> str:
        """The limit of memory in brackets, or an empty text."""
        return f" (limit: {self.memory_mb:,} MB)" if self.memory_mb else ""
