"""Which files of the package decide the outputs of a notebook or a module, from its imports. Imports nothing slow."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis.evidence.folders import PACKAGE
from analysis.runs.run_record import SOURCE_SUFFIXES

PACKAGE_NAME = "analysis"
DYNAMIC = frozenset({"eval", "exec", "compile", "importlib", "import_module", "__import__", "run_path", "get_ipython"})


class SourceDependencies:
    """The import graph of the package, read from its source; nothing is imported.

    A package whose `__init__` gathers names is followed name by name: who uses `analysis.count` depends on the module
    of `count` alone. Where the source does not say what is used (a package as a value, `eval`, an import by a computed
    name), the answer is the whole package. Dependencies can so be too many, never too few.

    Examples
    --------
    >>> used = SourceDependencies().of_code("import analysis as a; a.plural(2, 'claim')")
    >>> "analysis/charts/text_format.py" in used, "analysis/charts/calendar.py" in used
    (True, False)
    """

    def __init__(self, root: Path | None = None):
        self._root = root or PACKAGE.parent
        self._uses: dict[Path, set[str]] = {}
        self._gatherings: dict[str, dict[str, str]] = {}
        self._packages: dict[str, bool] = {}

    def of_code(self, source: str) -> set[str]:
        """The files of the package behind some code, as names relative to the repository."""
        try:
            tree = ast.parse(source)
        except SyntaxError:  # a magic of IPython, which may do anything
            return self._everything()
        if any(name in DYNAMIC for name in _names(tree)):
            return self._everything()
        return self._closure(set(self._used(tree)))

    def of_modules(self, *modules: str) -> set[str]:
        """The files behind modules, such as `analysis.reports.chapters`, and whatever these import."""
        return self._closure(set(modules))

    def _everything(self) -> set[str]:
        return {self._name(path) for path in (self._root / PACKAGE_NAME).rglob("*") if path.suffix in SOURCE_SUFFIXES}

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _closure(self, references: set[str]) -> set[str]:
        seen: set[str] = set()
        files: set[Path] = set()
        while references:
            reference = references.pop()
            if reference not in seen:
                seen.add(reference)
                path, further = self._resolve(reference)
                files.update(self._with_packages(path))
                references |= further - seen
        return {self._name(path) for path in files | set(self._templates(files))}

    def _resolve(self, reference: str) -> tuple[Path, set[str]]:
        """The file of a reference, and what that file refers to for the sake of it."""
        parts = reference.split(".")
        for length in range(len(parts), 0, -1):
            place = self._root.joinpath(*parts[:length])
            if (module := place.with_suffix(".py")).is_file():
                return module, self._used_by(module)
            if (gathered := place / "__init__.py").is_file():
                name = parts[length] if length < len(parts) else ""
                return gathered, self._of_package(".".join(parts[:length]), name)
        raise LookupError(f"the source imports {reference}, which is no module")

    def _of_package(self, package: str, name: str) -> set[str]:
        """What one name of a package stands for, or all names of it."""
        gathered = self._gathered(package)
        return {gathered[name]} if name in gathered else set(gathered.values())

    def _used_by(self, path: Path) -> set[str]:
        """What a module uses, worked out once."""
        if path not in self._uses:
            self._uses[path] = set(self._used(ast.parse(path.read_bytes())))
        return self._uses[path]

    def _used(self, tree: ast.AST) -> Iterator[str]:
        """Every reference to a module of ours, or to a name of a package of ours."""
        packages: dict[str, str] = {}
        for node in _statements(tree):
            if isinstance(node, ast.ImportFrom) and _is_ours(node.module):
                for each in node.names:
                    reference = f"{node.module}.{each.name}" if each.name != "*" else str(node.module)
                    if each.name != "*" and self._is_package(reference):
                        packages[each.asname or each.name] = reference
                    else:
                        yield reference
            elif isinstance(node, ast.Import):
                for each in node.names:
                    if _is_ours(each.name) and self._is_package(each.name if each.asname else PACKAGE_NAME):
                        packages[each.asname or PACKAGE_NAME] = each.name if each.asname else PACKAGE_NAME
                    if _is_ours(each.name) and not self._is_package(each.name):
                        yield each.name
        if packages:
            yield from self._through(tree, packages)

    def _through(self, tree: ast.AST, packages: dict[str, str]) -> Iterator[str]:
        """What is used through the name of a package: `charts.calendar`, or the package itself as a value."""
        inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(tree):
            if id(node) not in inner and (chain := _chain(node)) and chain[0] in packages:
                reference, rest = packages[chain[0]], chain[1:]
                while rest and self._is_package(reference):
                    reference, rest = self._gathered(reference).get(rest[0], f"{reference}.{rest[0]}"), rest[1:]
                yield reference

    def _gathered(self, package: str) -> dict[str, str]:
        """The names that the `__init__` of a package gathers, and what each stands for."""
        if package in self._gatherings:
            return self._gatherings[package]
        bound: dict[str, str] = {}
        for node in _statements(ast.parse(self._root.joinpath(*package.split("."), "__init__.py").read_bytes())):
            if isinstance(node, ast.ImportFrom) and _is_ours(node.module):
                bound |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        self._gatherings[package] = bound
        return bound

    def _is_package(self, reference: str) -> bool:
        if reference not in self._packages:
            self._packages[reference] = self._root.joinpath(*reference.split("."), "__init__.py").is_file()
        return self._packages[reference]

    def _with_packages(self, path: Path) -> Iterator[Path]:
        """A file, and the `__init__` of every package that it lies in."""
        yield path
        for folder in path.relative_to(self._root).parents:
            if (gathered := self._root / folder / "__init__.py").is_file():
                yield gathered

    def _templates(self, files: Iterable[Path]) -> Iterator[Path]:
        """What is no Python in the rooms of these files: style sheets, templates, scripts."""
        rooms = {path.relative_to(self._root).parts[1] for path in files}
        for room in rooms:
            for path in (self._root / PACKAGE_NAME / room).rglob("*"):
                if path.suffix in SOURCE_SUFFIXES[1:]:
                    yield path


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, without the expressions in it, in which no import can stand."""
    left = [tree]
    while left:
        node = left.pop()
        yield node
        for part in ("body", "handlers", "orelse", "finalbody", "cases"):
            left += getattr(node, part, ())


def _is_ours(module: str | None) -> bool:
    return bool(module) and str(module).split(".")[0] == PACKAGE_NAME


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Import):
            yield from (each.name.split(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).split(".")[0]


def _chain(node: ast.AST) -> list[str]:
    """`a.charts.calendar` as its names; empty for anything that does not begin with a name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [*reversed([*names, node.id])] if isinstance(node, ast.Name) else []
