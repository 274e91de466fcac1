"""How a report lies on its pages: pages of the body, sizes of type, pages that are nearly empty.

python tests/reports/report_layout.py build/all/report.pdf
"""

import sys
from pathlib import Path
from typing import Any

import pikepdf

AFTER_THE_BODY = ("Technical annex", "Appendix")  # what the chapters are called that end the body
NEARLY_EMPTY = 0.25  # of the height of a page, up to which what is on it does not fill it
FOOT, HEAD = 60.0, 770.0  # points from the foot of a page: below and above stand its number and its running head


def body_pages(pdf: pikepdf.Pdf) -> int:
    """Pages before the annex and the appendix."""
    pages: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages)}
    with pdf.open_outline() as outline:
        starts = [pages[_page_of(pdf, item).objgen] for item in outline.root if item.title.startswith(AFTER_THE_BODY)]
    return min(starts, default=len(pdf.pages))


def _page_of(pdf: pikepdf.Pdf, item) -> pikepdf.Object:
    destination: Any = item.destination if item.destination is not None else item.action.D
    if isinstance(destination, pikepdf.Name | pikepdf.String):
        destination = pikepdf.NameTree(pdf.Root.Names.Dests)[str(destination)].D
    return destination[0]


def marks(page: pikepdf.Page) -> list[tuple[float, float]]:
    """Size of type and height above the foot, in points, of every piece of text on a page."""
    size, stack, matrix, found = 0.0, [], pikepdf.Matrix(), []
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        operator = instruction.operator
        match str(operator):
            case "q":
                stack.append(matrix)
            case "Q":
                matrix = stack.pop()
            case "cm":
                matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
            case "Tf":
                size = float(operands[1])
            case "Tm":
                placed = pikepdf.Matrix(*map(float, operands)) @ matrix
                found.append((round(size * abs(placed.d), 2), placed.f))
    return found


def smallest_type(pdf: pikepdf.Pdf) -> float:
    """The smallest type of all pages in points; the lettering of charts, which is drawn, is none."""
    return min(size for page in pdf.pages for size, _ in marks(page))


def nearly_empty(pdf: pikepdf.Pdf, last: int) -> list[int]:
    """The pages up to `last`, counted from 1, on which text and pictures take less than a quarter of the height."""
    found = []
    for number, page in enumerate(pdf.pages[:last], start=1):
        heights = [height for _, height in marks(page) if FOOT < height < HEAD]
        resources: Any = page.resources
        pictures = any(name.startswith("/") for name in resources.get("/XObject", {}))
        if not pictures and (not heights or HEAD - min(heights) < NEARLY_EMPTY * (HEAD - FOOT)):
            found.append(number)
    return found


def main(path: Path) -> None:
    """Print what a report's pages hold."""
    with pikepdf.open(path) as pdf:
        body = body_pages(pdf)
        print(f"{len(pdf.pages)} pages, {body} of the body; smallest type {smallest_type(pdf):.1f} points; "
              f"nearly empty: {', '.join(map(str, nearly_empty(pdf, body))) or 'none'}")  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
