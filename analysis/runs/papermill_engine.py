"""papermill's engine, made strict: a run is complete only if every cell finished and the kernel was alive afterwards.

Whatever stops a notebook becomes an error in the output of the cell where it happened. papermill itself then marks the
cell, saves the notebook and raises.
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
from analysis.runs.run_limits import MemoryWatch, RunLimits

ENGINE = "strict"
OUTPUT_SECONDS = 60  # from a cell's end to the last of its output: much, on a busy machine
ALIVE_SECONDS = 1  # between two looks whether a kernel that does not answer is alive
LOOK_SECONDS = 0.2  # between two looks at a kernel that runs a cell; one fills half a gigabyte in a second
NO_MEMORY = re.compile(rb"MemoryError|bad_alloc|[Cc]annot allocate memory|OUT OF MEMORY")
CRASHES = (signal.SIGABRT, signal.SIGBUS, signal.SIGSEGV)  # how a program ends that goes on with memory it did not get
LOG = logging.getLogger(__name__)  # what nbclient logs, the error says
LOG.addHandler(logging.NullHandler())
LOG.propagate = False


class RunStopped(Exception):
    """The notebook cannot go on; the output of the cell that failed says why."""


class StrictClient(PapermillNotebookClient):
    """Runs the cells, and writes into the first that fails what happened to it."""

    def __init__(self, nb_man, limits: RunLimits, running: RunningKernels, kernel_output: BinaryIO, **options):
        """`kernel_output` is the file that takes the stdout and stderr of the kernel's process."""
        super().__init__(
            nb_man, timeout_func=self._seconds, shell_timeout_interval=ALIVE_SECONDS,
            iopub_timeout=OUTPUT_SECONDS, shutdown_kernel="immediate", log=LOG, **options,
        )  # fmt: skip
        self.limits, self.running, self.kernel_output, self.memory = limits, running, kernel_output, MemoryWatch(limits)
        self.end = monotonic() + limits.run_seconds

    def papermill_execute_cells(self) -> None:
        """All cells in order; raises RunStopped at the first that fails."""
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
            cell.outputs += self._error_outputs(error) or _unwritten_error(cell)
            self.nb_man.cell_exception(cell, cell_index=index, exception=error)
            raise RunStopped from error
        finally:
            self.nb_man.cell_complete(cell, cell_index=index)

    def _seconds(self, cell: NotebookNode) -> int:
        return max(1, min(self.limits.cell_seconds, ceil(self.end - monotonic())))

    def _must_answer(self, request: str) -> None:
        """Raises DeadKernelError if the kernel died, even if it died after its last answer."""
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

    async def _async_poll_for_reply(self, msg_id, cell, timeout, task_poll_output_msg, task_poll_kernel_alive):
        """As nbclient's, which leaves the task that reads outputs waiting for ever when the time of a cell is up."""
        try:
            return await super()._async_poll_for_reply(
                msg_id, cell, timeout, task_poll_output_msg, task_poll_kernel_alive
            )
        except CellTimeoutError:
            task_poll_output_msg.cancel()
            raise

    async def _async_check_alive(self) -> None:
        """As nbclient's; a kernel that stays at its limit of memory is as good as dead."""
        self.memory.look(self.km.provisioner.pid)
        if self.memory.stays_full():
            raise DeadKernelError("Kernel out of memory")
        await super()._async_check_alive()

    def _error_outputs(self, error: Exception) -> list[NotebookNode]:
        """An error output, unless the kernel itself wrote one that papermill takes for an error."""
        if isinstance(error, DeadKernelError):
            ename, evalue = self._cause_of_death()
        elif isinstance(error, CellTimeoutError):
            ename, evalue = "CellTimeoutError", self._limit_exceeded()
        elif isinstance(error, CellExecutionError) and error.ename == "SystemExit" and error.evalue in ("", "0"):
            ename, evalue = "SystemExit", "status 0"
        else:
            return []
        return [new_output("error", ename=ename, evalue=evalue, traceback=[])]

    def _limit_exceeded(self) -> str:
        if monotonic() < self.end:
            return f"not done after {self.limits.cell_seconds} s, the limit of a cell"
        return f"not done after {self.limits.run_seconds} s, the limit of the run"

    def _cause_of_death(self) -> tuple[str, str]:
        self.kernel_output.seek(0)
        status = run_sync(self.km.provisioner.poll)()
        if self.memory.stays_full():
            return "MemoryError", "the kernel could not go on"
        failed = status is not None and (status > 0 or -status in CRASHES)
        if NO_MEMORY.search(self.kernel_output.read()) or (self.memory.was_nearly_full and failed):
            return "MemoryError", "the kernel died of it"
        if status is None or status >= 0:
            return "DeadKernelError", f"it ended with status {status}"
        name = signal.Signals(-status).name
        return "DeadKernelError", f"killed by {name}" + (", as when memory runs out" if name == "SIGKILL" else "")


def _unwritten_error(cell: NotebookNode) -> list[NotebookNode]:
    """An error output where the kernel wrote none, as for a magic that it does not know: it only prints a line."""
    if any(output.output_type == "error" for output in cell.outputs):
        return []
    printed = [output.text.strip() for output in cell.outputs if output.output_type == "stream" and output.text.strip()]
    ename, _, evalue = (printed[-1].splitlines()[-1] if printed else "the kernel refused it").partition(": ")
    return [new_output("error", ename=ename, evalue=evalue, traceback=[])]


class StrictEngine(NBClientEngine):
    """What papermill calls; the work is StrictClient's."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, limits: RunLimits | None = None, running: RunningKernels | None = None,
        start_timeout: int = 60, cache_folder: str = "", **options,
    ) -> None:  # fmt: skip
        """Run the notebook of papermill's manager `nb_man` in a kernel of that name.

        `cache_folder` is the folder of the array cache, or empty. Of `options`, those that nbclient knows reach it;
        papermill also gives others.
        """
        known = {name: value for name, value in options.items() if name in StrictClient.class_trait_names()}
        with TemporaryFile() as output:
            client = StrictClient(
                nb_man, limits or RunLimits(), running or RunningKernels(), output, kernel_name=kernel_name,
                startup_timeout=start_timeout, **known,
            )  # fmt: skip
            with suppress(RunStopped):  # papermill finds the error in the outputs
                environment = fixed_environment() | ({FOLDER: cache_folder} if cache_folder else {})
                client.execute(env=environment, stdout=output, stderr=output)


papermill_engines.register(ENGINE, StrictEngine)
