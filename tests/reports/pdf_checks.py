"""What a finished PDF lacks to be read by everyone and for long, found by another library than wrote it.

The checks are those of PDF/UA-1 and PDF/A-2a that a machine can make from the file alone.
"""

import io
import re
from collections.abc import Iterator
from itertools import pairwise

import pikepdf

PAINTS = {"Tj", "TJ", "'", '"', "Do", "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh"}
ACTIVE = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Movie", "/Sound", "/Rendition"}
FONT_FILES = {"/FontFile", "/FontFile2", "/FontFile3"}
PDF_UA = "{http://www.aiim.org/pdfua/ns/id/}part"


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def words(content: bytes) -> str:
    """The text of all pages as a reader's software takes it out."""
    return "\n".join(_page_text(page) for page in opened(content).pages)


def elements(pdf: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Dictionary]]:
    """The structure elements in reading order, as (name, element)."""
    yield from _below(pdf.Root.StructTreeRoot.K)


def _below(part) -> Iterator[tuple[str, pikepdf.Dictionary]]:
    if isinstance(part, pikepdf.Array):
        for child in part:
            yield from _below(child)
    elif isinstance(part, pikepdf.Dictionary) and "/S" in part:
        yield str(part.S).removeprefix("/"), part
        yield from _below(part.get("/K", pikepdf.Array()))


def faults(content: bytes) -> list[str]:
    """Everything that is missing or forbidden, in words; an empty list for a file that is in order."""
    pdf = opened(content)
    checks = (_identity, _structure, _descriptions, _headings, _tables, _links, _marks, _fonts, _activity)
    return [fault for check in checks for fault in check(pdf)]


def _identity(pdf) -> Iterator[str]:
    if not re.fullmatch(r"[a-z]{2,3}(-\w+)*", str(pdf.Root.get("/Lang", ""))):
        yield "no language"
    with pdf.open_metadata() as about:
        if not str(about.get("dc:title", "")).strip():
            yield "no title"
        if about.get(PDF_UA) != "1":
            yield "does not say that it is PDF/UA-1"
        if about.pdfa_status != "2A":
            yield f"does not say that it is PDF/A-2a but {about.pdfa_status!r}"
    if not pdf.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "a viewer would show the name of the file, not the title"


def _structure(pdf) -> Iterator[str]:
    if not pdf.Root.get("/MarkInfo", {}).get("/Marked"):
        yield "not marked as tagged"
    if not any(name == "Document" for name, _ in elements(pdf)):
        yield "no element 'Document'"


def _descriptions(pdf) -> Iterator[str]:
    for name, element in elements(pdf):
        if name in ("Figure", "Formula") and not str(element.get("/Alt", "")).strip():
            yield f"a {name} without description"


def _headings(pdf) -> Iterator[str]:
    levels = [int(name[1:]) for name, _ in elements(pdf) if re.fullmatch("H[1-6]", name)]
    if levels and levels[0] != 1:
        yield f"the first heading is of level {levels[0]}"
    yield from (f"a heading of level {a} is followed by one of {b}" for a, b in pairwise(levels) if b - a > 1)


def _tables(pdf) -> Iterator[str]:
    for table in (element for name, element in elements(pdf) if name == "Table"):
        inside = list(_below(table.K))
        heads = [element for name, element in inside if name == "TH"]
        if not heads:
            yield "a table without heads"
        yield from ("a table head that does not say of what" for head in heads if not _scope(head))
        if not {"TR", "TD"} <= {name for name, _ in inside}:
            yield "a table without rows and cells"


def _scope(head) -> str:
    given = head.get("/A", pikepdf.Array())
    given = given if isinstance(given, pikepdf.Array) else [given]
    return next((str(one.Scope) for one in given if "/Scope" in one), "")


def _links(pdf) -> Iterator[str]:
    tagged = {part.Obj.objgen for name, e in elements(pdf) if name == "Link" for part in _references(e)}
    for number, page in enumerate(pdf.pages, 1):
        annotations = list(page.get("/Annots", []))
        if annotations and page.get("/Tabs") != "/S":
            yield f"page {number}: the tabulator does not follow the structure"
        for annotation in annotations:
            if annotation.objgen not in tagged:
                yield f"page {number}: a link outside the structure"
            if not str(annotation.get("/Contents", "")):
                yield f"page {number}: a link that does not say where it leads"


def _references(element) -> Iterator[pikepdf.Dictionary]:
    children = element.get("/K", pikepdf.Array())
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            if child.get("/Type") == "/OBJR":
                yield child
            yield from _references(child)


def _marks(pdf) -> Iterator[str]:
    """All that is painted stands in an element or is an artifact."""
    for number, page in enumerate(pdf.pages, 1):
        if "/StructParents" not in page:
            yield f"page {number}: no place in the structure"
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = instruction.operator
            depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(str(operator), 0)
            if str(operator) in PAINTS and depth == 0:
                yield f"page {number}: something painted outside the structure"
                break


def _fonts(pdf) -> Iterator[str]:
    for thing in _dictionaries(pdf):
        if thing.get("/Type") == "/FontDescriptor" and not FONT_FILES & set(thing.keys()):
            yield f"the font {thing.FontName} is not embedded"
        if thing.get("/Subtype") == "/Type0" and "/ToUnicode" not in thing:
            yield f"the letters of {thing.BaseFont} cannot be taken out as text"


def _activity(pdf) -> Iterator[str]:
    if {"/OpenAction", "/AA"} & set(pdf.Root.keys()):
        yield "does something when opened"
    for thing in _dictionaries(pdf):
        if "/JS" in thing or str(thing.get("/S")) in ACTIVE:
            yield "holds a script or an action"
        if thing.get("/Type") in ("/EmbeddedFile", "/Filespec"):
            yield "holds another file"


def _dictionaries(pdf) -> Iterator[pikepdf.Dictionary]:
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            yield thing.stream_dict
        elif isinstance(thing, pikepdf.Dictionary):
            yield thing


def _page_text(page) -> str:
    """The words of one page through each font's own table of letters; spaces are left out."""
    tables = {name: _letters(font) for name, font in page.get("/Resources", {}).get("/Font", {}).items()}
    said, letters = [], {}
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, instruction.operator
        if str(operator) == "Tf":
            letters = tables[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
            for part in parts:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    codes = [int.from_bytes(raw[i : i + 2]) for i in range(0, len(raw), 2)]
                    said.append("".join(letters.get(code, "") for code in codes))
    return "".join(said)


def _letters(font) -> dict[int, str]:
    """Code -> text, from the font's ToUnicode table."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int.from_bytes(bytes.fromhex(text))
            for code in range(int(first, 16), int(last, 16) + 1):
                letter = start + code - int(first, 16)
                found[code] = letter.to_bytes(len(text) // 2).decode("utf-16-be", "replace")
    return found
