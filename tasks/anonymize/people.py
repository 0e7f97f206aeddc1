"""Handles of people: those who took part in a thread, by its own record, and those it mentions."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from tasks.anonymize.known import MIN_INSIDE
from tasks.anonymize.ordinary import is_ordinary
from tasks.anonymize.spans import PiiSpan
from tasks.anonymize.surrogates import is_surrogate
from tasks.engine.markdown_fences import fence_spans

# Name of the recognizer.
MENTIONED: Final = "winnow_username"
# A _ around it may be Markdown's.
_OPENS: Final = r"(?<![A-Za-z0-9@/.`=])(?<![A-Za-z0-9_]_)@"
MENTION: Final = re.compile(
    rf"{_OPENS}(?P<value>[A-Za-z0-9](?:[A-Za-z0-9_-]{{0,37}}[A-Za-z0-9])?)(?![A-Za-z0-9(./-]|_[A-Za-z0-9_])"
    r"(?!\.[A-Za-z0-9])"
    rf"|{_OPENS}(?P<last>[A-Za-z0-9](?:[A-Za-z0-9_-]{{0,37}}[A-Za-z0-9])?)(?=[./](?:\s|$))"
)
# Where a handle is one, whatever it is spelled like.
_HOSTED: Final = r"(?<=github\.com/)"
_SPELLED_ALIKE_NOTHING: Final = re.compile(r"(?=.*[0-9_-]|.*[a-z][A-Z]|.*[^\x00-\x7f]).{3,}")
_MIN_HANDLE: Final = 3
_QUOTES: Final = frozenset("\"'")
NOT_PEOPLE: Final = frozenset({
    "everyone", "here", "all", "channel", "param", "return", "returns", "override", "property", "media", "import",
    "types", "deprecated", "see", "link", "test", "todo", "latest", "next",
})  # fmt: skip


def is_distinct(name: str) -> bool:
    """A handle that cannot be taken for a word: a thread's own people are replaced without the @ too."""
    if _SPELLED_ALIKE_NOTHING.fullmatch(name):
        return True
    return len(name) >= _MIN_HANDLE and not is_ordinary(name)


def handles_of(blocks: Sequence[Mapping[str, Any]]) -> set[str]:
    """Handles of the people of a thread; bots are nobody."""
    found = set()
    for block in blocks:
        attributes = json.loads(block["attributes"]) if block["attributes"] else {}
        author = attributes.get("author")
        if author and not attributes.get("is_bot") and not is_surrogate(str(author)):
            found.add(str(author))
    return found


def find_handles(text: str, handles: set[str]) -> Iterator[PiiSpan]:
    """Mentions of anybody, and bare handles of the thread's people, outside of fenced code."""
    if "@" in text:
        yield from _mentions(text, handles)
    if handles:
        yield from (_span(*found.span()) for found in _bare(frozenset(handles)).finditer(text))


@lru_cache(maxsize=1024)
def _bare(handles: frozenset[str]) -> re.Pattern[str]:
    """Handles without the @: distinct ones as whole words, any in the address of what is somebody's."""
    longest_first = sorted(handles, key=len, reverse=True)
    named = [re.escape(name) for name in longest_first]
    distinct = [re.escape(name) for name in longest_first if is_distinct(name)]
    bare = rf"|(?<![A-Za-z0-9_-])(?:{'|'.join(distinct)})(?![A-Za-z0-9_-])" if distinct else ""
    # A branch or a variable may be called by somebody; a long handle is nobody else's.
    long = [name for name in distinct if len(name) >= MIN_INSIDE]
    bare += rf"|(?<![A-Za-z0-9-])(?:{'|'.join(long)})(?![A-Za-z0-9-])" if long else ""
    return re.compile(rf"{_HOSTED}(?:{'|'.join(named)})(?![A-Za-z0-9_-]){bare}")


def _mentions(text: str, handles: set[str]) -> Iterator[PiiSpan]:
    fences = fence_spans(text)
    for found in MENTION.finditer(text):
        group = "value" if found["value"] else "last"
        name = found[group]
        known = name in handles
        # In quotes it may be a key or a package; somebody who is quoted is spoken to.
        if (
            not known
            and text[found.start() - 1 : found.start()] in _QUOTES
            and text[found.end() : found.end() + 1] not in ": ,"
        ):
            continue
        if not known and (name.lower() in NOT_PEOPLE or is_surrogate(name)):
            continue
        if known or not any(start <= found.start() < end for start, end in fences):
            yield _span(*found.span(group))


def _span(start: int, end: int) -> PiiSpan:
    return PiiSpan(start, end, "USERNAME", 0.9, MENTIONED)
