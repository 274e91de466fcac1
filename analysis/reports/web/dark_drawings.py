"""Drawings that follow the colours of the screen: every colour of an SVG gets a counterpart for a dark one.

The counterpart has the same hue and the opposite lightness in the OKLab space, so that what stands out on white stands
out on black, and darker shades become lighter ones. A picture made of pixels keeps its colours.

References
----------
Ottosson, B. (2020). A perceptual color space for image processing. https://bottosson.github.io/posts/oklab/
"""

from __future__ import annotations

import base64
import re
from functools import cache

import numpy as np

SVG_PREFIX = "data:image/svg+xml;base64,"
COLOUR = re.compile(r"\b(fill|stroke): ?(#[0-9a-fA-F]{6})\b")
PAPER = "#14181d"  # of a dark page, as report.css has it
DARKEST, LIGHTEST = 0.21, 0.93  # OKLab lightness of white and of black on a dark page
STEEPNESS = 1.7  # above 1, grey lettering keeps its contrast on a dark page
TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                     [0.2119034982, 0.6806995451, 0.1073969566],
                     [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                   [1.9779984951, -2.4285922050, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


def with_dark_colours(uri: str) -> str:
    """The SVG of a data URI with a style sheet that gives its colours their counterparts on a dark screen."""
    svg = base64.b64decode(uri.removeprefix(SVG_PREFIX)).decode()
    start = re.search(r"<svg\b[^>]*>", svg)
    colours = sorted({(kind, colour) for kind, colour in COLOUR.findall(svg)})
    if not start or not colours:
        return uri
    rules = "".join(
        f'[style*="{kind}: {colour}"]{{{kind}:{dark_colour(colour)}!important}}' for kind, colour in colours
    )
    sheet = f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"
    whole = svg[: start.end()] + sheet + svg[start.end() :]
    return SVG_PREFIX + base64.b64encode(whole.encode()).decode()


@cache
def dark_colour(colour: str) -> str:
    """The counterpart of a colour on a dark screen.

    >>> dark_colour("#ffffff"), dark_colour("#000000")
    ('#14181d', '#e8e8e8')
    """
    if colour.lower() == "#ffffff":
        return PAPER
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    lightness, *hue = TO_LAB @ np.cbrt(TO_CONES @ linear)
    opposite = np.array([LIGHTEST - (LIGHTEST - DARKEST) * float(lightness) ** STEEPNESS, *hue])
    linear = np.linalg.solve(TO_CONES, np.linalg.solve(TO_LAB, opposite) ** 3).clip(0, 1)
    channels = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)
