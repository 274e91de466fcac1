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
import re
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
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
TESTS = "<tests>"  # the file name of a cell
HINT = re.compile(r"\s*hint:", re.IGNORECASE)
MAX_REASON = 300  # characters
Ask = Callable[[str], Awaitable[str]]  # a request for the kernel's `answer_service.answer`; its reply


class AnswerError(Exception):
    """An error inside an answer, whose name is no error that tests know."""


@dataclass(frozen=True)
class TestResult:
    """What became of one cell: as the kernel's reply, with its outputs.

    `refused` says why an answer is no data. `hint` is what the author of the test lets the student know, `reason` the
    line of the test that failed and why, for the instructor. `kinds` says of functions what they returned last, where
    that is of a kind that `advice` knows.
    """

    __test__ = False

    ename: str
    outputs: list[NotebookNode]
    refused: str = ""
    hint: str = ""
    reason: str = ""
    kinds: dict[str, str] = field(default_factory=dict)


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
        context: Any = multiprocessing.get_context(START_METHOD)
        if START_METHOD == "forkserver":
            context.set_forkserver_preload(PRELOADED)
        self.connection, other = context.Pipe()
        self.process = context.Process(
            target=serve_tests, args=(other, str(folder), answers, own, limits.caps), daemon=True
        )
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


def serve_tests(connection: Connection, folder: str, answers: Sequence[str], own: Sequence[str], caps: dict) -> None:
    """The process: runs every cell that comes in, until the connection ends."""
    limit_process(**caps)
    os.environ |= FIXED_VARIABLES | {"MPLBACKEND": "agg"}
    if hasattr(time, "tzset"):
        time.tzset()
    os.chdir(folder)
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    kernel = AnswerKernel(connection)
    origin = NameOrigins(find_bound_names(answers), find_bound_names(own))
    _run_imports(own, names)
    while True:
        try:
            source = connection.recv()
        except EOFError:
            return
        connection.send(_run_cell(source, names, origin, kernel))


def _run_cell(source: str, names: dict[str, Any], origin: NameOrigins, kernel: AnswerKernel) -> TestResult:
    stdout, stderr, outputs = StringIO(), StringIO(), []
    ename = refused = hint = reason = ""
    kernel.kinds.clear()
    with redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            tree = ast.parse(source)
            _fetch(tree, names, origin, kernel)
            shown = execute_cell(tree, names)
            if shown is not None:
                outputs.append(new_output("execute_result", {"text/plain": repr(shown)}))
        except BaseException as error:
            ename, refused = type(error).__name__, str(error) if isinstance(error, RefusedAnswer) else ""
            hint, reason = read_hint(error), _reason(error, source)
            outputs.append(new_output("error", ename=ename, evalue=str(error)[:2000], traceback=[reason]))
    for name, stream in (("stdout", stdout), ("stderr", stderr)):
        if stream.getvalue():
            outputs.append(new_output("stream", name=name, text=stream.getvalue()[:20_000]))
    return TestResult(ename, outputs, refused, hint, reason, dict(kernel.kinds))


def read_hint(error: BaseException) -> str:
    """What the author of a test lets the student know: the message of an assertion behind `Hint:`."""
    if not isinstance(error, AssertionError) or not (found := HINT.match(str(error))):
        return ""
    return str(error)[found.end() :].strip()[:MAX_REASON]


def _reason(error: BaseException, source: str) -> str:
    """The error, and the last line of the tests that led to it."""
    cause = f" ({error.__cause__})" if error.__cause__ else ""
    said = f"{type(error).__name__}: {error}{cause}".removesuffix(": ")[:MAX_REASON]
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == TESTS]
    text = source.splitlines()[lines[-1] - 1].strip() if lines and lines[-1] <= len(source.splitlines()) else ""
    return f"{said}, in line {lines[-1]}: {text}"[: 2 * MAX_REASON] if text else said


def execute_cell(tree: ast.Module, names: dict[str, Any]) -> Any:
    """Run the cell; returns the value of its last line, if that is an expression."""
    last = tree.body[-1] if tree.body else None
    value = last.value if isinstance(last, ast.Expr) else None
    if value is not None:
        tree.body.pop()
    exec(compile(tree, TESTS, "exec"), names)
    return eval(compile(ast.Expression(value), TESTS, "eval"), names) if value is not None else None


def _fetch(tree: ast.Module, names: dict[str, Any], origin: NameOrigins, kernel: AnswerKernel) -> None:
    """Set the answers that the cell uses in `names`: those of the exercise, and all that only the submission has."""
    bound = set(_bound_names(tree))
    for name in _used_names(tree):
        if name in origin.answers or not (name in names or name in origin.own or hasattr(builtins, name)):
            try:
                names[name] = kernel.ask(name)
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
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                bound.add(statement.name)
            else:
                bound |= set(_bound_names(ast.Module([statement], [])))
    return frozenset(bound)


def _run_imports(sources: Iterable[str], names: dict[str, Any]) -> None:
    """Run the imports of all cells first, so that a test that fails early takes none from the next."""
    for source in sources:
        statements = ast.parse(source).body
        imports: list[ast.stmt] = [each for each in statements if isinstance(each, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(imports, []), TESTS, "exec"), names)


class AnswerFunction:
    """Stands for a function of the submission: a call is sent to its kernel, and what returns is data."""

    def __init__(self, name: str, kernel: AnswerKernel) -> None:
        self.__name__, self._kernel = name, kernel

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value that the submission returns. Raises its error, or RefusedAnswer."""
        return self._kernel.ask(self.__name__, (args, kwargs))

    def __reduce__(self) -> tuple:
        return find_function, (self.__name__,)


class AnswerKernel:
    """The submission's kernel, seen from the tests' process. `kinds` says what functions returned last."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.kinds: dict[str, str] = {}

    def ask(self, name: str, call: tuple | None = None) -> Any:
        """The answer of that name, or what it returns when called. Raises KeyError if there is none of that name."""
        self.connection.send(base64.b64encode(pickle.dumps((name, call))).decode())
        reply = _read_reply(self.connection.recv())
        if "value" in reply:
            self.kinds[name] = _kind(reply["value"])
            return read_answer(reply["value"])
        if "function" in reply:
            return AnswerFunction(name, self)
        if "error" in reply:
            ename, evalue = reply["error"]
            kind = getattr(builtins, ename) if ename in KNOWN_ERRORS else AnswerError
            raise kind(str(evalue) if kind is not AnswerError else f"{ename}: {evalue}")
        if "missing" in reply:
            raise KeyError(name)
        raise RefusedAnswer(str(reply.get("refused"))[:200])


def _kind(value: Any) -> str:
    """`None`, `numpy bool`, or empty for any other value as `answer_data` writes it."""
    if value is None:
        return "None"
    is_numpy_bool = isinstance(value, dict) and value.get("is") == "numpy" and value.get("of", [""])[:1] == ["bool"]
    return "numpy bool" if is_numpy_bool else ""


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
