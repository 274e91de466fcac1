"""Which folder is meant, and the hash over its tables."""

import pytest

from analysis.evidence.errors import InputError
from analysis.evidence.folders import find_evidence_root, folder_fingerprint
from analysis.incidents.dataset import open_folder


@pytest.mark.parametrize("name", ["/nowhere", "a\x00b", "x" * 5000, "~nobody-of-this-name/x"])
def test_a_folder_that_is_none_is_one_line(name):
    with pytest.raises(InputError, match="does not exist") as told:
        find_evidence_root(name)
    assert len(str(told.value)) < 250


def test_how_lines_end_makes_no_difference_to_the_hash(tmp_path):
    for folder, end in (("unix", "\n"), ("windows", "\r\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "incidents.csv").write_bytes(f"incident_id,date{end}A,2024-01-01{end}".encode())
    assert folder_fingerprint(tmp_path / "unix") == folder_fingerprint(tmp_path / "windows")


def test_a_table_that_is_a_folder_or_a_link_to_nowhere_is_named(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "incidents.csv").mkdir()
    (tmp_path / "other" / "incidents.csv").symlink_to("/nowhere")
    for name in ("one", "other"):
        with pytest.raises(InputError, match=r"incidents\.csv cannot be read"):
            open_folder(tmp_path / name)


def test_a_count_of_munitions_has_a_bound(tmp_path):
    (tmp_path / "incidents.csv").write_text("incident_id,date,weapon_count\nA,2024-01-01,999999999999\n")
    with pytest.raises(InputError, match="weapon_count: '999999999999'"):
        open_folder(tmp_path)
