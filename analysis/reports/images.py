"""Images a notebook holds, as data URIs: only what can be drawn, only from its own bytes."""

from __future__ import annotations

import base64
import binascii
import re
from io import BytesIO
from xml.etree import ElementTree

from PIL import Image, UnidentifiedImageError

SVG = "image/svg+xml"
KINDS = (SVG, "image/png", "image/jpeg", "image/gif", "image/webp")
URI = re.compile(r"data:(image/[a-z+]+);base64,([A-Za-z0-9+/=\s]+)")
# A file or an address named inside an SVG; its own parts (#...) and embedded images are no such thing.
OUTSIDE = re.compile(r"""\s(?:xlink:)?href\s*=\s*(?:"(?!\#|data:)[^"]*"|'(?!\#|data:)[^']*')""")


def data_uri(kind: str, content: str) -> str | None:
    """The image as notebooks store it (SVG as text, others as base64); None if it cannot be drawn."""
    if kind == SVG:
        return _svg(content)
    try:
        raw = base64.b64decode(content)
        with Image.open(BytesIO(raw)) as image:
            image.verify()
            actual = f"image/{image.format.lower()}"
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None
    return _uri(actual, raw) if actual in KINDS else None


def sound(uri: str) -> str | None:
    """A data URI of an image that can be drawn; None for any other address."""
    match = URI.fullmatch(uri)
    if not match:
        return None
    kind, payload = match.groups()
    if kind != SVG:
        return data_uri(kind, payload)
    try:
        return _svg(base64.b64decode(payload).decode())
    except ValueError:
        return None


def _svg(text: str) -> str | None:
    text = OUTSIDE.sub("", text).strip()
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None
    return _uri(SVG, text.encode()) if root.tag.endswith("svg") else None


def _uri(kind: str, raw: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


def parts(uri: str) -> tuple[str, bytes]:
    """The file ending and the bytes of an image's data URI."""
    kind, payload = URI.fullmatch(uri).groups()
    return kind.removeprefix("image/").partition("+")[0], base64.b64decode(payload)
