"""Order the files of a repository so that what a file imports comes before it.

Imports are read from their lines, not resolved as compilers do: what cannot be found in the repository is somebody
else's. Data Prep Kit orders repositories in the same way (repo_level_order); here circles of imports are cut where they
are met, so that every repository has an order.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath
from typing import Final, NamedTuple

_M: Final = re.MULTILINE
_PYTHON: Final = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+\(?([^()#\n]*(?:\n[^()]*\))?)|import[ \t]+([\w., \t]+))", _M
)
_SCRIPT: Final = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)['"]([^'"\n]+)['"]""")
_INCLUDE: Final = re.compile(r'^[ \t]*#[ \t]*(?:include|import)[ \t]*["<]([^">\n]+)[">]', _M)
_DOTTED: Final = re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.]+)", _M)
_GO: Final = re.compile(r'^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?"([\w./-]+)"[ \t]*$', _M)
_RUST: Final = re.compile(
    r"^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?(?:mod[ \t]+(\w+)[ \t]*;|use[ \t]+(?:crate|super|self)::([\w:]+))", _M
)
_REQUIRED: Final = re.compile(
    r"^[ \t]*(?:require_relative|require(?:_once)?|include(?:_once)?|load|source|\.)[ \t]*\(?[ \t]*"
    r"""(?:__DIR__\s*\.\s*)?['"]?([\w./-]+)""",
    _M,
)
_ENDINGS: Final = re.compile(r"(?:\.d)?\.[A-Za-z+]+$")
_INDEX: Final = re.compile(r"/(?:__init__|index|mod|lib|main)$")
# Imports stand at the beginning of a file, more or less; in a bundle they do not.
_LOOKED_AT: Final = 60_000
# Of a path so many of its last parts are looked for.
_PARTS: Final = 6


class CodeFile(NamedTuple):
    """A file of a repository, and what it imports: paths without endings, relative ones from its root."""

    path: str
    imports: Sequence[str]


def imports_of(path: str, text: str, language: str | None) -> list[str]:
    """What a file imports, as paths without endings; one that begins with "/" is from the root of the repository.

    Args:
        path: Of the file.
        text: Its content.
        language: By linguist's name, lower case.
    """
    head = text[:_LOOKED_AT]
    folder = path.rpartition("/")[0]
    return list(dict.fromkeys(_imports(folder, head, language)))


def imports_first(files: Sequence[CodeFile]) -> list[int]:
    """Positions of `files` in an order in which what a file imports comes before it; otherwise they stay in theirs.

    Args:
        files: Of one repository.
    """
    found = _index(files)
    done: set[int] = set()
    order: list[int] = []
    for first in range(len(files)):
        # Depth first; a file that is met again before it is done is part of a circle, which is cut there.
        waiting = [(first, iter(_targets(first, files, found)))] if first not in done else []
        done.add(first)
        while waiting:
            position, targets = waiting[-1]
            target = next((one for one in targets if one not in done), None)
            if target is None:
                order.append(position)
                waiting.pop()
            else:
                done.add(target)
                waiting.append((target, iter(_targets(target, files, found))))
    return order


def _imports(folder: str, text: str, language: str | None) -> Iterator[str]:
    match language:
        case "python" | "cython":
            for found in _PYTHON.finditer(text):
                yield from _python(folder, *found.groups())
        case "javascript" | "typescript" | "tsx" | "vue" | "svelte":
            for found in _SCRIPT.finditer(text):
                yield _rooted(folder, found[1]) if found[1].startswith(".") else _stem(found[1])
        case "c" | "c++" | "objective-c" | "cuda":
            for found in _INCLUDE.finditer(text):
                yield _rooted(folder, found[1])
                yield _stem(found[1])
        case "java" | "kotlin" | "scala" | "groovy":
            for found in _DOTTED.finditer(text):
                named = found[1].strip(".").replace(".", "/")
                yield named
                # Of a member its class.
                yield named.rpartition("/")[0]
        case "go":
            yield from (found[1] for found in _GO.finditer(text) if "/" in found[1])
        case "rust":
            for found in _RUST.finditer(text):
                yield from [_rooted(folder, found[1])] if found[1] else _prefixes(found[2].strip(":").split("::"))
        case "ruby" | "php" | "shell" | "lua" | "perl":
            for found in _REQUIRED.finditer(text):
                yield _rooted(folder, found[1])
                yield _stem(found[1].replace(".", "/") if language == "lua" else found[1])


def _python(folder: str, origin: str | None, names: str | None, modules: str | None) -> Iterator[str]:
    if modules:
        yield from (module.split()[0].replace(".", "/") for module in modules.split(",") if module.split())
        return
    origin = origin or ""
    dots = len(origin) - len(origin.lstrip("."))
    rest = origin.lstrip(".").replace(".", "/")
    base = rest if not dots else _rooted(folder, "/".join([".", *[".."] * (dots - 1), rest]))
    for name in re.findall(r"(\w+)(?:[ \t]+as[ \t]+\w+)?", names or ""):
        yield f"{base.rstrip('/')}/{name}"
    yield base


def _prefixes(parts: Sequence[str]) -> Iterator[str]:
    for length in range(len(parts), 0, -1):
        yield "/".join(parts[:length])


def _rooted(folder: str, target: str) -> str:
    """A path relative to `folder` as one from the root, behind "/"."""
    return "/" + _stem(normpath(f"{folder}/{target}" if folder else target).lstrip("/"))


def _stem(path: str) -> str:
    return _ENDINGS.sub("", path)


def _index(files: Sequence[CodeFile]) -> Mapping[str, list[int]]:
    """Files by their path from the root ("/a/b"), and by the last parts of it ("b", "a/b"); by their folder too."""
    found: dict[str, list[int]] = {}
    for position, file in enumerate(files):
        whole = _stem(file.path)
        for path in {whole, _INDEX.sub("", whole)}:
            parts = path.split("/")
            for key in (f"/{path}", *("/".join(parts[-length:]) for length in range(1, min(_PARTS, len(parts)) + 1))):
                found.setdefault(key, []).append(position)
        if file.path.endswith(".go"):
            parts = file.path.split("/")[:-1]
            for length in range(1, min(_PARTS, len(parts)) + 1):
                found.setdefault("/".join(parts[-length:]), []).append(position)
    return found


def _targets(position: int, files: Sequence[CodeFile], found: Mapping[str, list[int]]) -> list[int]:
    """Files that one imports: of several by one name the nearest."""
    ending = files[position].path.rpartition(".")[2]
    targets: list[int] = []
    for name in files[position].imports:
        key = name
        candidates = found.get(key, [])
        while not candidates and not key.startswith("/") and "/" in key:
            key = key.partition("/")[2]
            candidates = found.get(key, []) if "/" in key else []
        if ending == "go":
            targets += [one for one in candidates if one != position]
        elif candidates := [one for one in candidates if one != position]:
            targets.append(max(candidates, key=lambda one: (_shared(files[one].path, files[position].path), -one)))
    return targets


def _shared(one: str, other: str) -> int:
    """Folders two paths have in common."""
    parts = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return next((index for index, (a, b) in enumerate(parts) if a != b), min(one.count("/"), other.count("/")))
