"""Find what is not said by people, or said before: bots, notices, mail furniture, template text, repeated quotes.

Every span lies inside one turn and outside of its code. What a person wrote above a quote stays. A comment that is
nothing else goes whole, with the break before it; the text a thread was opened with keeps its place.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.sides import REMOVED_SPAN
from tasks.clean.marker_words import marker_words
from tasks.clean.message_code import code_spans
from tasks.clean.quoted_replies import Heard, repeated_quotes
from tasks.clean.templates import Openings, template_spans
from tasks.clean.thread_rules import MARKERS, MARKS, Span, rule_spans
from tasks.engine.markdown_fences import fence_spans
from tasks.engine.utf8 import byte_spans, utf8_column

_TYPES: Final = ("github_issue", "email")
# What programs, and people who tidy up, say when nothing came of a thread or a licence must be signed.
_NOTICE: Final = re.compile(
    r"\W*(?:(?:this|the) (?:issue|pull request|pr|thread|bug report) (?:has been|was|is|will be) (?:being )?"
    r"automatically "
    r"(?:marked|closed|labell?ed|locked)|[^.\n]{0,60}(?:marked as stale|not had (?:any )?recent activity)"
    r"|(?:(?:I'm|I am|I will|we are) )?(?:auto-?)?clos(?:e|ed|ing)[^.\n]{0,40}"
    r"(?:inactivity|no activity|no response|as stale|lack of)"
    r"|[^\n]{0,80}contributor licen[sc]e agreement|#+ \[?codecov"
    r"|(?:此|该|本)?(?:issue|问题|工单|讨论)?[^。\n]{0,40}(?:自动|自動)(?:关闭|關閉|标记|標記|锁定)"
    r"|(?:由于|因)?[^。\n]{0,10}(?:长时间|長時間|超过|超過)[^。\n]{0,20}(?:没有|无|未|無)[^。\n]{0,10}"
    r"(?:活动|回复|更新|响应|活動|回覆))",
    re.IGNORECASE,
)
_NOTICE_WORDS: Final = (
    *("automatically", "stale", "recent activity", "inactivity", "no activity", "no response", "lack of"),
    *("license agreement", "licence agreement", "codecov", "自动", "自動", "长时间", "長時間", "超过", "超過"),
)
_NOTICE_CHARS: Final = 600
# Bits above those of the rules.
_QUOTE, _NOTIFY = (1 << bit for bit in range(len(MARKS), len(MARKS) + 2))
_MARKERS: Final = marker_words(
    {**MARKERS, _QUOTE: ("\n>",), _NOTIFY: _NOTICE_WORDS}, in_either_case=MARKS["html_paste"] | _NOTIFY
)
_BOT, _TRANSLATION, _ISSUE = 1, 2, 4
_ATTRIBUTES: Final = marker_words(
    {
        _BOT: ('"is_bot":true', '"is_bot": true'),
        _TRANSLATION: ('"translation":true', '"translation": true'),
        _ISSUE: ('"kind":"issue"', '"kind": "issue"'),
    }
)
_BREAK: Final = "\n\n---\n\n"


class Turn(NamedTuple):
    """Where a message lies in a thread.

    Args:
        start: In code points of the text.
        end: Behind its last one.
        is_bot: A program wrote it, and not in another's words.
        is_opening: The thread begins with it.
        marks: Bits of what may be found in it: the reasons of rules (`MARKS`), quotes, notices.
    """

    start: int
    end: int
    is_bot: bool
    is_opening: bool
    marks: int = -1


def find_thread_noise(batch: pa.Table) -> pa.Table:
    """Spans of boilerplate in messages.

    Args:
        batch: `document@1` rows; only threads and mails are looked at.

    Returns:
        `removed_span@1` rows; reasons bot_turn, notice_turn, template_line, empty_section, quoted_reply and those of
        `thread_rules`.
    """
    said_by_people = pc.is_in(batch["source_type"], value_set=pa.array(_TYPES, pa.large_string()))
    if not pc.any(said_by_people).as_py():
        return REMOVED_SPAN.empty()
    documents = batch.select(["id", "text", "repo", "blocks"])
    if not pc.all(said_by_people).as_py():
        documents = documents.filter(said_by_people)
    turns = _turns(documents["blocks"], documents["text"])
    templates = template_spans(_openings(turns, documents))
    spoken: dict[int, list[Turn]] = defaultdict(list)
    looked_at = _looked_at(turns, [*templates], documents.num_rows)
    rows, *fields = (column[looked_at].tolist() for column in turns)
    for row, turn in zip(rows, map(Turn._make, zip(*fields, strict=True)), strict=True):
        spoken[row].append(turn)
    heard = documents.select(["id", "text"]).take(pa.array([*spoken], pa.int64())).to_pylist()
    found = [
        {"doc_id": said["id"], "start": start, "end": end, "reason": reason, "detail": None}
        for (row, turns_of_row), said in zip(spoken.items(), heard, strict=True)
        for start, end, reason in thread_spans(said["text"], turns_of_row, templates.get(row, ()))
    ]
    return REMOVED_SPAN.from_rows(found)


def _looked_at(turns: "_Turns", templates: Sequence[int], documents: int) -> npt.NDArray[np.bool_]:
    """Turns in which something may be found, or that are said above a quote; templates are found in some rows."""
    last_quote, has_template = np.full(documents, -1), np.zeros(documents, np.bool_)
    quotes = np.flatnonzero(turns.marks & _QUOTE)
    last_quote[turns.rows[quotes]] = quotes
    has_template[templates] = True
    above_quote = np.arange(len(turns.rows)) < last_quote[turns.rows]
    opened = turns.is_opening & has_template[turns.rows]
    return np.asarray(turns.is_bot | (turns.marks != 0) | opened | above_quote, np.bool_)


def _openings(turns: "_Turns", documents: pa.Table) -> Openings:
    """What each issue of a repository was opened with."""
    repos = documents["repo"].combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy()[turns.rows]
    chosen = np.flatnonzero(turns.is_opening & (repos >= 0))
    chosen = chosen[np.append(np.diff(turns.rows[chosen]) > 0, True)[: len(chosen)]]  # the last of each document
    text = utf8_column(documents["text"])
    rows = turns.rows[chosen]
    spans = byte_spans(text, rows, turns.starts[chosen], turns.ends[chosen])
    return Openings(rows, repos[chosen].astype(np.int64), text.data, *spans)


def thread_spans(text: str, turns: Sequence[Turn], template: Sequence[Span] = ()) -> Iterator[Span]:
    """`[start, end)` and reason of what is not said by people or said before, in order, none overlapping another.

    Args:
        text: Of the document.
        turns: In order; without those that have nothing to be found and no quote below.
        template: What the first turn has of its template, in code points of that turn.
    """
    # Behind the last quote nothing is compared any more.
    last_quote = max((index for index, turn in enumerate(turns) if turn.marks & _QUOTE), default=-1)
    heard = Heard(text[: turns[0].start])
    for index, turn in enumerate(turns):
        said = text[turn.start : turn.end]
        spans = _spans(said, turn, template, heard)
        left = _without(said, spans)
        if index < last_quote:
            heard.add(left)
        if spans and not turn.is_opening and not left.strip():
            gap = len(_BREAK) if text.endswith(_BREAK, 0, turn.start) else 0
            yield turn.start - gap, turn.end, spans[0][2]
        else:
            yield from ((turn.start + start, turn.start + end, reason) for start, end, reason in spans)


def _spans(said: str, turn: Turn, template: Sequence[Span], heard: Heard) -> list[Span]:
    """Spans of one message, in order, none overlapping another."""
    if reason := _whole(said, turn):
        return [(0, len(said), reason)]
    found = rule_spans(said, turn.marks) if turn.marks else []
    if template and turn.is_opening:
        found += template
    spans = _outside_code(said, found) if found else []
    return _with_quotes(said, spans, heard, turn.marks) if turn.marks & _QUOTE else spans


def _with_quotes(said: str, spans: list[Span], heard: Heard, marks: int) -> list[Span]:
    """`spans` and the quotes that repeat what was heard, looked for in what the spans leave."""
    left = _without(said, spans)
    # Where something was cut there may be words that were none.
    quoted = repeated_quotes(left, heard, fence_spans(left), -1 if spans else marks)
    if not quoted:
        return spans
    quotes = [(_before_cuts(start, spans), _before_cuts(end, spans, end=True), reason) for start, end, reason in quoted]
    kept = [span for span in spans if not any(start <= span[0] and span[1] <= end for start, end, _ in quotes)]
    return sorted([*kept, *quotes])


def _before_cuts(position: int, spans: Sequence[Span], *, end: bool = False) -> int:
    """Where a position in the text without `spans` was before they were cut."""
    for start, stop, _ in spans:
        if start > position or (end and start == position):
            break
        position += stop - start
    return position


def _without(said: str, spans: Sequence[Span]) -> str:
    if not spans:
        return said
    pieces, position = [], 0
    for start, end, _ in spans:
        pieces.append(said[position:start])
        position = end
    return "".join([*pieces, said[position:]])


def _whole(said: str, turn: Turn) -> str | None:
    """Why a comment goes whole; None where it does not."""
    if turn.is_opening:
        return None
    if turn.is_bot:
        return "bot_turn"
    return "notice_turn" if turn.marks & _NOTIFY and len(said) < _NOTICE_CHARS and _NOTICE.match(said) else None


def _outside_code(said: str, found: Sequence[Span]) -> list[Span]:
    """Spans that touch no code, in order; of two that overlap the first, then the longer."""
    code = code_spans(said, found)
    kept: list[Span] = []
    end = 0
    for start, stop, reason in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= end and stop > start and not any(low < stop and start < high for low, high in code):
            kept.append((start, stop, reason))
            end = stop
    return kept


class _Turns(NamedTuple):
    """Turns of all documents, in order: row of the document, and the fields of `Turn`."""

    rows: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    is_bot: npt.NDArray[np.bool_]
    is_opening: npt.NDArray[np.bool_]
    marks: npt.NDArray[np.int64]


def _turns(blocks: pa.ChunkedArray, text: pa.ChunkedArray) -> _Turns:
    """Turns of the documents; one without turns is one."""
    whole = blocks.combine_chunks()
    flat = whole.flatten()
    is_turn = pc.equal(pc.struct_field(flat, "kind"), "turn").to_numpy(zero_copy_only=False)
    rows = pc.list_parent_indices(whole).to_numpy()[is_turn]
    starts, ends = (pc.struct_field(flat, name).to_numpy()[is_turn] for name in ("start", "end"))
    who = utf8_column(pa.chunked_array([pc.struct_field(flat, "attributes").cast(pa.large_string())]))
    told = _ATTRIBUTES.look(who.data, who.offsets[:-1][is_turn], who.offsets[1:][is_turn])
    silent = np.flatnonzero(np.bincount(rows, minlength=len(text)) == 0)
    if len(silent):
        order = np.argsort(np.concatenate([rows, silent]), kind="stable")
        lengths = pc.utf8_length(text.take(pa.array(silent))).to_numpy()
        added = silent, np.zeros(len(silent), np.int64), lengths, np.full(len(silent), _ISSUE)
        given = zip((rows, starts, ends, told), added, strict=True)
        rows, starts, ends, told = (np.concatenate(both)[order] for both in given)
    said = utf8_column(text)
    marks = _MARKERS.look(said.data, *byte_spans(said, rows, starts, ends))
    marks[ends - starts >= _NOTICE_CHARS] &= ~_NOTIFY  # only short ones are notices
    # A translation by a program stays: it pairs two languages.
    return _Turns(rows, starts, ends, told & (_BOT | _TRANSLATION) == _BOT, told & _ISSUE != 0, marks)
