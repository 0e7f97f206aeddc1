"""Group a document's atoms into sections: what stands under one heading."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tasks.tokens.atoms import Atom


@dataclass
class Section:
    """Atoms under one heading.

    Attributes:
        path: Headings from the title down.
        atoms: In order; begins with the heading or headings, if there are any.
    """

    path: tuple[str, ...]
    atoms: list[Atom] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Code point of the text where it begins."""
        return self.atoms[0].start

    @property
    def end(self) -> int:
        """Code point of the text where it ends."""
        return self.atoms[-1].end

    @property
    def has_body(self) -> bool:
        """False where there are only headings."""
        return any(atom.kind != "heading" for atom in self.atoms)


def find_sections(
    text: str, atoms: Sequence[Atom], *, title: str | None, min_chars: int, max_chars: int
) -> list[Section]:
    """Sections in order; together they hold all atoms but the marks of turns.

    A heading without text of its own opens the section after it. A section below `min_chars` joins the next one when
    they stand under the same heading and fit into `max_chars` together.

    Args:
        text: Of the document.
        atoms: Of the document.
        title: First entry of every path; None where the document has none.
        min_chars: Shortest section that stands alone, in code points, where it has a neighbour to join.
        max_chars: Longest section that results from joining.
    """
    return list(join_small(_split(text, atoms, title), min_chars, max_chars))


def heading_text(text: str, atom: Atom) -> str:
    """The heading without its marks, on one line."""
    lines = text[atom.start : atom.end].split("\n")
    if len(lines) > 1 and not lines[-1].strip(" =-"):
        lines.pop()
    return " ".join(" ".join(lines).strip().lstrip("#").strip().rstrip("#").split())


def _split(text: str, atoms: Sequence[Atom], title: str | None) -> Iterator[Section]:
    root = (title,) if title else ()
    stack: list[tuple[int, str]] = []
    section = Section(root)
    for atom in atoms:
        if atom.kind not in {"heading", "turn"}:
            section.atoms.append(atom)
            continue
        if section.atoms and section.has_body:
            yield section
            section = Section(root)
        if atom.kind == "turn":
            stack = []
            section.path = root
            continue
        stack = [entry for entry in stack if entry[0] < atom.level]
        stack.append((atom.level, heading_text(text, atom)))
        path = tuple(name for _, name in stack if name)
        section.path = path if path[:1] == root else root + path
        section.atoms.append(atom)
    if section.atoms:
        yield section


def join_small(sections: Iterable[Section], min_chars: int, max_chars: int) -> Iterator[Section]:
    """Sections, small ones joined with their neighbours; arguments as in `find_sections`."""
    held: Section | None = None
    for section in sections:
        if held is None:
            held = section
            continue
        small = min(held.end - held.start, section.end - section.start) < min_chars
        shared = _shared(held.path, section.path)
        related = len(shared) >= max(1, min(len(held.path), len(section.path)) - 1) or not (held.path or section.path)
        if small and related and section.end - held.start <= max_chars:
            held = Section(shared, [*held.atoms, *section.atoms])
        else:
            yield held
            held = section
    if held is not None:
        yield held


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]
