"""Results of earlier runs, each under a key of all that decides it. Imports nothing slow.

A key is a hash, so that a result is either that of equal inputs or not found. A file that was cut short or altered is
not found either, because it begins with the hash of its content.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

HASH_BYTES = hashlib.sha256().digest_size


def result_key(kind: str, *inputs: Any) -> str:
    """The key of a result: its kind, and all inputs as JSON values.

    >>> result_key("page", {"b": 1, "a": 2}) == result_key("page", {"a": 2, "b": 1})
    True
    """
    said = json.dumps([kind, *inputs], ensure_ascii=False, sort_keys=True)
    return f"{kind}-{hashlib.sha256(said.encode(errors='surrogatepass')).hexdigest()}"


class KeptResults:
    """A folder of results. Several threads may use it at once; two processes may not."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._used: set[str] = set()

    def has(self, key: str) -> bool:
        """True if there is a whole result under that key."""
        return self._read(key) is not None

    def result(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The result under that key, made and kept if it is not there."""
        self._used.add(key)
        found = self._read(key)
        return found if found is not None else self._keep(key, make())

    def discard_unused(self) -> None:
        """Remove every result that nobody has asked for through this object."""
        for path in self._folder.glob("*"):
            if path.name not in self._used:
                path.unlink(missing_ok=True)

    def discard_all(self) -> None:
        """Remove every result."""
        for path in self._folder.glob("*"):
            path.unlink(missing_ok=True)

    def _read(self, key: str) -> bytes | None:
        try:
            whole = (self._folder / key).read_bytes()
        except OSError:
            return None
        said, content = whole[:HASH_BYTES], whole[HASH_BYTES:]
        return content if hashlib.sha256(content).digest() == said else None

    def _keep(self, key: str, content: bytes) -> bytes:
        self._folder.mkdir(parents=True, exist_ok=True)
        staged = self._folder / f"{key}.part"
        staged.write_bytes(hashlib.sha256(content).digest() + content)
        os.replace(staged, self._folder / key)
        return content
