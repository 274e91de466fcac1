"""What a learning platform delivers, arranged as folders of students.

Moodle: `NAME_ID_assignsubmission_file/...` or `NAME_ID_assignsubmission_file_FILE`. Canvas: `name_ID_ID_FILE` or
`name_LATE_ID_ID_FILE`. Else: a folder, or a zip, for each student.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from analysis.evidence.errors import InputError, format_path
from analysis.exercises.archives import copy_files, unpack_archive
from analysis.exercises.roster import Roster
from analysis.exercises.submissions import is_notebook_name

MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?", re.DOTALL)
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)", re.DOTALL)
CANVAS_VERSION = re.compile(r"-\d+(?=\.\w+$)")  # Canvas numbers what is handed in again: `counting-1.ipynb`
NO_FILE_NAME = re.compile(r'[\x00-\x1f/\\:*?"<>|]|^\.+|[. ]+$')


@dataclass(frozen=True)
class Hand:
    """One entry of a delivery: who handed it in, by which id of the platform, and where it lies.

    `file` is its name without what the platform put before it; empty for a folder.
    """

    platform: str
    name: str
    identifier: str
    path: Path
    file: str = ""
    is_late: bool = False


@dataclass
class Delivery:
    """Submissions in the folder `folder/STUDENT`. `remarks` are by student; `left_out` names what is nobody's."""

    folder: Path
    remarks: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


@contextmanager
def open_delivery(source: Path, roster: Roster) -> Iterator[Delivery]:
    """The folder or zip `source` arranged as one folder for each student, in a place that is removed after the block.

    A student is called as the roster says, if the roster has the student. Raises InputError for anything else than a
    folder or a zip.
    """
    with tempfile.TemporaryDirectory(prefix="delivery-", ignore_cleanup_errors=True) as name:
        unpacked, folder = Path(name) / "unpacked", Path(name) / "students"
        folder.mkdir()
        if source.is_file() and source.suffix.lower() == ".zip":
            if problems := unpack_archive(source, unpacked, inner=False):
                raise InputError(f"{format_path(source)}: {problems[0]}")
            source = unpacked
        if not source.is_dir():
            raise InputError(f"{format_path(source)} is no folder of submissions, and no zip of them")
        yield _arrange(_descend(source), Delivery(folder), roster)


def _descend(folder: Path) -> Path:
    """The folder of the submissions, where a zip has packed another folder around it."""
    entries = _entries(folder)
    if len(entries) == 1 and entries[0].is_dir() and any(map(_of_platform, _entries(entries[0]))):
        return entries[0]
    return folder


def _entries(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not path.is_symlink() and path.name[0] != "."]


def _of_platform(path: Path) -> Hand | None:
    name = normalize("NFC", path.name)
    if found := MOODLE.fullmatch(name):
        return Hand("Moodle", found["name"], found["id"], path, found["file"] or "")
    if path.is_file() and (found := CANVAS.fullmatch(name)):
        file = CANVAS_VERSION.sub("", found["file"]) if is_notebook_name(found["file"]) else found["file"]
        return Hand("Canvas", found["name"], found["id"], path, file, bool(found["late"]))
    return None


def _arrange(source: Path, delivery: Delivery, roster: Roster) -> Delivery:
    hands = []
    for path in _entries(source):
        hand = _of_platform(path)
        if hand is None and (path.is_dir() or path.suffix.lower() == ".zip"):
            hand = Hand("", normalize("NFC", path.name if path.is_dir() else path.stem), "", path)
        if hand is None:
            delivery.left_out.append(path.name)
        else:
            hands.append(hand)
    for hand in hands:
        _take(hand, _student(hand, hands, roster), delivery)
    return delivery


def _student(hand: Hand, hands: list[Hand], roster: Roster) -> str:
    """The name of the student: that of the roster; else the platform's, with its id where the name is no whole one or
    several have it."""
    if listed := roster.find_student(hand.name, hand.identifier):
        return listed
    several = len({other.identifier for other in hands if other.name == hand.name}) > 1
    return file_name(f"{hand.name} ({hand.identifier})" if hand.platform == "Canvas" or several else hand.name)


def file_name(text: str) -> str:
    """The text as the name of a file on any system; accents are stored in one way.

    >>> file_name("a/b: c?")
    'a-b- c-'
    """
    return NO_FILE_NAME.sub("-", normalize("NFC", text)).strip() or "-"


def _take(hand: Hand, student: str, delivery: Delivery) -> None:
    target = delivery.folder / student
    remarks = delivery.remarks.setdefault(student, [])
    if hand.is_late and "handed in late" not in remarks:
        remarks.append("handed in late")
    if hand.path.is_dir():
        remarks += copy_files(hand.path, target)
    elif hand.path.suffix.lower() == ".zip":
        remarks += unpack_archive(hand.path, target / Path(hand.file or "-").stem)
    else:
        target.mkdir(exist_ok=True)
        copy_to = target / file_name(hand.file)
        copy_to.write_bytes(hand.path.read_bytes())
