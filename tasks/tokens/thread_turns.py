"""Read a thread or a question with its answer as turns of a conversation, and tell which answer was accepted."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from tasks.tokens.answers import asks_back, confirms, has_substance, only_thanks, refutes
from tasks.tokens.own_words import own_words, unquoted

_LIKES: Final = ("+1", "heart", "hooray", "rocket")
# What the tokenizers of chat models take for the end of a turn.
_CONTROL: Final = re.compile(
    r"<[|｜](?=[^<>|｜\s]{1,40}[|｜]>)|</?s>|<(?=(?:start_of_turn|end_of_turn|bos|eos|pad|unk|sop|eop)>)"
    r"|\[/?INST\]|\[(?:gMASK|sMASK)\]|<</?SYS>>|^(?:ASSISTANT|USER|SYSTEM): ",
    re.MULTILINE,
)


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
        liked: Readers who approved of it, less those who did not.
        by_maintainer: Whether the project speaks.
        refuted: The reporter tried it and says that it does not help.
        given: The source itself says who asks and who answers.
        author: Tells who speaks from others; None where the account is gone.
        aside: What the same side said beside it that is no answer: "Fixed in #12".
    """

    role: str
    start: int
    end: int
    text: str
    author_role: str | None = None
    accept_signal: str | None = None
    at: str | None = None
    liked: int = 0
    by_maintainer: bool = False
    refuted: bool = False
    given: bool = False
    author: str | None = None
    aside: str = ""


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
    """The conversation in a `document@1` row; None where nobody was answered.

    Pull requests are none: what is said there is about a change that is not in the text.
    """
    metadata = json.loads(document["metadata"])
    if metadata.get("kind") == "pull":
        return None
    turns = _judged(_merged(_answering(_spoken(document))))
    while turns and turns[0].role != "user":
        turns = turns[1:]
    confirmed, confidence = _confirmed(turns)
    if confirmed is not None:
        turns = turns[: confirmed + 1]
    while turns and not _ends_well(turns[-1], confirmed=confirmed is not None):
        turns = turns[:-1]
    if len(turns) < 2:
        return None
    signal, confidence = _signal(turns[-1], metadata, confirmed=confidence)
    return Conversation(turns, signal, confidence)


def _judged(turns: Sequence[Turn]) -> list[Turn]:
    """Each answer with what the reporter says of it next."""
    judged = list(turns)
    for index in range(len(turns) - 1):
        answer, after = turns[index], turns[index + 1]
        if answer.role == "assistant" and after.role == "user" and refutes(after.text):
            judged[index] = replace(answer, refuted=True)
    return judged


def _ends_well(turn: Turn, *, confirmed: bool) -> bool:
    """Whether a conversation can end with this turn: an answer, and not a word about the thread or a question back."""
    if turn.role != "assistant":
        return False
    if turn.given or turn.accept_signal:
        return True
    return has_substance(turn.text) and (confirmed or not (asks_back(turn.text) or turn.refuted))


def message_text(text: str) -> str:
    """`text` without the strings that end a turn for a chat model: they are broken up, not lost."""
    return _CONTROL.sub(lambda found: found[0][0] + "\u200b" + found[0][1:], text).strip()


def _spoken(document: Mapping[str, Any]) -> list[Turn]:
    text: str = document["text"]
    blocks = [
        (block, json.loads(block["attributes"] or "{}")) for block in document["blocks"] if block["kind"] == "turn"
    ]
    people = [(block, who) for block, who in blocks if not who.get("is_bot") and not _is_canned(who)]
    answered_by_maintainer = any(who.get("maintainer") and not who.get("reporter") for _, who in people)
    said = [text[block["start"] : block["end"]] for block, _ in people]
    turns = []
    heard = ""
    for index, ((block, who), written) in enumerate(zip(people, said, strict=True)):
        # A FAQ says who asks and who answers, and every word of it is meant.
        given = who.get("role") if who.get("role") in {"user", "assistant"} else None
        role = given or _role(who, answered_by_maintainer) or _helper(people, said, index)
        own = written.strip() if given else own_words(written, heard)
        heard += unquoted(written)
        if role is None or not own:
            continue
        reactions = who.get("reactions") or {}
        turns.append(
            Turn(
                role,
                block["start"],
                block["end"],
                own,
                author_role=None if given else who.get("role"),
                accept_signal=who.get("accept_signal"),
                at=who.get("created_at"),
                liked=sum(reactions.get(name, 0) for name in _LIKES) - reactions.get("-1", 0),
                by_maintainer=bool(who.get("maintainer")),
                given=given is not None,
                author=who.get("author"),
            )
        )
    if turns and document["title"] and document["source_type"] == "github_issue" and turns[0].role == "user":
        turns[0] = replace(turns[0], text=f"{document['title']}\n\n{turns[0].text}")
    return turns


def _is_canned(who: Mapping[str, Any]) -> bool:
    """Whether somebody pastes what he says in many threads: it answers none of them."""
    return bool(who.get("canned")) and not who.get("reporter")


def _helper(people: Sequence[tuple[Any, Mapping[str, Any]]], said: Sequence[str], index: int) -> str | None:
    """Where maintainers speak too, others answer only if the platform or the reporter's next words say so."""
    if people[index][1].get("accept_signal"):
        return "assistant"
    for after in range(index + 1, len(people)):
        if people[after][1].get("reporter"):
            return "assistant" if after == index + 1 and confirms(said[after]) else None
    return None


def _role(who: Mapping[str, Any], answered_by_maintainer: bool) -> str | None:
    """The reporter asks, maintainers answer; others answer only where no maintainer does."""
    if who.get("reporter"):
        return "user"
    if who.get("maintainer"):
        return "assistant"
    return None if answered_by_maintainer else "assistant"


def _answering(turns: Sequence[Turn]) -> list[Turn]:
    """`turns` without those beside an answer that are none: what became of the thread, questions back, other people's.

    Where no maintainer speaks, those who answer in a row talk to each other: the one stays whom the reporter's next
    words confirm, else the first.
    """
    kept: list[Turn] = []
    runs = [list(run) for _, run in groupby(turns, key=lambda turn: turn.role)]
    for position, run in enumerate(runs):
        if run[0].role == "user" or len(run) == 1:
            kept += run
            continue
        answers = [turn for turn in run if _is_meant(turn) or has_substance(turn.text)] or run
        after = runs[position + 1][0].text if position + 1 < len(runs) else None
        if after is None:
            answers = [turn for turn in answers if _is_meant(turn) or not asks_back(turn.text)] or answers
        if not any(turn.by_maintainer or _is_meant(turn) for turn in answers):
            telling = [turn for turn in answers if not asks_back(turn.text)] or answers
            chosen = telling[-1 if after is not None and confirms(after) else 0].author
            answers = [turn for turn in answers if turn.author == chosen]
        aside = "\n".join(turn.text for turn in run if turn not in answers)
        kept += [*answers[:-1], replace(answers[-1], aside=aside)]
    return kept


def _is_meant(turn: Turn) -> bool:
    """Whether the source itself calls it an answer."""
    return turn.given or turn.accept_signal is not None


def _merged(turns: Sequence[Turn]) -> list[Turn]:
    merged: list[Turn] = []
    for turn in turns:
        if merged and merged[-1].role == turn.role:
            before = merged[-1]
            merged[-1] = replace(
                turn,
                start=before.start,
                text=f"{before.text}\n\n{turn.text}",
                accept_signal=turn.accept_signal or before.accept_signal,
                liked=max(before.liked, turn.liked),
                by_maintainer=before.by_maintainer or turn.by_maintainer,
                given=before.given or turn.given,
            )
        else:
            merged.append(turn)
    return merged


def _confirmed(turns: Sequence[Turn]) -> tuple[int | None, float]:
    """Position of the first answer that the reporter's next words confirm, and how sure that is.

    Of words that say nothing by themselves ("The latter one :)") the answer before is what he can do something with.
    """
    for index in range(1, len(turns) - 1):
        answer, after = turns[index], turns[index + 1]
        if answer.role != "assistant" or after.role != "user" or not confirms(after.text):
            continue
        confidence = 0.7 if only_thanks(after.text) else 0.9
        for earlier in range(index, 0, -2):
            turn = turns[earlier]
            if has_substance(turn.text) and (earlier == index or not (asks_back(turn.text) or turn.refuted)):
                return earlier, confidence if earlier == index else 0.6
    return None, 0.0


def _signal(answer: Turn, metadata: Mapping[str, Any], *, confirmed: float) -> tuple[str | None, float]:
    """Why the last answer counts as accepted, the best reason first.

    A change that closes a thread says that it is solved; that it is solved as the answer says, only if that names it.
    """
    if answer.accept_signal:
        return answer.accept_signal, 1.0
    if metadata.get("duplicate"):
        return None, 0.0
    links = metadata.get("links")
    if links and answer.by_maintainer:
        return "fixed_by_change", 0.95 if _names(f"{answer.text}\n{answer.aside}", links) else 0.6
    if confirmed:
        return "reporter_confirmed", confirmed
    closed = metadata.get("state_reason") == "completed" and metadata.get("closed_by") != "bot"
    if closed and not metadata.get("stale") and answer.by_maintainer:
        return "maintainer_closed", 0.6
    if answer.liked > 0:
        return "reactions", 0.4
    return None, 0.0


def _names(text: str, links: Sequence[Mapping[str, str]]) -> bool:
    """Whether an answer names one of the changes: "#12", "pull/12", the first digits of a commit."""
    for link in links:
        name = link["id"]
        found = (name[:7],) if link["kind"] == "commit" else (f"#{name}", f"/pull/{name}", f"/merge_requests/{name}")
        if any(re.search(re.escape(mark) + r"(?!\d)", text) for mark in found):
            return True
    return False
