"""Where every character of a cleaned text came from, so that a span in it still points at its source."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tasks.engine.edits import Edit


class Run(NamedTuple):
    """`length` code points that are the same in both texts, and where they begin."""

    source: int
    text: int
    length: int


class OffsetMap:
    """Positions of a text before and after edits, pass by pass.

    Args:
        runs: What both texts have in common, in order.
        source_length: Code points of the source.
    """

    def __init__(self, runs: Sequence[Run], source_length: int) -> None:
        self.runs = list(runs)
        self._source_length = source_length
        self._starts = [run.text for run in runs]

    @classmethod
    def identity(cls, length: int) -> "OffsetMap":
        """Of a text that was not touched."""
        return cls([Run(0, 0, length)] if length else [], length)

    def then(self, edits: Iterable[Edit]) -> "OffsetMap":
        """The map after another pass of edits over the text."""
        ordered = sorted(edits)
        if not ordered:
            return self
        runs: list[Run] = []
        shift, at = 0, 0
        for run in self.runs:
            start, end = run.text, run.text + run.length
            while at < len(ordered) and ordered[at].end <= start:
                shift += len(ordered[at].replacement) - (ordered[at].end - ordered[at].start)
                at += 1
            while at < len(ordered) and ordered[at].start < end:
                edit = ordered[at]
                if edit.start > start:
                    runs.append(Run(run.source + start - run.text, start + shift, edit.start - start))
                start = max(start, edit.end)
                if edit.end > end:
                    break
                shift += len(edit.replacement) - (edit.end - edit.start)
                at += 1
            if start < end:
                runs.append(Run(run.source + start - run.text, start + shift, end - start))
        return OffsetMap(runs, self._source_length)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """`[start, end)` of the text in the source; what was put in belongs to where it stands."""
        return self._source(start, end=False), max(self._source(end, end=True), self._source(start, end=False))

    def _source(self, position: int, *, end: bool) -> int:
        """Source position of a boundary: of the character behind it, for an end of the one before it."""
        index = bisect_right(self._starts, position - 1 if end else position) - 1
        if index >= 0:
            run = self.runs[index]
            if position < run.text + run.length or (end and position == run.text + run.length):
                return run.source + position - run.text
        if end:
            # Up to where what is the same begins again.
            return self.runs[index + 1].source if index + 1 < len(self.runs) else self._source_length
        return self.runs[index].source + self.runs[index].length if index >= 0 else 0
