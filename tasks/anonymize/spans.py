"""Where personal data stands in a text, and which of two that overlap counts."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class PiiSpan(NamedTuple):
    """Personal data in one text: `[start, end)` in code points."""

    start: int
    end: int
    entity: str
    score: float
    recognizer: str


def resolve(spans: Iterable[PiiSpan]) -> list[PiiSpan]:
    """Of spans that overlap the longest, then the surest, then the first."""
    given = list(spans)
    ordered = sorted(given)
    if all(one.end <= other.start for one, other in pairwise(ordered)):
        return ordered
    kept: list[PiiSpan] = []
    for span in sorted(given, key=lambda s: (s.start - s.end, -s.score, s.start, s.entity)):
        place = bisect_left(kept, span.end, key=_start)
        if place == 0 or kept[place - 1].end <= span.start:
            kept.insert(place, span)
    return kept


def _start(span: PiiSpan) -> int:
    return span.start
