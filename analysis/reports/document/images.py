"""Images as data URIs: only what can be drawn, from the notebook's own bytes or from files beside it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes
from xml.etree import ElementTree

from PIL import Image, PngImagePlugin

SVG = "image/svg+xml"
PNG_AND_JPEG = ("image/png", "image/jpeg")
LARGEST = 30_000_000  # bytes of a file
IMAGE_TYPES = (SVG, *PNG_AND_JPEG, "image/gif", "image/webp", "image/bmp", "image/tiff")
MOVING = ("image/gif", "image/webp", "image/png")
FIRST_OF_MANY = "the first picture of an animation"
DATA_URI = re.compile(r"data:(image/[a-z+]+);base64,([A-Za-z0-9+/=\s]+)")
# As notebooks and pages spell it: with blanks, parameters, another alphabet of base64, or escaped by percents.
ANY_URI = re.compile(r"\s*data:\s*(image/[\w.+-]+)\s*((?:;[^,;]*)*?)(;\s*base64\s*)?,(.*)", re.DOTALL | re.IGNORECASE)
# A file or an address named inside an SVG; its own parts (#...) and embedded images are no such thing.
OUTSIDE_REFERENCE = re.compile(r"""\s(?:xlink:)?href\s*=\s*(?:"(?!\#|data:)[^"]*"|'(?!\#|data:)[^']*')""")

SPACES = {"xmlns": "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink"}
SIDE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(px|pt|in|cm|mm|em)?\s*")
UNITS = {None: 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 37.8, "mm": 3.78, "em": 16.0}
NO_LENGTH = re.compile(r"\s*(?:-.*|[+.0]+(?:[a-z%]*)\s*)")  # a side of an SVG that has no length


def data_uri(kind: str, content: str) -> str | None:
    """The data URI of an image as notebooks store it (SVG as text, or as base64 where it is attached to a cell, others
    as base64); None if it cannot be drawn."""
    try:
        if kind == SVG:
            return _svg(content if "<" in content else _from_base64(content).decode())
        return _pixels(base64.b64decode(content))
    except (binascii.Error, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None


def _pixels(raw: bytes) -> str | None:
    """The image itself where every page can show it; of a CMYK image a PNG, of an animated one its first picture."""
    with Image.open(BytesIO(raw)) as image:
        actual = f"image/{(image.format or '').lower()}"
        moves = getattr(image, "n_frames", 1) > 1 and actual in MOVING
        if actual in PNG_AND_JPEG and image.mode != "CMYK" and not moves:
            image.verify()
            return _uri(actual, raw)
        if actual not in IMAGE_TYPES:
            return None
        drawn, about = BytesIO(), PngImagePlugin.PngInfo()
        if moves:
            about.add_text("Comment", FIRST_OF_MANY)
        image.convert("RGBA" if image.has_transparency_data else "RGB").save(drawn, "PNG", pnginfo=about)
    return _uri("image/png", drawn.getvalue())


def is_first_of_many(uri: str) -> bool:
    """True for the first picture of an animated image."""
    return FIRST_OF_MANY.encode() in base64.b64decode(uri.partition(",")[2][:400])


def drawable_uri(uri: str) -> str | None:
    """A data URI of an image that can be drawn; None for any other address."""
    match = ANY_URI.fullmatch(uri)
    if not match:
        return None
    kind, _, encoded, payload = match.groups()
    kind = kind.lower().replace("image/jpg", "image/jpeg")
    try:
        raw = _from_base64(unquote(payload)) if encoded else unquote_to_bytes(payload)
        return _svg(raw.decode()) if kind == SVG else data_uri(kind, base64.b64encode(raw).decode())
    except ValueError:
        return None


def _from_base64(text: str) -> bytes:
    """Bytes of base64 in either alphabet, with blanks or without its closing signs."""
    plain = re.sub(r"\s+", "", text).translate(str.maketrans("-_", "+/")).rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def svg_element(html: str) -> str | None:
    """An SVG that stood inside HTML, as a data URI; None if it draws nothing by itself."""
    opened = re.match(r"<svg\b", html)
    if not opened or len(re.findall(r"<(?!/|svg|title|desc|metadata|style|g\b|use\b|defs|symbol)\w", html)) == 0:
        return None
    spaces = [f' {name}="{value}"' for name, value in SPACES.items() if f"{name}=" not in html.partition(">")[0]]
    return _svg("<svg" + "".join(spaces) + html[opened.end() :].replace("&nbsp;", "&#160;"))


def read_image_file(folder: Path, name: str) -> str | None:
    """The data URI of the image in a file below the folder; None for any other name and any other file."""
    try:
        path = _existing(folder, name).resolve(strict=True)
        inside = path.is_relative_to(folder.resolve()) and path.stat().st_size <= LARGEST
        raw = path.read_bytes() if inside else b""
        return _svg(raw.decode()) if path.suffix.lower() == ".svg" else _pixels(raw)
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None


def _existing(folder: Path, name: str) -> Path:
    """The file, as a page would find it: with or without the query behind its name, and Windows' separators."""
    said = unquote(name)
    spelt = (said, re.sub(r"[?#].*", "", said), re.sub(r"[?#].*", "", said).replace("\\", "/"))
    return next((folder / each for each in spelt if (folder / each).is_file()), folder / said)


def _svg(text: str) -> str | None:
    text = OUTSIDE_REFERENCE.sub("", text).strip()
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None
    drawable = root.tag.endswith("svg") and not any(
        NO_LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")
    )
    return _uri(SVG, text.encode()) if drawable else None


def _uri(kind: str, raw: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


def image_size(uri: str) -> tuple[float, float]:
    """The width and the height of an image on paper in pixels of 1/96 inch; 0 where it does not say them."""
    return _size(uri, lambda image: 96 / (image.info.get("dpi", (72,))[0] or 72))


def browser_size(uri: str) -> tuple[float, float]:
    """The width and the height of an image in a browser, which knows nothing of dots per inch."""
    return _size(uri, lambda image: 1.0)


def _size(uri: str, scale_of: Callable[[Image.Image], float]) -> tuple[float, float]:
    ending, raw = split_uri(uri)
    if ending == "svg":
        return _drawing_size(raw)
    with Image.open(BytesIO(raw)) as image:
        scale = scale_of(image)
        return float(image.width * scale), float(image.height * scale)


def _drawing_size(raw: bytes) -> tuple[float, float]:
    root = ElementTree.fromstring(raw.decode())
    sides = [SIDE.fullmatch(root.get(side, "")) for side in ("width", "height")]
    width, height = sides
    if width and height:
        return float(width[1]) * UNITS[width[2]], float(height[1]) * UNITS[height[2]]
    box = re.findall(r"-?\d+(?:\.\d+)?", root.get("viewBox", ""))
    return (float(box[2]), float(box[3])) if len(box) == 4 else (0.0, 0.0)


def split_uri(uri: str) -> tuple[str, bytes]:
    """The file ending and the bytes of an image's data URI. Raises ValueError for any other address."""
    if not (match := DATA_URI.fullmatch(uri)):
        raise ValueError("this is not the data URI of an image")
    kind, payload = match.groups()
    return kind.removeprefix("image/").partition("+")[0], base64.b64decode(payload)
