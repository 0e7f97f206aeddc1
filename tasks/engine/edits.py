"""Cut or replace spans of a text and carry everything that points into it along."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Edit(NamedTuple):
    """Replace `[start, end)`, in code points, by `replacement` (empty: cut)."""

    start: int
    end: int
    replacement: str = ""


class EditedText:
    """A text after edits, and where each of its old positions went.

    Args:
        text: Before.
        edits: Must not overlap; any order.

    Raises:
        ValueError: Edits overlap or leave the text.
    """

    def __init__(self, text: str, edits: Sequence[Edit]) -> None:
        ordered = sorted(edits)
        pieces, position, shift = [], 0, 0
        # Parallel: old end of each edit, old start, new start, new end.
        self._starts: list[int] = []
        self._edits: list[tuple[int, int, int, int]] = []
        for edit in ordered:
            if edit.start < position or edit.end < edit.start or edit.end > len(text):
                raise ValueError(f"edit [{edit.start}, {edit.end}) overlaps another or leaves the text")
            pieces += [text[position : edit.start], edit.replacement]
            new_start = edit.start + shift
            shift += len(edit.replacement) - (edit.end - edit.start)
            self._starts.append(edit.start)
            self._edits.append((edit.start, edit.end, new_start, edit.end + shift))
            position = edit.end
        self.text = "".join([*pieces, text[position:]])

    def replaced(self) -> list[tuple[int, int]]:
        """Where each replacement stands now, in order."""
        return [(new_start, new_end) for _, _, new_start, new_end in self._edits]

    def position(self, old: int, *, end: bool = False) -> int:
        """Where the old position is now; one inside an edit goes to its start, or to its end for `end`."""
        index = bisect_right(self._starts, old if not end else old - 1) - 1
        if index < 0:
            return old
        _, old_end, new_start, new_end = self._edits[index]
        if old >= old_end:
            return new_end + old - old_end
        return new_end if end else new_start

    def span(self, start: int, end: int) -> tuple[int, int]:
        """`position` of both ends of a span, in one call: documents have thousands."""
        starts, edits = self._starts, self._edits
        index = bisect_right(starts, start) - 1
        if index >= 0:
            _, old_end, new_start, new_end = edits[index]
            start = new_end + start - old_end if start >= old_end else new_start
        index = bisect_right(starts, end - 1) - 1
        if index >= 0:
            _, old_end, _, new_end = edits[index]
            end = new_end + end - old_end if end >= old_end else new_end
        return start, end

    def blocks(self, blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Blocks of `document@1` moved along; those that were cut whole are left out."""
        return moved_blocks([self], blocks)


def moved_blocks(cuts: Sequence[EditedText], blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Blocks of `document@1` moved along with a text that was edited several times; those cut whole are left out."""
    moved = []
    for block in blocks:
        start, end = block["start"], block["end"]
        was_empty = start == end
        for cut in cuts:
            start, end = cut.span(start, end)
            if end <= start and not was_empty:
                break  # Cut whole: a later edit of the blanks around it does not bring it back.
        if end > start or was_empty:
            moved.append({**block, "start": start, "end": max(start, end)})
    return moved
