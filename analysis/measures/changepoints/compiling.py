"""Loops are compiled where numba is installed (the extra `scale`), and run as they are elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

try:
    import numba
except ImportError:
    njit: Any = None
else:
    njit = numba.njit


def compile_if_possible(loop: Callable) -> Callable:
    """The function, compiled where numba is installed.

    Parameters
    ----------
    loop : callable
        Takes and returns arrays and numbers.

    Returns
    -------
    callable

    Examples
    --------
    >>> compile_if_possible(lambda x: x + 1)(1)
    2
    """
    return _compiled(loop)


def compile_quickly(loop: Callable) -> Callable:
    """The same, with sums in an order that the processor adds up fastest.

    Parameters
    ----------
    loop : callable
        As for `compile_if_possible`.

    Returns
    -------
    callable

    Examples
    --------
    >>> compile_quickly(lambda x: x + 1)(1)
    2
    """
    return _compiled(loop, fastmath={"reassoc", "contract", "nsz"})


def _compiled(loop: Callable, **options: Any) -> Callable:
    return loop if njit is None else njit(cache=loop.__name__ != "<lambda>", **options)(loop)
