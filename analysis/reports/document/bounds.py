"""How much of one output a document shows, and how deep its parts may lie in one another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.reports.document.sanitising import Location
from analysis.reports.document.tree import Node, code_block, inlines_of_text, node, text_of

MOST_LINES, MOST_LETTERS = 5_000, 400_000  # of one printed output
MOST_CELLS = 120_000  # of one table
MOST_WORDS = 3_000_000  # letters of one HTML or Markdown text
LONG_SCRIPT = 100_000  # letters of an HTML text from which its scripts are shortened
SCRIPT = re.compile(r"(<script\b[^>]*>)(.{1000,}?)(?:</script\s*>|\Z)", re.DOTALL | re.IGNORECASE)
NESTED = 12  # lists, quotations and tables inside one another; the typesetter allows few more
HOLDERS = {"BlockQuote", "BulletList", "OrderedList", "DefinitionList", "Div", "Figure"}
NOTE = re.compile(r"^ {0,3}\[\^[^\]\s]+\]:")
NOTE_MARK = re.compile(r"(?<!\\)\[\^(?=[^\]\s]+\](?!:))")


def bounded_text(text: str, location: Location) -> str:
    """Printed text up to the limits: its beginning and its end, and between them a line that says how much is left
    out."""
    lines = text.split("\n")
    if len(lines) <= MOST_LINES and len(text) <= MOST_LETTERS:
        return text
    begin = "\n".join(lines[: MOST_LINES * 4 // 5])[: MOST_LETTERS * 4 // 5]
    end = "\n".join(lines[-MOST_LINES // 5 :])[-MOST_LETTERS // 5 :]
    end = end[max(0, len(begin) + len(end) - len(text)) :]
    left = len(lines) - begin.count("\n") - end.count("\n") - 2
    rest = f"{max(left, 0):,} lines, {len(text) - len(begin) - len(end):,} letters"
    location.lose(f"a long text is cut: {rest} are left out")
    return f"{begin}\n[... cut here: {rest} are left out ...]\n{end}"


def bounded_markup(text: str, location: Location) -> str:
    """A text of Markdown or HTML up to the limit."""
    if len(text) <= MOST_WORDS:
        return text
    location.lose(f"a long text is cut: {len(text) - MOST_WORDS:,} letters are left out")
    return text[:MOST_WORDS]


def bounded_html(text: str, location: Location, keep: Sequence[re.Pattern[str]]) -> str:
    """A text of HTML up to the limit, of which long scripts are no part: of each only the first that every pattern of
    `keep` finds stays."""

    def short(script: re.Match) -> str:
        found = [each[0] for pattern in keep if (each := pattern.search(script[2]))]
        return f"{script[1]}{' '.join(found)}</script>"

    if len(text) > LONG_SCRIPT:
        text = SCRIPT.sub(short, text)
    return bounded_markup(text, location)


def bounded_words(blocks: list[Node], location: Location) -> list[Node]:
    """The blocks; of words outside tables more than the limit are left out at the end, and a line says so."""
    counts = [0 if block["t"] == "Table" else len(text_of(block)) for block in blocks]
    if sum(counts) <= MOST_LETTERS:
        return blocks
    kept, left = [], MOST_LETTERS
    for block, count in zip(blocks, counts, strict=True):
        if count <= left:
            kept.append(block)
        elif left:
            kept.append(node("Para", inlines_of_text(text_of(block)[:left])))
        left = max(0, left - count)
    said = f"{sum(counts) - MOST_LETTERS:,} of {sum(counts):,} letters are left out"
    location.lose(f"a long text is cut: {said}")
    return [*kept, node("Para", inlines_of_text(f"[... the text is cut here: {said}]"))]


def bounded_tables(blocks: list[Node], location: Location) -> list[Node]:
    """The blocks; a table of too many cells loses its last rows, and a line below it says so."""
    return [
        part for block in blocks for part in (_bounded_table(block, location) if block["t"] == "Table" else [block])
    ]


def _bounded_table(table: Node, location: Location) -> list[Node]:
    identity, caption, columns, head, bodies, foot = table["c"]
    most = max(1, MOST_CELLS // max(1, len(columns)))
    count = sum(len(body[3]) for body in bodies)
    if count <= most:
        return [table]
    left, kept = most, []
    for body in bodies:
        kept.append([*body[:3], body[3][:left]])
        left -= len(kept[-1][3])
    said = f"{count - most:,} of {count:,} rows are left out"
    location.lose(f"a long table is cut: {said}")
    cut = node("Table", identity, caption, columns, head, kept, foot)
    return [cut, node("Para", inlines_of_text(f"[... the table is cut here: {said}]"))]


def flattened(blocks: list[Node], depth: int = 0) -> list[Node]:
    """The blocks; what lies too deep in lists and quotations is a paragraph of its words."""
    if depth >= NESTED and any(block["t"] in HOLDERS for block in blocks):
        return [node("Para", inlines_of_text(text_of(blocks)))]
    return [_flattened_below(block, depth + 1) if block["t"] in HOLDERS else block for block in blocks]


def _flattened_below(block: Node, depth: int) -> Node:
    kind, content = block["t"], block["c"]
    if kind == "BlockQuote":
        return node(kind, flattened(content, depth))
    if kind == "BulletList":
        return node(kind, [flattened(item, depth) for item in content])
    if kind == "OrderedList":
        return node(kind, content[0], [flattened(item, depth) for item in content[1]])
    if kind == "DefinitionList":
        return node(kind, [[term, [flattened(each, depth) for each in said]] for term, said in content])
    return block


def too_deep(text: str, location: Location) -> list[Node]:
    """What stands in location of a text whose parts lie too deep in one another to be read: the text itself."""
    location.lose("a text nested too deep is shown as it was written")
    return [code_block(bounded_text(text, location), "output")]


def without_nested_notes(markdown: str) -> str:
    """The text in which no note calls another: notes that call each other have no end."""
    if "[^" not in markdown:
        return markdown
    lines, inside, blank = [], False, False
    for line in markdown.split("\n"):
        if head := NOTE.match(line):
            inside = True
            line = head[0] + NOTE_MARK.sub(r"\\[^", line[head.end() :])
        elif inside and (not blank or line.startswith((" ", "\t")) or not line.strip()):
            line = NOTE_MARK.sub(r"\\[^", line)
        else:
            inside = False
        blank = not line.strip()
        lines.append(line)
    return "\n".join(lines)
