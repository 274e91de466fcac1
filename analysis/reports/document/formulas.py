"""Formulas as MathJax finds and reads them in a notebook page, made ready for pandoc, which reads less.

While a text is parsed each formula is a mark, so that no other rule of Markdown or HTML touches it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

OPEN, CLOSE = "\ue000", "\ue001"  # private letters: no source's text may hold them
MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_WORDS = r"\\(?:text|mbox|textrm|textit|textbf|hbox)\s*\{[^{}]*\}"
_INLINE = rf"(?:{_WORDS}|\\.|[^$\\\n]|\n(?![ \t]*\n))"
# A price is no formula: "$5 and then $10" closes before a digit, "$5 and 6 $ more" after a blank.
FORMULA = re.compile(
    r"(?P<kept>^(?P<fence>```+|~~~+).*?(?:^(?P=fence)|\Z)|(?P<ticks>`+)[^`].*?(?<!`)(?P=ticks)(?!`))"
    r"|(?<!\\)\$\$(?P<dollars>(?:\\.|\$(?!\$)|[^$\\\n]|\n(?![ \t]*\n))+?)\$\$"
    r"|(?<![\\$])\$(?!\$)(?!\d[^$]*\s\$)(?![^\s$][^$\\^_={}]*\s\$)(?P<dollar>" + _INLINE + r"+?)\$(?!\d)"
    r"|(?<!\\)(?P<block>\\begin\{(?P<name>(?:align|alignat|eqnarray|equation|flalign|gather|multline|displaymath|math)\*?)\}"
    r".*?\\end\{(?P=name)\})"
    r"|(?<!\\)\\\\\((?P<inline>.+?)\\\\\)"
    r"|(?<!\\)\\\\\[(?P<display>.+?)\\\\\]",
    re.DOTALL | re.MULTILINE,
)  # fmt: skip
# In a page, where backslashes are not doubled and nothing is code of Markdown.
PAGE_FORMULA = re.compile(
    r"(?<!\\)\$\$(?P<dollars>[^$]+?)\$\$"
    r"|(?<![\\$])\$(?!\$)(?!\d[^$]*\s\$)(?![^\s$][^$\\^_={}]*\s\$)(?P<dollar>" + _INLINE + r"+?)\$(?!\d)"
    r"|(?<!\\)(?P<block>\\begin\{(?P<name>(?:align|alignat|eqnarray|equation|flalign|gather|multline)\*?)\}"
    r".*?\\end\{(?P=name)\})"
    r"|(?<!\\)\\\((?P<inline>.+?)\\\)"
    r"|(?<!\\)\\\[(?P<display>.+?)\\\]",
    re.DOTALL,
)  # fmt: skip
MATH_MARKS = re.compile(r"^(?:\$\$?|\\\[|\\\()\s*(?:\\displaystyle)?|(?:\$\$?|\\\]|\\\))$")
NUMBERED = re.compile(r"\\begin\{(equation|align|gather|multline|eqnarray|alignat|flalign)\}")
LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
TAG = re.compile(r"\\tag(\*?)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
REFERENCE = re.compile(r"\\(eq)?ref\s*\{([^{}]*)\}")
DEFINITION = re.compile(r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator)\*?|\\def(?=\s*\\)")
OLD_FONTS = {"rm": "mathrm", "bf": "mathbf", "it": "mathit", "sf": "mathsf", "tt": "mathtt", "cal": "mathcal"}
# What MathJax takes and pandoc does not, and what says the same.
PLAINER = [
    (re.compile(r"(?<!\\)%[^\n]*\n?"), ""),
    (re.compile(r"\\(?:require|cssId)\s*\{[^{}]*\}"), ""),
    (re.compile(r"\\(?:href|class|style|textcolor|bbox(?=\s*\[))\s*(?:\{[^{}]*\}|\[[^\]]*\])"), ""),
    (re.compile(r"\\color\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}"), ""),
    (re.compile(r"\\bbox(?![a-zA-Z])"), ""),
    (re.compile(r"\\(?:nonumber|notag|displaylimits)(?![a-zA-Z])"), ""),
    (re.compile(r"\\hskip\s*-?[\d.]+\s*(?:em|ex|pt|mu)"), r"\\;"),
    (re.compile(r"\\(?:llap|rlap|smash|mathstrut)(?![a-zA-Z])"), ""),
    (re.compile(r"\\begin\{(?:math|displaymath)\}|\\end\{(?:math|displaymath)\}"), ""),
]  # fmt: skip


@dataclass
class Formula:
    """One formula: what it was in the text, whether it stands by itself, and its TeX once it is ready."""

    source: str
    tex: str
    display: bool
    number: str = ""
    failed: str = ""


@dataclass
class Formulas:
    """The formulas of a notebook in the order of its text; labels and definitions hold in all of it."""

    found: list[Formula] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    numbered: int = 0

    def mark(self, text: str) -> str:
        """The text with a mark in place of every formula."""
        text = text.replace(OPEN, "\ufffd").replace(CLOSE, "\ufffd")
        return FORMULA.sub(self._replaced, text) if "$" in text or "\\" in text else text

    def mark_html(self, text: str) -> str:
        """The same for a text of an HTML page."""
        if OPEN in text:
            text = text.replace(OPEN, "\ufffd").replace(CLOSE, "\ufffd")
        return PAGE_FORMULA.sub(self._replaced, text) if "$" in text or "\\" in text else text

    def add(self, source: str, tex: str, display: bool) -> str:
        """The mark of one more formula; its number and its labels count from here on."""
        tex = self._defined(re.sub(r"\n\s*\n", "\n", tex.strip()))
        made = Formula(source, tex, display, self._number(tex))
        for label in LABEL.findall(tex):
            self.labels[label] = made.number
        self.found.append(made)
        return f"{OPEN}{len(self.found) - 1}{CLOSE}"

    def add_output(self, text: str) -> str:
        """The mark of a formula that is an output by itself."""
        tex = MATH_MARKS.sub("", MATH_MARKS.sub("", text.strip(), count=1).strip(), count=1).strip()
        return self.add(text.strip(), tex, True)

    def pieces(self, text: str) -> Iterator[str | Formula]:
        """The text between marks, and the formulas that they stand for, in order."""
        for i, part in enumerate(MARK.split(text)):
            if i % 2 == 0:
                if part:
                    yield part
            elif int(part) < len(self.found):
                yield self.found[int(part)]

    def unmarked(self, text: str) -> str:
        """The text as it was: in code and addresses a formula is none."""
        return "".join(p if isinstance(p, str) else p.source for p in self.pieces(text)) if OPEN in text else text

    def ready(self) -> list[list[str]]:
        """Each formula as pandoc can read it, after the definitions that it uses: [definitions, TeX]."""
        return [[self._definitions_for(each.tex), self._plainer(each)] for each in self.found]

    def read(self, answers: list[dict]) -> None:
        """Take what pandoc makes of the formulas: TeX without macros, or why it cannot be set."""
        for each, answer in zip(self.found, answers, strict=True):
            each.tex, each.failed = answer["tex"], answer["failed"]

    def _replaced(self, found: re.Match) -> str:
        if found.re is FORMULA and found["kept"]:
            return found[0]
        tex = next(filter(None, (found[name] for name in ("dollars", "dollar", "block", "inline", "display"))))
        return self.add(found[0], tex, display=not (found["dollar"] or found["inline"])) if tex.strip() else found[0]

    def _number(self, tex: str) -> str:
        if given := TAG.search(tex):
            return given[2] if given[1] else f"({given[2]})"
        if NUMBERED.match(tex) and "\\nonumber" not in tex and "\\notag" not in tex:
            self.numbered += 1
            return f"({self.numbered})"
        return ""

    def _plainer(self, formula: Formula) -> str:
        tex = REFERENCE.sub(self._referred, TAG.sub("", LABEL.sub("", formula.tex)))
        for pattern, instead in PLAINER:
            tex = pattern.sub(instead, tex)
        tex = re.sub(r"\{\\(rm|bf|it|sf|tt|cal)(?![a-zA-Z])\s*([^{}]*)\}", _old_font, tex)
        tex = re.sub(r"\\(rm|bf|it|sf|tt|cal)(?![a-zA-Z])\s*\{([^{}]*)\}", _old_font, tex)
        tex = re.sub(r"\\(rm|bf|it|sf|tt|cal)(?![a-zA-Z])\s*([^{}&\\]+)", _old_font, tex)
        tex = re.sub(r"\\unicode\s*\{x([0-9a-fA-F]{1,5})\}", lambda m: chr(int(m[1], 16)), tex)
        tex = re.sub(r"^(\s*)(\\limits)", r"\1", tex).strip()
        return tex + (rf"\qquad\text{{{formula.number}}}" if formula.number else "")

    def _referred(self, found: re.Match) -> str:
        number = self.labels.get(found[2], "") or "???"
        return rf"\text{{{number if found[1] else number.strip('()')}}}"

    def _defined(self, tex: str) -> str:
        """The formula without the definitions in it, which are kept for all that follow."""
        while found := DEFINITION.search(tex):
            name, whole, end = _definition(tex, found)
            if not name:
                break
            self.definitions[name] = whole
            tex = tex[: found.start()] + tex[end:]
        return tex.strip()

    def _definitions_for(self, tex: str) -> str:
        """Those that the formula uses, and those that these use."""
        used: dict[str, str] = {}
        waiting = [tex]
        while waiting:
            text = waiting.pop()
            for name in re.findall(r"\\[a-zA-Z]+", text):
                if name in self.definitions and name not in used:
                    used[name] = self.definitions[name]
                    waiting.append(used[name].partition(name)[2])
        return "\n".join(used.values())


def _old_font(found: re.Match) -> str:
    return rf"\{OLD_FONTS[found[1]]}{{{found[2].strip()}}}"


def _definition(tex: str, found: re.Match) -> tuple[str, str, int]:
    r"""The name, the definition in LaTeX's newer form, and its end: \def\x#1{...} becomes \newcommand{\x}[1]{...}."""
    head = re.compile(r"\s*\{?\s*(\\[a-zA-Z]+|\\.)\s*\}?\s*((?:\[[^\]]*\]|#\d)*)\s*").match(tex, found.end())
    end = _closed(tex, head.end()) if head else 0
    if not head or not end:
        return "", "", 0
    command = found[0] if found[0].startswith(r"\DeclareMath") else r"\newcommand"
    counted = head[2] if "[" in head[2] else f"[{head[2].count('#')}]" if head[2] else ""
    return head[1], f"{command}{{{head[1]}}}{counted}{tex[head.end() : end]}", end


def _closed(tex: str, start: int) -> int:
    """The end of the group in braces that begins there; 0 if none does."""
    depth = 0
    for i in range(start, len(tex)):
        depth += {"{": 1, "}": -1}.get(tex[i], 0) if tex[i - 1 : i] != "\\" else 0
        if depth <= 0:
            return i + 1 if i > start else 0
    return 0
