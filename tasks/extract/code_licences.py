"""The licence a file states in its first comment, and whether a recipe allows it.

A file that states one is under that one, whatever its repository says. Nothing is guessed: a notice that names no
licence that SPDX knows gives nothing.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

import polars as pl
from boolean import Expression
from license_expression import ExpressionError, LicenseSymbol, LicenseWithExceptionSymbol, get_spdx_licensing

from tasks.containers.licences import UNRECOGNIZED, licence_of_text, spdx_expression

_HEAD: Final = 6000
# Cheap gate: most files say nothing.
_SPEAKS: Final = r"(?i)licen[sc]e|SPDX|permission|redistribut|许可|許可|木兰"
_TAG: Final = re.compile(r"SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+()\- ]+?)[ \t]*(?:\*/|-->|\"|'|$)", re.MULTILINE)
# Where the comment at the top must have ended: what follows may speak of licences in strings.
_CODE: Final = re.compile(
    r"^[ \t]*(?:import|from|package|#[ \t]*(?:include|define|if|pragma)|use|using|const|let|var|function|class|def"
    r"|module|namespace|public|export|require|extern|static|struct|type|fn|pub|set|if)\b",
    re.MULTILINE,
)
_BLANKS: Final = re.compile(r"[\s*#/;%!-]+")
_GNU: Final = re.compile(
    r"GNU (?P<kind>Lesser |Library |Affero )?General Public License"
    r"(?P<between>.{0,160}?)(?:version|v\.?) ?(?P<version>[23](?:\.[01])?)(?P<after>.{0,160})",
    re.IGNORECASE,
)
_LATER: Final = re.compile(r"or (?:\(?at your option\)? )?(?:any )?(?:later|newer)|or, at your option", re.IGNORECASE)
_ONLY: Final = re.compile(r"\bonly\b|and no later", re.IGNORECASE)
_NOTICES: Final = (
    (re.compile(r"Apache License,? (?:Version )?2\.0|apache\.org/licenses/LICENSE-2\.0", re.IGNORECASE), "Apache-2.0"),
    (re.compile(r"Mozilla Public License,? (?:Version|v\.) ?2\.0|mozilla\.org/MPL/2\.0", re.IGNORECASE), "MPL-2.0"),
    (re.compile(r"Eclipse Public License,? (?:Version|v\.?) ?2\.0|epl-2\.0|epl-v20", re.IGNORECASE), "EPL-2.0"),
    (re.compile(r"Boost Software License,? (?:-)? ?Version 1\.0", re.IGNORECASE), "BSL-1.0"),
    (re.compile(r"Mulan ?PSL ?v2|木兰宽松许可证,?，? ?第 ?2 ?版", re.IGNORECASE), "MulanPSL-2.0"),
    (
        re.compile(
            r"(?:licen[sc]ed|released|distributed|available) under (?:the )?(?:terms of )?(?:the )?MIT\b"
            r"|licen[sc]e:? ?MIT\b|\bMIT licen[sc]ed?\b",
            re.IGNORECASE,
        ),
        "MIT",
    ),
)  # fmt: skip
_EITHER: Final = re.compile(r"\b(?:either|dual|at your option|or the)\b", re.IGNORECASE)


def stated_licences(texts: pl.Series) -> pl.Series:
    """`stated_licence` of each text."""
    speaking = texts.str.slice(0, _HEAD).str.contains(_SPEAKS).arg_true()
    found = pl.Series([stated_licence(text) for text in texts.gather(speaking)], dtype=pl.String)
    return pl.repeat(None, len(texts), dtype=pl.String, eager=True).scatter(speaking, found)


def stated_licence(text: str) -> str | None:
    """SPDX expression of the licence a file's first lines state; None where they state none that is known.

    Args:
        text: The file; its beginning is enough.
    """
    head = text[:_HEAD]
    if tag := _TAG.search(head):
        return spdx_expression(tag[1])
    code = _CODE.search(head)
    return _of_notice(_BLANKS.sub(" ", head[: code.start()] if code else head))


@lru_cache(maxsize=512)
def _of_notice(plain: str) -> str | None:
    """Licence of the words of a comment: most files of a project begin with the same."""
    found = [name for pattern, name in _NOTICES if pattern.search(plain)]
    found += _gnu(plain)
    if found:
        word = " OR " if len(found) > 1 and _EITHER.search(plain) else " AND "
        return spdx_expression(word.join(sorted(set(found))))
    if "permission is hereby granted" in plain.lower() or "redistribution and use" in plain.lower():
        whole = licence_of_text(plain.encode())
        return None if whole == UNRECOGNIZED else whole
    return None


def _gnu(plain: str) -> list[str]:
    found = _GNU.search(plain)
    if found is None:
        return []
    kind = {"lesser ": "LGPL", "library ": "LGPL", "affero ": "AGPL"}.get((found["kind"] or "").lower(), "GPL")
    version = found["version"] if "." in found["version"] else f"{found['version']}.0"
    around = found["between"] + found["after"]
    if _ONLY.search(found["after"][:60]) or not _LATER.search(around):
        return [f"{kind}-{version}-only"]
    return [f"{kind}-{version}-or-later"]


def is_allowed(licence: str | None, *, allow: Collection[str], deny: Collection[str]) -> bool:
    """Whether a file under `licence` may be taken: of alternatives (OR) one must be allowed, of a sum (AND) all.

    Args:
        licence: SPDX expression; None where none was found.
        allow: SPDX identifiers; where there is none, all are allowed that are not denied.
        deny: SPDX identifiers.
    """
    if licence is None:
        return not allow
    parsed = _parsed(licence)
    if parsed is None:
        return not allow and licence not in deny
    return _holds(parsed, frozenset(allow), frozenset(deny))


def _holds(term: Expression, allow: frozenset[str], deny: frozenset[str]) -> bool:
    if isinstance(term, LicenseWithExceptionSymbol):
        names = {str(term), str(term.license_symbol)}
        return not names & deny and (not allow or bool(names & allow))
    if isinstance(term, LicenseSymbol):
        return term.key not in deny and (not allow or term.key in allow)
    parts = [_holds(part, allow, deny) for part in term.args]
    return any(parts) if term.operator.strip().upper() == "OR" else all(parts)


@lru_cache(maxsize=4096)
def _parsed(licence: str) -> Expression | None:
    try:
        return get_spdx_licensing().parse(licence)
    except ExpressionError:
        return None
