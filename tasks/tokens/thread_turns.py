"""Read a thread or a question with its answer as turns of a conversation, and tell which answer was accepted."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# The reporter, right after an answer.
_CONFIRMS: Final = re.compile(
    r"(?i)\b(?:thanks?(?: you)?|thx|that (?:worked|works|helped|solved|fixed)|works? (?:now|for me|fine|great)|it works"
    r"|solved|resolved|fixed (?:it|my|the))\b|谢谢|感谢|多谢|已解决|解决了|可以了|搞定|好了|问题解决|謝謝|感謝|解決了"
)
# Comments that say nothing to learn from.
_EMPTY: Final = re.compile(
    r"(?i)\s*(?:\+1|👍|bump|same here|me too|/[a-z-]+(?:\s+@?[\w-]+)*|\[?(?:lgtm|ack)\]?|顶|同问|\W*)\s*"
)
# What the tokenizers of chat models take for the end of a turn.
_CONTROL: Final = re.compile(r"<\|(?=[A-Za-z_]+\|>)|</?s>|\[/?INST\]|^(?:ASSISTANT|USER|SYSTEM): ", re.MULTILINE)


@dataclass(frozen=True)
class Turn:
    """What one side said.

    Args:
        role: user | assistant
        start: Code point of the text where it begins.
        end: Where it ends.
        text: What was said; turns of one side that follow each other are one.
        author_role: OWNER, MEMBER, … of who answered.
        accept_signal: Why it counts as accepted, where the source says so itself.
        at: ISO 8601 time.
    """

    role: str
    start: int
    end: int
    text: str
    author_role: str | None = None
    accept_signal: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Conversation:
    """Turns that alternate, the first a user's, the last an assistant's.

    Args:
        turns: At least two.
        signal: Why the last answer counts as accepted; None where nothing says so.
        confidence: Of that signal, in [0, 1].
    """

    turns: Sequence[Turn]
    signal: str | None
    confidence: float


def read_conversation(document: Mapping[str, Any]) -> Conversation | None:
    """The conversation in a `document@1` row; None where nobody was answered."""
    spoken = _spoken(document)
    metadata = json.loads(document["metadata"])
    turns = _merged(spoken)
    while turns and turns[0].role != "user":
        turns = turns[1:]
    confirmed = _confirmed(turns)
    if confirmed is not None:
        turns = turns[: confirmed + 1]
    while turns and turns[-1].role != "assistant":
        turns = turns[:-1]
    if len(turns) < 2:
        return None
    signal, confidence = _signal(turns[-1], metadata, confirmed=confirmed is not None)
    return Conversation(turns, signal, confidence)


def message_text(text: str) -> str:
    """`text` without the strings that end a turn for a chat model: they are broken up, not lost."""
    return _CONTROL.sub(lambda found: found[0][0] + "\u200b" + found[0][1:], text).strip()


def _spoken(document: Mapping[str, Any]) -> list[Turn]:
    text: str = document["text"]
    blocks = [
        (block, json.loads(block["attributes"] or "{}")) for block in document["blocks"] if block["kind"] == "turn"
    ]
    people = [(block, who) for block, who in blocks if not who.get("is_bot")]
    answered_by_maintainer = any(who.get("maintainer") and not who.get("reporter") for _, who in people)
    turns = []
    for block, who in people:
        said = text[block["start"] : block["end"]].strip()
        role = who["role"] if who.get("role") in {"user", "assistant"} else _role(who, answered_by_maintainer)
        if role is None or _EMPTY.fullmatch(said):
            continue
        author_role = who.get("role") if who.get("role") not in {"user", "assistant"} else None
        turns.append(
            Turn(role, block["start"], block["end"], said, author_role, who.get("accept_signal"), who.get("created_at"))
        )
    if turns and document["title"] and document["source_type"] == "github_issue" and turns[0].role == "user":
        first = turns[0]
        turns[0] = Turn("user", first.start, first.end, f"{document['title']}\n\n{first.text}", first.author_role)
    return turns


def _role(who: Mapping[str, Any], answered_by_maintainer: bool) -> str | None:
    """The reporter asks, maintainers answer; others answer only where no maintainer does."""
    if who.get("reporter"):
        return "user"
    if who.get("maintainer"):
        return "assistant"
    return None if answered_by_maintainer else "assistant"


def _merged(turns: Sequence[Turn]) -> list[Turn]:
    merged: list[Turn] = []
    for turn in turns:
        if merged and merged[-1].role == turn.role:
            before = merged[-1]
            signal = turn.accept_signal or before.accept_signal
            joined = f"{before.text}\n\n{turn.text}"
            merged[-1] = Turn(turn.role, before.start, turn.end, joined, turn.author_role, signal, turn.at)
        else:
            merged.append(turn)
    return merged


def _confirmed(turns: Sequence[Turn]) -> int | None:
    """Position of the first answer that the reporter's next words confirm."""
    for index in range(1, len(turns) - 1):
        after = turns[index + 1]
        if (
            turns[index].role == "assistant"
            and after.role == "user"
            and len(after.text) < 400
            and _CONFIRMS.search(after.text)
        ):
            return index
    return None


def _signal(answer: Turn, metadata: Mapping[str, Any], *, confirmed: bool) -> tuple[str | None, float]:
    if answer.accept_signal:
        return answer.accept_signal, 1.0
    if confirmed:
        return "reporter_confirmed", 0.9
    closed = metadata.get("state_reason") == "completed" and metadata.get("closed_by") != "bot"
    if closed and not metadata.get("stale") and answer.author_role in {"OWNER", "MEMBER", "COLLABORATOR"}:
        return "maintainer_closed", 0.6
    return None, 0.0
