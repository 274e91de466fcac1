"""The rules of docs/naming.md that a test can hold."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from analysis.evidence.folders import REPOSITORY

PAGE = (REPOSITORY / "docs" / "naming.md").read_text(encoding="utf-8")
PACKAGE = REPOSITORY / "analysis"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.stem != "__init__")


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def public_definitions(path: Path) -> list[str]:
    """The public functions and classes of a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in tree_of(path).body if isinstance(node, kinds) and not node.name.startswith("_")]


def section(title: str) -> str:
    """The text of a section of the page."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no section {title}"
    return found[1]


def test_a_module_has_a_name_of_its_own():
    places = defaultdict(list)
    for path in MODULES:
        places[path.stem].append(named(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_a_public_function_or_class_has_a_name_of_its_own():
    places = defaultdict(list)
    for path in MODULES:
        for name in public_definitions(path):
            places[name].append(named(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_module_has_a_name_that_the_page_forbids():
    forbidden = set(re.findall(r"`(\w+)`", section("Words that name no module")))
    assert len(forbidden) > 20
    assert [named(path) for path in MODULES if path.stem in forbidden] == []


def test_nothing_of_the_package_is_renamed_on_import():
    """`import x as x`, by which a typed facade says that it offers x, renames nothing."""
    found = [
        f"{named(path)}:{node.lineno}: {each.name} as {each.asname}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
        if f"{getattr(node, 'module', '') or each.name}.".startswith("analysis.")
        and each.asname not in (None, each.name)
    ]
    assert found == []


def test_the_vocabulary_names_files_that_exist():
    rows = [line.split("|") for line in section("Vocabulary").splitlines() if line.startswith("| ")]
    places = [place for row in rows for place in re.findall(r"`([\w/]+)`", row[3])]
    assert len(places) > 40
    assert [place for place in places if not (PACKAGE / f"{place}.py").is_file()] == []


def test_the_vocabulary_has_every_term_once():
    rows = [line.split("|") for line in section("Vocabulary").splitlines() if line.startswith("| ")]
    terms = [term for row in rows for term in re.findall(r"\*\*(.+?)\*\*", row[1])]
    assert sorted({term for term in terms if terms.count(term) > 1}) == []


def test_the_page_is_one_page():
    assert len(PAGE.splitlines()) <= 140
