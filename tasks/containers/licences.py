"""Recognise licences by their text, as SPDX expressions. What is not recognised is said to be so, never guessed.

The texts are those of choosealicense.com as the `identify` library carries them; expressions are checked by
`packaging.licenses` (the SPDX list). How close a text must be is `identify`'s rule: 5 % edited at most.
"""

import re
from functools import cache
from typing import Final

from identify.vendor.licenses import LICENSES
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from rapidfuzz.distance import Levenshtein

UNRECOGNIZED: Final = "LicenseRef-unrecognized"
"""There is a licence text, but not one that is known."""

_NAME: Final = re.compile(r"(?:un)?licen[cs]e|copying|copyright|notice|mit-license|许可证|许可协议", re.IGNORECASE)
_TEXT_SUFFIX: Final = frozenset({"", "txt", "md", "rst", "markdown", "html", "mit", "apache", "bsd", "gpl", "lgpl"})
_MAX_BYTES: Final = 256 << 10
_CLOSE: Final = 0.95
_ANCHOR_WORDS: Final = 6
# Of long licences only the beginning is compared: their appendix on how to apply them is often left out.
_COMPARED: Final = 6000
# How the text begins of licences that are often given without their title.
_BEGIN: Final = re.compile(
    r"permission is hereby granted|redistribution and use in source|permission to use copy modify"
    r"|this software is provided as is|boost software license version|everyone is permitted to copy and distribute"
)
_MAX_TITLE: Final = 60
_WORD: Final = re.compile(r"[a-z0-9]+")
_COPYRIGHT: Final = re.compile(
    # A line of the text itself may begin with that word: "copyright holders be liable", "copyright notice, this".
    r"^[^\S\n]*(?:(?:portions )?copyright(?! (?:holder|notice|owner|licen[sc]e|law|interest|statement|and\b))"
    r"|\(c\)|©|all rights reserved)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
# SPDX 3 names of what the library calls by its old name: a licence text does not say "or later".
_RENAMED: Final = {name: f"{name}-only" for name in ("AGPL-3.0", "GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0")}
_OLD_NAME: Final = re.compile(r"\b((?:AGPL|LGPL|GPL|GFDL)-\d\.\d)(\+)?(?![\w.+-])")
# Licences of which the library has no text, by words only they have.
_BY_TITLE: Final = (
    (re.compile(r"木兰宽松许可证[，, ]*第\s*2\s*版|Mulan\s*PSL\s*v2", re.IGNORECASE), "MulanPSL-2.0"),
    (re.compile(r"Mulan Permissive Software License[,，]?\s*Version 2", re.IGNORECASE), "MulanPSL-2.0"),
    (re.compile(r"PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2"), "PSF-2.0"),
)  # fmt: skip


def spdx_expression(declared: str) -> str:
    """`declared` as SPDX writes it: names in their case, names of old in today's form.

    Returns:
        `UNRECOGNIZED` where a name in it is none of SPDX.
    """
    try:
        expression = canonicalize_license_expression(declared.strip())
    except InvalidLicenseExpression:
        return UNRECOGNIZED
    return _OLD_NAME.sub(lambda old: f"{old[1]}-or-later" if old[2] else f"{old[1]}-only", expression)


def is_licence_file(name: str) -> bool:
    """Whether a file of this name holds a licence: LICENSE, COPYING.txt, LICENSE-MIT, 许可证.txt."""
    base = name.rpartition("/")[2]
    stem, _, suffix = base.rpartition(".")
    plain = suffix.lower() in _TEXT_SUFFIX or not stem
    return bool(_NAME.match(base)) and (plain or base.upper() == base) and not base.startswith("NOTICE")


def licence_of_text(data: bytes) -> str:
    """SPDX expression of a licence file; several licences in one file all apply ("AND").

    Returns:
        `UNRECOGNIZED` where no known text is in it.
    """
    text = data[:_MAX_BYTES].decode("utf-8", "replace")
    found = {name for pattern, name in _BY_TITLE if pattern.search(text)}
    joined = " ".join(_words(text))
    matches: list[tuple[float, int, int, str]] = []
    for name, body, anchor in _known():
        at = joined.find(anchor)
        while at >= 0:
            if (likeness := _likeness(joined[at : at + len(body)], body)) >= _CLOSE:
                matches.append((likeness, at, at + len(body), name))
                break
            at = joined.find(anchor, at + 1)
    found |= {_RENAMED.get(name, name) for name in _best(matches)}
    return " AND ".join(sorted(found)) or UNRECOGNIZED


def _likeness(window: str, body: str) -> float:
    return float(Levenshtein.normalized_similarity(window, body, score_cutoff=_CLOSE))


def _best(matches: list[tuple[float, int, int, str]]) -> set[str]:
    """Of texts that overlap the most alike: one licence's text may be nearly another's."""
    kept: list[tuple[int, int, str]] = []
    for _, start, end, name in sorted(matches, key=lambda match: (-match[0], match[1] - match[2], match[3])):
        if all(end <= low or start >= high for low, high, _ in kept):
            kept.append((start, end, name))
    return {name for _, _, name in kept}


def _words(text: str) -> list[str]:
    return _WORD.findall(_COPYRIGHT.sub("", text).lower())


@cache
def _known() -> tuple[tuple[str, str, str], ...]:
    """Name, words without the title, and the first of those words, of every known licence."""
    known = []
    for name, text in LICENSES:
        joined = " ".join(_words(text))
        begin = _BEGIN.search(joined, 0, _MAX_TITLE + 40)
        body = joined[begin.start() if begin else 0 :][:_COMPARED]
        known.append((name, body, " ".join(body.split()[:_ANCHOR_WORDS])))
    return tuple(known)
