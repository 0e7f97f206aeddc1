"""Replace personal data and secrets: spans first, then text. Fails closed.

A document that cannot be analysed is quarantined, and so is one in which something is still found after everything
that was found has been replaced: nothing is released on trust. No value is ever written anywhere but into the key of
its surrogate.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.outcomes import QUARANTINE
from schemas.sides import PII_SPAN
from tasks.anonymize.judge import Judge, PiiSpan, judge_for, resolve
from tasks.anonymize.people import find_handles, handles_of
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.surrogates import surrogate
from tasks.engine.edits import Edit, EditedText
from tasks.engine.shard_task import shard_task
from tasks.engine.step import Partition, Step
from tasks.engine.word_count import count_words

NAME: Final = "anonymize"
# Columns beside the text that may hold a value; those that end in JSON hold no quote in a surrogate.
_FIELDS: Final = ("title", "source_url", "metadata")
_THREADS: Final = frozenset({"github_issue", "email"})

Row = dict[str, Any]


class AnonymizeCause(StrEnum):
    """Why a document could not be released."""

    ANALYSIS_FAILED = "analysis_failed"
    RESIDUE = "residue"  # something was still found after replacement


def anonymize_documents(batch: pa.Table, settings: AnonymizeSettings) -> Partition:
    """Replace what is found in text, titles, addresses, metadata and blocks.

    Args:
        batch: `document@1` rows.
        settings: Mode, what counts, and the key.

    Returns:
        Documents in input order with `pii` counted; `pii_spans` index the text as it came.
    """
    if settings.mode == "pseudonym" and not settings.key.get_secret_value():
        raise ValueError("anonymize: pseudonyms need a key, see tasks.anonymize.key")
    judge = judge_for(
        private_addresses=settings.private_addresses,
        example_addresses=settings.example_addresses,
        hotlines=settings.hotlines,
    )
    columns = {name: _find(judge, batch[name]) for name in ("text", *_FIELDS)}
    threaded = [kind in _THREADS for kind in batch["source_type"].to_pylist()]
    touched = [
        row
        for row in range(batch.num_rows)
        if threaded[row] or any(found[row] is None or found[row] for found in columns.values()) or _has_html(batch, row)
    ]
    edited: dict[int, Row] = {}
    spans: list[Row] = []
    bad: list[Row] = []
    for row, document in zip(touched, batch.take(pa.array(touched, pa.int64())).to_pylist(), strict=True):
        try:
            edited[row], found = _replace(document, {n: columns[n][row] for n in columns}, judge, settings)
        except _FailedError as error:
            bad.append(_quarantine(document, error.cause))
        else:
            spans += [{"id": document["id"], **_span_row(span)} for span in found]
    failed = {row["id"] for row in bad}
    return Partition(
        _with_edits(batch, edited, failed),
        quarantined=QUARANTINE.from_rows(bad),
        sides={"pii_spans": PII_SPAN.from_rows([span for span in spans if span["id"] not in failed])},
    )


class _FailedError(Exception):
    def __init__(self, cause: AnonymizeCause) -> None:
        super().__init__(cause)
        self.cause = cause


def _find(judge: Judge, column: pa.ChunkedArray) -> Sequence[list[PiiSpan] | None]:
    """Spans of every text; None where the analysis failed."""
    filled = pa.compute.fill_null(column, "")
    try:
        return judge.find(filled)
    except Exception:  # noqa: BLE001 - whatever a recognizer raises, some document is to blame: find out which
        return [_find_alone(judge, filled.slice(row, 1)) for row in range(len(filled))]


def _find_alone(judge: Judge, column: pa.ChunkedArray) -> list[PiiSpan] | None:
    try:
        return judge.find(column)[0]
    except Exception:  # noqa: BLE001 - fails closed: the document is quarantined
        return None


def _has_html(batch: pa.Table, row: int) -> bool:
    return bool(batch["blocks"][row].values is not None and len(batch["blocks"][row].values)) and any(
        block["html"] or block["attributes"] for block in batch["blocks"][row].as_py()
    )


def _replace(
    document: Row, found: Mapping[str, list[PiiSpan] | None], judge: Judge, settings: AnonymizeSettings
) -> tuple[Row, list[PiiSpan]]:
    if any(spans is None for spans in found.values()):
        raise _FailedError(AnonymizeCause.ANALYSIS_FAILED)
    handles = handles_of(document["blocks"]) if document["source_type"] in _THREADS else set()
    counts: Counter[str] = Counter()

    def edit(value: str, spans: Sequence[PiiSpan]) -> EditedText:
        every = [*spans, *find_handles(value, handles)] if document["source_type"] in _THREADS else spans
        every = resolve(every)
        counts.update(span.entity for span in every)
        edits = [Edit(s.start, s.end, surrogate(value[s.start : s.end], s.entity, settings)) for s in every]
        return EditedText(value, edits)

    row = dict(document)
    spans = found["text"] or []
    in_text = resolve([*spans, *find_handles(document["text"], handles)]) if handles or spans else spans
    text = edit(document["text"], spans)
    row["text"], row["blocks"] = text.text, text.blocks(document["blocks"])
    for name in _FIELDS:
        if document[name]:
            row[name] = edit(document[name], found[name] or []).text
    for block in row["blocks"]:
        if block["html"]:
            block["html"] = edit(block["html"], judge.find_in(block["html"])).text
        if block["attributes"]:
            block["attributes"] = _attributes(block["attributes"], settings)
    row["pii"] = [{"kind": kind, "count": count} for kind, count in sorted(counts.items())]
    if any(_remaining(judge, str(row[name] or ""), settings) for name in ("text", *_FIELDS)):
        raise _FailedError(AnonymizeCause.RESIDUE)
    return row, in_text


def _attributes(value: str, settings: AnonymizeSettings) -> str:
    attributes = json.loads(value)
    author = attributes.get("author")
    if author and not attributes.get("is_bot"):
        attributes["author"] = surrogate(str(author), "USERNAME", settings)
    return json.dumps(attributes, ensure_ascii=False, sort_keys=True)


def _remaining(judge: Judge, text: str, settings: AnonymizeSettings) -> bool:
    return settings.mode != "redact" and bool(judge.find(pa.chunked_array([pa.array([text], pa.large_string())]))[0])


def _with_edits(batch: pa.Table, edited: Mapping[int, Row], failed: set[str]) -> pa.Table:
    """`batch` with the edited rows in their places, without the failed ones."""
    order = list(range(batch.num_rows))
    rows = [row for row in sorted(edited)]
    for position, row in enumerate(rows):
        order[row] = batch.num_rows + position
    if rows:
        batch = pa.concat_tables([batch, DOCUMENT.from_rows([edited[row] for row in rows])])
    kept = batch.take(pa.array(order, pa.int64()))
    if failed:
        kept = kept.filter(pa.compute.invert(pa.compute.is_in(kept["id"], pa.array(list(failed), pa.large_string()))))
    return count_words(kept) if rows else kept


def _span_row(span: PiiSpan) -> Row:
    return {
        "start": span.start, "end": span.end, "entity": span.entity, "score": span.score, "recognizer": span.recognizer,
    }  # fmt: skip


def _quarantine(document: Row, cause: AnonymizeCause) -> Row:
    return {
        "id": document["id"],
        "parent_id": document["id"],
        "step": NAME,
        "cause": cause.value,
        "error_class": None,
        "message": "personal data cannot be ruled out; not released",
        "source_type": document["source_type"],
        "source": document["source"],
        "bytes": len(document["text"].encode()),
    }


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=AnonymizeSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=anonymize_documents,
    causes=AnonymizeCause,
    emits={"pii_spans": PII_SPAN},
)

anonymize = shard_task(STEP)
