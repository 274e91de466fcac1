import hashlib

import pytest

from analysis.evidence.errors import InputError, InvalidTables
from analysis.evidence.seed_verification import check_seeds

DOCUMENT = "A headline\n\nThree drones hit the base on Sunday, officials said.\nNobody was hurt.\n"
ROW = {"source_id": "s1", "line": 3, "words": "Three drones hit the base"}


@pytest.fixture
def originals(tmp_path):
    folder = tmp_path / "originals"
    folder.mkdir()
    (folder / "s1.txt").write_bytes(DOCUMENT.encode())
    return folder


@pytest.fixture
def seeds(tiny):
    """Seeds of one document: claims that differ from ROW as said, and a tally of its last line."""

    def build(*claims, **source):
        digest = hashlib.sha256(DOCUMENT.encode()).hexdigest()
        source = {"source_id": "s1", "file": "s1.txt", "sha256": digest} | source
        tally = {"tally_id": "t1", "source_id": "s1", "counter": "press", "scope": "all",
                 "as_of": "2024-01-31", "line": 4, "words": "Nobody was hurt."}  # fmt: skip
        rows = [ROW | claim for claim in claims or [{}]]
        return tiny(rows, sources=[source], tallies=[tally], milestones=[]) / "seeds"

    return build


def told(seeds, originals) -> list[str]:
    with pytest.raises(InvalidTables) as error:
        check_seeds(seeds, originals)
    return [str(problem).replace(f"{seeds}/", "") for problem in error.value.problems]


@pytest.mark.slow
def test_rows_whose_words_stand_in_their_line_agree(seeds, originals):
    assert check_seeds(seeds(), originals) == (2, 1)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [{"words": "Four drones hit the base"}, {"line": 4}, {"words": "three drones hit"}])
def test_words_that_do_not_stand_in_the_line_are_named(seeds, originals, wrong):
    (problem,) = told(seeds({}, wrong), originals)
    assert problem.startswith("claims.csv, row 3, column words: ")
    assert f"must stand in line {wrong.get('line', 3)} of the document" in problem


@pytest.mark.slow
@pytest.mark.parametrize("line", ["", 7])
def test_a_line_must_exist(seeds, originals, line):
    (problem,) = told(seeds({"line": line}), originals)
    assert problem.startswith("claims.csv, row 2, column line: ")
    assert problem.endswith("a line from 1 to 5")


@pytest.mark.slow
def test_a_document_that_was_changed_is_named_by_its_hash(seeds, originals):
    folder = seeds()
    (originals / "s1.txt").write_text(DOCUMENT + "An addition.\n")
    (problem,) = told(folder, originals)
    assert problem.startswith("sources.csv, row 2, column sha256: ")


@pytest.mark.slow
def test_a_document_that_is_missing_is_named_once(seeds, originals):
    folder = seeds({}, {})
    (originals / "s1.txt").unlink()
    assert told(folder, originals) == [f"sources.csv, row 2, column file: 's1.txt' - not found in {originals}"]


@pytest.mark.slow
def test_every_row_that_does_not_agree_is_told_at_once(seeds, originals):
    problems = told(seeds({"words": "never said"}, {"line": 9}, {"words": "nor this"}), originals)
    assert [problem.split(":")[0] for problem in problems] == [
        "claims.csv, row 2, column words",
        "claims.csv, row 3, column line",
        "claims.csv, row 4, column words",
    ]


def test_a_folder_of_originals_that_is_not_there_is_named(seeds, tmp_path):
    with pytest.raises(InputError, match="nowhere is not a folder with the original documents"):
        check_seeds(seeds(), tmp_path / "nowhere")


@pytest.mark.slow
def test_evidence_that_names_no_lines_cannot_be_proved(tiny, originals):
    folder = tiny(tallies=[], milestones=[]) / "seeds"
    assert told(folder, originals) == [f"sources.csv, row 2, column file: '' - not found in {originals}"]
