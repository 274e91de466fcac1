"""A folder of outputs appears whole or not at all, and only one process at a time makes it.

A killed run leaves a hidden folder `.<target>` beside its target; the next run clears it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from analysis.evidence.errors import InputError, RunError, format_path

DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG)
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # as Linux names and numbers them


def kept_folder(target: Path) -> Path:
    """Where results are kept from one run to the next: beside the target, under the lock of whoever makes it."""
    target = target.resolve()
    return target.with_name(f".{target.name}") / "kept"


@contextmanager
def publish_folder(target: Path) -> Iterator[Path]:
    """An empty folder to fill; it takes the place of `target` in one step if the block ends without error.

    The folder lies in a hidden folder `.<target>` beside the target. A killed run leaves that folder, and the next run
    clears it. Raises InputError if nothing can be written there, RunError if another process makes the same target or
    the disk fails.
    """
    target = target.resolve()
    staging = target.with_name(f".{target.name}")
    with _locked_folder(staging, target):
        made, former = staging / "made", staging / "former"
        _clear(made, former, target)
        try:
            made.mkdir()
            yield made
            _replace(target, made, former)
        except OSError as error:
            if error.errno not in DISK_ERRORS:
                raise
            raise RunError(f"{format_path(target)} could not be made: {error.strerror}") from None
        finally:
            shutil.rmtree(made, ignore_errors=True)
            shutil.rmtree(former, ignore_errors=True)


@contextmanager
def _locked_folder(staging: Path, target: Path) -> Iterator[None]:
    """Holds the lock of a folder; the system releases the lock of a process that dies."""
    if target.exists() and not target.is_dir():
        raise InputError(f"{format_path(target)} is a file, where a folder is to go")
    try:
        staging.mkdir(parents=True, exist_ok=True)
        lock = (staging / "lock").open("a")
    except OSError as error:
        raise InputError(f"cannot write to {format_path(target.parent)}: {error.strerror}") from None
    with lock:
        if not _lock(lock):
            raise RunError(f"another run is making {format_path(target)}: wait for it, or choose another folder")
        yield


def _lock(lock: IO) -> bool:
    try:
        try:
            from fcntl import LOCK_EX, LOCK_NB, flock
        except ImportError:  # Windows
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            flock(lock, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _clear(made: Path, former: Path, target: Path) -> None:
    """Remove what a killed run left; if it was killed between two renames, put the former output back."""
    if former.exists() and not target.exists():
        os.rename(former, target)
    for folder in (made, former):
        shutil.rmtree(folder, ignore_errors=True)


def _replace(target: Path, made: Path, former: Path) -> None:
    """Put `made` in the place of `target`: in one step on Linux; elsewhere the target is missing for an instant."""
    if not target.exists():
        os.rename(made, target)
    elif not _exchanged(made, target):
        os.rename(target, former)
        os.rename(made, target)


def _exchanged(one: Path, other: Path) -> bool:
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0
