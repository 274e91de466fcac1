"""The API page: one group for each task of the facade's docstring, one page for each name, by Sphinx and numpydoc.

`make docs` builds it into build/docs. The theme comes with Sphinx and nothing is fetched from the network.
"""

import re
from importlib.metadata import version as installed
from inspect import isclass, isfunction, ismodule
from pathlib import Path
from types import ModuleType

import analysis

project = "attack-incidents"
project_copyright = ""
release = installed(project)
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say the types
numpydoc_show_class_members = False
html_theme = "alabaster"
html_theme_options = {"description": "From what sources say to what a reader can check"}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_show_sphinx = False
html_copy_source = False

TASK = re.compile(r"^(?P<title>[A-Z][^\n`]*)\n(?P<body>(?:    [^\n]*\n?)+)", re.MULTILINE)
NAME = re.compile(r"`([A-Za-z_]+)`")


def page() -> str:
    """The first page as reStructuredText, from the docstring of the facade."""
    parts = [*_heading(project, "="), "Write ``import analysis as a``; what stands here as ``analysis.count`` is "
             "then ``a.count``.", ""]  # fmt: skip
    for task in TASK.finditer(str(analysis.__doc__)):
        body = " ".join(line.strip() for line in task["body"].splitlines())
        names = list(dict.fromkeys(NAME.findall(body)))
        modules = [name for name in names if ismodule(getattr(analysis, name))]
        parts += [*_heading(task["title"], "-"), NAME.sub(r"``\1``", body), ""]
        parts += _table(f"analysis.{name}" for name in names if name not in modules)
        for name in modules:
            parts += _table(_public(getattr(analysis, name)))
    return "\n".join(parts)


def _heading(title: str, line: str) -> list[str]:
    return [title, line * len(title), ""]


def _table(names) -> list[str]:
    rows = [f"   ~{name}" for name in names]
    return [".. autosummary::", "   :toctree: generated", "   :nosignatures:", "", *rows, ""] if rows else []


def _public(module: ModuleType) -> list[str]:
    """The public functions and classes of a module: those it lists, or those it defines."""
    own = [key for key, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__]
    listed = getattr(module, "__all__", [key for key in own if not key.startswith("_")])
    shown = [key for key in listed if isfunction(getattr(module, key)) or isclass(getattr(module, key))]
    return [f"{module.__name__}.{key}" for key in shown]


def setup(app) -> None:
    """Called by Sphinx: writes the first page before pages are looked for."""
    (Path(app.srcdir) / "index.rst").write_text(page(), encoding="utf-8")
