"""Formulas that typst refuses: found by setting each alone, and shown as their source."""

from __future__ import annotations

from analysis.reports.document.losses import Losses
from analysis.reports.document.pandoc import write_markup
from analysis.reports.document.tree import NO_ATTR, Node, elements, new_document, node, walk
from analysis.reports.pdf.typst_run import set_each

CUT = "// between formulas"


def replace_unset_formulas(document: dict, timestamp: int, losses: Losses | None) -> dict | None:
    """The document with the source of each formula that cannot be set; None if all of them can."""
    formulas = {e["c"][1]: e for e in elements(document["blocks"]) if e["t"] == "Math"}
    refused = _refused(list(formulas.values()), timestamp) if formulas else set()
    if not refused:
        return None
    for tex in sorted(refused):
        if losses is not None:
            losses.add("formula", f"shown as its source, as it cannot be set: {' '.join(tex.split())[:60]}")

    def change(element: Node) -> Node | None:
        if element["t"] != "Math" or element["c"][1] not in refused:
            return None
        return node("Code", NO_ATTR, " ".join(element["c"][1].split()))

    return {**document, "blocks": walk(document["blocks"], change)}


def _refused(formulas: list[Node], timestamp: int) -> set[str]:
    blocks = [part for each in formulas for part in (node("Para", [each]), node("RawBlock", "typst", CUT))]
    sources = write_markup(new_document(blocks), "typst").split(CUT)[: len(formulas)]
    head = '#set document(title: [x])\n#set math.equation(alt: "x")\n'
    answers = set_each([head + source for source in sources], {}, timestamp)
    return {each["c"][1] for each, answer in zip(formulas, answers, strict=True) if isinstance(answer, str)}
