"""papermill's engine, made strict: complete is what ran to its end in a kernel that was alive there.

Whatever stops a notebook becomes an error in the output of the cell where it happened, so that papermill
itself marks the cell, saves the notebook and raises.
"""

from __future__ import annotations

import asyncio
import logging
import re
import signal
from contextlib import suppress
from math import ceil
from tempfile import TemporaryFile
from time import monotonic
from typing import BinaryIO

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from analysis.measures.changepoints.array_cache import FOLDER
from analysis.runs.normalisation import SEED, fixed_environment
from analysis.runs.parallel_runs import RunningKernels
from analysis.runs.run_limits import Limits, MemoryWatch

NAME = "strict"
OUTPUT_SECONDS = 60  # from a cell's end to the last of its output: much, on a busy machine
ANSWER_SECONDS = 1  # between two looks whether a kernel that does not answer is alive
LOOK_SECONDS = 0.2  # between two looks at a kernel that runs a cell; one fills half a gigabyte in a second
NO_MEMORY = re.compile(rb"MemoryError|bad_alloc|[Cc]annot allocate memory|OUT OF MEMORY")
CRASHES = (signal.SIGABRT, signal.SIGBUS, signal.SIGSEGV)  # how a program ends that goes on with memory it did not get
QUIET = logging.getLogger(__name__)  # what nbclient logs, the error says
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


class Stopped(Exception):
    """The notebook cannot go on; the output of the cell that failed says why."""


class StrictClient(PapermillNotebookClient):
    """Runs the cells, and writes into the first that fails what happened to it."""

    def __init__(self, nb_man, limits: Limits, running: RunningKernels, said: BinaryIO, **options):
        """`said` is the file that the kernel's process writes its last words to."""
        super().__init__(
            nb_man, timeout_func=self._seconds, shell_timeout_interval=ANSWER_SECONDS,
            iopub_timeout=OUTPUT_SECONDS, shutdown_kernel="immediate", log=QUIET, **options,
        )  # fmt: skip
        self.limits, self.running, self.said, self.memory = limits, running, said, MemoryWatch(limits)
        self.end = monotonic() + limits.run_seconds

    def papermill_execute_cells(self) -> None:
        """All cells in order; raises Stopped at the first that fails."""
        pid = self.km.provisioner.pid
        self.limits.bind(pid)
        with self.running.kernel(pid):
            self._must_answer(self.kc.execute(SEED, silent=True, store_history=False))
            code = [index for index, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
            for index, cell in enumerate(self.nb.cells):
                self._execute(index, cell, last=code[-1:] == [index])

    def _execute(self, index: int, cell: NotebookNode, last: bool) -> None:
        self.nb_man.cell_start(cell, index)
        try:
            self.execute_cell(cell, index)
            if last:
                self._must_answer(self.kc.kernel_info())
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            cell.outputs += self._marks(error)
            self.nb_man.cell_exception(cell, cell_index=index, exception=error)
            raise Stopped from error
        finally:
            self.nb_man.cell_complete(cell, cell_index=index)

    def _seconds(self, cell: NotebookNode) -> int:
        return max(1, min(self.limits.cell_seconds, ceil(self.end - monotonic())))

    def _must_answer(self, request: str) -> None:
        """Raises DeadKernelError if the kernel died, be it after its last answer."""
        self.wait_for_reply(request)
        if not run_sync(ensure_async)(self.km.is_alive()):
            raise DeadKernelError("Kernel died")

    async def _async_poll_kernel_alive(self) -> None:
        """As nbclient's, which looks at the kernel while a cell runs, but more often."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._async_check_alive()
            except DeadKernelError:
                self.task_poll_for_reply.cancel()
                return

    async def _async_check_alive(self) -> None:
        """As nbclient's; a kernel that stays at its limit of memory is as good as dead."""
        self.memory.look(self.km.provisioner.pid)
        if self.memory.stays_full():
            raise DeadKernelError("Kernel out of memory")
        await super()._async_check_alive()

    def _marks(self, error: Exception) -> list[NotebookNode]:
        """An error output, unless the kernel itself wrote one that papermill takes for an error."""
        if isinstance(error, DeadKernelError):
            ename, evalue = self._how_it_died()
        elif isinstance(error, CellTimeoutError):
            ename, evalue = "CellTimeoutError", self._how_long_it_took()
        elif error.ename == "SystemExit" and error.evalue in ("", "0"):
            ename, evalue = "SystemExit", "status 0"
        else:
            return []
        return [new_output("error", ename=ename, evalue=evalue, traceback=[])]

    def _how_long_it_took(self) -> str:
        if monotonic() < self.end:
            return f"not done after {self.limits.cell_seconds} s, the limit of a cell"
        return f"not done after {self.limits.run_seconds} s, the limit of the run"

    def _how_it_died(self) -> tuple[str, str]:
        self.said.seek(0)
        status = run_sync(self.km.provisioner.poll)()
        if self.memory.stays_full():
            return "MemoryError", "the kernel could not go on"
        failed = status is not None and (status > 0 or -status in CRASHES)
        if NO_MEMORY.search(self.said.read()) or (self.memory.was_nearly_full and failed):
            return "MemoryError", "the kernel died of it"
        if status is None or status >= 0:
            return "DeadKernelError", f"it ended with status {status}"
        name = signal.Signals(-status).name
        return "DeadKernelError", f"killed by {name}" + (", as when memory runs out" if name == "SIGKILL" else "")


class StrictEngine(NBClientEngine):
    """What papermill calls; the work is StrictClient's."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, limits: Limits | None = None, running: RunningKernels | None = None,
        start_timeout: int = 60, shared: str = "", **options,
    ) -> None:  # fmt: skip
        """`options` that are nbclient's reach it; papermill gives some that are not."""
        known = {name: value for name, value in options.items() if name in StrictClient.class_trait_names()}
        with TemporaryFile() as said:
            client = StrictClient(
                nb_man, limits or Limits(), running or RunningKernels(), said, kernel_name=kernel_name,
                startup_timeout=start_timeout, **known,
            )  # fmt: skip
            with suppress(Stopped):  # papermill finds the error in the outputs
                client.execute(env=fixed_environment() | ({FOLDER: shared} if shared else {}), stdout=said, stderr=said)


papermill_engines.register(NAME, StrictEngine)
