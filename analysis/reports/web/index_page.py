"""The index page: the variants of the report, the first finding of each notebook, and links to all files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from analysis.charts.notebook_output import FIRST_SENTENCE, escape_markdown
from analysis.evidence.csv_tables import write_files
from analysis.reports.document.notebook_document import read_notebook
from analysis.reports.document.pandoc import MARKDOWN, parse_markup
from analysis.reports.document.sanitising import Location, sanitise
from analysis.reports.document.tree import (
    NO_ATTR,
    Node,
    attr,
    first_title,
    inlines_of_text,
    new_document,
    node,
    paragraph,
    text_of,
)
from analysis.reports.web.html_page import to_html
from analysis.runs.variants import Variant

INDEX_FILE = "index.html"
INTRODUCTION = (
    "Every variant asks the same questions of another part of the evidence. The definition decides how many incidents "
    "there were: read one variant beside another. The sentence below the title of a notebook is its first finding, "
    "computed from the evidence of that variant."
)
NAME_OF_SUFFIX = {".html": "Page", ".pdf": "PDF", ".ipynb": "Notebook"}
NAME_OF_FILE = {"explore.html": "Explorer", "summary.pdf": "First page as PDF"}


def write_index(
    build: Path,
    variants: Mapping[str, Variant],
    notebook_names: Sequence[str],
    title: str,
    opening: Sequence[Node] = (),
) -> Path:
    """Write `build/index.html` for every one of `variants` (by name) with a report in `build`; whole or not at all."""
    write_files({build / INDEX_FILE: index_html(build, variants, notebook_names, title, opening)})
    return build / INDEX_FILE


def index_html(
    build: Path,
    variants: Mapping[str, Variant],
    notebook_names: Sequence[str],
    title: str,
    opening: Sequence[Node] = (),
) -> str:
    """The index as one HTML page with links relative to `build`; it begins with the blocks `opening`.

    Notebooks are listed in the order of `notebook_names`; variants and notebooks without output are left out.
    """
    made = [variant for name, variant in variants.items() if (build / name / "notebooks").is_dir()]
    blocks = [*opening, paragraph(INTRODUCTION)]
    for variant in made:
        blocks += _variant(build, variant, notebook_names)
    return to_html(new_document(blocks), title=title, subtitle="Reports", toc=len(made) > 1)


def _variant(build: Path, variant: Variant, notebook_names: Sequence[str]) -> list[Node]:
    folder = build / variant.name
    paths = [path for name in notebook_names if (path := folder / "notebooks" / f"{name}.ipynb").is_file()]
    whole = [folder / name for name in ("report.html", "report.pdf", "summary.pdf", "explore.html")]
    whole += [*sorted(folder.glob("data/*.csv")), folder / "run.json"]
    blocks = [node("Header", 2, attr(f"variant-{variant.name}"), inlines_of_text(variant.title))]
    blocks += [paragraph(f"{variant.about[:1].upper()}{variant.about[1:]}.")] if variant.about else []
    blocks.append(_files(build, variant.title, whole))
    for path, (title, finding) in zip(paths, _openings(paths), strict=True):
        files = [folder / f"{path.stem}.html", folder / f"{path.stem}.pdf", path]
        blocks += [_heading(build, path.stem, variant, title), *finding, _files(build, title, files)]
    return blocks


def _heading(build: Path, stem: str, variant: Variant, title: str) -> Node:
    target = build / variant.name / f"{stem}.html"
    return node("Header", 3, attr(f"{variant.name}-{stem}"), [_link(build, target, title)])


def _openings(paths: list[Path]) -> list[tuple[str, list[Node]]]:
    """For each executed notebook its title and its first finding, read by one process."""
    notebooks = [read_notebook(path) for path in paths]
    texts = [text for notebook in notebooks for text in (_first_text(notebook), _first_finding(notebook))]
    index = Location("index")
    marked = [(MARKDOWN, index.formulas.mark(text)) for text in texts]
    parsed = [sanitise(blocks or [], index) for blocks in parse_markup(marked, index.formulas)]
    titles = [_title(blocks, path) for blocks, path in zip(parsed[::2], paths, strict=True)]
    return list(zip(titles, parsed[1::2], strict=True))


def _title(blocks: list[Node], path: Path) -> str:
    heading = first_title(blocks)
    return text_of(heading["c"][2]) if heading else path.stem


def _first_text(notebook: NotebookNode) -> str:
    return next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")


def _first_finding(notebook: NotebookNode) -> str:
    """The first sentence that a notebook computed, as Markdown; where it computed a Markdown text before, that text."""
    given = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return next(filter(None, map(_finding, given)), "")


def _finding(output: NotebookNode) -> str:
    if sentence := output.get("metadata", {}).get(FIRST_SENTENCE, ""):
        return escape_markdown(sentence)
    text = output.get("data", {}).get("text/markdown", "")
    return text if isinstance(text, str) else "".join(text)


def _files(build: Path, title: str, paths: Sequence[Path]) -> Node:
    """A list of links to the files that exist, each with its kind and size."""
    items = [[node("Plain", _file(build, title, path))] for path in paths if path.is_file()]
    return node("Div", attr(classes=["files"]), [node("BulletList", items)])


def _file(build: Path, title: str, path: Path) -> list[Node]:
    """A link with a short text; a screen reader also hears what the file belongs to."""
    link = _link(build, path, NAME_OF_FILE.get(path.name) or NAME_OF_SUFFIX.get(path.suffix, path.name))
    link["c"][1].append(node("Span", attr(classes=["heard"]), [node("Space"), *inlines_of_text(f"of {title}")]))
    return [link, node("Space"), *inlines_of_text(_size(path.stat().st_size))]


def _link(build: Path, target: Path, text: str) -> Node:
    return node("Link", NO_ATTR, inlines_of_text(text), [target.relative_to(build).as_posix(), ""])


def _size(octets: int) -> str:
    return f"{octets / 1e6:.1f} MB" if octets >= 1e5 else f"{max(1, round(octets / 1e3))} kB"
