"""The process that runs the tests: it holds the instructor's code and never runs a line of a submission.

What a test asks of an answer goes to the submission's kernel by name, and comes back as data.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import builtins
import json
import multiprocessing
import os
import pickle
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from analysis.exercises.answer_data import RefusedAnswer, read_answer
from analysis.exercises.answer_service import find_function
from analysis.exercises.sandbox import SubmissionLimits
from analysis.exercises.sandboxed_kernel import limit_process
from analysis.runs.normalisation import FIXED_VARIABLES

START_METHOD = "forkserver" if sys.platform != "win32" else "spawn"
PRELOADED = ["analysis.exercises.judge", "analysis", "analysis.incidents.trace", "scipy.stats", "matplotlib.pyplot"]
# Errors of an answer that a test meets under their own name. None of them ends a loop or the process silently.
KNOWN_ERRORS = (
    "ArithmeticError", "AssertionError", "FileNotFoundError", "IndexError", "KeyError", "LookupError", "NameError",
    "NotImplementedError", "OverflowError", "RuntimeError", "TypeError", "ValueError", "ZeroDivisionError",
)  # fmt: skip
Ask = Callable[[str], Awaitable[str]]  # a request for the kernel's `answer_service.answer`; its reply


class AnswerError(Exception):
    """An error inside an answer, whose name is no error that tests know."""


@dataclass(frozen=True)
class TestResult:
    """What became of one cell: as the kernel's reply, with its outputs; `refused` says why an answer is no data."""

    __test__ = False

    ename: str
    outputs: list[NotebookNode]
    refused: str = ""


@dataclass(frozen=True)
class NameOrigins:
    """The names that come from the submission, and those that come from the instructor's cells."""

    answers: frozenset[str]
    own: frozenset[str]


class JudgeDied(Exception):
    """The tests' process ended, or did not end in time."""


class Judge:
    """The tests' process of one submission, seen from the grader."""

    def __init__(self, folder: Path, answers: Sequence[str], own: Sequence[str], limits: SubmissionLimits) -> None:
        """Start it in `folder`, with the instructor's files.

        The sources `answers` are the instructor's; the names they bind are asked for anew by every cell. The sources
        `own` are those of the cells that may run here; the names they bind are never asked for.
        """
        context = multiprocessing.get_context(START_METHOD)
        if START_METHOD == "forkserver":
            context.set_forkserver_preload(PRELOADED)
        self.connection, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other, str(folder), answers, own, limits.caps), daemon=True)
        self.process.start()
        other.close()

    async def run(self, source: str, ask: Ask, seconds: float) -> TestResult:
        """Run one cell; `ask` is awaited for every answer that it asks for. Raises JudgeDied."""
        end = time.monotonic() + seconds
        try:
            self.connection.send(source)
            while True:
                message = await asyncio.to_thread(self._receive, end)
                if isinstance(message, TestResult):
                    return message
                self.connection.send(await ask(message))
        except (EOFError, OSError):
            raise JudgeDied from None

    def _receive(self, end: float) -> Any:
        if not self.connection.poll(max(0.0, end - time.monotonic())):
            raise EOFError
        return self.connection.recv()

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def serve(connection: Connection, folder: str, answers: Sequence[str], own: Sequence[str], caps: dict) -> None:
    """The process: runs every cell that comes in, until the connection ends."""
    limit_process(**caps)
    os.environ |= FIXED_VARIABLES | {"MPLBACKEND": "agg"}
    if hasattr(time, "tzset"):
        time.tzset()
    os.chdir(folder)
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    origin = NameOrigins(find_bound_names(answers), find_bound_names(own))
    _run_imports(own, names)
    while True:
        try:
            source = connection.recv()
        except EOFError:
            return
        connection.send(_run_cell(source, names, origin, connection))


def _run_cell(source: str, names: dict[str, Any], origin: NameOrigins, connection: Connection) -> TestResult:
    stdout, stderr, outputs = StringIO(), StringIO(), []
    ename = refused = ""
    with redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            tree = ast.parse(source)
            _fetch(tree, names, origin, connection)
            shown = _execute(tree, names)
            if shown is not None:
                outputs.append(new_output("execute_result", {"text/plain": repr(shown)}))
        except BaseException as error:
            ename, refused = type(error).__name__, str(error) if isinstance(error, RefusedAnswer) else ""
            outputs.append(new_output("error", ename=ename, evalue=str(error)[:2000], traceback=[]))
    for name, stream in (("stdout", stdout), ("stderr", stderr)):
        if stream.getvalue():
            outputs.append(new_output("stream", name=name, text=stream.getvalue()[:20_000]))
    return TestResult(ename, outputs, refused)


def _execute(tree: ast.Module, names: dict[str, Any]) -> Any:
    """Run the cell; returns the value of its last line, if that is an expression."""
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<tests>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<tests>", "eval"), names) if last else None


def _fetch(tree: ast.Module, names: dict[str, Any], origin: NameOrigins, connection: Connection) -> None:
    """Set the answers that the cell uses in `names`: those of the exercise, and all that only the submission has."""
    bound = set(_bound_names(tree))
    for name in _used_names(tree):
        if name in origin.answers or not (name in names or name in origin.own or hasattr(builtins, name)):
            try:
                names[name] = _ask(connection, name)
            except KeyError:
                names.pop(name, None)
            except RefusedAnswer:
                names.pop(name, None)
                if name not in bound:
                    raise


def _used_names(tree: ast.Module) -> list[str]:
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    return list(dict.fromkeys(used))


def _bound_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def find_bound_names(sources: Iterable[str]) -> frozenset[str]:
    """The names that the sources bind at their top level."""
    bound: set[str] = set()
    for source in sources:
        for statement in ast.parse(source).body:
            nested = isinstance(statement, ast.FunctionDef | ast.ClassDef)
            bound |= {statement.name} if nested else set(_bound_names(ast.Module([statement], [])))
    return frozenset(bound)


def _run_imports(sources: Iterable[str], names: dict[str, Any]) -> None:
    """Run the imports of all cells first, so that a test that fails early takes none from the next."""
    for source in sources:
        statements = ast.parse(source).body
        imports = [each for each in statements if isinstance(each, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(imports, []), "<tests>", "exec"), names)


class AnswerFunction:
    """Stands for a function of the submission: a call is sent to its kernel, and what returns is data."""

    def __init__(self, name: str, connection: Connection) -> None:
        self.__name__, self._connection = name, connection

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value that the submission returns. Raises its error, or RefusedAnswer."""
        return _ask(self._connection, self.__name__, (args, kwargs))

    def __reduce__(self) -> tuple:
        return find_function, (self.__name__,)


def _ask(connection: Connection, name: str, call: tuple | None = None) -> Any:
    """The answer of that name, or what it returns when called. Raises KeyError if there is none of that name."""
    connection.send(base64.b64encode(pickle.dumps((name, call))).decode())
    reply = _read_reply(connection.recv())
    if "value" in reply:
        return read_answer(reply["value"])
    if "function" in reply:
        return AnswerFunction(name, connection)
    if "error" in reply:
        ename, evalue = reply["error"]
        kind = getattr(builtins, ename) if ename in KNOWN_ERRORS else AnswerError
        raise kind(str(evalue) if kind is not AnswerError else f"{ename}: {evalue}")
    if "missing" in reply:
        raise KeyError(name)
    raise RefusedAnswer(str(reply.get("refused"))[:200])


def _read_reply(text: str) -> dict:
    """The reply, which the submission may have forged."""
    try:
        reply = json.loads(base64.b64decode(text.strip("'"), validate=True))
    except (ValueError, RecursionError):
        reply = None
    fits = isinstance(reply, dict) and len(reply) == 1
    if fits and "error" in reply:
        fits = isinstance(reply["error"], list) and [type(part) for part in reply["error"]] == [str, str]
    return reply if fits else {"refused": "the answer cannot be read"}
