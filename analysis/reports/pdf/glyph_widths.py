"""Widths of texts as they are set: the typesetter is asked for those of its own fonts, once for each letter."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import typst

from analysis.evidence.errors import InputError
from analysis.evidence.scratch import scratch_folder
from analysis.reports.document.fonts import FONT_FOLDER

FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "LastResortHE-Regular")
# Of DejaVu only upright faces: the slanted ones have no Arabic, and would be taken for it.
FONT_FILES = tuple(str(FONT_FOLDER / f"{face}.ttf") for face in FACES)
TEXT_FACES = ("Libertinus Serif", "DejaVu Sans", "Last Resort High-Efficiency")
CODE_EM = 0.6021 * 0.86  # of a letter of code; all have one width
UNKNOWN = 0.6  # ems of a letter that no font has measured
SOURCE = """
#let faces = {faces}
#set text(font: faces, size: 100pt, number-width: "tabular")
#let letters = json(bytes({letters}))
#let widths(weight) = letters.map(letter => measure(text(weight: weight, letter)).width.pt() / 100)
#context [#metadata((widths("regular"), widths("semibold")))<widths>]
"""
UNSHOWN = """
#set text(size: 100pt)
#let letters = json(bytes({letters}))
#let drawn(letter, faces) = measure(text(font: faces, letter, top-edge: "bounds", bottom-edge: "bounds"))
#context [#metadata(letters.map(letter => drawn(letter, ({faces},)) == drawn(letter, ("{last}",))))<same>]
"""
_REGULAR: dict[str, float] = {}
_SEMIBOLD: dict[str, float] = {}


def measure_letters(texts: Iterable[str]) -> None:
    """Ask for the widths of the letters that were not measured before."""
    letters = sorted(set().union(*map(set, texts)) - _REGULAR.keys())
    if not letters:
        return
    source = SOURCE.format(faces=_array(TEXT_FACES), letters=json.dumps(json.dumps(letters)))
    with scratch_folder("fonts") as folder:
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[copy_fonts(folder)])
        found = typst.query(source.encode(), "<widths>", field="value", one=True, font_paths=fonts)
    regular, semibold = json.loads(found)
    _REGULAR.update(zip(letters, regular, strict=True))
    _SEMIBOLD.update(zip(letters, semibold, strict=True))


def text_ems(text: str, *, semibold: bool = False) -> float:
    """The width of a text on one line, in sizes of its type; its letters were measured before."""
    widths = _SEMIBOLD if semibold else _REGULAR
    return sum([widths.get(letter, UNKNOWN) for letter in text])


def copy_fonts(folder: Path, more: Iterable[str] = ()) -> str:
    """A folder for typst, which takes no single files, with copies of the shipped typefaces and of `more`."""
    (folder / "fonts").mkdir()
    for path in (*FONT_FILES, *more):
        shutil.copy(path, folder / "fonts")
    return str(folder / "fonts")


def font_families(fonts: Sequence[str]) -> list[str]:
    """The names of the families in these files. Raises InputError for a file that is no typeface."""
    if not fonts:
        return []
    with scratch_folder("fonts") as folder:
        for path in fonts:
            if not Path(path).is_file():
                raise InputError(f"fonts: {path} is not there; give files of typefaces (.ttf, .otf)")
            shutil.copy(path, folder)
        found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]).fonts()
    names = list(dict.fromkeys(font.family for font in found))
    if not names:
        raise InputError(f"fonts: no typeface in {', '.join(map(str, fonts))}; give .ttf or .otf files")
    return names


def unshown_letters(letters: Sequence[str], fonts: Sequence[str] = ()) -> set[str]:
    """Those of the letters for which no typeface has a sign: the same as in the font of last resort."""
    if not letters:
        return set()
    faces = ", ".join(f'"{name}"' for name in [*TEXT_FACES[:1], *font_families(fonts), *TEXT_FACES[1:]])
    source = UNSHOWN.format(faces=faces, last=TEXT_FACES[-1], letters=json.dumps(json.dumps(list(letters))))
    with scratch_folder("fonts") as folder:
        found = typst.Fonts(include_system_fonts=False, font_paths=[copy_fonts(folder, fonts)])
        same = json.loads(typst.query(source.encode(), "<same>", field="value", one=True, font_paths=found))
    return {letter for letter, alike in zip(letters, same, strict=True) if alike}


def typst_folder() -> Path:
    """The folder from which typst is imported."""
    return Path(typst.__file__).parents[1]


def _array(names: Iterable[str]) -> str:
    return "(" + "".join(f'"{name}", ' for name in names) + ")"
