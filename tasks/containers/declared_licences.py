"""The licence of a folder: by the licence texts in it and by what its manifest declares.

The manifest is asked first: only it says whether two texts are a choice or both apply. What a manifest calls by a name
that SPDX does not know is left to the texts; nothing is guessed.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from email.parser import BytesHeaderParser
from pathlib import PurePosixPath
from typing import Any, Final

import orjson

from tasks.containers.licences import UNRECOGNIZED, is_licence_file, licence_of_text, spdx_expression

_MAX_BYTES: Final = 1 << 20
# Names of licences that manifests use beside those of SPDX; Debian's are in copyright-format 1.0, section 7.1.
_ALIASES: Final = (
    (re.compile(r"(?:the )?(?:mit|expat)(?: licen[sc]e)?"), "MIT"),
    (re.compile(r"apache(?: software)?(?: licen[sc]e)?[ ,v-]*(?:version )?2(?:\.0)?"), "Apache-2.0"),
    (re.compile(r"(?:new |modified |revised )?bsd[ -]3[ -]clause(?: licen[sc]e)?|(?:new|modified) bsd(?: licen[sc]e)?"),
     "BSD-3-Clause"),
    (re.compile(r"(?:simplified )?bsd[ -]2[ -]clause(?: licen[sc]e)?|simplified bsd(?: licen[sc]e)?"), "BSD-2-Clause"),
    (re.compile(r"isc(?: licen[sc]e)?(?: \(iscl\))?"), "ISC"),
    (re.compile(r"mozilla public licen[sc]e 2\.0(?: \(mpl 2\.0\))?|mpl[ v-]*2(?:\.0)?"), "MPL-2.0"),
    (re.compile(r"python software foundation licen[sc]e|psf"), "PSF-2.0"),
    (re.compile(r"mulan ?psl ?v?2"), "MulanPSL-2.0"),
)  # fmt: skip
_GNU: Final = re.compile(
    r"(?:gnu )?(l|a)?(?:gpl|(lesser |affero )?general public licen[sc]e)[ v-]*(?:version )?([23](?:\.[01])?)(?:\.0)?"
    r"(\+| ?or later(?: \([\w+]+\))?| only)?(?: \([\w+]+\))?"
)
_CLASSIFIER: Final = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
_STANZA: Final = re.compile(r"\n[ \t]*\n")
_ALL_FILES: Final = re.compile(r"^Files:[ \t]*\*[ \t]*$", re.MULTILINE)
_SHORT_NAME: Final = re.compile(r"^License:[ \t]*(\S[^\n]*)$", re.MULTILINE)
_INSTALLED: Final = re.compile(r"^(.*?)usr/share/doc/[^/]+/copyright$")
# A page of the documentation about the licence is not the licence of the documentation.
_PAGE: Final = re.compile(r"(?:^|/)docs?/(?:.*/)?[^/]+\.(?:md|rst|html|txt)$", re.IGNORECASE)


def says_licence(name: str) -> bool:
    """Whether a file of this name holds a licence text or declares a licence."""
    return is_licence_file(name) or _parser(name) is not None


def licence_in(name: str, data: bytes) -> str | None:
    """SPDX expression of the licence a file holds or declares.

    Args:
        name: Path of the file.
        data: Its content.

    Returns:
        None for a manifest that declares none, `UNRECOGNIZED` for one that is not known.
    """
    parse = _parser(name)
    if parse is None:
        return licence_of_text(data)
    try:
        declared = parse(data[:_MAX_BYTES])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    if declared is None and is_licence_file(name):
        return licence_of_text(data)
    return spdx_name(declared) if declared else None


def spdx_name(declared: str) -> str:
    """A licence as a manifest names it, as an SPDX expression; `UNRECOGNIZED` where it names none that is known."""
    named = " ".join(declared.split())
    expression = spdx_expression(named)
    if expression != UNRECOGNIZED:
        return expression
    for word, joined in (("/", " OR "), (" or ", " OR "), (" and ", " AND ")):
        parts = re.split(re.escape(word), named, flags=re.IGNORECASE)
        if len(parts) > 1 and "later" not in named:
            names = [spdx_name(part) for part in parts]
            return UNRECOGNIZED if UNRECOGNIZED in names else joined.join(names)
    plain = named.lower()
    if found := next((name for pattern, name in _ALIASES if pattern.fullmatch(plain)), None):
        return found
    if gnu := _GNU.fullmatch(plain):
        kind = {"l": "LGPL", "lesser ": "LGPL", "a": "AGPL", "affero ": "AGPL"}.get(gnu[1] or gnu[2] or "", "GPL")
        version = gnu[3] if "." in gnu[3] else f"{gnu[3]}.0"
        later = gnu[4] and "only" not in gnu[4]
        return f"{kind}-{version}-{'or-later' if later else 'only'}"
    return UNRECOGNIZED


def folder_licences(said: Mapping[str, str]) -> dict[str, str]:
    """Licence by folder ("." for the root).

    Args:
        said: SPDX expression by path of the licence text or manifest that says it.
    """
    texts: dict[str, set[str]] = {}
    declared: dict[str, str] = {}
    for name, licence in sorted(said.items()):
        if _parser(name) is not None and not (licence == UNRECOGNIZED and is_licence_file(name)):
            if licence != UNRECOGNIZED:
                declared.setdefault(_folder(name), licence)
        elif licence != UNRECOGNIZED or not _PAGE.search(name):
            texts.setdefault(_folder(name), set()).add(licence)
    found = {folder: _together(licences) for folder, licences in texts.items()}
    # A text that nobody knows beside a manifest: the manifest says what its authors call it.
    return {**found, **declared}


def _together(licences: set[str]) -> str:
    """Texts side by side all apply; where none is known, that is what is known."""
    known = licences - {UNRECOGNIZED} or licences
    return " AND ".join(sorted(f"({one})" if " OR " in one and len(known) > 1 else one for one in known))


def _folder(name: str) -> str:
    """The folder whose files a statement is about."""
    if installed := _INSTALLED.match(name):
        return installed[1].rstrip("/") or "."
    parent = PurePosixPath(name).parent
    return str(parent.parent if parent.name == "debian" else parent)


def _parser(name: str) -> Callable[[bytes], str | None] | None:
    base = name.rpartition("/")[2]
    if base == "copyright" and (_INSTALLED.match(name) or PurePosixPath(name).parent.name == "debian"):
        return _debian
    return _PARSERS.get(base)


def _npm(data: bytes) -> str | None:
    manifest: Mapping[str, Any] = orjson.loads(data)
    given = manifest.get("license") or manifest.get("licenses")
    several = given if isinstance(given, list) else [given]
    names = [one.get("type") if isinstance(one, dict) else one for one in several]
    return " OR ".join(name for name in names if name) or None


def _cargo(data: bytes) -> str | None:
    declared = tomllib.loads(data.decode()).get("package", {}).get("license")
    return declared if isinstance(declared, str) else None


def _pyproject(data: bytes) -> str | None:
    declared = tomllib.loads(data.decode()).get("project", {}).get("license")
    return declared if isinstance(declared, str) else (declared or {}).get("text")


def _python_metadata(data: bytes) -> str | None:
    headers = BytesHeaderParser().parsebytes(data)
    if expression := headers.get("License-Expression"):
        return str(expression)
    classified = [found[1] for line in headers.get_all("Classifier", []) if (found := _CLASSIFIER.fullmatch(line))]
    names = [name for name in classified if spdx_name(name) != UNRECOGNIZED]
    free = str(headers.get("License") or "")
    if free and len(free) < 100 and spdx_name(free) != UNRECOGNIZED:
        return free
    return names[0] if len(names) == 1 else None


def _debian(data: bytes) -> str | None:
    """Of the stanza for all files (machine-readable debian/copyright, format 1.0)."""
    stanzas = _STANZA.split(data.decode("utf-8", "replace"))
    named = next((_SHORT_NAME.search(stanza) for stanza in stanzas if _ALL_FILES.search(stanza)), None)
    return named[1] if named else None


_PARSERS: Final[Mapping[str, Callable[[bytes], str | None]]] = {
    "package.json": _npm,
    "composer.json": _npm,
    "Cargo.toml": _cargo,
    "pyproject.toml": _pyproject,
    "PKG-INFO": _python_metadata,
    "METADATA": _python_metadata,
}
