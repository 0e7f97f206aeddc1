"""Take out what is not the author's text, then write what is left in one way.

First spans: page furniture, licence headers, boilerplate of messages, each with its reason. Then characters: NFC, no
control or zero-width characters, no trailing blanks, at most two empty lines in a row; fenced code stays as it is.
Blocks move along, so that a page or a turn is still where it says. Source code keeps its characters: in a string
literal every one of them may count, so only spans are taken out of it.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.sides import REMOVED_SPAN, TEXT_MAP
from tasks.clean.licence_header import find_licence_headers
from tasks.clean.mojibake import find_mojibake
from tasks.clean.offset_map import OffsetMap, Run
from tasks.clean.page_furniture import find_page_furniture
from tasks.clean.settings import CleanSettings
from tasks.clean.threads import find_thread_noise
from tasks.clean.tidying import find_invisible, find_spare_lines, find_trailing_blanks, find_uncomposed
from tasks.clean.untidy import find_untidy, without_tails
from tasks.clean.variants import find_traditional, find_wide_letters
from tasks.engine.edits import Edit, EditedText, moved_blocks
from tasks.engine.garbage import uncollected
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step
from tasks.engine.word_count import count_words

NAME: Final = "clean"


class _Edited(NamedTuple):
    """A text after its edits, its blocks moved along, and where everything came from."""

    text: str
    blocks: list[dict[str, Any]]
    offsets: OffsetMap


class CleanReason(StrEnum):
    """Why a document was dropped."""

    NOTHING_LEFT = "nothing_left"  # it was boilerplate and blanks only


def clean_documents(batch: pa.Table, settings: CleanSettings) -> Partition:
    """Clean every document.

    Args:
        batch: `document@1` rows.
        settings: What is taken out.

    Returns:
        Documents in input order; `removed_spans` with one row for each span, in code points of the text as it came;
        and `text_map`, which leads from a position in a text that changed to the one it came from.
    """
    finders = (
        (settings.page_furniture, find_page_furniture),
        (settings.licence_headers, find_licence_headers),
        (settings.thread_noise, find_thread_noise),
    )
    with uncollected():
        removed = pa.concat_tables([REMOVED_SPAN.empty(), *(find(batch) for wanted, find in finders if wanted)])
        cleaned, text_map = _apply(batch, removed, settings)
    text = pl.Series(pl.from_arrow(cleaned["text"]))
    empty = text.str.strip_chars() == ""
    reason = pl.select(pl.when(empty).then(pl.lit(CleanReason.NOTHING_LEFT.value))).to_series()
    parts = split(cleaned, step=NAME, reason=reason)
    return Partition(count_words(parts.kept), parts.dropped, sides={"removed_spans": removed, "text_map": text_map})


def _apply(batch: pa.Table, removed: pa.Table, settings: CleanSettings) -> tuple[pa.Table, pa.Table]:
    """`batch` with the spans cut and the characters tidied, and the map of what changed; others are not touched."""
    spans: dict[str, list[dict[str, Any]]] = {}
    for row in removed.to_pylist():
        spans.setdefault(row["doc_id"], []).append(row)
    ids = pl.Series(pl.from_arrow(batch["id"]))
    text = pl.Series(pl.from_arrow(batch["text"]))
    # Of code nothing is tidied, so nothing of it is looked at.
    untidy = find_untidy(text, pl.Series(pl.from_arrow(batch["source_type"])) == "code", settings)
    cut = ids.is_in(list(spans)) if spans else pl.repeat(False, len(ids), eager=True)
    trimmed = untidy.tail & ~cut
    maps: dict[int, dict[str, Any]] = {}
    if trimmed.any():
        batch, lengths, left = without_tails(batch, trimmed)
        trimmed &= ~left
        rows = trimmed.arg_true().to_list()
        told = zip(rows, ids.gather(rows).to_list(), text.gather(rows).str.len_chars().to_list(), strict=True)
        for row, doc_id, size in told:
            maps[row] = _map_row(doc_id, size, [Run(0, 0, int(lengths[row]))])
    touched = ((untidy.touched | cut) & ~trimmed).arg_true().to_list()
    if not touched:
        return batch, TEXT_MAP.from_rows(list(maps.values()))
    documents = batch.select(["id", "text", "blocks", "source_type"]).take(pa.array(touched, pa.int64())).to_pylist()
    edited = [
        _edit(
            row["text"],
            row["blocks"],
            spans.get(row["id"], []),
            () if row["source_type"] == "code" else _passes(settings, invisible=seen, misread=wrong),
        )
        for row, seen, wrong in zip(
            documents, untidy.invisible.gather(touched), untidy.misread.gather(touched), strict=True
        )
    ]
    for place, row, found in zip(touched, documents, edited, strict=True):
        if found.text != row["text"]:
            maps[place] = _map_row(row["id"], len(row["text"]), found.offsets.runs)
    return _replaced(batch, touched, edited), TEXT_MAP.from_rows([maps[place] for place in sorted(maps)])


def _map_row(doc_id: str, length: int, runs: Sequence[Run]) -> dict[str, Any]:
    """`text_map@1` row of a document whose text is another now."""
    return {
        "doc_id": doc_id,
        "source_length": length,
        "source_start": [run.source for run in runs],
        "text_start": [run.text for run in runs],
        "length": [run.length for run in runs],
    }


def _replaced(batch: pa.Table, rows: list[int], edited: list[_Edited]) -> pa.Table:
    """`batch` with new text and blocks in `rows`."""
    schema = DOCUMENT.arrow
    order = pa.array(range(batch.num_rows), pa.int64()).to_numpy().copy()
    order[rows] = batch.num_rows + pa.array(range(len(rows)), pa.int64()).to_numpy()
    for name, values in (("text", [found.text for found in edited]), ("blocks", [found.blocks for found in edited])):
        field = schema.field(name)
        both = pa.chunked_array([*batch[name].chunks, pa.array(values, field.type)], field.type)
        batch = batch.set_column(schema.get_field_index(name), field, both.combine_chunks().take(pa.array(order)))
    return batch


def clean_text(
    text: str, blocks: list[dict[str, Any]], spans: list[dict[str, Any]], settings: CleanSettings | None = None
) -> tuple[str, list[dict[str, Any]]]:
    """One text without `spans`, tidied, and its blocks moved along."""
    edited = _edit(text, blocks, spans, _passes(settings or CleanSettings(), invisible=True, misread=True))
    return edited.text, edited.blocks


def _passes(settings: CleanSettings, *, invisible: bool, misread: bool) -> list[Callable[[str], list[Edit]]]:
    """What is done to the characters of a text, one after the other; of two it is known whether it may have them."""
    passes = [
        (settings.repair_encoding and misread, find_mojibake),
        (invisible or misread, find_invisible),
        (settings.width == "letters", find_wide_letters),
        (settings.script == "simplified", find_traditional),
        (True, find_uncomposed),
        (True, find_trailing_blanks),
        (True, find_spare_lines),
    ]
    return [find for wanted, find in passes if wanted]


def _edit(
    text: str,
    blocks: list[dict[str, Any]],
    spans: list[dict[str, Any]],
    passes: Sequence[Callable[[str], list[Edit]]],
) -> _Edited:
    """Cut the spans, then pass by pass: what one takes out can bring together what the next one looks for."""
    offsets = OffsetMap.identity(len(text))
    edits = _merged(spans)
    cuts = []
    for find in (*passes, None):
        if edits:
            offsets = offsets.then(edits)
            cuts.append(EditedText(text, edits))
            text = cuts[-1].text
        edits = find(text) if find else []
    return _Edited(text, moved_blocks(cuts, blocks), offsets)


def _merged(spans: list[dict[str, Any]]) -> list[Edit]:
    merged: list[Edit] = []
    for span in sorted(spans, key=lambda span: (span["start"], span["end"])):
        if merged and span["start"] < merged[-1].end:
            merged[-1] = Edit(merged[-1].start, max(merged[-1].end, span["end"]))
        else:
            merged.append(Edit(span["start"], span["end"]))
    return merged


STEP: Final = Step(
    name=NAME,
    version=10,
    settings=CleanSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=clean_documents,
    reasons=CleanReason,
    emits={"removed_spans": REMOVED_SPAN, "text_map": TEXT_MAP},
)
