"""What helps a student whose answer failed: a line on each of the mistakes that beginners make."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping


def advise(source: str, kinds: Mapping[str, str], wrong: str) -> str:
    """What to change in an answer that failed its tests; empty if that is not known.

    `source` is the answer's, `kinds` says what its functions returned last (`judge.TestResult.kinds`), and `wrong` is
    the error that the student was told.

    >>> advise("def double(x):\\n    print(2 * x)", {"double": "None"}, "TypeError")
    '`double` prints its value and returns None: write `return` in place of `print`'
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return f"Python cannot read line {error.lineno} of the answer" if error.lineno else ""
    if _raises_not_implemented(tree):
        return "the line `raise NotImplementedError()` is still there: delete it"
    for name, kind in kinds.items():
        if kind == "numpy bool":
            return f"`{name}` returns a bool of numpy: write `bool(...)` around the value"
        if kind == "None" and (function := _function(tree, name)) and not _returns(function):
            return _no_return(function)
    if missing := re.search(r"NameError: name '(\w+)' is not defined", wrong):
        return f"the tests look for `{missing[1]}`: the answer must make something of that name"
    return ""


def _raises_not_implemented(tree: ast.Module) -> bool:
    raised = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    return any("NotImplementedError" in ast.dump(error) for error in raised if error)


def _function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else None


def _returns(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))


def _no_return(function: ast.FunctionDef) -> str:
    prints = any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print" for node in ast.walk(function))
    if prints:
        return f"`{function.name}` prints its value and returns None: write `return` in place of `print`"
    return f"`{function.name}` returns None: its last line needs `return`"
