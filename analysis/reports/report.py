"""A variant of the report: run its notebooks, render each, bind them, publish all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from pathlib import Path

import nbformat

from analysis.evidence.load import REPOSITORY, find_root
from analysis.evidence.problems import InputError, nearest, shown
from analysis.incidents.dossier import Dossier, open_folder
from analysis.incidents.views import View, select
from analysis.reports.appendix import appendix, chapter, linked
from analysis.reports.book import book
from analysis.reports.data import write_tables
from analysis.reports.document import document
from analysis.reports.export import to_pdf
from analysis.reports.html import to_html
from analysis.reports.site import write_index
from analysis.reports.tree import title_of
from analysis.runs.execute import execute
from analysis.runs.parameters import Variant, declared, for_each, variants

# The order in which the argument is made.
NOTEBOOKS = ("sources_and_incidents", "attack_frequency", "february_pause", "april_resumption")
TITLE = "Attacks on U.S. bases in Iraq, Syria and Jordan"
AT_ONCE = 2  # kernels side by side; more than two cores gain little on four notebooks
LIBRARIES = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "papermill", "nbconvert",
             "typst", "pypandoc-binary")  # fmt: skip


def choose(folder: Path, names: Sequence[str], every: bool) -> list[Variant]:
    """The variants asked for. Raises InputError for a name that has no file."""
    known = variants(folder)
    for name in names:
        if name not in known:
            raise InputError(
                f"no variant {name!r} in {shown(folder)}{nearest(name, known)} "
                f"(there are: {', '.join(known)})"
            )
    return list(known.values()) if every else [known[name] for name in names]


def known_notebooks(names: Sequence[str]) -> None:
    """Raises InputError for a name that is no notebook of the report."""
    for name in names:
        if name not in NOTEBOOKS:
            raise InputError(f"no notebook {name!r}{nearest(name, NOTEBOOKS)} (there are: {', '.join(NOTEBOOKS)})")


def report(
    variant: Variant,
    notebooks: Path,
    build: Path,
    progress: Callable[[str], None] = lambda _: None,
    only: Sequence[str] = (),
) -> list[Path]:
    """Run and render one variant into `build/<variant>`; the combined PDF comes first. `only`
    names the notebooks to run, all by default.

    Every file is made in a folder beside first and moved into place when all are done. Raises
    InputError for unknown parameters and RunError for a notebook that does not run to its end.
    """
    sources = [notebooks / f"{name}.ipynb" for name in NOTEBOOKS if not only or name in only]
    values = for_each(sources, variant)
    _check_views(values, variant)
    target = build / variant.name
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, prefix=f".{variant.name}-") as folder:
        staged = Path(folder)
        executed = _execute_all(values, staged, target / "notebooks", progress)
        _render_all(executed, variant, values, staged, progress)
        write_tables(staged / "data", _open(variant.parameters.get("folder", "")), variant.parameters)
        paths = sorted(path.relative_to(staged) for path in staged.rglob("*") if path.is_file())
        for path in paths:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged / path, target / path)
    write_index(build, variants(notebooks / "parameters") | {variant.name: variant}, NOTEBOOKS, TITLE)
    first = Path("report.pdf")
    return [target / path for path in sorted(paths, key=lambda path: (path != first, path.suffix, path))]


def _check_views(values: dict[Path, dict], variant: Variant) -> None:
    """Every notebook's view must select something; found out before any kernel starts."""
    seen: set[tuple[str, View]] = set()
    for source, given in values.items():
        whole = {p.name: p.default for p in declared(source)} | given
        try:
            view = View(**{f.name: whole[f.name] for f in fields(View) if f.name in whole})
            folder = whole.get("folder", "")
            if (folder, view) not in seen:
                select(_open(folder), view)
            seen.add((folder, view))
        except InputError as error:
            raise InputError(f"{shown(variant.path)}, {source.stem}: {error}") from None


@cache
def _open(folder: str):
    return open_folder(folder)


def _execute_all(values: dict[Path, dict], staged: Path, failed: Path, progress) -> dict[str, nbformat.NotebookNode]:
    def run(source: Path):
        executed = execute(source, staged / "notebooks" / source.name, values[source], failed)
        progress(f"ran {source.stem}")
        return source.stem, executed

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(pool.map(run, values))


def _render_all(executed, variant: Variant, values: dict[Path, dict], staged: Path, progress) -> None:
    documents, titles, named = [], [], set()
    made = {source.stem: given for source, given in values.items()}
    for name, notebook in executed.items():
        dossier = _open(made[name].get("folder", ""))
        tree, ids = linked(document(notebook, strict=True), _traceable(dossier))
        words = {
            "title": title_of(tree, otherwise=name),
            "subtitle": variant.title,
            "provenance": provenance(variant, made[name]),
        }
        documents.append(tree)
        titles.append(words["title"])
        named |= set(ids)
        whole = {**tree, "blocks": tree["blocks"] + appendix(dossier, ids)}
        (staged / f"{name}.pdf").write_bytes(to_pdf(whole, **words))
        (staged / f"{name}.html").write_text(to_html(whole, **words), encoding="utf-8")
        progress(f"rendered {name}")
    words = {"title": _book_title(dossier), "subtitle": variant.title, "toc": True,
             "provenance": provenance(variant, variant.parameters)}  # fmt: skip
    last = [chapter(dossier, sorted(named))] if named else []
    bound = book(documents + last, titles + [""] * len(last))
    (staged / "report.pdf").write_bytes(to_pdf(bound, **words))
    (staged / "report.html").write_text(to_html(bound, **words), encoding="utf-8")
    progress("bound the report")


def _book_title(dossier: Dossier) -> str:
    return TITLE if dossier.root == REPOSITORY else f"Incidents of {dossier.root.name}"


def _traceable(dossier: Dossier) -> set[str]:
    """The ids that have claims to be shown."""
    return set(dossier.incidents["incident_id"]) if dossier.evidence else set()


def provenance(variant: Variant, parameters: dict) -> list[tuple[str, str]]:
    """What the report was made of; nothing that changes from run to run or from place to place."""
    shared = {k: Path(v).name if k == "folder" else v for k, v in parameters.items()}
    return [
        ("Variant", f"{variant.name}: {variant.about}" if variant.about else variant.name),
        ("Parameters", json.dumps(shared, ensure_ascii=False) if shared else "the defaults"),
        ("Evidence", f"sha256 of all tables {evidence_hash(parameters.get('folder', ''))[:16]}"),
        ("Made with", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
    ]


def evidence_hash(folder: str = "") -> str:
    """One hash over every CSV table of the folder, by name and content."""
    root = find_root(folder)
    tables = sorted({*root.glob("*.csv"), *root.glob("seeds/*.csv"), *root.glob("data/**/*.csv")})
    whole = hashlib.sha256()
    for path in tables:
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
