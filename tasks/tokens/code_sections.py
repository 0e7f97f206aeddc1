"""Group a source file into sections: what stands before, in and between its functions and classes."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tasks.tokens.atoms import code_atoms
from tasks.tokens.code_structure import Definition, find_definitions
from tasks.tokens.sections import Section, join_small

# Behind the end of a definition, on its line.
_REST: Final = re.compile(r"[;,)}\] \t]*(?=\n|\Z)")


def find_code_sections(
    text: str, language: str | None, *, title: str | None, min_chars: int, max_chars: int
) -> list[Section]:
    """Sections in order: one for each function and method, its comments included, and for the code around them.

    Their paths are the title, the classes around, and the name. Sections below `min_chars` join as those of prose do.
    Together they hold every character that is not white space.

    Args:
        text: Of the document.
        language: By linguist's name, lower case; a file in one without a grammar is one section.
        title: First entry of every path; None where the document has none.
        min_chars: Shortest section that stands alone, in code points, where it has a neighbour to join.
        max_chars: Longest section that results from joining.
    """
    root = (title,) if title else ()
    sections = []
    for start, end, path in _segments(text, find_definitions(text, language), root):
        if atoms := code_atoms(text, start, end):
            sections.append(Section(path, atoms))
    return list(join_small(sections, min_chars, max_chars))


def _segments(
    text: str, definitions: Sequence[Definition], root: tuple[str, ...]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Start, end and path of stretches that together are the text."""
    position = 0
    around: list[tuple[int, tuple[str, ...]]] = [(len(text), root)]
    for one in definitions:
        start, end = _line_start(text, one.start), _line_end(text, one.end)
        if start < position:  # inside of one that was taken whole
            continue
        while len(around) > 1 and start >= around[-1][0]:
            yield position, around[-1][0], around[-1][1]
            position = around.pop()[0]
        yield position, start, around[-1][1]
        path = (*around[-1][1], one.name) if one.name else around[-1][1]
        position = start
        if one.is_class:
            around.append((min(end, around[-1][0]), path))
        else:
            position = min(end, around[-1][0])
            yield start, position, path
    while around:
        yield position, around[-1][0], around[-1][1]
        position = around.pop()[0]


def _line_start(text: str, position: int) -> int:
    begin = text.rfind("\n", 0, position) + 1
    return begin if not text[begin:position].strip() else position


def _line_end(text: str, position: int) -> int:
    rest = _REST.match(text, position)
    return rest.end() if rest else position
