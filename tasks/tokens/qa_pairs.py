"""Questions and answers: FAQ pairs as they are, threads as their question and the answer that was given."""

from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.evidence import ChunksByDocument
from tasks.tokens.jieba_cut import cut_words
from tasks.tokens.thread_turns import Conversation, message_text, read_conversation

ROWS: Final = release_rows("qa_pairs")
_CARRIED: Final = ("source_type", "source", "source_url", "lang", "license", "kb", "dedup_cluster")


def make_pairs(batch: pa.Table, settings: StepSettings, *, chunks: pa.Table) -> Partition:  # noqa: ARG001
    """`qa_pairs` rows; what a FAQ asks in several ways with one answer is one row with variants.

    Args:
        batch: `document@1` rows.
        settings: None.
        chunks: `chunks` rows of the same documents: where the answer stands.
    """
    index = ChunksByDocument(chunks)
    rows: dict[str, dict[str, Any]] = {}
    for document in batch.to_pylist():
        conversation = read_conversation(document) if document["blocks"] else None
        if conversation is None:
            continue
        row = pair(document, conversation, index)
        # "Fixed." answers many threads that have nothing else in common.
        key = row["answer"] if row["source_type"] == "faq" else f"{row['id']}\0"
        first = rows.setdefault(key, row)
        if first is not row and row["question"] != first["question"]:
            first["variants"].append(row["question"])
            first["gold_chunk_ids"] += row["gold_chunk_ids"]
    questions = pa.array([row["question"] for row in rows.values()], pa.large_string())
    for row, found in zip(rows.values(), cut_words(pa.chunked_array([questions]), for_search=False), strict=True):
        row["question_token"] = found.as_py()
    return Partition(ROWS.from_rows(list(rows.values())))


def pair(document: dict[str, Any], conversation: Conversation, index: ChunksByDocument) -> dict[str, Any]:
    """One question and its answer as a `qa_pairs` row, without the words of the question."""
    asked, answered = conversation.turns[0], conversation.turns[-1]
    question = document["title"] if document["source_type"] == "github_issue" and document["title"] else asked.text
    question = message_text(question)
    return {
        **{name: document[name] for name in _CARRIED},
        "id": blake2b(f"{document['id']}\0qa".encode(), digest_size=16).hexdigest(),
        "question": question,
        "answer": message_text(answered.text),
        "variants": [],
        "gold_chunk_ids": index.overlapping(document["id"], answered.start, answered.end),
        "answer_role": answered.author_role,
        "accepted": conversation.signal is not None,
        "accept_signal": conversation.signal,
        "confidence": conversation.confidence,
        "answered_at": datetime.fromisoformat(answered.at) if answered.at else None,
    }


STEP: Final = Step(
    name="qa_pairs",
    version=2,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_pairs,
    uses={"chunks": release_rows("chunks")},
    accounting=Accounting.NONE,
)
