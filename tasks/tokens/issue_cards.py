"""One passage for each solved issue: what was asked and the accepted answer, and nothing of the way there.

Passages of a thread are found by what one person wrote in one turn; the card is what an answer is written from. It
stands above the passages of its question and answer, as a section does above its parts.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b, sha256
from typing import Any, Final

import orjson

from tasks.engine.markdown_fences import fence_spans
from tasks.tokens.thread_turns import Turn, read_conversation

# Votes of readers alone do not say that an answer is right.
_LEAST_CONFIDENCE: Final = 0.5
Row = dict[str, Any]


def with_card(rows: list[Row], document: Mapping[str, Any], *, question_chars: int, answer_chars: int) -> list[Row]:
    """The `chunks` rows of a document, and below them its card, if it is a solved issue.

    Args:
        rows: Its passages, in order.
        document: With text, title, blocks, metadata and source_type.
        question_chars: Most code points of the question in the card; of a longer one the paragraphs that fit.
        answer_chars: The same of the answer.
    """
    if document["source_type"] != "github_issue" or not rows:
        return rows
    conversation = read_conversation(document)
    if conversation is None or conversation.confidence < _LEAST_CONFIDENCE:
        return rows
    asked, answered = conversation.turns[0], conversation.turns[-1]
    question, answer = _fitting(asked.text, question_chars), _fitting(answered.text, answer_chars)
    text = f"{question}\n\n---\n\n{answer}"
    about = {"accept_signal": conversation.signal, "confidence": conversation.confidence}
    card = _card(rows[0], document, text, (asked, answered), about, index=len(rows))
    for row in rows:
        inside = any(row["char_start"] < turn.end and row["char_end"] > turn.start for turn in (asked, answered))
        if inside and row["parent_id"] is None:
            row["parent_id"] = card["id"]
    return [*rows, card]


def _card(
    like: Row, document: Mapping[str, Any], text: str, turns: Sequence[Turn], about: Mapping[str, Any], *, index: int
) -> Row:
    title = document["title"]
    path = [title] if title else []
    digest = sha256(text.encode()).hexdigest()
    key = orjson.dumps([document["id"], path, "qa", digest])
    metadata = {name: document[name] for name in ("repo", "path", "revision") if document[name]}
    return {
        **like,
        "id": blake2b(key, digest_size=16).hexdigest(),
        "parent_id": None,
        "prev_id": None,
        "next_id": None,
        "level": 0,
        "chunk_index": index,
        "kind": "qa",
        "text": text,
        "embed_text": f"{title}\n{text}" if title else text,
        "html": None,
        "heading_path": path,
        "page_start": None,
        "page_end": None,
        "bboxes": [],
        "char_start": turns[0].start,
        "char_end": turns[-1].end,
        "image_ids": [],
        "n_chars": len(text),
        "text_sha256": digest,
        "metadata": orjson.dumps({**metadata, **about}, option=orjson.OPT_SORT_KEYS).decode(),
    }


def _fitting(text: str, limit: int) -> str:
    """The paragraphs and fences of a text that fit into `limit`, in order; none is cut but the first."""
    if len(text) <= limit:
        return text
    kept: list[str] = []
    room = limit
    for part in _parts(text):
        if len(part) + 2 <= room:
            kept.append(part)
            room -= len(part) + 2
    return "\n\n".join(kept) or text[:limit]


def _parts(text: str) -> list[str]:
    """Paragraphs, and fences whole."""
    parts: list[str] = []
    position = 0
    for start, end in [*fence_spans(text), (len(text), len(text))]:
        parts += [part.strip("\n") for part in text[position:start].split("\n\n")]
        parts.append(text[start:end])
        position = end
    return [part for part in parts if part.strip()]
