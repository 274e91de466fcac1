"""What the style sheets of an HTML text decide for a printed page: what is hidden, and which colours there are."""

from __future__ import annotations

import re

import tinycss2
import tinycss2.color3
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

WANTED = {"display": "display", "visibility": "visibility", "color": "ink", "background-color": "fill",
          "background": "fill", "width": "width", "height": "height", "text-align": "align",
          "max-width": "most", "zoom": "zoom", "background-image": "fill", "font-weight": "weight",
          "font-style": "slant"}  # fmt: skip
SINGLE = re.compile(r"#([\w-]+)")  # a selector that is one id
MOST_RULES = 5_000  # selectors that are not one id

Styles = dict[int, dict[str, str]]


def computed_styles(parsed: LexborHTMLParser) -> Styles:
    """By `mem_id` of an element, what the text's own style sheets say of it, in the order they say it.

    Later rules win whatever their selectors' weight. Rules for a medium are left out, but for `screen` and `all`.
    """
    sheets = [node.text_content or node.text() for node in parsed.css("style") if node.text()]
    if not sheets:
        return {}
    named = {node.attributes.get("id"): node.mem_id for node in parsed.css("[id]")}
    styles: Styles = {}
    rules = [rule for sheet in sheets for rule in _rules(sheet)]
    for selectors, said in rules[:MOST_RULES]:
        for selector in selectors:
            for found in _chosen(parsed, selector.strip(), named):
                styles.setdefault(found, {}).update(said)
    return styles


def inline_style(node: LexborNode) -> dict[str, str]:
    """What the `style` attribute of an element says, and the older attributes for colours."""
    about = node.attributes
    said = _declared(tinycss2.parse_declaration_list(about["style"])) if about.get("style") else {}
    for name, wanted in (("bgcolor", "fill"), ("color", "ink")):
        if name in about and (colour := _colour(tinycss2.parse_component_value_list(about[name] or ""))):
            said.setdefault(wanted, colour)
    return said


def is_bold(style: dict[str, str]) -> bool:
    """True where a style asks for bold letters."""
    weight = style.get("weight", "")
    return weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= 600)


def _rules(sheet: str) -> list[tuple[list[str], dict[str, str]]]:
    found = []
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule" and (said := _declared(tinycss2.parse_declaration_list(rule.content))):
            found.append((tinycss2.serialize(rule.prelude).split(","), said))
    return found


def _chosen(parsed: LexborHTMLParser, selector: str, named: dict[str | None, int]) -> list[int]:
    if single := SINGLE.fullmatch(selector):
        return [named[single[1]]] if single[1] in named else []
    try:
        return [node.mem_id for node in parsed.css(selector)]
    except SelectolaxError:  # for a state or a part that paper has not, such as :hover and ::before
        return []


def _declared(declarations: list) -> dict[str, str]:
    said = {}
    for each in declarations:
        if each.type != "declaration" or each.lower_name not in WANTED:
            continue
        name = WANTED[each.lower_name]
        value = _colour(each.value) if name in ("ink", "fill") else tinycss2.serialize(each.value).strip().lower()
        if name == "fill" and any(part.type == "function" and "gradient" in part.lower_name for part in each.value):
            said["bar"] = "gradient"
        if value:
            said[name] = value
    return said


def _colour(values: list) -> str:
    """The first of the values that is a colour, as #rrggbb on white paper; empty for none and for a transparent one."""
    for value in values:
        colour = tinycss2.color3.parse_color(value)
        if colour and colour != "currentColor" and colour.alpha > 0:
            parts = (round(255 * (part * colour.alpha + 1 - colour.alpha)) for part in colour[:3])
            return "#" + "".join(f"{min(max(part, 0), 255):02x}" for part in parts)
    return ""
