"""Questions to measure retrieval with: those whose accepted answer stands in the knowledge base, word for word."""

import re
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.evidence import ChunksByDocument
from tasks.tokens.qa_pairs import pair
from tasks.tokens.thread_turns import Conversation, read_conversation

ROWS: Final = release_rows("recall_eval")
# Facts an answer stands or falls with: numbers with their units, inline code, quoted names.
_FACT: Final = re.compile(
    r"`([^`\n]{2,60})`|「([^」\n]{1,30})」|\*([^*\n]{2,40})\*"
    r"|((?<![\w.])\d+(?:[.,:]\d+)*\s?(?:%|[A-Za-z]{1,6}(?![A-Za-z])|[个份次天年月日时分秒元度台条字位秒钟]{1,2})?)"
)
_MAX_FACTS: Final = 5


def make_questions(batch: pa.Table, settings: StepSettings, *, chunks: pa.Table) -> Partition:  # noqa: ARG001
    """`recall_eval` rows of the accepted pairs in `batch`.

    Args:
        batch: `document@1` rows.
        settings: None.
        chunks: `chunks` rows of the same documents.
    """
    index = ChunksByDocument(chunks)
    rows = []
    for document in batch.to_pylist():
        conversation = read_conversation(document) if document["blocks"] else None
        if conversation is not None and has_question(document, conversation, index):
            rows.append(_row(document["id"], pair(document, conversation, index), index))
    return Partition(ROWS.from_rows(rows))


def has_question(document: dict[str, Any], conversation: Conversation, index: ChunksByDocument) -> bool:
    """Whether the answer of a conversation was accepted and stands in the passages of its document."""
    return conversation.signal is not None and bool(pair(document, conversation, index)["gold_chunk_ids"])


def _row(doc_id: str, row: dict[str, Any], index: ChunksByDocument) -> dict[str, Any]:
    said = index.texts(doc_id, row["gold_chunk_ids"])
    facts = dict.fromkeys(next(group for group in found if group).strip() for found in _FACT.findall(row["answer"]))
    return {
        "id": blake2b(f"{row['id']}\0recall".encode(), digest_size=16).hexdigest(),
        "question": row["question"],
        "answer": row["answer"],
        "answer_variants": [],
        "must_contain": [fact for fact in facts if fact in said][:_MAX_FACTS],
        "gold_chunk_ids": row["gold_chunk_ids"],
        "kb": row["kb"],
        "lang": row["lang"],
        "kind": "verbatim",
    }


STEP: Final = Step(
    name="recall_eval",
    version=9,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_questions,
    uses={"chunks": release_rows("chunks")},
    accounting=Accounting.NONE,
)
