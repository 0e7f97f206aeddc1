"""Values a document is known to hold, found again wherever it says them: boundary-aware, the longest first."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tasks.anonymize.judge import PiiSpan

# Short or ordinary values would take other words with them.
_MIN_CHARS: Final = 5
_MIN_HAN: Final = 3
_HAN: Final = re.compile("[一-鿿]")
_WORD: Final = "0-9A-Za-z_"
# A date or a place says something about a person only where it was found.
_NOT_KNOWN: Final = frozenset({"DATE_OF_BIRTH", "ORGANIZATION"})


@dataclass(frozen=True)
class KnownValues:
    """Values and what they are.

    Args:
        entities: Entity of each value.
        pattern: Finds any of them; None where there are none.
    """

    entities: Mapping[str, str]
    pattern: re.Pattern[str] | None

    def find(self, text: str) -> Iterator[PiiSpan]:
        """Where `text` says them."""
        if self.pattern is None:
            return
        for found in self.pattern.finditer(text):
            entity = self.entities[found[0]]
            yield PiiSpan(*found.span(), entity, 0.5, "winnow_known")


def is_telling(value: str, entity: str) -> bool:
    """A value that cannot be taken for an ordinary word."""
    if entity in _NOT_KNOWN or "\n" in value:
        return False
    if entity == "PERSON":
        return len(_HAN.findall(value)) >= _MIN_HAN or (" " in value and len(value) >= _MIN_CHARS)
    if entity == "USERNAME":
        return len(value) >= 3 and re.search(r"[0-9_-]|[a-z][A-Z]|[^\x00-\x7f]", value) is not None
    return len(value) >= _MIN_CHARS


def known_values(found: Iterable[tuple[str, str]]) -> KnownValues:
    """Of pairs of value and entity those that are telling."""
    entities = {value: entity for value, entity in sorted(set(found)) if is_telling(value, entity)}
    if not entities:
        return KnownValues({}, None)
    longest_first = sorted(entities, key=lambda value: (-len(value), value))
    return KnownValues(entities, re.compile("|".join(_bounded(value) for value in longest_first)))


def _bounded(value: str) -> str:
    before = rf"(?<![{_WORD}])" if re.match(f"[{_WORD}]", value[0]) else ""
    after = rf"(?![{_WORD}])" if re.match(f"[{_WORD}]", value[-1]) else ""
    return f"{before}{re.escape(value)}{after}"
