"""Find what is not said by people, or said before: bots, notices, mail furniture, template text, repeated quotes.

Every span lies inside one turn and outside of its code. What a person wrote above a quote stays. A comment that is
nothing else goes whole, with the break before it; the text a thread was opened with keeps its place.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from markdown_it import MarkdownIt

from schemas.sides import REMOVED_SPAN
from tasks.clean.quoted_replies import repeated_quotes, squeeze
from tasks.clean.templates import template_spans
from tasks.clean.thread_rules import GATE, Span, rule_spans
from tasks.engine.markdown_fences import fence_spans

_TYPES: Final = ("github_issue", "email")
_QUOTES: Final = r"(?m)^[ ]{0,3}>"
_IS_QUOTED: Final = re.compile(_QUOTES)
_MAY_MATCH: Final = re.compile(GATE)
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
_NOTICE_GATE: Final = (
    r"(?i)automatically|stale|recent activity|inactivity|no activity|no response|lack of|licen[sc]e agreement|codecov"
    r"|自动|自動|长时间|長時間|超过|超過"
)
_NOTICE_CHARS: Final = 600
_BREAK: Final = "\n\n---\n\n"
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_INLINE_CODE: Final = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_HTML_CODE: Final = re.compile(r"<(pre|code)\b[^>]*>.*?</\1>", re.DOTALL | re.IGNORECASE)
_BLOCKS: Final = MarkdownIt("commonmark").disable(["inline", "text_join"], ignoreInvalid=True)


@dataclass(frozen=True)
class Turn:
    """Where a message lies in a thread.

    Args:
        start: In code points of the text.
        end: Behind its last one.
        is_bot: A program wrote it, and not in another's words.
        is_opening: The thread begins with it.
    """

    start: int
    end: int
    is_bot: bool
    is_opening: bool


def find_thread_noise(batch: pa.Table) -> pa.Table:
    """Spans of boilerplate in messages.

    Args:
        batch: `document@1` rows; only threads and mails are looked at.

    Returns:
        `removed_span@1` rows; reasons bot_turn, notice_turn, template_line, empty_section, quoted_reply and those of
        `thread_rules`.
    """
    texts = pl.DataFrame(pl.from_arrow(batch.select(["id", "text", "source_type", "repo"]))).with_row_index("row")
    frame = texts.filter(pl.col("source_type").is_in(_TYPES))
    if frame.is_empty():
        return REMOVED_SPAN.empty()
    turns = _turns(batch["blocks"]).filter(pl.col("row").is_in(frame["row"].implode()))
    templates = template_spans(_openings(frame, turns))
    bots = turns.filter("is_bot")["row"].unique().implode()
    likely = pl.col("text").str.contains(f"{GATE}|{_QUOTES}|{_NOTICE_GATE}")
    chosen = frame.filter(likely | pl.col("row").is_in(bots) | pl.col("row").is_in(list(templates)))
    spoken: dict[int, list[Turn]] = {}
    for row, *turn in turns.filter(pl.col("row").is_in(chosen["row"].implode())).iter_rows():
        spoken.setdefault(row, []).append(Turn(*turn))
    rows = []
    for row, doc_id, text in chosen.select("row", "id", "text").iter_rows():
        for start, end, reason in thread_spans(text, spoken.get(row, []), templates.get(row, ())):
            rows.append({"doc_id": doc_id, "start": start, "end": end, "reason": reason, "detail": None})
    return REMOVED_SPAN.from_rows(rows)


def thread_spans(text: str, turns: Sequence[Turn], template: Sequence[Span] = ()) -> Iterator[Span]:
    """`[start, end)` and reason of what is not said by people or said before, in order, none overlapping another.

    Args:
        text: Of the document.
        turns: In order; none makes the whole text one.
        template: What the first turn has of its template, in code points of that turn.
    """
    quoting = _IS_QUOTED.search(text) is not None
    heard = [squeeze(text[: turns[0].start])] if turns else []
    for turn in turns or [Turn(0, len(text), is_bot=False, is_opening=True)]:
        said = text[turn.start : turn.end]
        if reason := _whole(said, turn):
            spans = [(0, len(said), reason)]
        else:
            found = list(rule_spans(said)) if _MAY_MATCH.search(said) else []
            found += template if turn.is_opening else ()
            spans = _outside_code(said, found) if found else []
            if quoting and _IS_QUOTED.search(said):
                spans = _with_quotes(said, spans, "".join(heard))
        if quoting:
            heard.append(squeeze(_without(said, spans)))
        if spans and not turn.is_opening and not _without(said, spans).strip():
            gap = len(_BREAK) if text.endswith(_BREAK, 0, turn.start) else 0
            yield turn.start - gap, turn.end, spans[0][2]
        else:
            yield from ((turn.start + start, turn.start + end, reason) for start, end, reason in spans)


def _with_quotes(said: str, spans: list[Span], heard: str) -> list[Span]:
    """`spans` and the quotes that repeat what was heard, looked for in what the spans leave."""
    left = _without(said, spans)
    quotes = [
        (_before_cuts(start, spans), _before_cuts(end, spans, end=True), reason)
        for start, end, reason in repeated_quotes(left, heard, fence_spans(left))
    ]
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
    return "notice_turn" if len(said) < _NOTICE_CHARS and _NOTICE.match(said) else None


def _outside_code(said: str, found: Sequence[Span]) -> list[Span]:
    """Spans that touch no code, in order; of two that overlap the first, then the longer."""
    code = _code_spans(said, found)
    kept: list[Span] = []
    end = 0
    for start, stop, reason in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= end and stop > start and not any(low < stop and start < high for low, high in code):
            kept.append((start, stop, reason))
            end = stop
    return kept


def _code_spans(said: str, found: Sequence[Span]) -> list[tuple[int, int]]:
    """Code of a message: fences, code in lines, `<pre>`; indented code where something was found in indented lines."""
    seen = said
    for comment in _COMMENT.finditer(said):
        # What begins first holds the other: a fence in a comment is none.
        if not any(low <= comment.start() < high for low, high in fence_spans(seen)):
            seen = f"{seen[: comment.start()]}{' ' * len(comment[0])}{seen[comment.end() :]}"
    code = [*fence_spans(seen), *(match.span() for match in _INLINE_CODE.finditer(seen))]
    code += [match.span() for match in _HTML_CODE.finditer(seen)]
    lines = (said[said.rfind("\n", 0, start) + 1 :][:4] for start, _, _ in found)
    if any(line.startswith("\t") or line == "    " for line in lines):
        code += _indented_code(seen)
    return code


def _indented_code(said: str) -> Iterator[tuple[int, int]]:
    """Blocks of indented code (CommonMark 0.31, 4.4), which only a parser tells from the items of a list."""
    lines = [0]
    for line in said.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    for token in _BLOCKS.parse(said):
        if token.type == "code_block" and token.map:
            yield lines[token.map[0]], min(lines[token.map[1]], len(said))


def _turns(blocks: pa.ChunkedArray) -> pl.DataFrame:
    """Columns row, start, end, is_bot and is_opening: one row for each turn, in order."""
    whole = blocks.combine_chunks()
    flat = pc.list_flatten(whole)
    columns = {name: pc.struct_field(flat, name) for name in ("start", "end", "kind", "attributes")}
    frame = pl.DataFrame(pl.from_arrow(pa.table({"row": pc.list_parent_indices(whole), **columns})))
    who = pl.col("attributes").fill_null("")
    return frame.filter(pl.col("kind") == "turn").select(
        pl.col("row").cast(pl.get_index_type()),
        "start",
        "end",
        # A translation by a program stays: it pairs two languages.
        is_bot=who.str.contains('"is_bot": ?true') & ~who.str.contains('"translation": ?true'),
        is_opening=who.str.contains('"kind": ?"issue"'),
    )


def _openings(frame: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Columns row, repo and text: what each thread of a known repository was opened with, by people."""
    first = turns.filter("is_opening", ~pl.col("is_bot")).unique("row", keep="first", maintain_order=True)
    return first.join(frame.filter(pl.col("repo").is_not_null()), on="row", maintain_order="left").select(
        "row", "repo", text=pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    )
