"""Extract lists of questions and answers: one document per pair, both turns marked."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.outcomes import QUARANTINE
from tasks.engine.step import Accounting, Partition, Step
from tasks.extract.raw import RawError, read_unpacked
from tasks.extract.rows import document_row, documents_table, quarantine_row, storable
from tasks.extract.settings import ExtractCause, ExtractSettings
from tasks.extract.text_decoding import decode_text, is_binary

NAME: Final = "extract_faq"
_HEADERS: Final = frozenset({("question", "answer"), ("q", "a"), ("问题", "答案"), ("问题", "回答"), ("問題", "答案")})
# Longest answer with line ends in it.
_MAX_FIELD_LINES: Final = 200
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')

Rows = list[dict[str, Any]]


def extract_pairs(batch: pa.Table, settings: ExtractSettings) -> Partition:
    """One document per line `question<TAB>answer`; further columns go to the metadata.

    Args:
        batch: `inventory@1` rows.
        settings: Where sources lie, and limits.

    Returns:
        Documents in the order of their lines; `records` counts lines that are not blank.
    """
    kept: Rows = []
    bad: Rows = []
    for entry in batch.to_pylist():
        rows, faults = _extract_entry(entry, settings)
        kept += rows
        bad += faults or ([] if rows else [_quarantine(entry, ExtractCause.EMPTY, "no question in it")])
    return Partition(documents_table(kept), quarantined=QUARANTINE.from_rows(bad), records=len(kept) + len(bad))


def _extract_entry(entry: Mapping[str, Any], settings: ExtractSettings) -> tuple[Rows, Rows]:
    try:
        raw = read_unpacked(entry, settings)
    except RawError as error:
        return [], [_quarantine(entry, error.cause, str(error))]
    if is_binary(raw):
        return [], [_quarantine(entry, ExtractCause.BINARY, "not text")]
    decoded = decode_text(raw)
    if decoded.unreadable * 20 > len(decoded.text):
        return [], [_quarantine(entry, ExtractCause.BAD_ENCODING, "in no encoding that is known")]
    names: list[str] = []
    kept: dict[str, dict[str, Any]] = {}
    bad: Rows = []
    for number, fields in _lines(storable(decoded.text)):
        question, answer = (fields[0].strip(), fields[1].strip()) if len(fields) >= 2 else ("", "")
        if not kept and not bad and not names and (question.lower(), answer.lower()) in _HEADERS:
            names = [field.strip() for field in fields]
            continue
        if not question or not answer:
            bad.append(_quarantine(entry, ExtractCause.BAD_RECORD, "not question<TAB>answer", f"line-{number}"))
            continue
        # The same pair twice is one record more than documents: the second is named by its line.
        record = _record(question, answer)
        record = f"{record}-{number}" if record in kept else record
        kept[record] = _row(entry, record, question, answer, _further(names, fields))
    return list(kept.values()), bad


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of each line that is not blank; of a field in quotes over several lines, of the first."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        end = _last_line(lines, number)
        line = "\n".join(lines[number : end + 1])
        if line.strip():
            yield number + 1, [_unquoted(field) for field in line.split("\t")]
        number = end + 1


def _last_line(lines: Sequence[str], first: int) -> int:
    """Where a field ends that spreadsheets wrote in quotes because of the line ends in it.

    What looks like the next pair is no part of it: a quote that is never closed is a character like any other.
    """
    opened = lines[first].rpartition("\t")[2]
    if "\t" not in lines[first] or not opened.startswith('"') or opened.count('"') % 2 == 0:
        return first
    for number in range(first + 1, min(first + _MAX_FIELD_LINES, len(lines))):
        if "\t" in lines[number]:
            return first
        if lines[number].count('"') % 2:
            return number if lines[number].rstrip().endswith('"') else first
    return first


def _unquoted(field: str) -> str:
    """Without the quotes spreadsheets put around a field that has quotes or line ends in it; others are the text's."""
    inner = field.strip()
    if _QUOTED.fullmatch(inner) and ('""' in inner[1:-1] or "\n" in inner):
        return inner[1:-1].replace('""', '"')
    return field


def _further(names: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """Columns after the pair, by the names of the head line where there is one."""
    named = [*names[2:], *(f"column_{number}" for number in range(max(len(names), 2) + 1, len(fields) + 1))]
    return {name: field.strip() for name, field in zip(named, fields[2:], strict=False) if field.strip()}


def _record(question: str, answer: str) -> str:
    return sha256(f"{question}\t{answer}".encode()).hexdigest()[:16]


def _row(
    entry: Mapping[str, Any], record: str, question: str, answer: str, further: Mapping[str, str]
) -> dict[str, Any]:
    text = f"{question}\n\n{answer}"
    blocks = [_turn(0, len(question), "user"), _turn(len(question) + 2, len(text), "assistant")]
    return document_row(
        entry,
        text,
        source_type="faq",
        raw_sha256=sha256(f"{question}\t{answer}".encode()).hexdigest(),
        record=record,
        source=f"{entry['path']}#{record}",
        title=" ".join(question.split())[:200],
        mime="text/tab-separated-values",
        blocks=blocks,
        metadata={"columns": dict(further)} if further else {},
    )


def _turn(start: int, end: int, role: str) -> dict[str, Any]:
    attributes = {"role": role, "is_bot": False, "accept_signal": "faq" if role == "assistant" else None}
    return {
        "start": start, "end": end, "kind": "turn", "level": None, "page": None, "x0": None, "y0": None, "x1": None,
        "y1": None, "html": None, "attributes": json.dumps(attributes, sort_keys=True),
    }  # fmt: skip


def _quarantine(entry: Mapping[str, Any], cause: str, message: str, record: str = "") -> dict[str, Any]:
    return quarantine_row(entry, step=NAME, cause=cause, message=message, source_type="faq", record=record)


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=ExtractSettings,
    reads=INVENTORY,
    writes=DOCUMENT,
    run=extract_pairs,
    causes=ExtractCause,
    accounting=Accounting.PARENTS,
)
