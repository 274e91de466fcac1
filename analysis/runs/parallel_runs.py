"""Several runs in parallel; Ctrl-C ends every kernel."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TypeVar

from analysis.evidence.errors import InputError, RunError

Item = TypeVar("Item")
Result = TypeVar("Result")


class RunningKernels:
    """The kernels that run now. Threads do not receive Ctrl-C: a run ends when its kernel is killed."""

    def __init__(self) -> None:
        self.stopped = False
        self._pids: set[int] = set()
        self._lock = Lock()

    @contextmanager
    def kernel(self, pid: int) -> Iterator[None]:
        """Counts the kernel with process id `pid` among the running ones while the block runs."""
        with self._lock:
            self._pids.add(pid)
            if self.stopped:
                _kill(pid)
        try:
            yield
        finally:
            with self._lock:
                self._pids.discard(pid)

    def stop(self) -> None:
        """Kill all kernels, and those that are about to start."""
        with self._lock:
            self.stopped = True
            for pid in self._pids:
                _kill(pid)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def run_parallel(
    run_one: Callable[[Item, RunningKernels], Result], items: Iterable[Item], at_once: int
) -> list[Result]:
    """The results of `run_one` for every item, in order of the items; at most `at_once` run at the same time.

    A run that fails stops no other. Raises InputError if any run raised it, else RunError if any run did, with the
    messages of all of them. Ctrl-C ends all runs at once.
    """
    running = RunningKernels()
    with ThreadPoolExecutor(at_once) as pool:
        tasks = [pool.submit(run_one, item, running) for item in items]
        try:
            wait(tasks)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            running.stop()
            raise
    failures = [error for task in tasks if (error := task.exception())]
    for kind in (InputError, RunError):
        if messages := [str(error) for error in failures if isinstance(error, kind)]:
            raise kind("\n".join(messages)) from None
    return [task.result() for task in tasks]
