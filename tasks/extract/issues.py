"""Extract issue threads: every export becomes one document per issue or pull request.

A record that cannot be read costs itself, not its file. Nothing is judged here: bots, quotes and templates stay in
the text, marked or found later, so that what is removed can be told from what was there.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.outcomes import DROP, QUARANTINE
from tasks.engine.garbage import uncollected
from tasks.engine.partition import drop_rows
from tasks.engine.step import Accounting, Partition, Step
from tasks.extract.issue_authors import mark_canned
from tasks.extract.issue_formats import BadRecord, FoundRecord, find_records
from tasks.extract.issue_records import read_thread
from tasks.extract.issue_rows import known_maintainers, link_merged_pulls, thread_row
from tasks.extract.issue_threads import BadRecordError, Thread
from tasks.extract.raw import RawError, read_unpacked
from tasks.extract.rows import documents_table, quarantine_row
from tasks.extract.settings import ExtractCause, ExtractSettings

NAME: Final = "extract_issues"

Found = list[tuple[Thread, str]]
"""Threads, each with the digest of its record."""


class IssueDrop(StrEnum):
    """Why a thread was not taken."""

    SUPERSEDED = "superseded_record"  # the same export holds a newer state of the thread


def extract_threads(batch: pa.Table, settings: ExtractSettings) -> Partition:
    """One document per issue, pull or merge request.

    Args:
        batch: `inventory@1` rows of exports, or of slices of JSON Lines.
        settings: Where sources lie, and limits.

    Returns:
        Documents in the order of their files and records; `records` counts the records of all files.
    """
    with uncollected():
        return _extracted(batch, settings)


def _extracted(batch: pa.Table, settings: ExtractSettings) -> Partition:
    kept: list[dict[str, Any]] = []
    superseded: list[tuple[dict[str, Any], str]] = []
    quarantined: list[dict[str, Any]] = []
    found: list[tuple[dict[str, Any], Found]] = []
    for entry in batch.to_pylist():
        threads, bad = _read_entry(entry, settings)
        quarantined += bad
        found.append((entry, threads))
    # Threads of one repository may lie in several files: what is known of one helps the others of the shard.
    together = [thread for _, threads in found for thread, _ in threads]
    link_merged_pulls(together)
    mark_canned(together)
    known = known_maintainers(together)
    for entry, threads in found:
        rows, bad = _rows(entry, threads, known)
        quarantined += bad
        newest = _newest(rows)
        for position, row in enumerate(rows):
            if newest[row["id"]] == position:
                kept.append(row)
            else:
                superseded.append(({**row, "id": f"{row['id']}.{position}"}, row["id"]))
    return Partition(
        kept=documents_table(kept),
        dropped=_dropped(superseded),
        quarantined=QUARANTINE.from_rows(quarantined),
        records=len(kept) + len(superseded) + len(quarantined),
    )


def _read_entry(entry: Mapping[str, Any], settings: ExtractSettings) -> tuple[Found, list[dict[str, Any]]]:
    if entry["error"]:
        return [], [_quarantine(entry, entry["error"], entry["error_message"] or "")]
    try:
        raw = read_unpacked(entry, settings)
    except RawError as error:
        return [], [_quarantine(entry, error.cause, str(error))]
    if not raw.strip():
        return [], [_quarantine(entry, ExtractCause.EMPTY, "no bytes but white space")]
    threads: Found = []
    bad: list[dict[str, Any]] = []
    for item in find_records(raw, entry["repo"], entry["start"] or 0):
        if isinstance(item, BadRecord):
            bad.append(_quarantine(entry, item.cause, item.message, item.place))
            continue
        try:
            threads.append((read_thread(item.record, item.repo, item.events), item.digest()))
        except BadRecordError as error:
            bad.append(_quarantine(entry, ExtractCause.BAD_RECORD, str(error), _name(item)))
    if not threads and not bad:
        bad = [_quarantine(entry, ExtractCause.EMPTY, "no issue in it")]
    return threads, bad


def _rows(
    entry: Mapping[str, Any], threads: Found, known: Mapping[str | None, set[str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, bad = [], []
    for thread, digest in threads:
        row = thread_row(entry, thread, digest, known.get(thread.repo, set()))
        if row["text"]:
            rows.append(row)
        else:
            bad.append(_quarantine(entry, ExtractCause.EMPTY, "neither title nor text", thread.key))
    return rows, bad


def _newest(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Position of the last state of each thread: of the same age, the later record counts."""
    newest: dict[str, int] = {}
    for position, row in enumerate(rows):
        seen = newest.get(row["id"])
        if seen is None or (row["revision"] or "") >= (rows[seen]["revision"] or ""):
            newest[row["id"]] = position
    return newest


def _dropped(superseded: list[tuple[dict[str, Any], str]]) -> pa.Table:
    if not superseded:
        return DROP.empty()
    rows = documents_table([row for row, _ in superseded])
    count = len(superseded)
    dropped = drop_rows(
        rows,
        NAME,
        reason=pl.Series([IssueDrop.SUPERSEDED.value] * count),
        kept_id=pl.Series([kept for _, kept in superseded]),
    )
    return dropped.set_column(1, DROP.arrow.field("parent_id"), rows["parent_id"])


def _name(item: FoundRecord) -> str:
    number = item.record.get("number")
    return f"{item.repo or ''}#{number}" if isinstance(number, int | str) else item.digest()[:16]


def _quarantine(entry: Mapping[str, Any], cause: str, message: str, record: str = "") -> dict[str, Any]:
    return quarantine_row(entry, step=NAME, cause=cause, message=message, source_type="github_issue", record=record)


STEP: Final = Step(
    name=NAME,
    version=4,
    settings=ExtractSettings,
    reads=INVENTORY,
    writes=DOCUMENT,
    run=extract_threads,
    reasons=IssueDrop,
    causes=ExtractCause,
    accounting=Accounting.PARENTS,
)
