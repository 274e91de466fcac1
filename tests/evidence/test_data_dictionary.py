import json
import re

import pytest

from analysis.evidence import schema
from analysis.evidence.data_dictionary import build_datapackages, format_codebook_table
from analysis.evidence.folders import REPOSITORY, find_evidence_root


@pytest.fixture(scope="module")
def packages():
    return {path: json.loads(text) for path, text in build_datapackages(find_evidence_root()).items()}


def test_every_folder_of_evidence_outside_data_has_a_package_of_its_own(packages):
    assert {str(path.relative_to(REPOSITORY)) for path in packages} == {
        "data/datapackage.json",
        "seeds/datapackage.json",
    }


def test_a_package_names_files_that_exist_below_its_own_folder(packages):
    for path, package in packages.items():
        for resource in package["resources"]:
            assert ".." not in resource["path"]
            assert (path.parent / resource["path"]).is_file()


def test_names_of_resources_are_unique_and_fit_for_an_address(packages):
    for package in packages.values():
        names = [resource["name"] for resource in package["resources"]]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in names)


def test_a_package_describes_the_columns_that_the_file_has(packages):
    for path, package in packages.items():
        for resource in package["resources"]:
            header = (path.parent / resource["path"]).read_text(encoding="utf-8").splitlines()[0]
            fields = [field["name"] for field in resource["schema"]["fields"]]
            assert fields == header.split(",")
            assert set(resource["schema"]["primaryKey"]) <= set(fields)


def test_allowed_values_and_limits_reach_the_package(packages):
    resources = next(iter(packages.values()))["resources"]
    by_name = {resource["name"]: resource["schema"] for resource in resources}
    fields = {field["name"]: field for field in by_name["public-record-claims"]["fields"]}
    assert fields["stance"]["constraints"] == {"required": True, "enum": ["reports", "denies"]}
    assert fields["us_injured"]["type"] == "integer"
    places = {field["name"]: field for field in by_name["places"]["fields"]}
    assert places["latitude"]["constraints"] == {"minimum": -90, "maximum": 90}


@pytest.mark.parametrize("name", schema.TABLES)
def test_every_column_is_one_row_of_three_cells_in_the_codebook(name):
    header, rule, *rows = format_codebook_table(name).split("\n")
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    assert [row[0].strip("`") for row in cells] == schema.TABLES[name].names
    assert {len(row) for row in cells} == {3}
    assert rule == "|---|---|---|"


def test_the_codebook_says_what_is_needed_and_what_is_allowed():
    rows = {row.split("`")[1]: row for row in format_codebook_table("claims").split("\n")[2:]}
    assert rows["stance"].endswith("**needed**; one of reports, denies |")
    assert "**needed**" not in rows["us_injured"]
