"""Take out what is not the author's text, then write what is left in one way.

First spans: page furniture, licence headers, boilerplate of messages, each with its reason. Then characters: NFC, no
control or zero-width characters, no trailing blanks, at most two empty lines in a row; fenced code stays as it is.
Blocks move along, so that a page or a turn is still where it says. Source code keeps its characters: in a string
literal every one of them may count, so only spans are taken out of it.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Any, Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.sides import REMOVED_SPAN
from tasks.clean.licence_header import find_licence_headers
from tasks.clean.page_furniture import find_page_furniture
from tasks.clean.settings import CleanSettings
from tasks.clean.threads import find_thread_noise
from tasks.engine.edits import Edit, EditedText, moved_blocks
from tasks.engine.markdown_fences import fence_spans
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step
from tasks.engine.word_count import count_words

NAME: Final = "clean"

# Controls but tab and line end (with the colour codes of terminals), zero-width characters, soft hyphens, marks of
# direction, byte order marks. The joiner between emoji and in Persian or Indic words stays.
_INVISIBLE: Final = (
    r"\x1b\[[0-9;]*[A-Za-z]"
    r"|[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_TRAILING: Final = r"[ \t\u00a0\u3000]+\n"
_MANY_LINES: Final = r"\n{4,}"
_GONE: Final = re.compile(_INVISIBLE)
_BLANKS: Final = " \t\u00a0\u3000"
_ASCII_CONTROLS: Final = bytes([*range(9), 11, *range(14, 32), 127])
_LINE_ENDS: Final = tuple(f"{blank}\n" for blank in _BLANKS)
_LINES: Final = re.compile(_MANY_LINES)
# A character and the marks that follow it; Hangul syllables in parts.
_COMPOSABLE: Final = re.compile(r"[^\u0300-\u036f][\u0300-\u036f\u3099\u309a\u1160-\u11ff]+|[^\x00-\u02ff]")
_ENDS: Final = r"\A\s*\n|\s\z"


class CleanReason(StrEnum):
    """Why a document was dropped."""

    NOTHING_LEFT = "nothing_left"  # it was boilerplate and blanks only


def clean_documents(batch: pa.Table, settings: CleanSettings) -> Partition:
    """Clean every document.

    Args:
        batch: `document@1` rows.
        settings: What is taken out.

    Returns:
        Documents in input order, and `removed_spans` with one row for each span, in code points of the text as it came.
    """
    finders = (
        (settings.page_furniture, find_page_furniture),
        (settings.licence_headers, find_licence_headers),
        (settings.thread_noise, find_thread_noise),
    )
    removed = pa.concat_tables([REMOVED_SPAN.empty(), *(find(batch) for wanted, find in finders if wanted)])
    cleaned = _apply(batch, removed)
    text = pl.Series(pl.from_arrow(cleaned["text"]))
    empty = text.str.strip_chars() == ""
    reason = pl.select(pl.when(empty).then(pl.lit(CleanReason.NOTHING_LEFT.value))).to_series()
    parts = split(cleaned, step=NAME, reason=reason)
    return Partition(count_words(parts.kept), parts.dropped, sides={"removed_spans": removed})


def _apply(batch: pa.Table, removed: pa.Table) -> pa.Table:
    """`batch` with the spans cut and the characters tidied; documents that need neither are not touched."""
    is_code = pl.Series(pl.from_arrow(batch["source_type"])) == "code"
    # Of code nothing is tidied, so nothing of it is looked at.
    text = pl.Series(pl.from_arrow(batch["text"])).zip_with(~is_code, pl.Series([""], dtype=pl.String))
    invisible = text.str.contains(_INVISIBLE)
    untidy = text.str.contains(f"{_TRAILING}|{_MANY_LINES}|{_ENDS}") | invisible
    composed = text.str.contains(r"[^\x00-\u02ff\u2000-\u206f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
    spans: dict[str, list[dict[str, Any]]] = {}
    for row in removed.to_pylist():
        spans.setdefault(row["doc_id"], []).append(row)
    ids = pl.Series(pl.from_arrow(batch["id"]))
    touched = (untidy | composed | ids.is_in(list(spans))).arg_true().to_list()
    if not touched:
        return batch
    rows = batch.select(["id", "text", "blocks", "source_type"]).take(pa.array(touched, pa.int64())).to_pylist()
    edited = [
        cut_spans(row["text"], row["blocks"], spans.get(row["id"], []))
        if row["source_type"] == "code"
        else clean_text(row["text"], row["blocks"], spans.get(row["id"], []), invisible=seen)
        for row, seen in zip(rows, invisible.gather(touched), strict=True)
    ]
    return _replaced(batch, touched, edited)


def _replaced(batch: pa.Table, rows: list[int], edited: list[tuple[str, list[dict[str, Any]]]]) -> pa.Table:
    """`batch` with new text and blocks in `rows`."""
    schema = DOCUMENT.arrow
    order = pa.array(range(batch.num_rows), pa.int64()).to_numpy().copy()
    order[rows] = batch.num_rows + pa.array(range(len(rows)), pa.int64()).to_numpy()
    for name, values in (("text", [text for text, _ in edited]), ("blocks", [blocks for _, blocks in edited])):
        field = schema.field(name)
        both = pa.chunked_array([*batch[name].chunks, pa.array(values, field.type)], field.type)
        batch = batch.set_column(schema.get_field_index(name), field, both.combine_chunks().take(pa.array(order)))
    return batch


def cut_spans(text: str, blocks: list[dict[str, Any]], spans: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """One text without `spans`, otherwise as it is, and its blocks moved along."""
    cut = EditedText(text, _merged(spans))
    return cut.text, cut.blocks(blocks)


def clean_text(
    text: str, blocks: list[dict[str, Any]], spans: list[dict[str, Any]], *, invisible: bool = True
) -> tuple[str, list[dict[str, Any]]]:
    """One text without `spans`, tidied, and its blocks moved along; `invisible`: it may have invisible characters."""
    edits = _merged(spans)
    cuts = []
    # One after the other: what one pass takes out can bring together what the next one looks for.
    for find in (*([_invisible] if invisible else []), _uncomposed, _trailing_blanks, _spare_lines, None):
        if edits:
            cuts.append(EditedText(text, edits))
            text = cuts[-1].text
        edits = find(text) if find else []
    return text, moved_blocks(cuts, blocks)


def _merged(spans: list[dict[str, Any]]) -> list[Edit]:
    merged: list[Edit] = []
    for span in sorted(spans, key=lambda span: (span["start"], span["end"])):
        if merged and span["start"] < merged[-1].end:
            merged[-1] = Edit(merged[-1].start, max(merged[-1].end, span["end"]))
        else:
            merged.append(Edit(span["start"], span["end"]))
    return merged


def _invisible(text: str) -> list[Edit]:
    if text.isascii() and len(text.encode().translate(None, _ASCII_CONTROLS)) == len(text):
        return []
    return _outside_fences(text, [Edit(found.start(), found.end()) for found in _GONE.finditer(text)])


def _uncomposed(text: str) -> list[Edit]:
    """Every run of characters that NFC writes in another way."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return []
    edits = []
    for found in _COMPOSABLE.finditer(text):
        composed = unicodedata.normalize("NFC", found[0])
        if composed != found[0]:
            edits.append(Edit(found.start(), found.end(), composed))
    return _outside_fences(text, edits)


def _trailing_blanks(text: str) -> list[Edit]:
    edits = []
    for pair in _LINE_ENDS:
        at = text.find(pair)
        while at >= 0:
            line = text.rfind("\n", 0, at) + 1
            edits.append(Edit(line + len(text[line : at + 1].rstrip(_BLANKS)), at + 1))
            at = text.find(pair, at + 2)
    if text[-1:] and text[-1] in _BLANKS:
        edits.append(Edit(len(text.rstrip(_BLANKS)), len(text)))
    return _outside_fences(text, edits)


def _spare_lines(text: str) -> list[Edit]:
    """Blank lines at both ends, and more than two of them in between; the indentation of the first line stays."""
    tail = len(text.rstrip())
    if not tail:
        return [Edit(0, len(text))] if text else []
    lead = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    found = _LINES.finditer(text, lead, tail) if "\n\n\n\n" in text else ()
    edits = _outside_fences(text, [Edit(match.start(), match.end(), "\n\n\n") for match in found])
    return [edit for edit in (Edit(0, lead), *edits, Edit(tail, len(text))) if edit.end > edit.start]


def _outside_fences(text: str, edits: list[Edit]) -> list[Edit]:
    if not edits:
        return edits
    fences = fence_spans(text)
    return [edit for edit in edits if not any(start <= edit.start < end for start, end in fences)]


STEP: Final = Step(
    name=NAME,
    version=6,
    settings=CleanSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=clean_documents,
    reasons=CleanReason,
    emits={"removed_spans": REMOVED_SPAN},
)
