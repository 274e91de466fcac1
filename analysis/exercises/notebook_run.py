"""The run of a submitted notebook to its end, whatever is in it; every code cell gets a mark of its outcome."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from math import ceil
from pathlib import Path
from subprocess import DEVNULL
from time import monotonic

from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from analysis.exercises.course import grade_id
from analysis.exercises.sandbox import SubmissionLimits, sandbox_environment, sandbox_kernel

MAX_OUTPUT = 5_000_000  # characters of output that are kept per cell, pictures included
START_SECONDS = 60  # that a kernel may take to start
TIMEOUT_REPLY = {"ename": "CellTimeoutError", "evalue": "the cell took too long", "traceback": []}


class LimitedClient(NotebookClient):
    """nbclient with limits of time and output, and with a mark on every cell that ran."""

    km: AsyncKernelManager

    def start_clock(self, limits: SubmissionLimits) -> LimitedClient:
        """Set the limits of time; they count from now."""
        self.cell_seconds, self.end = limits.cell_seconds, monotonic() + limits.seconds
        self.timeout_func = lambda cell: max(1, min(self.cell_seconds, ceil(self.seconds_left())))
        self.on_cell_executed = self._mark
        return self

    def seconds_left(self) -> float:
        """The seconds that are left of the whole run."""
        return self.end - monotonic()

    def _mark(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        """Record the status that the kernel reports; the outputs alone could lack the error."""
        reply = execute_reply["content"]
        name = reply.get("ename", "") if reply["status"] != "ok" else ""
        cell.metadata["ran"] = {"status": reply["status"], "ename": name}
        if reply["status"] == "error" and not any(out.output_type == "error" for out in cell.outputs):
            content = {key: reply.get(key) or default for key, default in TIMEOUT_REPLY.items()}
            cell.outputs.append(new_output("error", **content | {"ename": name}))

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """As nbclient's, but drops output beyond the limit."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "error", "update_display_data"):
            kept = cell.metadata.get("kept", 0) + _size(msg["content"])
            if kept > MAX_OUTPUT:
                return None
            cell.metadata["kept"] = kept
        return super().process_message(msg, cell, cell_index)


def _size(content: dict) -> int:
    parts = (content.get("text", ""), content.get("evalue", ""), content.get("traceback", ""), content.get("data", ""))
    return sum(len(str(part)) for part in parts)


def run_notebook(notebook: NotebookNode, folder: Path, limits: SubmissionLimits, backend: str) -> str:
    """Run the notebook in place, in the sandbox `folder` (see `sandbox.open_sandbox`).

    Returns what ended the run early, or an empty text. Errors do not end it. Every code cell that ran has
    `metadata.ran` with `status` (ok, error) and `ename`. Cells with the tag `unrecorded` stay out of the
    kernel's history.
    """
    # Streams are not coalesced: nbclient's expressions for that take hours on one long line.
    client = LimitedClient(
        notebook, km=sandbox_kernel(folder, limits, backend), allow_errors=True, interrupt_on_timeout=True,
        error_on_timeout=TIMEOUT_REPLY, raise_on_iopub_timeout=True, coalesce_streams=False,
    )  # fmt: skip
    return asyncio.run(_run(client, folder, limits))


async def _run(client: LimitedClient, folder: Path, limits: SubmissionLimits) -> str:
    try:
        await client.km.start_kernel(cwd=str(folder / "work"), env=sandbox_environment(folder), start_new_session=True,
                                     stdout=DEVNULL, stderr=DEVNULL)  # fmt: skip
        client.kc = client.km.client()
        client.kc.start_channels()
        await client.kc.wait_for_ready(timeout=START_SECONDS)
        client.kc.allow_stdin = False
        return await _cells(client.start_clock(limits))
    except RuntimeError as error:
        return f"the kernel did not start ({error})"
    finally:
        await _end(client)


async def _end(client: LimitedClient) -> None:
    """End the kernel and every process that it started."""
    process = getattr(client.km.provisioner, "process", None) if client.km.has_kernel else None
    with suppress(RuntimeError):
        await client.km.shutdown_kernel(now=True)
    if client.kc:
        client.kc.stop_channels()
    if process:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


async def _cells(client: LimitedClient) -> str:
    for index, cell in enumerate(client.nb.cells):
        if client.seconds_left() < 1:
            return "the time for the whole notebook was over"
        cell.metadata.pop("ran", None)
        try:
            await client.async_execute_cell(
                cell, index, store_history="unrecorded" not in cell.metadata.get("tags", [])
            )
        except DeadKernelError:
            return f"the kernel died in {_cell_name(cell)}"
        except CellTimeoutError:
            return f"{_cell_name(cell)} could not be stopped"
    return ""


def _cell_name(cell: NotebookNode) -> str:
    """A name by which its author knows the cell; of tests nothing but their name."""
    if task := cell.metadata.get("task"):
        return f"the tests {task}"
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    return grade_id(cell) or f"the cell that begins with {first[:60]!r}"
