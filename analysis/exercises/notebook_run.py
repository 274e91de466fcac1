"""A notebook run to its end whatever is in it; every code cell says what became of it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL
from time import monotonic

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from analysis.exercises.course import grade_id
from analysis.exercises.sandbox import Limits, sandbox_environment, sandbox_kernel

MOST = 5_000_000  # characters of output that are kept per cell, pictures included
STARTING = 60  # seconds that a kernel may take to come up
TOO_LATE = {"ename": "CellTimeoutError", "evalue": "the cell took too long", "traceback": []}


class Client(NotebookClient):
    """nbclient with a budget of time and of output, and a mark on every cell that ran."""

    def budget(self, limits: Limits) -> Client:
        """Sets the limits; the clock starts now."""
        self.cell_seconds, self.ends = limits.cell_seconds, monotonic() + limits.seconds
        self.timeout_func = lambda cell: max(1, min(self.cell_seconds, self.left()))
        self.on_cell_executed = self._mark
        return self

    def left(self) -> float:
        """Seconds that are left of the whole run."""
        return self.ends - monotonic()

    def _mark(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        """What became of the cell, by the kernel's own word; outputs alone could lack the error."""
        reply = execute_reply["content"]
        name = reply.get("ename", "") if reply["status"] != "ok" else ""
        cell.metadata["ran"] = {"status": reply["status"], "ename": name}
        if reply["status"] == "error" and not any(out.output_type == "error" for out in cell.outputs):
            said = {key: reply.get(key) or TOO_LATE[key] for key in TOO_LATE}
            cell.outputs.append(new_output("error", **said | {"ename": name}))

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """As nbclient's; what is over the limit of output is dropped."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "error", "update_display_data"):
            kept = cell.metadata.get("kept", 0) + _size(msg["content"])
            if kept > MOST:
                return None
            cell.metadata["kept"] = kept
        return super().process_message(msg, cell, cell_index)


def _size(content: dict) -> int:
    parts = (content.get("text", ""), content.get("evalue", ""), content.get("traceback", ""), content.get("data", ""))
    return sum(len(str(part)) for part in parts)


def run_notebook(notebook: NotebookNode, folder: Path, limits: Limits, way: str) -> str:
    """Runs the notebook in place, in a room (see `sandbox.open_sandbox`), and says what ended it early, if anything did.

    Errors do not end it. Every code cell that ran has `metadata.ran` with `status` (ok, error) and
    `ename`. Cells tagged `unseen` leave no trace in the kernel's history.
    """
    # Streams are not coalesced: nbclient's expressions for that take hours on one long line.
    client = Client(
        notebook, km=sandbox_kernel(folder, limits, way), allow_errors=True, interrupt_on_timeout=True,
        error_on_timeout=TOO_LATE, raise_on_iopub_timeout=True, coalesce_streams=False,
    )  # fmt: skip
    return asyncio.run(_run(client, folder, limits))


async def _run(client: Client, folder: Path, limits: Limits) -> str:
    try:
        await client.km.start_kernel(cwd=str(folder / "work"), env=sandbox_environment(folder), start_new_session=True,
                                     stdout=DEVNULL, stderr=DEVNULL)  # fmt: skip
        client.kc = client.km.client()
        client.kc.start_channels()
        await client.kc.wait_for_ready(timeout=STARTING)
        client.kc.allow_stdin = False
        return await _cells(client.budget(limits))
    except RuntimeError as error:
        return f"the kernel did not start ({error})"
    finally:
        await _end(client)


async def _end(client: Client) -> None:
    """Ends the kernel, and what it started and left behind."""
    process = client.km.provisioner.process if client.km.has_kernel else None
    with suppress(RuntimeError):
        await client.km.shutdown_kernel(now=True)
    if client.kc:
        client.kc.stop_channels()
    if process:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


async def _cells(client: Client) -> str:
    for index, cell in enumerate(client.nb.cells):
        if client.left() < 1:
            return "the time for the whole notebook was over"
        cell.metadata.pop("ran", None)
        try:
            await client.async_execute_cell(cell, index, store_history="unseen" not in cell.metadata.get("tags", []))
        except DeadKernelError:
            return f"the kernel died in {_called(cell)}"
        except CellTimeoutError:
            return f"{_called(cell)} could not be stopped"
    return ""


def _called(cell: NotebookNode) -> str:
    """The cell as its author knows it; of tests nothing but the name."""
    if task := cell.metadata.get("task"):
        return f"the tests {task}"
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    return grade_id(cell) or f"the cell that begins with {first[:60]!r}"
