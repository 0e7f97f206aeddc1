"""Take out what is not the author's text, then write what is left in one way.

First spans: page furniture, licence headers, boilerplate of messages, each with its reason. Then characters: NFC, no
control or zero-width characters, no trailing blanks, at most two empty lines in a row; fenced code stays as it is.
Blocks move along, so that a page or a turn is still where it says. Source code keeps its characters: in a string
literal every one of them may count, so only spans are taken out of it.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.sides import REMOVED_SPAN, TEXT_MAP
from tasks.clean.licence_header import find_licence_headers
from tasks.clean.mojibake import find_mojibake
from tasks.clean.offset_map import OffsetMap, Run
from tasks.clean.page_furniture import find_page_furniture
from tasks.clean.settings import CleanSettings
from tasks.clean.threads import find_thread_noise
from tasks.clean.tidy_columns import replaced, tidy_columns
from tasks.clean.tidying import find_invisible, find_spare_lines, find_trailing_blanks, find_uncomposed
from tasks.clean.untidy import are_blank, find_untidy
from tasks.clean.variants import find_traditional, find_wide_letters
from tasks.engine.edits import Edit, EditedText, moved_blocks
from tasks.engine.garbage import uncollected
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step
from tasks.engine.word_count import count_words

NAME: Final = "clean"
# The loop over many documents takes 24 times the bytes of the longest: larger ones are tidied by themselves.
_LARGE: Final = 4 << 20


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
    reason = pl.Series([CleanReason.NOTHING_LEFT.value if blank else None for blank in are_blank(cleaned["text"])])
    parts = split(cleaned, step=NAME, reason=reason)
    return Partition(count_words(parts.kept), parts.dropped, sides={"removed_spans": removed, "text_map": text_map})


def _apply(batch: pa.Table, removed: pa.Table, settings: CleanSettings) -> tuple[pa.Table, pa.Table]:
    """`batch` with the spans cut and the characters tidied, and the map of what changed."""
    spans = _spans(batch, removed)
    # Of code nothing is tidied, so nothing of it is looked at.
    is_code = pc.equal(batch["source_type"], "code").to_numpy(zero_copy_only=False)
    untidy = find_untidy(batch["text"], is_code, settings)
    touched = untidy.touched.copy()
    touched[list(spans)] = True
    if not touched.any():
        return batch, TEXT_MAP.empty()
    # What only loses spans, blanks and lines, which is nearly all, is done in one go, if it is not large.
    large = pc.binary_length(batch["text"]).to_numpy() > _LARGE
    alone = touched & (large | (untidy.inside & ~is_code))
    together = {row: cut for row, cut in spans.items() if not alone[row]}
    tidied, changed = tidy_columns(batch, together, ~touched | is_code | alone)
    rows = np.flatnonzero(alone).tolist()
    documents = batch.select(["id", "text", "blocks"]).take(pa.array(rows, pa.int64())).to_pylist()
    edited = []
    for row, document in zip(rows, documents, strict=True):
        seen, wrong = bool(untidy.invisible[row]), bool(untidy.misread[row])
        passes = () if is_code[row] else _passes(settings, invisible=seen, misread=wrong)
        found = _edit(document["text"], document["blocks"], spans.get(row, []), passes)
        changed[row] = found.text != document["text"]
        mapped = _map_row(document["id"], len(document["text"]), found.offsets.runs)
        edited.append({"text": found.text, "blocks": found.blocks, **mapped})
    tidied = replaced(tidied, rows, edited)
    for name in ("text", "blocks"):
        batch = batch.set_column(batch.schema.get_field_index(name), DOCUMENT.arrow.field(name), tidied[name])
    return batch, TEXT_MAP.conform(tidied.select(TEXT_MAP.arrow.names).filter(pa.array(changed)))


def _spans(batch: pa.Table, removed: pa.Table) -> dict[int, list[Edit]]:
    """What is cut out of each document, by its row: in order, none overlapping another."""
    if not removed.num_rows:
        return {}
    row_of = {doc_id: row for row, doc_id in enumerate(batch["id"].to_pylist())}
    spans: dict[int, list[tuple[int, int]]] = {}
    for doc_id, start, end in zip(*(removed[name].to_pylist() for name in ("doc_id", "start", "end")), strict=True):
        spans.setdefault(row_of[doc_id], []).append((start, end))
    return {row: _merged(found) for row, found in spans.items()}


def _map_row(doc_id: str, length: int, runs: Sequence[Run]) -> dict[str, Any]:
    """`text_map@1` row of a document whose text is another now."""
    return {
        "doc_id": doc_id,
        "source_length": length,
        "source_start": [run.source for run in runs],
        "text_start": [run.text for run in runs],
        "length": [run.length for run in runs],
    }


def clean_text(
    text: str, blocks: list[dict[str, Any]], spans: list[dict[str, Any]], settings: CleanSettings | None = None
) -> tuple[str, list[dict[str, Any]]]:
    """One text without `spans`, tidied, and its blocks moved along."""
    merged = _merged([(span["start"], span["end"]) for span in spans])
    edited = _edit(text, blocks, merged, _passes(settings or CleanSettings(), invisible=True, misread=True))
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
    edits: list[Edit],
    passes: Sequence[Callable[[str], list[Edit]]],
) -> _Edited:
    """Make the edits, then pass by pass: what one takes out can bring together what the next one looks for."""
    offsets = OffsetMap.identity(len(text))
    cuts = []
    for find in (*passes, None):
        if edits:
            offsets = offsets.then(edits)
            cuts.append(EditedText(text, edits))
            text = cuts[-1].text
        edits = find(text) if find else []
    return _Edited(text, moved_blocks(cuts, blocks), offsets)


def _merged(spans: list[tuple[int, int]]) -> list[Edit]:
    merged: list[Edit] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1].end:
            merged[-1] = Edit(merged[-1].start, max(merged[-1].end, end))
        else:
            merged.append(Edit(start, end))
    return merged


STEP: Final = Step(
    name=NAME,
    version=13,
    settings=CleanSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=clean_documents,
    reasons=CleanReason,
    emits={"removed_spans": REMOVED_SPAN, "text_map": TEXT_MAP},
)
