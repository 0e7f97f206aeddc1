"""Fill chunks with the atoms of a section, cutting only what does not fit into one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tasks.tokens.atoms import Atom
from tasks.tokens.passages import split_passage, trim

# A caption or a lead-in of at most so many code points goes with the table after it.
_CAPTION: Final = 150
# A paragraph that does not fit is begun in the current chunk if at least this share of the chunk is free.
_WORTH_FILLING: Final = 0.4


@dataclass
class Piece:
    """A chunk to be.

    Attributes:
        start: Code point of the text where it begins.
        end: Where it ends.
        kinds: Of its atoms, headings left out.
        text: What it says where that is not `text[start:end]`: a repeated table header or fence.
        part: From 1, where a table or fence was cut; 0 otherwise.
        parts: In how many.
        split: What was cut: table | fence; empty where nothing was.
        html: Of a table that was not cut.
    """

    start: int
    end: int
    kinds: set[str] = field(default_factory=set)
    text: str | None = None
    part: int = 0
    parts: int = 0
    split: str = ""
    html: str | None = None


def fill_pieces(text: str, atoms: Sequence[Atom], limit: int) -> list[Piece]:
    """Pieces of at most `limit` code points; in order; together they hold every character that is not white space.

    Args:
        text: Of the document.
        atoms: Of one section.
        limit: Most code points of a piece.
    """
    done: list[Piece] = []
    open_piece: Piece | None = None
    for atom in atoms:
        if open_piece and _fits(open_piece, atom, limit):
            open_piece.end = atom.end
            _note(open_piece, atom)
            continue
        if atom.end - atom.start <= limit and not (open_piece and not open_piece.kinds and atom.kind == "text"):
            done += [open_piece] if open_piece else []
            open_piece = Piece(atom.start, atom.end)
            _note(open_piece, atom)
            continue
        done, open_piece = _cut_atom(text, atom, limit, done, open_piece)
    return [*done, open_piece] if open_piece else done


def _note(piece: Piece, atom: Atom) -> None:
    if atom.kind != "heading":
        piece.kinds.add(atom.kind)
    piece.html = atom.html or piece.html


def _fits(piece: Piece, atom: Atom, limit: int) -> bool:
    if piece.split or atom.end - piece.start > limit:
        return False
    if atom.kind == "table":
        return piece.end - piece.start <= _CAPTION and "table" not in piece.kinds
    return "table" not in piece.kinds


def _cut_atom(
    text: str, atom: Atom, limit: int, done: list[Piece], open_piece: Piece | None
) -> tuple[list[Piece], Piece | None]:
    """Add the parts of an atom that does not fit; the last part stays open."""
    if atom.kind in {"table", "code"}:
        # A heading alone says nothing: it goes with the first part.
        lead = (
            open_piece if open_piece and not open_piece.kinds and atom.start - open_piece.start < limit // 2 else None
        )
        if parts := _split_structure(text, atom, limit, lead.start if lead else atom.start):
            return [*done, *([open_piece] if open_piece and not lead else []), *parts], None
    start, first_limit = atom.start, limit
    if open_piece:
        room = limit - (atom.start - open_piece.start)
        if room >= limit * _WORTH_FILLING or (not open_piece.kinds and room > 0):
            start, first_limit = open_piece.start, limit
            kinds = open_piece.kinds
        else:
            done, kinds = [*done, open_piece], set()
    else:
        kinds = set()
    style = "code" if atom.kind == "code" else "text"
    pieces = []
    for span in split_passage(text, start, atom.end, limit=limit, first_limit=first_limit, kind=style):
        begin, end = trim(text, *span)
        if end > begin:
            pieces.append(Piece(begin, end, {atom.kind} if atom.kind != "heading" else set()))
    pieces[0].kinds |= kinds
    return [*done, *pieces[:-1]], pieces[-1]


def _split_structure(text: str, atom: Atom, limit: int, start: int) -> list[Piece]:
    """Parts of a long table or fence, each readable alone, the first from `start`; none where it is neither."""
    lines = text[atom.start : atom.end].split("\n")
    if atom.kind == "table":
        is_piped = len(lines) > 2 and set(lines[1].strip()) <= set("|:- \t") and "-" in lines[1]
        head = "\n".join(lines[:2]) if is_piped else ""
        return _repeat(text, atom, head, "", limit, "table", start)
    opening = lines[0].strip()
    if not opening.startswith(("```", "~~~")):
        return []
    marker = opening[: len(opening) - len(opening.lstrip(opening[0]))]
    return _repeat(text, atom, lines[0], marker, limit, "fence", start)


def _repeat(text: str, atom: Atom, head: str, foot: str, limit: int, split: str, start: int) -> list[Piece]:
    """Cut the body between `head` and `foot` and put both around every part; before the first comes `text[start:]`."""
    closed = (
        bool(foot)
        and text[atom.start : atom.end].rstrip().endswith(foot)
        and atom.end - atom.start > len(head) + len(foot)
    )
    if len(head) + len(foot) > limit // 2:
        if split == "fence":
            head = foot if len(foot) * 2 <= limit // 2 else ""
            foot = head
        else:
            head = ""
    body_start = atom.start + (len(text[atom.start : atom.end].split("\n")[0]) if split == "fence" else len(head))
    body_end = atom.end
    if closed:
        body_end = text.rfind("\n", body_start, atom.end)
    if body_end <= body_start:
        return []
    around = len(head) + len(foot) + (1 if head else 0) + (1 if foot else 0)
    style = "code" if split == "fence" else "table"
    room = limit - around
    first_room = max(1, room - (atom.start - start))
    found = split_passage(text, body_start, body_end, limit=room, first_limit=first_room, kind=style)
    spans = [span for span in (trim(text, *span) for span in found) if span[1] > span[0]]
    pieces = []
    for number, (begin, end) in enumerate(spans, 1):
        said = "\n".join(part for part in (head, text[begin:end], foot) if part)
        first, last = number == 1, number == len(spans)
        if first:
            said = text[start : atom.start] + said
        kind = {"table" if split == "table" else "code"}
        pieces.append(
            Piece(start if first else begin, atom.end if last else end, kind, said, number, len(spans), split)
        )
    return pieces
