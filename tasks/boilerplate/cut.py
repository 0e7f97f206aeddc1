"""Take repeated passages out of documents, as spans: what many documents of a source say is left to one of them."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.passage import BOILERPLATE
from schemas.sides import REMOVED_SPAN
from tasks.boilerplate.count import EXEMPT, document_keys
from tasks.boilerplate.settings import CuttingSettings
from tasks.engine.edits import Edit, EditedText
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step
from tasks.engine.utf8 import Utf8Column, utf8_column
from tasks.engine.word_count import count_words

NAME: Final = "boilerplate"

# Repeated lines that are too short to go alone go where so many stand together.
_COMPANY: Final = 3
_THREADS: Final = ("github_issue", "email")

Array = npt.NDArray[Any]


class BoilerplateReason(StrEnum):
    """Why a document was dropped."""

    ONLY_BOILERPLATE = "only_boilerplate"


class _Cut(NamedTuple):
    """A passage to take out, in bytes of the column's data."""

    start: int
    end: int
    reason: str
    hash: int


def cut_boilerplate(batch: pa.Table, settings: CuttingSettings, boilerplate: pa.Table) -> Partition:
    """Documents without the passages that repeat over their source.

    One of them keeps it. A turn of a thread that is nothing else stays: who wrote it meant it. Code and
    FAQ are not touched.

    Args:
        batch: `document@1` rows.
        settings: Which repeated passages go.
        boilerplate: `boilerplate@1` rows of this shard.

    Returns:
        Documents in input order, blocks moved along, and `removed_spans` in code points of the text as it came; the
        detail names the passage by its hash, by which `repeated_passages` has its counts.
    """
    column = utf8_column(batch["text"])
    rows, spans, empty = [], [], pl.Series([None] * batch.num_rows, dtype=pl.String)
    kinds = batch["source_type"].to_pylist()
    touched = []
    for row, cuts in _cuts(column, settings, boilerplate, document_keys(batch["id"])):
        if kinds[row] in EXEMPT:
            continue
        document = batch.slice(row, 1).to_pylist()[0]
        found = _in_code_points(column, row, cuts)
        if kinds[row] in _THREADS:
            found = _without_whole_turns(document, found)
        if not found:
            continue
        edited = _edited(document["text"], [(start, end) for start, end, _, _ in found], document["blocks"])
        spans += [_span(document["id"], *cut) for cut in found]
        if not edited[0].strip():
            # A dropped document is recorded with the text it came with.
            empty[row] = BoilerplateReason.ONLY_BOILERPLATE.value
            continue
        touched.append(row)
        rows.append(document | {"text": edited[0], "blocks": edited[1]})
    parts = split(_replaced(batch, touched, rows), step=NAME, reason=empty)
    kept = count_words(parts.kept) if touched else parts.kept
    return Partition(kept, parts.dropped, sides={"removed_spans": REMOVED_SPAN.from_rows(spans)})


def _cuts(
    column: Utf8Column, settings: CuttingSettings, boilerplate: pa.Table, keys: Array
) -> Iterator[tuple[int, list[_Cut]]]:
    """Passages to take out of each document that has any, in order."""
    from tasks.boilerplate.passages import find_passages

    found = find_passages(column)
    hashes, first = boilerplate["hash"].to_numpy(), boilerplate["first"].to_numpy()
    line, line_stays = _repeated(found.hash, keys[found.document], hashes, first, settings)
    owners = keys[found.document[found.first]]
    whole, whole_stays = _repeated(found.paragraph_hash, owners, hashes, first, settings)
    line &= found.kind == 0
    # The lines of a paragraph that repeats as one are not looked at one by one.
    inside = found.paragraph >= 0
    inside[inside] = whole[found.paragraph[inside]]
    line &= ~inside
    alone = line & (found.words >= settings.min_words)
    goes = (alone | (line & _in_company(line | inside, found.kind == 1, found.document))) & ~line_stays
    by_document: dict[int, list[_Cut]] = {}
    for index in np.flatnonzero(whole & ~whole_stays).tolist():
        start, end = int(found.start[found.first[index]]), int(found.end[found.last[index]])
        cut = _Cut(start, end, "repeated_paragraph", int(found.paragraph_hash[index]))
        by_document.setdefault(int(found.document[found.first[index]]), []).append(cut)
    for index in np.flatnonzero(goes).tolist():
        cut = _Cut(int(found.start[index]), int(found.end[index]), "repeated_line", int(found.hash[index]))
        by_document.setdefault(int(found.document[index]), []).append(cut)
    return ((row, sorted(by_document[row])) for row in sorted(by_document))


def _repeated(
    passages: Array, keys: Array, hashes: Array, first: Array, settings: CuttingSettings
) -> tuple[Array, Array]:
    """Which passages are boilerplate, and which of these stay because their document is the first."""
    if not len(hashes):
        return np.zeros(len(passages), np.bool_), np.zeros(len(passages), np.bool_)
    at = np.minimum(np.searchsorted(hashes, passages), len(hashes) - 1)
    repeated = hashes[at] == passages
    stays = repeated & (first[at] == keys) & settings.keep_first
    return repeated, stays


def _in_company(repeated: Array, blank: Array, document: Array) -> Array:
    """Whether a repeated line is one of three or more that follow each other; blank lines do not part them."""
    solid = np.flatnonzero(~blank)
    kept = repeated[solid]
    breaks = np.append(True, (kept[1:] != kept[:-1]) | (document[solid][1:] != document[solid][:-1]))[: len(solid)]
    runs = np.cumsum(breaks) - 1
    company = np.zeros(len(repeated), np.bool_)
    company[solid] = kept & (np.bincount(runs, minlength=1)[runs] >= _COMPANY)
    return company


def _in_code_points(column: Utf8Column, row: int, cuts: Sequence[_Cut]) -> list[tuple[int, int, str, int]]:
    """The cuts of a document in code points of its text."""
    begin, position, points = int(column.offsets[row]), int(column.offsets[row]), 0
    found = []
    for cut in cuts:
        points += _length(column, position, cut.start)
        length = _length(column, cut.start, cut.end)
        found.append((points, points + length, cut.reason, cut.hash))
        position, points = cut.end, points + length
    assert position >= begin
    return found


def _length(column: Utf8Column, start: int, end: int) -> int:
    """Code points in a range of bytes: all bytes but those that continue a character."""
    return int(np.count_nonzero(column.data[start:end] & 0xC0 != 0x80))


def _without_whole_turns(
    document: Mapping[str, Any], found: Sequence[tuple[int, int, str, int]]
) -> list[tuple[int, int, str, int]]:
    text, kept = document["text"], list(found)
    for turn in document["blocks"]:
        if turn["kind"] != "turn":
            continue
        inside = [cut for cut in kept if turn["start"] <= cut[0] and cut[1] <= turn["end"]]
        position, left = turn["start"], ""
        for start, end, _, _ in inside:
            left, position = left + text[position:start], end
        if inside and not (left + text[position : turn["end"]]).strip():
            kept = [cut for cut in kept if cut not in inside]
    return kept


def _edited(
    text: str, spans: Sequence[tuple[int, int]], blocks: list[dict[str, Any]]
) -> tuple[str, list[dict[str, Any]]]:
    """The text without the spans and the line ends that would be left of them, and its blocks moved along."""
    edits: list[Edit] = []
    opens = False
    for start, end in spans:
        follows = bool(edits) and edits[-1].end == start
        opens = start == 0 or text[max(0, start - 2) : start] == "\n\n" or (follows and opens)
        stop = end
        while stop < len(text) and text[stop] == "\n" and (opens or stop == end):
            stop += 1
        edits.append(Edit(start, stop))
    cut = EditedText(text, edits)
    tail = len(cut.text.rstrip())
    tidy = EditedText(cut.text, [Edit(tail, len(cut.text))] if tail < len(cut.text) else [])
    return tidy.text, tidy.blocks(cut.blocks(blocks))


def _span(doc_id: str, start: int, end: int, reason: str, digest: int) -> dict[str, Any]:
    return {"doc_id": doc_id, "start": start, "end": end, "reason": reason, "detail": f"passage {digest:016x}"}


def _replaced(batch: pa.Table, places: list[int], rows: list[dict[str, Any]]) -> pa.Table:
    """`batch` with other rows at some places."""
    if not rows:
        return batch
    order = np.arange(batch.num_rows)
    order[places] = batch.num_rows + np.arange(len(rows))
    return pa.concat_tables([batch, DOCUMENT.from_rows(rows)]).take(pa.array(order))


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=CuttingSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=cut_boilerplate,
    reasons=BoilerplateReason,
    uses={"boilerplate": BOILERPLATE},
    emits={"removed_spans": REMOVED_SPAN},
)
