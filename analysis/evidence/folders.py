"""Where evidence lies: this repository or another folder, and the sets below it. Imports nothing slow."""

from __future__ import annotations

import hashlib
from pathlib import Path
from textwrap import shorten

from analysis.evidence import schema
from analysis.evidence.errors import InputError, format_path

PACKAGE = Path(__file__).resolve().parents[1]


def _find_repository() -> Path:
    """The folder with the tables and notebooks: what a wheel ships, else the repository in which the package lies."""
    shipped = PACKAGE / "shipped"  # only a wheel has it, so that site-packages is never taken for a repository
    return shipped if shipped.is_dir() else PACKAGE.parent


REPOSITORY = _find_repository()
IS_INSTALLED = REPOSITORY.parent == PACKAGE  # from a wheel, without a repository


def find_evidence_root(folder: str | Path = "") -> Path:
    """The folder to work on: the one named, else this repository.

    Raises InputError if a folder is named that does not exist.
    """
    try:
        root = Path(folder).expanduser().resolve() if str(folder) else REPOSITORY
        found = root.is_dir()
    except (OSError, ValueError, RuntimeError):  # a name too long, a NUL in it, an unknown home
        found = False
    if not found:
        raise InputError(f"folder {shorten(repr(str(folder)), 200)} does not exist")
    return root


def list_evidence_sets(root: Path) -> list[Path]:
    """Every folder of evidence below `root`: `seeds`, and each folder of `data`, with a table of
    evidence in it."""
    candidates = [root / "seeds", *sorted((root / "data").glob("*/"))]
    names = [f"{table.name}.csv" for table in schema.EVIDENCE]
    return [folder for folder in candidates if any((folder / name).is_file() for name in names)]


def list_table_files(root: Path) -> list[Path]:
    """Every CSV table of a folder, in order, with what about.yml and import.json say of them."""
    beside = [path for name in ("about.yml", "import.json") for path in (root / name, root / "data" / name)]
    tables = {*root.glob("*.csv"), *root.glob("seeds/*.csv"), *root.glob("data/**/*.csv")}
    return sorted(tables | {path for path in beside if path.is_file()})


def folder_fingerprint(root: Path) -> str:
    """One sha256 over every CSV table of a folder, by name and content; how lines end makes no difference.

    Raises InputError for a table that cannot be read: a folder of that name, a link that leads nowhere.
    """
    whole = hashlib.sha256()
    for path in list_table_files(root):
        try:
            content = path.read_bytes().replace(b"\r\n", b"\n")
        except OSError as problem:
            raise InputError(f"{format_path(path)} cannot be read: {problem.strerror}") from None
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + content)
    return whole.hexdigest()
