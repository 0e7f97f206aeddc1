"""The main content of a web page: what is left when navigation, furniture and what is not shown are taken off.

Decided by elements, roles and class names. What weighs paragraphs instead (trafilatura, readability) loses listings,
tables and short Chinese paragraphs of manuals. A page that would lose most of its text keeps it.
"""

import re
from collections import Counter
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

_NEVER_SHOWN: Final = (
    "script, style, template, noscript, iframe, object, embed, canvas, svg, audio, video, map, dialog, head, "
    "button, input, select, textarea, datalist, [hidden], [aria-hidden=true], rp, rt"
)
_FURNITURE: Final = (
    "nav, [role=navigation], [role=banner], [role=contentinfo], [role=search], [role=menu], [role=menubar], "
    "[role=toolbar], [role=dialog], [role=alertdialog], aside, [role=complementary]"
)
_NOT_DISPLAYED: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Whole words of class names and ids; "content-footer-note" is split at its hyphens.
_NAMED: Final = {
    "navigation": frozenset(
        {
            "nav",
            "navbar",
            "navheader",
            "navfooter",
            "navigation",
            "menu",
            "breadcrumb",
            "breadcrumbs",
            "pagination",
            "pager",
            "sidebar",
            "sidenav",
            "topbar",
            "skiplink",
            "skip",
            "toolbar",
            "prevnext",
        }
    ),
    "contents": frozenset({"toc", "contents", "tableofcontents"}),
    "furniture": frozenset(
        {
            "footer",
            "masthead",
            "logo",
            "cookie",
            "cookies",
            "consent",
            "banner",
            "advert",
            "advertisement",
            "ads",
            "sponsor",
            "share",
            "sharing",
            "social",
            "newsletter",
            "subscribe",
            "related",
            "recommended",
            "popup",
            "modal",
            "copyright",
        }
    ),
}
_WORDS: Final = re.compile(r"[a-z]+")
# Tags whose class names are those of the whole page.
_WHOLE: Final = frozenset({"html", "body", "main", "article", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "code", "p"})
_MOST: Final = 0.5
_FEW: Final = 400
_MENU_LINKS: Final = 4
_MENU_SHARE: Final = 0.8
_MENU_ITEM: Final = 40


def main_content(page: str) -> tuple[list[Any], dict[str, int]]:
    """Nodes to read in order, and how many characters were taken off for each reason.

    Args:
        page: The whole page.
    """
    body, removed = _without_furniture(page)
    if body is None:
        return [], {}
    left = _size(body)
    if left < min(_FEW, removed.total()):
        # What looked like furniture is the page.
        return [_shown(page)], {}
    roots = _roots(body, left)
    if roots == [body]:
        removed["navigation"] += _drop_menus(body)
    return roots, {reason: size for reason, size in removed.items() if size}


def _shown(page: str) -> Any | None:
    """The body of a page without what is never shown."""
    body = LexborHTMLParser(page).body
    if body is None:
        return None
    for node in body.css(_NEVER_SHOWN):
        node.decompose()
    for node in body.css("[style]"):
        if _NOT_DISPLAYED.search(node.attributes.get("style") or ""):
            node.decompose()
    return body


def _without_furniture(page: str) -> tuple[Any | None, Counter[str]]:
    body = _shown(page)
    removed: Counter[str] = Counter()
    if body is None:
        return None, removed
    whole, gone = _size(body), set[int]()
    for node, reason in _furniture(body):
        if _has_parent_in(node, gone):
            continue
        size = _size(node)
        if size > _MOST * (whole - removed.total()):
            continue
        removed[reason] += size
        gone.add(node.mem_id)
    for node in [node for node, _ in _furniture(body) if node.mem_id in gone]:
        node.decompose()
    return body, removed


def _furniture(body: Any) -> list[tuple[Any, str]]:
    """What may be taken off, and why, outer elements before those in them."""
    found: dict[int, str] = {}
    for node in body.css(_FURNITURE):
        if node.tag == "nav" or not _is_in(node, {"article", "blockquote"}):
            found[node.mem_id] = "navigation"
    for node in body.css("body > header, body > footer, body > div > header, body > div > footer"):
        if node.css_first("h1") is None:
            found.setdefault(node.mem_id, "furniture")
    for node in body.css("[class], [id]"):
        named = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}".lower()
        words = set(_WORDS.findall(named))
        reason = next((reason for reason, names in _NAMED.items() if words & names), None)
        if reason and node.tag not in _WHOLE and node.css_first("h1") is None:
            found.setdefault(node.mem_id, reason)
    return [(node, found[node.mem_id]) for node in body.traverse() if node.mem_id in found]


def _has_parent_in(node: Any, ids: set[int]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mem_id in ids:
            return True
        parent = parent.parent
    return False


def _is_in(node: Any, tags: set[str]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in tags:
            return True
        parent = parent.parent
    return False


def _roots(body: Any, size: int) -> list[Any]:
    """The element that says it is the main one, with the page's heading where that stands before it."""
    for selector in ("main, [role=main]", "article"):
        found = body.css(selector)
        if len(found) == 1 and _size(found[0]) > _MOST * size:
            heads = body.css("h1")
            outside = [head for head in heads if not _has_parent_in(head, {found[0].mem_id})]
            return [*outside[:1], found[0]] if len(heads) == 1 else found
    return [body]


def _drop_menus(body: Any) -> int:
    """Take off lists and tables of nothing but short links; how many characters."""
    whole, dropped = _size(body), 0
    inner = {item.mem_id for item in body.css("li ul, li ol, table ul, table ol, table table, li table")}
    for node in body.css("ul, ol, table, dl"):
        if node.mem_id in inner:
            continue
        links = [_size(anchor) for anchor in node.css("a[href]")]
        size = _size(node)
        menu = len(links) >= _MENU_LINKS and sum(links) >= _MENU_SHARE * size and sum(links) < _MENU_ITEM * len(links)
        if menu and size < (1 - _MENU_SHARE) * whole:
            dropped += size
            node.decompose()
    return dropped


def _size(node: Any) -> int:
    """Characters that are not white space."""
    return len("".join(node.text(separator=" ").split()))
