"""The type of a parameter: from its annotation if it has one, else from its default."""

from __future__ import annotations

import ast
import operator
import types
from typing import Any, Literal, Optional, Union

NAMED = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "dict": dict, "List": list, "Dict": dict,
         "Sequence": list, "Any": Any, "None": None, "object": Any}  # fmt: skip
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
             ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow}  # fmt: skip
LARGEST_POWER = 64
NOUNS = {bool: "true or false", int: "whole number", float: "number", str: "text", list: "list", dict: "mapping"}


def literal_value(node: ast.expr) -> Any:
    """The value of a literal, in which numbers may be reckoned with: `60 * 24`, `[1, -2.5]`, `1 / 3`.

    Raises ValueError for anything else.
    """
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = literal_value(node.left), literal_value(node.right)
        if not all(isinstance(side, int | float) for side in (left, right)):
            raise ValueError(f"{ast.unparse(node)} reckons with what is no number")
        if isinstance(node.op, ast.Pow) and abs(right) > LARGEST_POWER:
            raise ValueError(f"{ast.unparse(node)} is too large")
        try:
            return OPERATORS[type(node.op)](left, right)
        except (ArithmeticError, MemoryError) as error:
            raise ValueError(f"{ast.unparse(node)}: {error}") from None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = literal_value(node.operand)
        if isinstance(value, int | float):
            return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.List | ast.Tuple):
        return [literal_value(each) for each in node.elts]
    if isinstance(node, ast.Dict) and all(node.keys):
        pairs = zip(node.keys, node.values, strict=True)
        return {literal_value(key): literal_value(value) for key, value in pairs if key}
    return ast.literal_eval(node)


def annotated_type(node: ast.expr) -> Any:
    """The type that an annotation names: `int | None`, `Literal["a", "b"]`, `list[str]`, `Optional[float]`.

    Raises ValueError for a type that no parameter of a notebook can have.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return annotated_type(ast.parse(node.value, mode="eval").body)
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    if isinstance(node, ast.Attribute):  # typing.Optional
        return annotated_type(ast.Name(node.attr))
    if isinstance(node, ast.Name) and node.id in NAMED:
        return NAMED[node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[annotated_type(node.left), annotated_type(node.right)]  # noqa: UP007
    if isinstance(node, ast.Subscript):
        return _subscripted(node)
    raise ValueError(f"the type {ast.unparse(node)} is none that a parameter can have")


def _subscripted(node: ast.Subscript) -> Any:
    name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Literal":
        return Literal.__getitem__(tuple(literal_value(each) for each in inside))
    if name == "Annotated":
        return annotated_type(inside[0])
    of = tuple(annotated_type(each) for each in inside)
    if name == "Optional":
        return Optional.__getitem__(of[0])
    if name == "Union":
        return Union.__getitem__(of)
    if name in ("list", "List", "Sequence"):
        return list.__class_getitem__(of[0])
    if name in ("dict", "Dict"):
        return dict.__class_getitem__(of)
    raise ValueError(f"the type {ast.unparse(node)} is none that a parameter can have")


def type_of_default(default: Any) -> Any:
    """The type that a default says: lists of numbers take numbers, of several kinds each of them; None takes all."""
    if isinstance(default, list):
        found = {type_of_default(each) for each in default if each is not None}
        if not found:
            return list[Any] if default else list[str]
        if found <= {int, float}:
            found = {float} if float in found else {int}
        inside: Any = Union.__getitem__(tuple(sorted(found, key=str))) if len(found) > 1 else found.pop()
        return list.__class_getitem__(inside | None if None in default else inside)
    if isinstance(default, dict):
        return dict
    return type(default) if type(default) in NOUNS else Any


def noun_of(kind: Any) -> str:
    """What messages call a type: "whole number", "list", "a or b"."""
    if kind in NOUNS:
        return NOUNS[kind]
    origin, inside = getattr(kind, "__origin__", None), getattr(kind, "__args__", ())
    if origin in (list, dict):
        return NOUNS[origin]
    if origin is Literal:
        return "one of a few values"
    if origin is Union or isinstance(kind, types.UnionType):
        return " or ".join(dict.fromkeys("none" if each is type(None) else noun_of(each) for each in inside))
    return "value"


def allowed_of(kind: Any) -> str:
    """What is allowed beyond the noun, in words; empty if the noun says all."""
    origin, inside = getattr(kind, "__origin__", None), getattr(kind, "__args__", ())
    if origin is Literal:
        return ", ".join(map(str, inside))
    if origin is list and inside:
        return allowed_of(inside[0]) or noun_of(inside[0])
    if origin is Union or isinstance(kind, types.UnionType):
        return "; ".join(filter(None, map(allowed_of, inside)))
    return ""
