"""Arrays that several processes need: the first process computes them, the others read them.

A sweep runs one notebook many times, and most of its runs ask the same question of the same series. Where the
environment names a folder, slow arrays are kept there under a hash of all their inputs.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

FOLDER = "INCIDENTS_SHARED"  # environment variable; nothing is kept where it is not set


def cached_array(inputs: tuple, compute: Callable[[], np.ndarray]) -> np.ndarray:
    """An array, from the folder that processes share where it is there, else computed.

    Parameters
    ----------
    inputs : tuple
        Arrays and plain values: everything on which the array depends.
    compute : callable
        Returns the array.

    Returns
    -------
    array
        What `compute` returns, or returned in another process.

    Notes
    -----
    Nothing is kept where the environment does not name a folder. A file that cannot be read is computed again.

    Examples
    --------
    >>> cached_array((1.0,), lambda: np.arange(3)).tolist()
    [0, 1, 2]
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return compute()
    path = Path(folder, f"{_hash_inputs(inputs)}.npy")
    with suppress(OSError, ValueError, EOFError):
        return np.load(path)
    computed = compute()
    with suppress(OSError):  # the disk is full: the array is computed again
        _write_whole(computed, path)
    return computed


def _hash_inputs(inputs: tuple) -> str:
    whole = hashlib.sha256()
    for part in inputs:
        if isinstance(part, np.ndarray):
            whole.update(f"{part.dtype} {part.shape}".encode() + np.ascontiguousarray(part).tobytes())
        else:
            whole.update(repr(part).encode() + b"\0")
    return whole.hexdigest()


def _write_whole(computed: np.ndarray, path: Path) -> None:
    """Write the whole file or none: other processes may read it at any moment."""
    staged = path.with_name(f"{path.stem}.{os.getpid()}")
    try:
        with staged.open("wb") as handle:
            np.save(handle, computed)
        os.replace(staged, path)
    finally:
        staged.unlink(missing_ok=True)
