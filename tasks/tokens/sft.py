"""Conversations for supervised fine-tuning: who asked is the user, who answered for the project the assistant."""

from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.tokenizer import TOKENIZER
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.encoder import Encoder
from tasks.tokens.evidence import ChunksByDocument
from tasks.tokens.recall_eval import has_question
from tasks.tokens.settings import SftSettings
from tasks.tokens.thread_turns import Conversation, message_text, read_conversation

ROWS: Final = release_rows("sft")
_CARRIED: Final = ("id", "source_type", "source", "source_url", "lang", "license", "quality", "dedup_cluster")


def make_conversations(
    batch: pa.Table,
    settings: SftSettings,
    *,
    chunks: pa.Table,
    tokenizer: pa.Table,
) -> Partition:
    """`sft` rows of the threads and FAQ pairs in `batch`.

    Messages alternate, begin with a user and end with an assistant; none is empty. Bots have no turn.

    Args:
        batch: `document@1` rows.
        settings: What is held out.
        chunks: `chunks` rows of the same documents, for the evidence of each conversation.
        tokenizer: One `tokenizer@1` row, to count tokens with.
    """
    index = ChunksByDocument(chunks)
    rows = []
    for document in batch.to_pylist():
        conversation = read_conversation(document) if document["blocks"] else None
        if conversation is not None and not _is_held_out(document, conversation, index, settings.hold_out):
            rows.append(_row(document, conversation, index))
    texts = ["\n".join(message["content"] for message in row["messages"]) for row in rows]
    column = pa.chunked_array([pa.array(texts, pa.large_string())])
    _, counts = Encoder(tokenizer).encode(column)
    for row, count in zip(rows, counts.tolist(), strict=True):
        row["n_tokens"] = count
    return Partition(ROWS.from_rows(rows))


def _is_held_out(document: dict[str, Any], conversation: Conversation, index: ChunksByDocument, share: float) -> bool:
    """Whether the question of a conversation is one to measure with, and the document one of the chosen share."""
    if share == 0 or not has_question(document, conversation, index):
        return False
    digest = blake2b(f"{document['id']}\0hold out".encode(), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


def _row(document: dict[str, Any], conversation: Conversation, index: ChunksByDocument) -> dict[str, Any]:
    turns = conversation.turns
    messages = [{"role": turn.role, "content": message_text(turn.text)} for turn in turns]
    return {
        **{name: document[name] for name in _CARRIED},
        "messages": messages,
        "answer_role": turns[-1].author_role,
        "accepted": conversation.signal is not None,
        "accept_signal": conversation.signal,
        "n_turns": len(turns),
        "has_code": any("```" in message["content"] for message in messages),
        "evidence_chunk_ids": index.overlapping(document["id"], turns[-1].start, turns[-1].end),
        "thread_created_at": _time(turns[0].at) or document["created_at"],
    }


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


STEP: Final = Step(
    name="sft",
    version=10,
    settings=SftSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_conversations,
    uses={"chunks": release_rows("chunks"), "tokenizer": TOKENIZER},
    accounting=Accounting.NONE,
)
