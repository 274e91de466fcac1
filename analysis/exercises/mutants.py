"""Mutants: an answer with one small change each, such as `<` for `<=`, which tests should find.

The operators are those of the literature on mutation testing (DeMillo, Lipton and Sayward 1978), as far as answers of a
few lines in pandas use them.
"""

from __future__ import annotations

import ast
import difflib
import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

MAX_LINE, CONTEXT = 110, 40  # characters of a line that is shown
COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE,), ast.LtE: (ast.Lt,), ast.Gt: (ast.GtE,), ast.GtE: (ast.Gt,), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Pow: ast.Mult,
}  # fmt: skip
OPPOSITES = {"any": "all", "min": "max", "idxmin": "idxmax", "first": "last", "head": "tail", "ffill": "bfill",
             "isna": "notna", "eq": "ne", "lt": "le", "gt": "ge"}  # fmt: skip
OPPOSITES |= {opposite: name for name, opposite in OPPOSITES.items()}
PASSED_THROUGH = ("sorted", "set", "abs", "int", "float", "bool", "str", "list", "tuple", "round")


@dataclass(frozen=True)
class Mutant:
    """A changed answer: the whole `source`, and `change`, the lines before and after."""

    source: str
    change: str


def make_mutants(source: str) -> list[Mutant]:
    """All mutants of the source, each once, statements before what stands in them.

    >>> [mutant.change for mutant in make_mutants("late = day > first")]
    ['late = day > first -> (left out)', 'late = day > first -> late = day >= first']
    """
    tree = ast.parse(source)
    before = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for number, node in enumerate(ast.walk(tree)):
        for changed in _changes(node):
            after = ast.unparse(ast.fix_missing_locations(_with(tree, number, changed)))
            if after != before:
                found.setdefault(after, Mutant(after, _difference(before, after)))
    return list(found.values())


def _with(tree: ast.AST, number: int, changed: ast.AST) -> ast.AST:
    """A copy of the tree in which the node of that number in the walk is the changed one."""
    copy = deepcopy(tree)
    nodes = list(ast.walk(copy))
    if number == 0:
        return changed
    for parent in nodes:
        for name, value in ast.iter_fields(parent):
            if value is nodes[number]:
                setattr(parent, name, changed)
            elif isinstance(value, list) and any(each is nodes[number] for each in value):
                setattr(parent, name, [changed if each is nodes[number] else each for each in value])
    return copy


def _difference(before: str, after: str) -> str:
    lines = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:2] in ("- ", "+ ")]
    old, new = (" | ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    if new in ("", "pass"):
        return f"{_shorten(old, 0, 0)} -> (left out)"
    start = len(os.path.commonprefix([old, new]))
    end = min(len(os.path.commonprefix([old[::-1], new[::-1]])), len(old) - start, len(new) - start)
    return f"{_shorten(old, start, end)} -> {_shorten(new, start, end)}"


def _shorten(line: str, start: int, end: int) -> str:
    """The line, of which `start` and `end` characters are as in the other one; a long one without most of these."""
    if len(line) <= MAX_LINE:
        return line
    first, last = max(0, start - CONTEXT), min(len(line), len(line) - end + CONTEXT)
    return f"{'...' if first else ''}{line[first:last][: 2 * MAX_LINE]}{'...' if last < len(line) else ''}"


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in place of the node."""
    for change in (_of_comparison, _of_operator, _of_constant, _of_call, _of_subscript, _of_statement):
        yield from change(node)


def _of_comparison(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                yield ast.Compare(node.left, [*node.ops[:at], other(), *node.ops[at + 1 :]], node.comparators)
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def _of_operator(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        changed = deepcopy(node)
        changed.op = OPERATORS[type(node.op)]()
        yield changed
    if isinstance(node, ast.UnaryOp):
        yield node.operand


def _of_constant(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))
    elif node.value is None:
        yield ast.Constant(0)


def _of_call(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Call):
        return
    for at in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:at] + node.keywords[at + 1 :])
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in OPPOSITES:
            function = ast.Attribute(node.func.value, OPPOSITES[node.func.attr], ast.Load())
            yield ast.Call(function, node.args, node.keywords)
        yield node.func.value
    elif isinstance(node.func, ast.Name):
        if node.func.id in OPPOSITES:
            yield ast.Call(ast.Name(OPPOSITES[node.func.id], ast.Load()), node.args, node.keywords)
        if node.func.id in PASSED_THROUGH and node.args:
            yield node.args[0]


def _of_subscript(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value
    if isinstance(node, ast.Slice) and (node.lower or node.upper):
        yield ast.Slice(None, None, node.step)


def _of_statement(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        changed = deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield changed
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.Constant(None))
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Break | ast.Continue | ast.If | ast.Expr) and not is_text:
        yield ast.Pass()
