"""Pieces of a line of Markdown that office files and web pages have in common."""

import re
from typing import Final

# What a reader can follow; the rest runs a script, holds data, or leads to a place in the same file.
_FOLLOWED: Final = re.compile(r"(?:https?|ftp|mailto|tel):|[^:?#]*(?:[?#/]|$)", re.IGNORECASE)
_MAX_TARGET: Final = 500
_RAISED: Final = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_RAISABLE: Final = frozenset("0123456789+-=()n")


def link(text: str, target: str | None) -> str:
    """`[text](target)`; the text alone where the target leads nowhere or is the text."""
    words = text.strip()
    if not words or not target:
        return text
    target = "".join(target.split())
    if target.startswith("#") or len(target) > _MAX_TARGET or not _FOLLOWED.match(target):
        return text
    if target.removeprefix("mailto:").rstrip("/") == words.rstrip("/"):
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    escaped = target.replace("(", "%28").replace(")", "%29")
    return f"{before}[{' '.join(words.split())}]({escaped}){after}"


def superscript(text: str) -> str:
    """A raised number as raised characters: 10² is not 102. Other text as it is."""
    words = text.strip()
    if words and set(words) <= _RAISABLE and words != "n" and words.strip("()"):
        return text.translate(_RAISED)
    return text


def one_line(text: str) -> str:
    """`text` with one space for each run of white space."""
    return " ".join(text.split())
