"""How narrow a drawing may become on a screen: its smallest letters stay readable."""

from __future__ import annotations

import base64
import re

from analysis.reports.web.image_maps import SVG_PREFIX

SMALLEST_LETTERS = 7.0  # CSS pixels of type in a drawing
WIDTH = re.compile(r"<svg\b[^>]*?\bviewBox=\"0 0 ([\d.]+) ")
LETTERS = re.compile(r"\bscale\((0?\.\d+) -0?\.\d+\)")  # matplotlib sets letters of 100 units at this scale
UNITS = 100


def least_width(uri: str) -> int | None:
    """The width in CSS pixels at which the smallest letters of a drawing are `SMALLEST_LETTERS` high.

    Parameters
    ----------
    uri : str
        Data URI of an SVG whose letters are paths, as matplotlib writes them.

    Returns
    -------
    int or None
        None for a drawing without such letters, or whose width is not known.

    Examples
    --------
    >>> drawing = b'<svg viewBox="0 0 500 200"><g transform="translate(9 9) scale(0.07 -0.07)"/></svg>'
    >>> least_width(SVG_PREFIX + base64.b64encode(drawing).decode())
    500
    """
    svg = base64.b64decode(uri.removeprefix(SVG_PREFIX)).decode()
    width, sizes = WIDTH.search(svg), [float(size) * UNITS for size in LETTERS.findall(svg)]
    return round(float(width[1]) * SMALLEST_LETTERS / min(sizes)) if width and sizes else None
