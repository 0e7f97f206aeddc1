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
    if len(given) < 2:
        return given
    ordered = sorted(given)
    if all(one.end <= other.start for one, other in pairwise(ordered)):
        return ordered
    kept: list[PiiSpan] = []
    first, reach = 0, ordered[0].end
    for place, span in enumerate(ordered[1:], start=1):
        if span.start >= reach:
            kept += _longest(ordered[first:place])
            first = place
        reach = max(reach, span.end)
    return kept + _longest(ordered[first:])


def _longest(spans: list[PiiSpan]) -> list[PiiSpan]:
    """The same of spans each of which touches another."""
    if len(spans) == 1:
        return spans
    kept: list[PiiSpan] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, -s.score, s.start, s.entity)):
        place = bisect_left(kept, span.end, key=_start)
        if place == 0 or kept[place - 1].end <= span.start:
            kept.insert(place, span)
    return kept


def _start(span: PiiSpan) -> int:
    return span.start
