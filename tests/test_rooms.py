"""The house: data walks through the rooms from left to right, and no room looks ahead."""

import ast
from functools import cache
from importlib import import_module

import pytest

import analysis
from analysis.evidence.folders import REPOSITORY

ROOMS = (
    "evidence",
    "databases",
    "incidents",
    "measures",
    "comparisons",
    "charts",
    "findings",
    "explorer",
    "runs",
    "reports",
    "exercises",
    "cli",
)
# The sub-rooms of a room, and what each may import of it; modules outside a sub-room may import them all.
SUBROOMS = {
    "reports": {"document": {"document"}, "pdf": {"document", "pdf"}, "web": {"document", "web"}},
}
MODULES = sorted((REPOSITORY / "analysis").rglob("*.py"))
LONGEST = 360  # lines without docstrings; a file much past 250 is two files, and the schema of eleven tables is one

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def named(path) -> str:
    return str(path.relative_to(REPOSITORY))


def room_of(module: str) -> str:
    """`analysis.evidence.evidence_base` -> `evidence`; the facade itself is the last of all."""
    return (module.split(".") + [""])[1]


def module_of(path) -> str:
    """`analysis/evidence/errors.py` -> `analysis.evidence.errors`; a folder's `__init__.py` is the folder."""
    return named(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def parsed(path) -> ast.Module:
    """The tree of a file, read once for all tests."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path) -> list[tuple[int, str]]:
    """Every (line, module) of ours that a file imports, inside functions too."""
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(path)}:{node.lineno} imports relatively"
            found += [(node.lineno, f"{node.module}.{name.name}") for name in node.names]
    return [(line, module) for line, module in found if module.split(".")[0] == "analysis"]


def test_every_room_has_its_place_in_the_row():
    rooms = {path.relative_to(REPOSITORY / "analysis").parts[0].removesuffix(".py") for path in MODULES}
    assert rooms - {"__init__"} <= set(ROOMS)


def test_a_room_imports_only_from_itself_and_from_rooms_to_its_left():
    ahead = []
    for path in MODULES:
        room = path.relative_to(REPOSITORY / "analysis").parts[0].removesuffix(".py")
        if room == "__init__":
            continue  # the facade names them all, and imports none before it is asked
        allowed = ROOMS[: ROOMS.index(room) + 1]
        ahead += [f"{named(path)}:{line}: {name}" for line, name in imports(path) if room_of(name) not in allowed]
    assert ahead == []


def test_a_sub_room_imports_of_its_room_only_what_lies_to_its_left():
    ahead = []
    for path in MODULES:
        room, *below = path.relative_to(REPOSITORY / "analysis").parts
        allowed = SUBROOMS.get(room, {}).get(below[0] if below else "")
        if allowed is not None:
            found = [(line, *module.split(".")) for line, module in imports(path) if room_of(module) == room]
            ahead += [f"{named(path)}:{line}: {'.'.join(parts)}" for line, *parts in found if parts[2] not in allowed]
    assert ahead == []


def test_no_file_imports_itself_by_way_of_others():
    known = {module_of(path): path for path in MODULES}

    def imported(module: str) -> set[str]:
        """The files behind the imports: `analysis.runs.run_record.RECORD_NAME` is of `analysis.runs.run_record`."""
        names = {name for _, name in imports(known[module])}
        return {name if name in known else name.rpartition(".")[0] for name in names} & set(known) - {module}

    files = {module: imported(module) for module in known}
    # Whatever imports nothing that is left is taken away, again and again; what then stays is a cycle or leads to one.
    while done := {module for module, needs in files.items() if not needs & set(files)}:
        files = {module: needs for module, needs in files.items() if module not in done}
    assert files == {}, "these files import each other in a circle, or a file that does"


def test_every_name_of_the_facade_is_there():
    assert [name for name in dir(analysis) if getattr(analysis, name) is None] == []


def test_a_name_the_facade_does_not_have_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="'analysis' has no attribute 'nonsense'"):
        analysis.nonsense  # noqa: B018


def lines_without_docstrings(path) -> int:
    """How many lines of a file are no docstring."""
    documented = [node for node in ast.walk(parsed(path)) if isinstance(node, DOCUMENTED) and ast.get_docstring(node)]
    docstrings = sum((node.body[0].end_lineno or 0) - node.body[0].lineno + 1 for node in documented)
    return len(path.read_text(encoding="utf-8").splitlines()) - docstrings


def test_no_file_is_too_long_to_read():
    assert [named(path) for path in MODULES if lines_without_docstrings(path) > LONGEST] == []


def test_every_file_and_every_public_function_says_what_it_is_for():
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    silent = [named(path) for path in MODULES if not ast.get_docstring(parsed(path))]
    for path in MODULES:
        public = [node for node in parsed(path).body if isinstance(node, kinds) and not node.name.startswith("_")]
        silent += [f"{named(path)}: {node.name}" for node in public if not ast.get_docstring(node)]
    assert silent == []


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "exercises"])
def test_every_room_can_be_entered_alone(room):
    assert import_module(f"analysis.{room}").__doc__
