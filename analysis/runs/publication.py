"""A folder of outputs appears whole or not at all, and only one process at a time makes it."""

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

DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG)
HERE, EXCHANGE = -100, 2  # Linux: AT_FDCWD, RENAME_EXCHANGE


@contextmanager
def publish_folder(target: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `target` in one step if the block ends well.

    It is made in a hidden folder beside, where a killed run leaves its traces for the next to clear.
    Raises InputError if nothing can be written there, RunError if another process is at it or the
    disk fails.
    """
    target = target.resolve()
    workshop = target.with_name(f".{target.name}")
    with _only_one(workshop, target):
        made, former = workshop / "made", workshop / "former"
        _clear(made, former, target)
        try:
            made.mkdir()
            yield made
            _replace(target, made, former)
        except OSError as error:
            if error.errno not in DISK:
                raise
            raise RunError(f"{format_path(target)} could not be made: {error.strerror}") from None
        finally:
            shutil.rmtree(made, ignore_errors=True)
            shutil.rmtree(former, ignore_errors=True)


@contextmanager
def _only_one(workshop: Path, target: Path) -> Iterator[None]:
    """The lock of a folder; the system takes it back from whoever dies."""
    if target.exists() and not target.is_dir():
        raise InputError(f"{format_path(target)} is a file, where a folder is to go")
    try:
        workshop.mkdir(parents=True, exist_ok=True)
        lock = (workshop / "lock").open("a")
    except OSError as error:
        raise InputError(f"cannot write to {format_path(target.parent)}: {error.strerror}") from None
    with lock:
        if not _locked(lock):
            raise RunError(f"another run is making {format_path(target)}: wait for it, or choose another folder")
        yield


def _locked(lock: IO) -> bool:
    try:
        try:
            from fcntl import LOCK_EX, LOCK_NB, flock
        except ImportError:  # Windows
            from msvcrt import LK_NBLCK, locking

            locking(lock.fileno(), LK_NBLCK, 1)
        else:
            flock(lock, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _clear(made: Path, former: Path, target: Path) -> None:
    """What a killed run left; if it was killed between two renames, the former output goes back."""
    if former.exists() and not target.exists():
        os.rename(former, target)
    for folder in (made, former):
        shutil.rmtree(folder, ignore_errors=True)


def _replace(target: Path, made: Path, former: Path) -> None:
    """Put `made` where `target` is. Linux exchanges the two in one step; elsewhere there is none for an instant."""
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
    return rename(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0
