"""Temporary folders that name their owner: those of a process that was killed go when the next one is made."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = re.compile(r"incidents-[a-z]+-(\d+)-(\d+)-\w+")
_cleared: set[str] = set()


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """A new folder, gone when the block ends. The first of a process also clears what killed ones left behind."""
    root = tempfile.gettempdir()
    if root not in _cleared:
        _cleared.add(root)
        clear_scratch(Path(root))
    with tempfile.TemporaryDirectory(prefix=f"{scratch_prefix(purpose)}-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def scratch_prefix(purpose: str, owner: int | None = None) -> str:
    """What the name of a temporary folder begins with, from which `clear_scratch` knows its owner."""
    owner = owner or os.getpid()
    return f"incidents-{purpose}-{owner}-{_started(owner)}"


def clear_scratch(root: Path) -> list[Path]:
    """Remove the temporary folders below `root` whose owner is no more; what was removed."""
    gone = []
    for path in root.glob("incidents-*"):
        owner = NAME.fullmatch(path.name)
        if owner and path.is_dir() and not path.is_symlink() and _started(int(owner[1])) != owner[2]:
            shutil.rmtree(path, ignore_errors=True)
            gone.append(path)
    return gone


def _started(process: int) -> str:
    """When a process began, as the system counts it, so that a number used again is another process; empty if it is
    not there, "0" where the system does not say but it is."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError, ValueError):
        return ""
    except OSError:
        return "0"
    return "0"
