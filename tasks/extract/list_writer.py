"""Items of lists as Markdown, with the numbers they have."""

import re
from typing import Final

from tasks.extract.numbering import Mark
from tasks.extract.parsed import MarkdownBuilder

# What Markdown takes for the number of an item.
_MARKER: Final = re.compile(r"\d{1,9}[.)]$")


class ListWriter:
    """Adds items to a builder, nested ones indented below the text of their parent.

    A number that Markdown has no marker for (（一）, 第二章, 1.2.1) is text of a line of its own: there is no bullet
    before it in the document.
    """

    def __init__(self, builder: MarkdownBuilder) -> None:
        self._builder = builder
        self._widths: dict[int, int] = {}
        self._last: dict[int, str] = {}

    def add(self, mark: Mark, text: str, *, page: int | None = None) -> None:
        """Append an item; nothing is added for an empty one."""
        if not text.strip():
            return
        marker = mark.label or "-"
        if not (mark.is_bullet or _MARKER.match(mark.label)):
            self.end()
            self._builder.add("list", f"{mark.label} {text}", page=page)
            return
        if not self._goes_on(mark):
            self._builder.loosen()
        self._widths = {depth: width for depth, width in self._widths.items() if depth < mark.depth}
        self._last = {depth: label for depth, label in self._last.items() if depth < mark.depth}
        self._last[mark.depth] = mark.label
        indent = " " * sum(self._widths.values())
        self._widths[mark.depth] = len(marker) + 1
        below = "\n" + indent + " " * (len(marker) + 1)
        self._builder.add("list", f"{indent}{marker} {text.replace(chr(10), below)}", page=page, tight=True)

    def end(self) -> None:
        """The next item begins a list."""
        self._widths, self._last = {}, {}
        self._builder.loosen()

    def indented(self, text: str) -> str:
        """`text` as a further paragraph of the last item."""
        indent = " " * sum(self._widths.values())
        return "\n".join(indent + line for line in text.split("\n"))

    def _goes_on(self, mark: Mark) -> bool:
        """Whether an item is of the same list as the one before it, or of one inside of that."""
        before = self._last.get(mark.depth)
        if before is None or mark.is_bullet or not before:
            return before is None or mark.is_bullet == (not before)
        return int(mark.label[:-1]) > int(before[:-1])
