"""Find what a page is printed with and is not its text: running headers and footers, page numbers, marks in the margin.

Repetition *and* position decide. A block is furniture when blocks like it (digits aside) stand at the same place of
other pages, and nothing but furniture stands between it and the edge, or when it is a number that counts along with the
pages. The first paragraph of every page of a manual stays, as do headings that are repeated further down.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.fuzz import ratio

from schemas.sides import REMOVED_SPAN

# Blocks at the top and at the bottom of a page that can be its furniture.
_EDGE_BLOCKS: Final = 4
# A longer block is text, however often it is repeated.
_MAX_CHARS: Final = 200
# Of the pages of a document, and at least so many of them.
_MIN_SHARE: Final = 0.4
_MIN_PAGES: Final = 3
# Where most pages have furniture, a title that stands there on so many pages is that of a chapter.
_MIN_CHAPTER: Final = 2
# The same place: as far from the edge, in points.
_SAME_PLACE: Final = 8.0
# Of 100: the same words to a scanner that misreads some.
_ALIKE: Final = 85.0
_DIGITS: Final = re.compile(r"\d+")
_BLANKS: Final = re.compile(r"\s+")
_ROMAN: Final = re.compile(r"[ivxlcdm]+")
_NUMBER: Final = re.compile(
    r"[-–—·|\s]*(?:page|p\.|seite|第)?\s*(\d{1,5}|[ivxlcdm]{1,8})\s*(?:页|頁)?[\s,，]*"
    r"(?:(?:/|of|von|共|\()\s*(?:共\s*)?\d{1,5}\s*(?:页|頁|\))?)?[-–—·|\s]*",
    re.IGNORECASE,
)
_ANY_NUMBER: Final = re.compile(r"(?<![\w.,])(\d{1,5})(?![\w.,]\w)")

_EDGES: Final = ("top", "bottom")

Span = tuple[int, int, str, str]


@dataclass(slots=True)
class _Candidate:
    """A block near an edge of its page: how far from it in points, what it says, and that without digits."""

    page: int
    edge: str
    distance: float
    key: str
    text: str
    block: Mapping[str, Any]


def find_page_furniture(batch: pa.Table) -> pa.Table:
    """Spans of running headers, footers, page numbers, contents and marks in the margin.

    Args:
        batch: `document@1` rows; only those with `n_pages` of at least 3 are looked at.

    Returns:
        `removed_span@1` rows, reasons page_header, page_footer, page_number, table_of_contents and watermark.
    """
    has_pages = pc.greater_equal(pc.fill_null(batch["n_pages"], 0), _MIN_PAGES)
    if not pc.any(has_pages).as_py():
        return REMOVED_SPAN.empty()
    paged = batch.select(["id", "text", "blocks"]).filter(has_pages)
    rows = [
        {"doc_id": row["id"], "start": start, "end": end, "reason": reason, "detail": detail}
        for row in paged.to_pylist()
        for start, end, reason, detail in sorted(_spans(row["text"], row["blocks"]))
    ]
    return REMOVED_SPAN.from_rows(rows)


def _spans(text: str, blocks: Sequence[Mapping[str, Any]]) -> Iterator[Span]:
    boxes = {block["page"]: block for block in blocks if block["kind"] == "page"}
    inside: dict[int, list[Mapping[str, Any]]] = {page: [] for page in boxes}
    for block in blocks:
        if block["kind"] not in {"page", "image"} and block["page"] in inside and block["end"] > block["start"]:
            inside[block["page"]].append(block)
    needed = max(_MIN_PAGES, round(_MIN_SHARE * len(boxes)))
    upright, askew, contents = _kinds(inside)
    for block in contents:
        yield block["start"], block["end"], "table_of_contents", "lines that lead to page numbers"
    yield from _watermarks(text, askew, len(boxes))
    candidates = [c for page, found in upright.items() for c in _edges(text, boxes[page], found)]
    yield from _peeled(candidates, _reasons(candidates, needed, len(boxes)))


def _kinds(
    inside: Mapping[int, Sequence[Mapping[str, Any]]],
) -> tuple[dict[int, list[Mapping[str, Any]]], list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Blocks by page, those askew and those of tables of contents apart."""
    upright: dict[int, list[Mapping[str, Any]]] = {}
    askew: list[Mapping[str, Any]] = []
    contents: list[Mapping[str, Any]] = []
    for page, blocks in inside.items():
        upright[page] = []
        for block in blocks:
            marks = block["attributes"] or ""
            target = askew if '"askew"' in marks else contents if '"contents"' in marks else upright[page]
            target.append(block)
    return upright, askew, contents


def _watermarks(text: str, askew: Sequence[Mapping[str, Any]], pages: int) -> Iterator[Span]:
    """Text askew that says the same at the same place of many pages."""
    places: dict[tuple[str, int, int], list[Mapping[str, Any]]] = defaultdict(list)
    for block in askew:
        x, y = ((block[a] or 0.0) + (block[b] or 0.0) for a, b in (("x0", "x1"), ("y0", "y1")))
        places[text[block["start"] : block["end"]], round(x / 4 / _SAME_PLACE), round(y / 4 / _SAME_PLACE)].append(
            block
        )
    for blocks in places.values():
        on = len({block["page"] for block in blocks})
        if on >= max(_MIN_PAGES, round(_MIN_SHARE * pages)):
            for block in blocks:
                yield block["start"], block["end"], "watermark", f"askew on {on} of {pages} pages"


def _edges(text: str, page: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]) -> Iterator[_Candidate]:
    """Top and bottom blocks of a page by where they stand on it, not by reading order."""
    ordered = sorted(blocks, key=lambda block: (block["y0"] or 0.0, block["x0"] or 0.0))
    height = page["y1"] or 0.0
    for block in ordered[:_EDGE_BLOCKS]:
        yield _candidate(text, "top", block, block["y0"] or 0.0)
    lowest = sorted(blocks, key=lambda block: -(block["y1"] or 0.0))
    for block in lowest[:_EDGE_BLOCKS]:
        if len(blocks) > 1 or (block["y0"] or 0.0) > height / 2:
            yield _candidate(text, "bottom", block, height - (block["y1"] or 0.0))


def _candidate(text: str, edge: str, block: Mapping[str, Any], distance: float) -> _Candidate:
    said = text[block["start"] : min(block["end"], block["start"] + _MAX_CHARS + 1)].lstrip("#- ").strip()
    return _Candidate(block["page"], edge, distance, _key(text, block), said, block)


def _key(text: str, block: Mapping[str, Any]) -> str:
    """What a block says, numbers and spaces aside; empty for one that is no furniture."""
    if block["end"] - block["start"] > _MAX_CHARS or block["kind"] == "table":
        return ""
    said = text[block["start"] : block["end"]].lstrip("#- ").strip().lower()
    words = ["0" if _ROMAN.fullmatch(word) else word for word in said.split()]
    return _BLANKS.sub("", _DIGITS.sub("0", " ".join(words)))


def _reasons(candidates: Sequence[_Candidate], needed: int, pages: int) -> dict[int, tuple[str, str]]:
    """Reason and evidence of the candidates (by index) that repeat or count along."""
    found: dict[int, tuple[str, str]] = {}
    numbers, offsets = _page_numbers(candidates, needed)
    for index in numbers:
        found[index] = "page_number", f"counts along on {len(numbers)} of {pages} pages"
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, candidate in enumerate(candidates):
        if candidate.key and candidate.key != "0":
            groups[candidate.edge, candidate.key].append(index)
    steady = {group: _at_one_place(candidates, indexes) for group, indexes in groups.items()}
    for (edge, _), indexes in steady.items():
        if (on := len({candidates[index].page for index in indexes})) >= needed:
            for index in indexes:
                found.setdefault(
                    index, (f"page_{'header' if edge == 'top' else 'footer'}", f"on {on} of {pages} pages")
                )
    _add_chapters(candidates, found, steady, pages)
    _add_misread(candidates, found, offsets)
    return found


def _at_one_place(
    candidates: Sequence[_Candidate], indexes: Sequence[int], *, within: float = _SAME_PLACE
) -> list[int]:
    """Those as far from the edge as most."""
    middle = median(candidates[index].distance for index in indexes)
    return [index for index in indexes if abs(candidates[index].distance - middle) <= within]


def _add_chapters(
    candidates: Sequence[_Candidate],
    found: dict[int, tuple[str, str]],
    steady: Mapping[tuple[str, str], Sequence[int]],
    pages: int,
) -> None:
    """Titles that change with the chapter: of a few pages each, at a place where together they stand on most pages."""
    for edge, reason in (("top", "page_header"), ("bottom", "page_footer")):
        several = [
            index
            for (where, _), indexes in steady.items()
            if where == edge and len({candidates[index].page for index in indexes}) >= _MIN_CHAPTER
            for index in indexes
        ]
        if not several:
            continue
        same = _at_one_place(candidates, several)
        on = len({candidates[index].page for index in same})
        if on >= max(_MIN_PAGES, round(0.6 * pages)):
            for index in same:
                found.setdefault(index, (reason, f"titles at this place on {on} of {pages} pages"))


def _add_misread(candidates: Sequence[_Candidate], found: dict[int, tuple[str, str]], offsets: set[int]) -> None:
    """At the place of a header or footer: almost its words (of a scan), or short and with the number of the page."""
    known = [(candidates[index], what) for index, what in found.items() if what[0] != "page_number"]
    at = [candidates[index] for index in found]
    for index, candidate in enumerate(candidates):
        if index in found or not candidate.key:
            continue
        for other, (reason, _) in known:
            near = other.edge == candidate.edge and abs(other.distance - candidate.distance) <= _SAME_PLACE
            if near and (_own_number(candidate, offsets) or ratio(other.key, candidate.key) >= _ALIKE):
                found[index] = reason, "at the place of one, with its words or the number of the page"
                break
        else:
            near = any(o.edge == candidate.edge and abs(o.distance - candidate.distance) <= _SAME_PLACE for o in at)
            if near and _NUMBER.fullmatch(candidate.text) and _own_number(candidate, offsets):
                found[index] = "page_number", "the number of the page"


def _own_number(candidate: _Candidate, offsets: set[int]) -> bool:
    return any(int(number) - candidate.page in offsets for number in _ANY_NUMBER.findall(candidate.text))


def _page_numbers(candidates: Sequence[_Candidate], needed: int) -> tuple[list[int], set[int]]:
    """Blocks that are a number which differs from the page's by the same amount on most pages, and such amounts."""
    offsets: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, candidate in enumerate(candidates):
        own = _NUMBER.fullmatch(candidate.text)
        if own and own[1].isdigit():
            offsets[candidate.edge, int(own[1]) - candidate.page].append(index)
        elif not own and candidate.key:
            # With other words: tells the amount, and is judged by those.
            for number in set(_ANY_NUMBER.findall(candidate.text)):
                offsets[f"{candidate.edge} with words", int(number) - candidate.page].append(index)
    often = {
        place: indexes
        for place, indexes in offsets.items()
        if len({candidates[index].page for index in indexes}) >= needed
    }
    alone = [index for (edge, _), indexes in often.items() if edge in _EDGES for index in _steady(candidates, indexes)]
    roman = [
        index
        for index, candidate in enumerate(candidates)
        if candidate.key == "0" and _ROMAN.fullmatch(candidate.text.lower())
    ]
    return (alone + roman if alone else []), {offset for _, offset in often}


def _steady(candidates: Sequence[_Candidate], indexes: Sequence[int]) -> list[int]:
    """Those at the place of most; the number of a title page often stands a line lower."""
    return _at_one_place(candidates, indexes, within=3 * _SAME_PLACE)


def _peeled(candidates: Sequence[_Candidate], reasons: Mapping[int, tuple[str, str]]) -> Iterator[Span]:
    """Spans of page numbers, and of the others that nothing but furniture parts from the edge; each once."""
    by_edge: dict[tuple[int, str], list[int]] = defaultdict(list)
    for index, candidate in enumerate(candidates):
        by_edge[candidate.page, candidate.edge].append(index)
    done: set[int] = set()
    for indexes in by_edge.values():
        limit: float | None = None
        for index in sorted(indexes, key=lambda i: candidates[i].distance):
            candidate = candidates[index]
            hidden = limit is not None and candidate.distance > limit + _SAME_PLACE
            if index not in reasons or (hidden and reasons[index][0] != "page_number"):
                limit = candidate.distance if limit is None else limit
            elif candidate.block["start"] not in done:
                done.add(candidate.block["start"])
                yield candidate.block["start"], candidate.block["end"], *reasons[index]
