"""Zips that strangers made, unpacked into a folder and nowhere else."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from unicodedata import normalize

MAX_DEPTH = 3  # zips in zips
MAX_FILES = 5_000
MAX_BYTES = 2_000_000_000
IGNORED_PARTS = ("__MACOSX", ".ipynb_checkpoints")
CHUNK = 2**20


@dataclass
class _Bounds:
    """What one archive, with all archives in it, may still unpack."""

    files: int
    bytes: int


def unpack_archive(archive: Path, target: Path, inner: bool = True) -> list[str]:
    """Unpack a zip into the folder `target`, and every zip in it into a folder of its name beside it, unless `inner` is
    False.

    Entries that would lie outside, links and hidden files are left out. Returns one remark for each entry that could
    not be unpacked; of a file that is no zip it is the only one.
    """
    return _unpack(archive, target, 0 if inner else MAX_DEPTH, _Bounds(MAX_FILES, MAX_BYTES))


def _unpack(archive: Path, target: Path, depth: int, left: _Bounds) -> list[str]:
    remarks: list[str] = []
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                if _is_wanted(entry):
                    remarks += _unpack_entry(opened, entry, target, depth, left)
    except Exception as error:  # a stranger's zip may be wrong in any way
        remarks.append(f"{archive.name} cannot be unpacked ({error})")
    return remarks


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    hidden = any(part in IGNORED_PARTS or part.startswith(".") for part in _parts(entry) if part not in (".", ".."))
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    return bool(_parts(entry)) and not (entry.is_dir() or hidden or is_link)


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    return PurePosixPath(entry.filename.replace("\\", "/")).parts


def _unpack_entry(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, depth: int, left: _Bounds
) -> list[str]:
    parts = _parts(entry)
    if ".." in parts or parts[0].startswith("/") or ":" in parts[0]:
        return [f"{entry.filename} lies outside its zip and was left out"]
    left.files -= 1
    if left.files < 0 or left.bytes < 0:
        return [f"{entry.filename} was left out: more than {MAX_FILES:,} files or {MAX_BYTES // 10**6:,} MB"]
    path = target.joinpath(*(normalize("NFC", part) for part in parts))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(entry) as source, path.open("wb") as out:
            while chunk := source.read(CHUNK):
                left.bytes -= len(chunk)
                if left.bytes < 0:
                    raise ValueError(f"more than {MAX_BYTES // 10**6:,} MB")
                out.write(chunk)
    except Exception as error:  # damaged data, a password, a method that is not known here
        path.unlink(missing_ok=True)
        return [f"{entry.filename} cannot be unpacked ({error})"]
    if path.suffix.lower() == ".zip" and depth < MAX_DEPTH:
        return _unpack(path, path.with_suffix(""), depth + 1, left)
    return []


def copy_files(source: Path, target: Path) -> list[str]:
    """Copy a file or a folder into the folder `target`, without links and hidden files; zips are unpacked.

    Returns remarks as `unpack_archive`.
    """
    remarks: list[str] = []
    for path in [source] if source.is_file() else sorted(source.rglob("*")):
        inside = path.relative_to(source if source.is_dir() else source.parent)
        if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        copy = target.joinpath(*(normalize("NFC", part) for part in inside.parts))
        if path.suffix.lower() == ".zip":
            remarks += unpack_archive(path, copy.with_suffix(""))
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    return remarks
