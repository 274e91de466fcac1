"""Whether tests find every mutant of an instructor's answer: each mutant runs in a process of its own.

Only the instructor's code runs here, so there is no sandbox.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field

import yaml
from nbformat import NotebookNode

from analysis.evidence.errors import InputError, format_path
from analysis.exercises.course import Exercise, grade_id, is_answer_code, is_graded, is_test
from analysis.exercises.judge import execute_cell
from analysis.exercises.mutants import Mutant, make_mutants
from analysis.exercises.sandbox import open_sandbox
from analysis.exercises.sandboxed_kernel import limit_process

MUTANT_SECONDS = 10  # of a mutant, after which it counts as found
MEMORY_MB = 4000
SURVIVED, FOUND = 0, 1  # the exit status of a mutant's process


@dataclass
class MutationProof:
    """The result for one exercise: the number of mutants, of those that change no answer, and the problems."""

    exercise: str
    mutants: int = 0
    equivalent: int = 0
    problems: list[str] = field(default_factory=list)


def prove_mutants(
    exercises: Sequence[Exercise], progress: Callable[[str], None] = lambda _: None
) -> list[MutationProof]:
    """A proof for every exercise, two at once; `progress` is called with each exercise that is done.

    Raises InputError for a list of equivalent mutants that is none.
    """
    known = [read_equivalents(exercise) for exercise in exercises]  # raises its errors before anything runs
    if not hasattr(os, "fork"):
        return [MutationProof(exercise.name) for exercise in exercises]  # Windows starts no process from a copy of one
    with ProcessPoolExecutor(2, multiprocessing.get_context("forkserver"), max_tasks_per_child=1) as pool:
        proofs = []
        for proof in pool.map(_prove, exercises, known):
            progress(proof.exercise)
            proofs.append(proof)
        return proofs


def read_equivalents(exercise: Exercise) -> dict[str, str]:
    """The mutants that change no answer, as change -> reason, from `equivalent/EXERCISE.yml`; none without the file.

    Raises InputError if the file holds anything else.
    """
    path = exercise.folder.parents[1] / "equivalent" / f"{exercise.name}.yml"
    if not path.is_file():
        return {}
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"{format_path(path)} is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict) or not all(isinstance(changes, list) for changes in found.values()):
        raise InputError(f"{format_path(path)} must map reasons to lists of mutants that change no answer")
    return {" ".join(str(change).split()): str(reason) for reason, changes in found.items() for change in changes}


def _prove(exercise: Exercise, equivalents: dict[str, str]) -> MutationProof:
    proof = MutationProof(exercise.name)
    survivors: set[str] = set()
    with open_sandbox({path: path.relative_to(exercise.folder) for path in exercise.files}) as folder:
        os.chdir(folder / "work")
        try:
            for answer, mutant, survived in _tried(exercise.source.cells):
                proof.mutants += 1
                if survived:
                    survivors.add(mutant.change)
                    if mutant.change not in equivalents:
                        proof.problems.append(f"{answer}: a mutant survives: {mutant.change}")
        except Exception as error:  # of a cell of the instructor's
            proof.problems.append(f"a cell fails, and no mutant behind it was tried: {type(error).__name__}: {error}")
            return proof
    proof.equivalent = len(survivors & set(equivalents))
    gone = set(equivalents) - survivors
    proof.problems += [f"{change!r} is listed as equivalent and is found or is no mutant" for change in sorted(gone)]
    return proof


def _tried(cells: list[NotebookNode]) -> Iterator[tuple[str, Mutant, bool]]:
    """Every mutant, and whether the tests behind its answer pass. The names of the notebook are those before it."""
    import matplotlib as mpl

    mpl.use("agg")
    warnings.simplefilter("ignore")
    names: dict = {"__name__": "__main__"}
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        for at, cell in enumerate(cells):
            if is_answer_code(cell) and not is_graded(cell):
                tests = _tests_behind(cells[at + 1 :])
                for mutant in make_mutants(cell.source):
                    yield grade_id(cell), mutant, _survives(mutant.source, tests, names)
            if cell.cell_type == "code":
                exec(compile(cell.source, f"<{grade_id(cell) or at}>", "exec"), names)


def _tests_behind(cells: list[NotebookNode]) -> list[tuple[str, float]]:
    """The tests up to the next answer, as (source, points)."""
    tests = []
    for cell in cells:
        if is_answer_code(cell):
            break
        if is_test(cell):
            tests.append((cell.source, float(cell.metadata.nbgrader.points)))
    return tests


def _survives(mutant: str, tests: Sequence[tuple[str, float]], names: dict) -> bool:
    """True if the mutant earns all points of the tests, in a copy of this process and in time."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == SURVIVED
    status = FOUND
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process
        signal.alarm(MUTANT_SECONDS)
        limit_process(MEMORY_MB, 2 * MUTANT_SECONDS, 100)
        exec(compile(mutant, "<mutant>", "exec"), names)
        if all(_earned(source, points, names) >= points for source, points in tests):
            status = SURVIVED
    finally:
        os._exit(status)


def _earned(test: str, points: float, names: dict) -> float:
    """The points of a test that raises nothing: all, or the number that is its last value."""
    value = execute_cell(ast.parse(test), names)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else points
