"""How long a cell and a run may take, and how much memory a kernel may use."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.evidence.problems import InputError

MEGABYTE = 2**20


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

    def memory_words(self) -> str:
        """The limit in brackets, or nothing."""
        return f" (limit: {self.memory_mb:,} MB)" if self.memory_mb else ""
