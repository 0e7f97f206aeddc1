"""Find what mail programs, templates and bots add to a message: quoted replies, signatures, template comments, badges.

Every span lies inside one turn, outside of fenced code. What a person wrote above a quote stays: only the quote goes,
and only where it repeats what the thread already says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl
import pyarrow as pa

from schemas.sides import REMOVED_SPAN
from tasks.engine.markdown_fences import fence_spans

_TYPES: Final = ("github_issue", "email")
_RULES: Final = (
    # Instructions of an issue template; with its line ends only where it has lines of its own.
    ("template_comment", re.compile(r"^[ \t]*<!--.*?-->[ \t]*\n*|<!--.*?-->", re.DOTALL | re.MULTILINE)),
    # The line that introduces a quoted mail, and the quote below it.
    (
        "quoted_reply",
        re.compile(
            r"^(?:On .{6,120} wrote:|.{0,80}(?:于|在)\s*\d{4}.{4,60}写道[:：]"
            r"|-{3,}\s*(?:Original Message|原始邮件)\s*-{3,})\n"
            r"(?:\s*>.*(?:\n|\Z)|[ \t]*\n(?=\s*>))*",
            re.MULTILINE,
        ),
    ),
    # "Sent from my phone", and the footer of notification mails.
    (
        "mail_footer",
        re.compile(
            r"^[ \t]*(?:Sent from (?:my|Mail for|Outlook).{0,60}|发自我的.{1,30}|從我的.{1,20}傳送"
            r"|Get Outlook for .{0,30}"
            r"|You are receiving this because .{0,200}|Reply to this email directly.{0,300}"
            r"|您收到此邮件是因为.{0,100})[ \t]*(?:\n|\Z)",
            re.MULTILINE,
        ),
    ),
    # A signature after the standard delimiter (RFC 3676, 4.3), short and at the end of a turn.
    ("signature", re.compile(r"^-- \n(?:.{0,80}(?:\n|\Z)){1,6}\Z", re.MULTILINE)),
    # Boxes of a template that nobody ticked.
    ("unticked_box", re.compile(r"^[ \t]*[-*] \[ \] .*(?:\n|\Z)", re.MULTILINE)),
)
_GATE: Final = (
    r"(?m)<!--|wrote:|写道|原始邮件|Original Message|Sent from|发自我的|傳送|Outlook|receiving this|Reply to this email"
    r"|^-- $|\[ \]|您收到此"
)


def find_thread_noise(batch: pa.Table) -> pa.Table:
    """Spans of boilerplate in messages.

    Args:
        batch: `document@1` rows; only threads and mails are looked at.

    Returns:
        `removed_span@1` rows, reasons as in `_RULES`.
    """
    frame = pl.DataFrame(pl.from_arrow(batch.select(["id", "text", "source_type"]))).with_row_index("row")
    likely = frame.filter(pl.col("source_type").is_in(_TYPES), pl.col("text").str.contains(_GATE))
    rows = []
    for index, doc_id, text in likely.select("row", "id", "text").iter_rows():
        blocks = batch["blocks"][index].as_py()
        for start, end, reason in noise_spans(text, blocks):
            rows.append({"doc_id": doc_id, "start": start, "end": end, "reason": reason, "detail": None})
    return REMOVED_SPAN.from_rows(rows)


def noise_spans(text: str, blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int, str]]:
    """`[start, end)` and reason of boilerplate, in order, none overlapping another."""
    turns = [(block["start"], block["end"]) for block in blocks if block["kind"] == "turn"] or [(0, len(text))]
    fences = fence_spans(text)
    for first, last in turns:
        turn = text[first:last]
        found = sorted(
            (first + match.start(), first + match.end(), reason)
            for reason, rule in _RULES
            for match in rule.finditer(turn)
        )
        end = first
        for start, stop, reason in found:
            fenced = any(low < stop and start < high for low, high in fences)
            # A turn that is nothing else stays: taking it out whole is for `sft` to decide, who sees its author.
            if start >= end and not fenced and (start, stop) != (first, last):
                yield start, stop, reason
                end = stop
