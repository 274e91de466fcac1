"""Loops are compiled where numba is installed (the extra `scale`), and run as they are elsewhere."""

from __future__ import annotations

from collections.abc import Callable

njit: Callable | None
try:
    from numba import njit
except ImportError:
    njit = None


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
    return loop if njit is None else njit(cache=loop.__name__ != "<lambda>")(loop)
