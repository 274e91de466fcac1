"""The students' folder: nothing in it gives an answer away, and it is the same every time."""

import re
import zipfile

import nbformat
import pytest

from analysis.evidence.errors import InputError
from analysis.evidence.folders import REPOSITORY
from analysis.exercises.student_release import release_exercises
from tests.exercises.conftest import SECRET


@pytest.fixture(scope="module")
def released(exercise, tmp_path_factory):
    return release_exercises([exercise], tmp_path_factory.mktemp("out"))


def test_the_folder_has_exercises_their_files_the_evidence_and_the_package(released):
    folder, _ = released
    notebook = nbformat.read(folder / "exercises" / "sums" / "sums.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert (folder / "exercises" / "sums" / "numbers.txt").read_text() == "3 9 4\n"
    for name in (
        "data/incidents.csv",
        "seeds/claims.csv",
        "analysis/__init__.py",
        "pyproject.toml",
        "requirements.lock",
    ):
        assert (folder / name).read_bytes() == (REPOSITORY / name).read_bytes()


def test_no_file_of_the_folder_gives_an_answer_away(released):
    folder, _ = released
    texts = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert [path for path, text in texts.items() if SECRET.encode() in text or b"largest = max" in text] == []


def test_the_readme_sets_up_in_two_commands_and_lists_the_exercises(released):
    text = (released[0] / "README.md").read_text()
    setup = text.split("Then open")[0]
    assert len(re.findall(r"^    \S", setup, re.M)) == 2
    assert "- `sums/sums.ipynb`: Small sums" in text


def test_the_zip_holds_the_folder(released):
    folder, archive = released
    with zipfile.ZipFile(archive) as zipped:
        inside = {name: zipped.read(name) for name in zipped.namelist()}
    files = (path for path in folder.rglob("*") if path.is_file())
    assert inside == {path.relative_to(folder.parent).as_posix(): path.read_bytes() for path in files}


@pytest.mark.slow
def test_a_second_release_is_the_same_to_the_byte_and_deletes_nothing_that_a_person_made(released, exercise, tmp_path):
    (_, first), (folder, second) = released, release_exercises([exercise], tmp_path)
    notebook = folder / "exercises" / "sums" / "sums.ipynb"
    original = notebook.read_bytes()
    notebook.write_text("worked on")
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("mine")
    for _ in range(2):
        release_exercises([exercise], tmp_path)
    assert first.read_bytes() == second.read_bytes() and notebook.read_bytes() == original
    assert notebook.with_name("sums (kept).ipynb").read_text() == "worked on"
    assert (folder / "notes" / "mine.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["attack-exercises", "attack-exercises.zip"]


@pytest.mark.slow
def test_what_a_former_release_held_and_nobody_changed_goes(exercise, tmp_path):
    folder, _ = release_exercises([exercise], tmp_path)
    with zipfile.ZipFile(tmp_path / "attack-exercises.zip", "a") as archive:
        for name in ("exercises/old/old.ipynb", "exercises/mine/mine.ipynb"):
            archive.writestr(f"attack-exercises/{name}", "old")
            (folder / name).parent.mkdir()
            (folder / name).write_text("old" if "old" in name else "worked on")
    release_exercises([exercise], tmp_path)
    assert sorted(path.name for path in (folder / "exercises").iterdir()) == ["mine", "sums"]


def test_a_folder_that_is_no_release_is_left_alone(exercise, tmp_path):
    (tmp_path / "attack-exercises").mkdir()
    with pytest.raises(InputError, match="exists and is no former release"):
        release_exercises([exercise], tmp_path)
