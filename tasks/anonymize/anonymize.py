"""Replace personal data and secrets: spans first, then text. Fails closed.

A document whose analysis raises or takes too long is quarantined, and so is one in which something is still found
after everything that was found has been replaced: nothing is released on trust. No value is ever written anywhere but
into the key of its surrogate.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.outcomes import QUARANTINE
from schemas.sides import KNOWN_VALUE, PII_SPAN
from tasks.anonymize.finder import Finder
from tasks.anonymize.fingerprints import prints_of, seed_of
from tasks.anonymize.judge import judge_for
from tasks.anonymize.known import is_telling
from tasks.anonymize.recognizers.people import LATIN_NAME
from tasks.anonymize.replace import THREADS, Draft, replace
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.spans import PiiSpan
from tasks.anonymize.strings import PLAIN, Place, Row
from tasks.anonymize.surrogates import outside_surrogates
from tasks.anonymize.windows import SEPARATOR
from tasks.engine.garbage import uncollected
from tasks.engine.step import Partition, Step
from tasks.engine.word_count import count_words

NAME: Final = "anonymize"
# Replacing may join what was apart; that it does so again and again is a sign of something else.
_ROUNDS: Final = 4
_CODE: Final = "code"


class AnonymizeCause(StrEnum):
    """Why a document could not be released."""

    ANALYSIS_FAILED = "analysis_failed"  # it raised, or took too long
    RESIDUE = "residue"  # something was still found after replacement


class _FailedError(Exception):
    def __init__(self, cause: AnonymizeCause) -> None:
        super().__init__(cause)
        self.cause = cause


def anonymize_documents(batch: pa.Table, settings: AnonymizeSettings) -> Partition:
    """Replace what is found in text, titles, paths, addresses, metadata and blocks.

    Args:
        batch: `document@1` rows.
        settings: Mode, what counts, and the key.

    Returns:
        Documents in input order with `pii` counted; `pii_spans` index the text as it came.
    """
    if settings.mode == "pseudonym" and not settings.key.get_secret_value():
        raise ValueError("anonymize: pseudonyms need a key, see tasks.anonymize.key")
    finder = Finder(judge_for(settings.judged), settings.timeout_s)
    with uncollected():
        return _anonymize(batch, finder, settings)


def _anonymize(batch: pa.Table, finder: Finder, settings: AnonymizeSettings) -> Partition:
    in_text = _of_kind(batch["source_type"].to_pylist(), finder.find_column(batch["text"]))
    touched = [row for row, may in enumerate(_may_hold(finder, batch, in_text)) if may]
    documents = batch.take(pa.array(touched, pa.int64())).to_pylist()
    drafts = [Draft(document) for document in documents]
    outcomes = _replace_all(finder, drafts, [in_text[row] for row in touched], settings)
    edited: dict[int, Row] = {}
    spans: list[Row] = []
    bad: list[Row] = []
    known: set[tuple[str, str]] = set()
    for row, document, outcome in zip(touched, documents, outcomes, strict=True):
        if isinstance(outcome, AnonymizeCause):
            bad.append(_quarantine(document, outcome))
        else:
            edited[row] = outcome.row
            spans += [{"id": document["id"], **_span_row(span)} for span in outcome.spans]
            known |= outcome.replaced
    return Partition(
        _with_edits(batch, edited, {row["id"] for row in bad}),
        quarantined=QUARANTINE.from_rows(bad),
        sides={"pii_spans": PII_SPAN.from_rows(spans), "known_values": _known_rows(known, settings)},
    )


def _of_kind(source_types: Sequence[str], found: Sequence[list[PiiSpan] | None]) -> list[list[PiiSpan] | None]:
    """Spans of each text that count in a document of its type: code stays exact where only a lexicon speaks."""
    return [
        [span for span in spans if span.recognizer != LATIN_NAME] if spans and kind == _CODE else spans
        for kind, spans in zip(source_types, found, strict=True)
    ]


def _may_hold(finder: Finder, batch: pa.Table, in_text: Sequence[list[PiiSpan] | None]) -> list[bool]:
    """Which documents have to be looked at string by string."""
    kinds = batch["source_type"].to_pylist()
    # A thread may mention somebody where the judge sees nobody.
    may = [spans is None or bool(spans) or kind in THREADS for spans, kind in zip(in_text, kinds, strict=True)]
    for name in (*PLAIN, "metadata"):
        for row, spans in enumerate(_of_kind(kinds, finder.find_column(batch[name]))):
            may[row] = may[row] or spans is None or bool(spans)
    parents = pc.list_parent_indices(batch["blocks"])
    blocks = pc.list_flatten(batch["blocks"])
    for name in ("html", "attributes"):
        for row in parents.filter(pc.is_valid(pc.struct_field(blocks, name))).unique().to_pylist():
            may[row] = True
    return may


def _replace_all(
    finder: Finder, drafts: Sequence[Draft], in_text: Sequence[list[PiiSpan] | None], settings: AnonymizeSettings
) -> list[Draft | AnonymizeCause]:
    """Each draft after replacement, or why there is none."""
    outcomes: list[Draft | AnonymizeCause] = list(drafts)
    found = _find_beside(finder, drafts, in_text)
    open_rows = list(range(len(drafts)))
    for attempt in range(_ROUNDS):
        for row in open_rows:
            spans = found[row]
            draft = outcomes[row]
            if spans is None or isinstance(draft, AnonymizeCause):
                outcomes[row] = AnonymizeCause.ANALYSIS_FAILED
            else:
                outcomes[row] = replace(draft, spans, settings, first=attempt == 0)
        open_rows = _unsettled(finder, outcomes, open_rows)
        if not open_rows:
            break
        found = dict(zip(open_rows, _find_beside(finder, [outcomes[row] for row in open_rows], None), strict=True))
        open_rows = [row for row in open_rows if found[row] is None or any(found[row].values())]
    for row in open_rows:
        outcomes[row] = AnonymizeCause.RESIDUE
    return outcomes


def _find_beside(finder: Finder, drafts: Sequence[Any], in_text: Sequence[list[PiiSpan] | None] | None) -> Any:
    """Spans of all strings of each draft; None where the analysis of one failed."""
    places = [
        (row, place, value)
        for row, draft in enumerate(drafts)
        for place, value in draft.strings()
        if in_text is None or place != ("text",)
    ]
    spans: list[dict[Place, list[PiiSpan]] | None] = [{} for _ in drafts]
    if in_text is not None:
        spans = [None if found is None else {("text",): found} for found in in_text]
    everywhere = _of_kind(
        [drafts[row].row["source_type"] for row, _, _ in places], finder.find([value for _, _, value in places])
    )
    for (row, place, value), found in zip(places, everywhere, strict=True):
        of_row = spans[row]
        if of_row is not None and found is not None:
            of_row[place] = outside_surrogates(value, found)
        else:
            spans[row] = None
    return spans


def _unsettled(finder: Finder, outcomes: Sequence[Draft | AnonymizeCause], rows: Sequence[int]) -> list[int]:
    """Drafts in which, near what was replaced, something is found again."""
    pieces = [
        (row, SEPARATOR.join(dict.fromkeys(draft.near)), draft.row["source_type"])
        for row in rows
        if isinstance(draft := outcomes[row], Draft) and draft.near
    ]
    found = _of_kind([kind for _, _, kind in pieces], finder.find([piece for _, piece, _ in pieces]))
    again = {
        row
        for (row, piece, _), spans in zip(pieces, found, strict=True)
        if spans is None or outside_surrogates(piece, spans)
    }
    return sorted(again)


def _with_edits(batch: pa.Table, edited: Mapping[int, Row], failed: set[str]) -> pa.Table:
    """`batch` with the edited rows in their places, without the failed ones."""
    if not edited and not failed:
        return batch
    order = list(range(batch.num_rows))
    for position, row in enumerate(sorted(edited)):
        order[row] = batch.num_rows + position
    both = batch
    if edited:
        both = pa.concat_tables([batch, count_words(DOCUMENT.from_rows([edited[row] for row in sorted(edited)]))])
    gone = {row for row, id_ in enumerate(batch["id"].to_pylist()) if id_ in failed}
    return both.take(pa.array([place for row, place in enumerate(order) if row not in gone], pa.int64()))


def _known_rows(known: Iterable[tuple[str, str]], settings: AnonymizeSettings) -> pa.Table:
    """Fingerprints of what was replaced, for the documents that say it without a cue."""
    seed = seed_of(settings.key.get_secret_value())
    rows: dict[int, Row] = {}
    for value, entity in sorted(known):
        prints = prints_of(value, seed) if is_telling(value, entity) else None
        if prints:
            rows[prints[0]] = {"id": f"{prints[0]:016x}", "first": f"{prints[1]:016x}", "entity": entity}
    return KNOWN_VALUE.from_rows([rows[value] for value in sorted(rows)])


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
        # A path may name somebody, and this one could not be looked at.
        "source": document["id"],
        "bytes": len(document["text"].encode()),
    }


STEP: Final = Step(
    name=NAME,
    version=5,
    settings=AnonymizeSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=anonymize_documents,
    causes=AnonymizeCause,
    emits={"pii_spans": PII_SPAN, "known_values": KNOWN_VALUE},
)
