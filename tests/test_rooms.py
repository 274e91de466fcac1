"""The house: data walks through the rooms from left to right, and no room looks ahead."""

import ast
from importlib import import_module

import pytest

import analysis
from analysis.evidence.folders import REPOSITORY

ROOMS = ("evidence", "incidents", "measures", "comparisons", "charts", "runs", "reports", "exercises", "cli")
MODULES = sorted((REPOSITORY / "analysis").rglob("*.py"))
LONGEST = 360  # lines without docstrings; a file much past 250 is two files, and the schema of eleven tables is one

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def named(path) -> str:
    return str(path.relative_to(REPOSITORY))


def room_of(module: str) -> str:
    """`analysis.evidence.evidence_base` -> `evidence`; the facade itself is the last of all."""
    return (module.split(".") + [""])[1]


def imports(path) -> list[tuple[int, str]]:
    """Every (line, module) of ours that a file imports, inside functions too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(path)}:{node.lineno} imports relatively"
            found += [(node.lineno, f"{node.module}.{name.name}") for name in node.names]
    return [(line, module) for line, module in found if module.split(".")[0] == "analysis"]


def test_every_room_has_its_place_in_the_row():
    rooms = {path.relative_to(REPOSITORY / "analysis").parts[0].removesuffix(".py") for path in MODULES}
    assert rooms - {"__init__"} <= set(ROOMS)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_room_imports_only_from_itself_and_from_rooms_to_its_left(path):
    room = path.relative_to(REPOSITORY / "analysis").parts[0].removesuffix(".py")
    if room == "__init__":
        return  # the facade names them all, and imports none before it is asked
    allowed = ROOMS[: ROOMS.index(room) + 1]
    ahead = [f"line {line}: {module}" for line, module in imports(path) if room_of(module) not in allowed]
    assert ahead == []


def test_the_facade_imports_no_room_before_it_is_asked():
    assert imports(REPOSITORY / "analysis" / "__init__.py") == []


@pytest.mark.parametrize("name", analysis.__all__)
def test_every_name_of_the_facade_is_there(name):
    assert getattr(analysis, name) is not None


def test_a_name_the_facade_does_not_have_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="'analysis' has no attribute 'nonsense'"):
        analysis.nonsense  # noqa: B018


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_file_is_too_long_to_read(path):
    text = path.read_text(encoding="utf-8")
    documented = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, DOCUMENTED) and ast.get_docstring(node)
    ]
    docstrings = sum(node.body[0].end_lineno - node.body[0].lineno + 1 for node in documented)
    assert len(text.splitlines()) - docstrings <= LONGEST


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_file_and_every_public_function_says_what_it_is_for(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    silent = [node.name for node in public if not ast.get_docstring(node)]
    assert ast.get_docstring(tree), "the file does not say what it is for"
    assert silent == []


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "exercises"])
def test_every_room_can_be_entered_alone(room):
    assert import_module(f"analysis.{room}").__doc__
