"""Images as data URIs: only what can be drawn, from the notebook's own bytes or from files beside it."""

from __future__ import annotations

import base64
import binascii
import re
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from PIL import Image

SVG = "image/svg+xml"
PNG_AND_JPEG = ("image/png", "image/jpeg")
MAX_FILE_BYTES = 30_000_000
IMAGE_TYPES = (SVG, *PNG_AND_JPEG, "image/gif", "image/webp")
DATA_URI = re.compile(r"data:(image/[a-z+]+);base64,([A-Za-z0-9+/=\s]+)")
# A reference in an SVG to a file or an address; references to its own parts (#...) and to embedded images do not match.
OUTSIDE_REFERENCE = re.compile(r"""\s(?:xlink:)?href\s*=\s*(?:"(?!\#|data:)[^"]*"|'(?!\#|data:)[^']*')""")
NO_LENGTH = re.compile(r"\s*(?:-.*|[+.0]+(?:[a-z%]*)\s*)")  # a width or height of an SVG that is zero


def data_uri(kind: str, content: str) -> str | None:
    """The data URI of an image as notebooks store it (SVG as text, others as base64); None if it cannot be drawn."""
    if kind == SVG:
        return _svg(content)
    try:
        return _pixels(base64.b64decode(content))
    except (binascii.Error, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None


def _pixels(raw: bytes) -> str | None:
    """The image itself where every page can show it; of a CMYK or an animated image, a PNG."""
    with Image.open(BytesIO(raw)) as image:
        actual = f"image/{(image.format or '').lower()}"
        if actual in PNG_AND_JPEG and image.mode != "CMYK":
            image.verify()
            return _uri(actual, raw)
        if actual not in IMAGE_TYPES:
            return None
        drawn = BytesIO()
        image.convert("RGBA" if image.has_transparency_data else "RGB").save(drawn, "PNG")
    return _uri("image/png", drawn.getvalue())


def drawable_uri(uri: str) -> str | None:
    """The data URI of an image that can be drawn, made safe; None for any other address."""
    match = DATA_URI.fullmatch(uri)
    if not match:
        return None
    kind, payload = match.groups()
    if kind != SVG:
        return data_uri(kind, payload)
    try:
        return _svg(base64.b64decode(payload).decode())
    except ValueError:
        return None


def read_image_file(folder: Path, name: str) -> str | None:
    """The data URI of the image in a file below the folder; None for any other name and any other file."""
    try:
        path = (folder / unquote(name)).resolve(strict=True)
        inside = path.is_relative_to(folder.resolve()) and path.stat().st_size <= MAX_FILE_BYTES
        raw = path.read_bytes() if inside else b""
        return _svg(raw.decode()) if path.suffix.lower() == ".svg" else _pixels(raw)
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None


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


def split_uri(uri: str) -> tuple[str, bytes]:
    """The file ending and the bytes of an image's data URI. Raises ValueError for any other address."""
    if not (match := DATA_URI.fullmatch(uri)):
        raise ValueError("this is not the data URI of an image")
    kind, payload = match.groups()
    return kind.removeprefix("image/").partition("+")[0], base64.b64decode(payload)
