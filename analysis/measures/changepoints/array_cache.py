"""Arrays that several processes need: worked out by the first of them, read by the others.

A sweep runs one notebook many times, and most of its runs put the same series to the same question. Where the
environment names a folder, what is slow to work out is left there under a hash of all that decides it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

FOLDER = "INCIDENTS_SHARED"  # environment variable; nothing is kept where it is not set


def cached_array(basis: tuple, make: Callable[[], np.ndarray]) -> np.ndarray:
    """The array that `make` gives, or gave to another process; `basis` is all that decides it: arrays and plain
    values."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return make()
    path = Path(folder, f"{_named(basis)}.npy")
    with suppress(OSError, ValueError, EOFError):
        return np.load(path)
    made = make()
    with suppress(OSError):  # no room: it is worked out again
        _keep(made, path)
    return made


def _named(basis: tuple) -> str:
    whole = hashlib.sha256()
    for part in basis:
        if isinstance(part, np.ndarray):
            whole.update(f"{part.dtype} {part.shape}".encode() + np.ascontiguousarray(part).tobytes())
        else:
            whole.update(repr(part).encode() + b"\0")
    return whole.hexdigest()


def _keep(made: np.ndarray, path: Path) -> None:
    """Whole or not at all: others may read it at any moment."""
    staged = path.with_name(f"{path.stem}.{os.getpid()}")
    try:
        with staged.open("wb") as handle:
            np.save(handle, made)
        os.replace(staged, path)
    finally:
        staged.unlink(missing_ok=True)
