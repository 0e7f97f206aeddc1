"""Cut paragraphs that many documents share from all of them but the first."""

from enum import StrEnum
from typing import Any, Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.sides import REMOVED_SPAN
from schemas.signature import PARAGRAPH
from tasks.dedup.paragraphs import find_paragraphs
from tasks.dedup.settings import ParagraphSettings
from tasks.engine.edits import Edit, EditedText
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step
from tasks.engine.word_count import count_words

NAME: Final = "cut_paragraphs"


class ParagraphReason(StrEnum):
    """Why a document was dropped."""

    ONLY_SHARED = "only_shared_paragraphs"


def cut_shared(batch: pa.Table, settings: ParagraphSettings, shared: pa.Table) -> Partition:
    """Documents without the paragraphs that stay in another one.

    Args:
        batch: `document@1` rows.
        settings: As `shared` was made with.
        shared: `paragraph@1` rows of paragraphs in too many documents.

    Returns:
        Documents, blocks moved along, and `removed_spans` in code points of the text as it came.
    """
    held = {row["hash"]: row for row in shared.to_pylist()}
    rows, spans, empty = [], [], []
    for row in batch.to_pylist():
        cuts = [
            (start, end, held[digest]["n_documents"])
            for digest, start, end in find_paragraphs(row["text"], row["source_type"], settings)
            if digest in held and held[digest]["id"] != row["id"]
        ]
        spans += [_span(row["id"], *cut) for cut in cuts]
        edited = EditedText(row["text"], [Edit(start, _gap_end(row["text"], end)) for start, end, _ in cuts])
        nothing = bool(cuts) and not edited.text.strip()
        empty.append(ParagraphReason.ONLY_SHARED.value if nothing else None)
        # A dropped document is recorded with the text it came with.
        rows.append(row if nothing or not cuts else row | {"text": edited.text, "blocks": edited.blocks(row["blocks"])})
    parts = split(DOCUMENT.from_rows(rows), step=NAME, reason=pl.Series(empty, dtype=pl.String))
    return Partition(count_words(parts.kept), parts.dropped, sides={"removed_spans": REMOVED_SPAN.from_rows(spans)})


def _span(doc_id: str, start: int, end: int, documents: int) -> dict[str, Any]:
    detail = f"in {documents} documents"
    return {"doc_id": doc_id, "start": start, "end": end, "reason": "shared_paragraph", "detail": detail}


def _gap_end(text: str, end: int) -> int:
    """With the empty lines behind it."""
    while end < len(text) and text[end] == "\n":
        end += 1
    return end


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=ParagraphSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=cut_shared,
    reasons=ParagraphReason,
    uses={"shared": PARAGRAPH},
    emits={"removed_spans": REMOVED_SPAN},
)
