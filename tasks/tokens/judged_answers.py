"""Answers of a thread that something speaks for or against: what was accepted, and what the reporter tried in vain."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from tasks.tokens.thread_turns import Conversation, Turn, message_text, read_conversation

_CARRIED: Final = ("source_type", "source", "source_url", "lang", "license")
# Votes of readers alone do not say that an answer is right.
_LEAST_CONFIDENCE: Final = 0.5


@dataclass(frozen=True)
class Judgement:
    """What is known of one answer.

    Args:
        position: Of its turn.
        good: Whether it helped.
    """

    position: int
    good: bool


def judged_threads(batch: pa.Table) -> Iterator[tuple[dict[str, Any], Conversation, list[Judgement]]]:
    """Threads of `document@1` rows, each with its conversation and its judged answers, refuted ones first."""
    for document in batch.to_pylist():
        if document["source_type"] == "github_issue" and document["blocks"]:
            conversation = read_conversation(document)
            if conversation is not None:
                yield document, conversation, _judgements(conversation)


def _judgements(conversation: Conversation) -> list[Judgement]:
    turns = conversation.turns
    last = len(turns) - 1
    judged = [Judgement(index, good=False) for index in range(1, last) if turns[index].refuted]
    if conversation.signal is not None and conversation.confidence >= _LEAST_CONFIDENCE:
        judged.append(Judgement(last, good=True))
    return judged


def origin(document: dict[str, Any], table: str, position: int) -> dict[str, Any]:
    """The columns that say where a row of `table` about one turn comes from, and its id."""
    key = f"{document['id']}\0{table}\0{position}"
    return {
        **{name: document[name] for name in _CARRIED},
        "id": blake2b(key.encode(), digest_size=16).hexdigest(),
    }


def message(turn: Turn) -> dict[str, str]:
    """A turn as trainers read it."""
    return {"role": turn.role, "content": message_text(turn.text)}
