"""The exporter that nbconvert and JupyterLab's menu find: any notebook as PDF."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Bool, CaselessStrEnum, Unicode, default

from analysis.reports.document import document
from analysis.reports.export import to_pdf
from analysis.reports.tree import title_of


class TypstPDFExporter(Exporter):
    """A notebook as an accessible PDF, by pandoc and typst from their wheels."""

    export_from_notebook = "PDF via Typst"
    output_mimetype = "application/pdf"

    code = CaselessStrEnum(["hide", "show"], "hide", help="What to do with the code.").tag(config=True)
    contents = Bool(False, help="Begin with a list of contents.").tag(config=True)
    lang = Unicode("en", help="The language of the text, as a BCP 47 tag.").tag(config=True)
    strict = Bool(False, help="Refuse a figure without description.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF and nbconvert's resources; the title is the notebook's, or its file's name."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        tree = document(nb, code=self.code, strict=self.strict)
        name = nb.metadata.get("title") or title_of(tree, resources["metadata"].get("name", "Notebook"))
        return to_pdf(tree, title=name, toc=self.contents, lang=self.lang), resources
