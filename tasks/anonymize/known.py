"""Values a document is known to hold, found again wherever it says them: boundary-aware, the longest first."""

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import ahocorasick

from tasks.anonymize.ordinary import is_ordinary
from tasks.anonymize.spans import PiiSpan

# Short or ordinary values would take other words with them.
_MIN_CHARS: Final = 5
_MIN_HAN: Final = 3
_MIN_HANDLE: Final = 3
_HAN: Final = re.compile("[一-鿿]")
KNOWN_SCORE: Final = 0.5
# Shortest handle that is told inside an identifier with _ between its words.
MIN_INSIDE: Final = 8
_LETTERS: Final = frozenset(string.ascii_letters + string.digits)
_WORD: Final = _LETTERS | {"_"}
# A date or a place says something about a person only where it was found.
_NOT_KNOWN: Final = frozenset({"DATE_OF_BIRTH", "ORGANIZATION"})


@dataclass(frozen=True)
class KnownValues:
    """Values and what they are.

    Args:
        automaton: Finds any of them (Aho-Corasick), with its size, its entity, and whether it may stand between _;
            None where there are none.
    """

    automaton: Any

    def find(self, text: str) -> Iterator[PiiSpan]:
        """Where `text` says them, whole words only."""
        if self.automaton is None:
            return
        for last, (size, entity, word) in self.automaton.iter(text):
            start, end = last + 1 - size, last + 1
            if not (_joins(text, start, word) or _joins(text, end, word)):
                yield PiiSpan(start, end, entity, KNOWN_SCORE, "winnow_known")


def _joins(text: str, place: int, word: frozenset[str]) -> bool:
    """A word goes on across `place`."""
    return 0 < place < len(text) and text[place - 1] in word and text[place] in word


def is_telling(value: str, entity: str) -> bool:
    """A value that cannot be taken for an ordinary word."""
    if entity in _NOT_KNOWN or "\n" in value:
        return False
    if entity == "PERSON":
        return len(_HAN.findall(value)) >= _MIN_HAN or (" " in value and len(value) >= _MIN_CHARS)
    if entity == "USERNAME":
        return _is_telling_handle(value)
    return len(value) >= _MIN_CHARS


def _is_telling_handle(value: str) -> bool:
    if value.startswith(("@", "github.com/")):
        return True
    if len(value) >= _MIN_HANDLE and re.search(r"[0-9_-]|[a-z][A-Z]|[^\x00-\x7f]", value):
        return True
    return len(value) >= _MIN_CHARS and value.islower() and not is_ordinary(value)


def known_values(found: Iterable[tuple[str, str]]) -> KnownValues:
    """Of pairs of value and entity those that are telling."""
    entities = {value: entity for value, entity in sorted(set(found)) if is_telling(value, entity)}
    if not entities:
        return KnownValues(None)
    automaton = ahocorasick.Automaton()
    for value, entity in entities.items():
        # A branch may be called by somebody; a long handle is nobody else's.
        inside = entity == "USERNAME" and len(value) >= MIN_INSIDE and "_" not in value
        automaton.add_word(value, (len(value), entity, _LETTERS if inside else _WORD))
    automaton.make_automaton()
    return KnownValues(automaton)
