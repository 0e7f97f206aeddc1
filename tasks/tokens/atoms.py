"""Take a document apart into headings, paragraphs, tables, fences and pictures.

What extraction knows (blocks) comes first; between blocks, and where there are none, the Markdown of the text decides.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple


class Atom(NamedTuple):
    """`[start, end)` in code points of the text, without white space around it.

    Kinds: heading | text | table | code | image | turn (an empty mark: another author begins).
    """

    start: int
    end: int
    kind: str
    level: int = 0
    html: str | None = None


_BLOCK_ATOMS: Final = {"heading", "table", "code", "image"}
_FENCE: Final = re.compile(r"[ \t]*(?:>[ \t]*)*(`{3,}|~{3,})([^\n]*)")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})(?:[ \t]+\S|[ \t]*$)")
_DELIMITER: Final = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_SETEXT: Final = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_PICTURE: Final = re.compile(r"[ \t]*!\[[^\]\n]*\]\([^)\n]*\)[ \t]*$")
_BREAK: Final = re.compile(r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_TABLE_END: Final = re.compile(r"</table>", re.IGNORECASE)
_STRUCTURAL: Final = tuple("`~#|<!>=-")
_PARAGRAPH: Final = re.compile(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
# A line in a paragraph that may be something else: that paragraph is read line by line.
_MARKED: Final = re.compile(r"\||^[^\S\n]*[`~#<!>=-]", re.MULTILINE)


def find_atoms(text: str, blocks: Sequence[Mapping[str, Any]], *, is_code: bool = False) -> list[Atom]:
    """The atoms of a document, in order; together they hold every character but white space and lines of dashes.

    Args:
        text: Of the document.
        blocks: `document@1` blocks in order of start.
        is_code: A source file: no Markdown in it.
    """
    if is_code:
        return code_atoms(text, 0, len(text))
    known = _known_atoms(text, blocks)
    with_headings = not any(atom.kind == "heading" for atom in known)
    atoms: list[Atom] = []
    position = 0
    for atom in known:
        atoms += scan_markdown(text, position, atom.start, with_headings=with_headings)
        atoms.append(atom)
        position = atom.end
    atoms += scan_markdown(text, position, len(text), with_headings=with_headings)
    # A line that parts (the turns of a thread, say) is no passage.
    return [atom for atom in atoms if atom.kind != "text" or not _BREAK.fullmatch(text, atom.start, atom.end)]


def code_atoms(text: str, start: int, end: int) -> list[Atom]:
    """Lines of `text[start:end]` between empty ones, as code."""
    return [Atom(*span, "code") for span in _paragraphs(text, start, end)]


def _known_atoms(text: str, blocks: Sequence[Mapping[str, Any]]) -> list[Atom]:
    atoms: list[Atom] = []
    position = 0
    for block in blocks:
        start, end, kind = block["start"], block["end"], block["kind"]
        if kind == "turn" and start >= position:
            atoms.append(Atom(start, start, "turn"))
        if kind not in _BLOCK_ATOMS or start < position:
            continue
        found = text[start:end]
        stripped = found.strip("\n")
        if not stripped.strip():
            continue
        start += len(found) - len(found.lstrip("\n"))
        end = start + len(stripped.rstrip())
        atoms.append(Atom(start, end, kind, block["level"] or 1, block["html"]))
        position = end
    return atoms


def scan_markdown(text: str, start: int, end: int, *, with_headings: bool = True) -> Iterator[Atom]:
    """Atoms of `text[start:end]`, read as Markdown (CommonMark 0.31 with GitHub's tables).

    Args:
        text: The whole text.
        start: Where to begin.
        end: Where to stop.
        with_headings: False where headings are known otherwise: "#" is then an ordinary character.
    """
    if not text[start:end].strip():
        return
    lines = _Lines(text, start, end)
    paragraph = -1
    last = start
    while lines.more():
        begin, stop = lines.span()
        line = text[begin:stop]
        if not line.strip():
            if paragraph >= 0:
                yield Atom(paragraph, last, "text")
            paragraph = -1
            lines.step()
            continue
        if paragraph < 0 and (plain := _plain_paragraph(text, lines)):
            yield Atom(begin, plain, "text")
            lines.skip_to(plain)
            continue
        structural = "|" in line or line.lstrip().startswith(_STRUCTURAL)
        found = _special(text, lines, line, with_headings) if structural else None
        if found is None and with_headings and paragraph < 0:
            found = _setext_heading(text, lines)
        if found is None:
            paragraph = begin if paragraph < 0 else paragraph
            plain = _plain_lines(text, lines)
            last = begin + len(text[begin:plain].rstrip())
            lines.skip_to(plain)
            continue
        if paragraph >= 0:
            yield Atom(paragraph, last, "text")
        paragraph = -1
        yield found
        lines.skip_to(found.end)
    if paragraph >= 0:
        yield Atom(paragraph, last, "text")


def _plain_paragraph(text: str, lines: "_Lines") -> int:
    """End of the paragraph that begins at the current line, if no line of it can be anything else; else 0."""
    begin, _ = lines.span()
    found = _PARAGRAPH.match(text, begin, lines.end)
    if found is None or _MARKED.search(text, begin, found.end()):
        return 0
    return begin + len(found[0].rstrip())


def _plain_lines(text: str, lines: "_Lines") -> int:
    """End of the lines from the current one on that belong to its paragraph whatever stands around them."""
    begin, stop = lines.span()
    following, _ = lines.following()
    block = _PARAGRAPH.match(text, begin, lines.end)
    end = block.end() if block else stop
    marked = _MARKED.search(text, following, end)
    return max(stop, text.rfind("\n", 0, marked.end()) if marked else end)


def _special(text: str, lines: "_Lines", line: str, with_headings: bool) -> Atom | None:
    """The atom that begins at the current line, unless that is a paragraph."""
    begin, _ = lines.span()
    if fence := _FENCE.match(line):
        if fence[1][0] == "~" or "`" not in fence[2]:
            return Atom(begin, _fence_end(text, lines, fence[1]), "code")
        return None
    if with_headings and (heading := _HEADING.match(line)):
        return Atom(begin, begin + len(line.rstrip()), "heading", len(heading[1]))
    if "|" in line and _DELIMITER.match(lines.next_line()) and "-" in lines.next_line():
        return Atom(begin, _table_end(text, lines), "table")
    if line.lstrip()[:6].lower() == "<table" and (close := _TABLE_END.search(text, begin, lines.end)):
        end = lines.line_end(close.end())
        return Atom(begin, end - len(text[close.end() : end]) + len(text[close.end() : end].rstrip()), "table")
    if _PICTURE.match(line):
        return Atom(begin, begin + len(line.rstrip()), "image")
    return None


def _setext_heading(text: str, lines: "_Lines") -> Atom | None:
    underline = _SETEXT.match(lines.next_line())
    if not underline or lines.is_last():
        return None
    begin, _ = lines.span()
    _, stop = lines.following()
    return Atom(begin, begin + len(text[begin:stop].rstrip()), "heading", 1 if underline[1][0] == "=" else 2)


def _fence_end(text: str, lines: "_Lines", marker: str) -> int:
    close = re.compile(rf"^[ \t]*(?:>[ \t]*)*{re.escape(marker[0])}{{{len(marker)},}}[ \t]*$", re.MULTILINE)
    found = close.search(text, lines.span()[1], lines.end)
    if found:
        return found.end() - (len(found[0]) - len(found[0].rstrip()))
    return lines.end - (len(text[lines.span()[0] : lines.end]) - len(text[lines.span()[0] : lines.end].rstrip()))


def _table_end(text: str, lines: "_Lines") -> int:
    position = lines.following()[1]
    while position < lines.end:
        stop = lines.line_end(position + 1)
        row = text[position + 1 : stop]
        if "|" not in row:
            break
        position = stop
    begin = lines.span()[0]
    return begin + len(text[begin : min(position, lines.end)].rstrip())


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _PARAGRAPH.finditer(text, start, end):
        yield found.start(), found.start() + len(found[0].rstrip())


class _Lines:
    """Walks through the lines of `text[start:end]`."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self._start, self.end = text, start, end
        self._stop = self.line_end(start)

    def line_end(self, position: int) -> int:
        """Where the line that holds `position` ends, before its line end."""
        found = self._text.find("\n", position, self.end)
        return found if found >= 0 else self.end

    def more(self) -> bool:
        """Whether there is a current line."""
        return self._start < self.end

    def is_last(self) -> bool:
        """Whether no line follows."""
        return self._stop >= self.end

    def span(self) -> tuple[int, int]:
        """The current line."""
        return self._start, self._stop

    def following(self) -> tuple[int, int]:
        """The line after it; empty at the end."""
        start = min(self._stop + 1, self.end)
        return start, self.line_end(start)

    def next_line(self) -> str:
        """Text of the line after it."""
        start, stop = self.following()
        return self._text[start:stop]

    def step(self) -> None:
        """Go to the next line."""
        self.skip_to(self._stop)

    def skip_to(self, position: int) -> None:
        """Go to the line after the one that holds `position`."""
        self._start = self.line_end(position) + 1
        self._stop = self.line_end(self._start)
