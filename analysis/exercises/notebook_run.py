"""The run of a submitted notebook to its end, whatever is in it; every code cell gets a mark of its outcome."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
from contextlib import suppress
from json import dumps
from math import ceil
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from time import monotonic
from typing import Any

from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_locked

from analysis.exercises.autograding import part_of_test
from analysis.exercises.course import grade_id
from analysis.exercises.judge import Judge, JudgeDied, TestResult
from analysis.exercises.sandbox import SubmissionLimits, sandbox_environment, sandbox_kernel

MAX_OUTPUT = 5_000_000  # characters of output that are kept per cell, pictures included
START_SECONDS = 60  # that a kernel may take to start
GRACE_SECONDS = 20  # that the tests' process may take beyond the time of its cell
STOP_SECONDS = 10  # that an interrupted answer may take to stop
SERVICE = "__import__('analysis.exercises.answer_service', fromlist=['answer']).answer({!r})"
TIMEOUT_REPLY = {"ename": "CellTimeoutError", "evalue": "the cell took too long", "traceback": []}


class LimitedClient(NotebookClient):
    """nbclient with limits of time and output, and with a mark on every cell that ran."""

    km: AsyncKernelManager
    kc: Any  # an asynchronous client; None before the kernel is there

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

    async def ask(self, request: str, end: float) -> str:
        """The kernel's reply to a request of the tests, as `answer_service.answer` gives it. Raises DeadKernelError,
        and CellTimeoutError if the answer can be neither had nor stopped."""
        if monotonic() > end:
            return _error_reply("TimeoutError", "the answer took too long")
        expressions = {"answer": SERVICE.format(request)}
        sent = self.kc.execute("", silent=True, store_history=False, user_expressions=expressions, allow_stdin=False)
        reply = await self._shell_reply(sent, end)
        found = reply["content"].get("user_expressions", {}).get("answer", {})
        text = found.get("data", {}).get("text/plain") if isinstance(found, dict) else None
        return text if isinstance(text, str) else _error_reply("RuntimeError", "the kernel gave no answer")

    async def _shell_reply(self, sent: str, end: float) -> dict:
        stop = end + STOP_SECONDS
        interrupted = False
        while monotonic() < stop:
            if monotonic() > end and not interrupted:
                await self.km.interrupt_kernel()
                interrupted = True
            try:
                reply = await self.kc.get_shell_msg(timeout=1)
            except Empty:
                if not await self.km.is_alive():
                    raise DeadKernelError("the kernel died") from None
                continue
            if reply["parent_header"].get("msg_id") == sent:
                return reply
        raise CellTimeoutError("the answer could not be stopped")

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """As nbclient's, but drops output beyond the limit."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "error", "update_display_data"):
            kept = cell.metadata.get("kept", 0) + _size(msg["content"])
            if kept > MAX_OUTPUT:
                return None
            cell.metadata["kept"] = kept
        return super().process_message(msg, cell, cell_index)


def _error_reply(name: str, text: str) -> str:
    return base64.b64encode(dumps({"error": [name, text]}).encode()).decode()


def _size(content: dict) -> int:
    parts = (content.get("text", ""), content.get("evalue", ""), content.get("traceback", ""), content.get("data", ""))
    return sum(len(str(part)) for part in parts)


def run_notebook(
    notebook: NotebookNode, folder: Path, limits: SubmissionLimits, backend: str, judge: Judge | None = None
) -> str:
    """Run the notebook in place, in the sandbox `folder` (see `sandbox.open_sandbox`).

    Complete tests run in the `judge` and never in the kernel; locked cells, such as the set-up, run in both.

    Returns what ended the run early, or an empty text. Errors do not end it. Every code cell that ran has
    `metadata.ran` with `status` (ok, error) and `ename`.
    """
    # Streams are not coalesced: nbclient's expressions for that take hours on one long line.
    client = LimitedClient(
        notebook, km=sandbox_kernel(folder, limits, backend), allow_errors=True, interrupt_on_timeout=True,
        error_on_timeout=TIMEOUT_REPLY, raise_on_iopub_timeout=True, coalesce_streams=False,
    )  # fmt: skip
    return asyncio.run(_run(client, folder, limits, judge))


async def _run(client: LimitedClient, folder: Path, limits: SubmissionLimits, judge: Judge | None) -> str:
    try:
        await client.km.start_kernel(cwd=str(folder / "work"), env=sandbox_environment(folder), start_new_session=True,
                                     stdout=DEVNULL, stderr=DEVNULL)  # fmt: skip
        client.kc = client.km.client()
        client.kc.start_channels()
        await client.kc.wait_for_ready(timeout=START_SECONDS)
        client.kc.allow_stdin = False
        return await _cells(client.start_clock(limits), judge)
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


async def _cells(client: LimitedClient, judge: Judge | None) -> str:
    for index, cell in enumerate(client.nb.cells):
        if client.seconds_left() < 1:
            return "the time for the whole notebook was over"
        cell.metadata.pop("ran", None)
        try:
            await _run_cell(client, judge, index, cell)
        except DeadKernelError:
            return f"the kernel died in {_cell_name(cell)}"
        except CellTimeoutError:
            return f"{_cell_name(cell)} could not be stopped"
        except JudgeDied:
            return f"{_cell_name(cell)} did not end"
    return ""


async def _run_cell(client: LimitedClient, judge: Judge | None, index: int, cell: NotebookNode) -> None:
    if part_of_test(cell) == "complete":
        assert judge is not None, "a complete test never runs in the kernel of a submission"
        result = await _judge(client, judge, cell)
        cell.outputs = result.outputs
        cell.metadata["ran"] = {"status": "error" if result.ename else "ok", "ename": result.ename}
        cell.metadata["refused"] = result.refused
        cell.metadata["told"] = {"hint": result.hint, "reason": result.reason, "kinds": result.kinds}
        return
    await client.async_execute_cell(cell, index)
    if judge and cell.cell_type == "code" and is_locked(cell):
        await _judge(client, judge, cell)


async def _judge(client: LimitedClient, judge: Judge, cell: NotebookNode) -> TestResult:
    """Run an instructor's cell in the tests' process; its questions go to the kernel."""
    seconds = max(1.0, min(client.cell_seconds, client.seconds_left()))
    end = monotonic() + seconds
    return await judge.run(cell.source, lambda request: client.ask(request, end), seconds + GRACE_SECONDS)


def _cell_name(cell: NotebookNode) -> str:
    """A name by which its author knows the cell; of tests nothing but their name."""
    if task := cell.metadata.get("task"):
        return f"the tests {task}"
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    return grade_id(cell) or f"the cell that begins with {first[:60]!r}"
