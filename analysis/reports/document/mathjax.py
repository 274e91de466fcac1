"""Formulas that only MathJax knows, rewritten with the dollar signs that pandoc knows."""

from __future__ import annotations

import re

# Code and text between dollars stay as they are; a backslash before the marks makes them text.
FORMULA = re.compile(
    r"(?P<kept>^(?P<fence>```+|~~~+).*?(?:^(?P=fence)|\Z)|(?P<ticks>`+)[^`].*?(?P=ticks)|\$\$.*?\$\$)"
    r"|(?<!\\)(?P<block>\\begin\{(?P<name>(?:align|alignat|eqnarray|equation|flalign|gather|multline)\*?)\}"
    r".*?\\end\{(?P=name)\})"
    r"|(?<!\\)\\\\\((?P<inline>.+?)\\\\\)"
    r"|(?<!\\)\\\\\[(?P<display>.+?)\\\\\]",
    re.DOTALL | re.MULTILINE,
)


def normalise_formulas(markdown: str) -> str:
    """The text with `\\begin{align}...`, `\\\\(...\\\\)` and `\\\\[...\\\\]` between dollars."""
    return FORMULA.sub(_between_dollars, markdown)


def _between_dollars(found: re.Match) -> str:
    if found["inline"]:
        return f"${found['inline'].strip()}$"
    formula = found["block"] or found["display"]
    return "$$" + re.sub(r"\n\s*\n", "\n", formula.strip()) + "$$" if formula else found[0]
