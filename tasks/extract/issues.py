"""Extract issue threads: every export becomes one document per issue or pull request.

A record that cannot be read costs itself, not its file. Nothing is judged here: bots, quotes and templates stay in
the text, marked or found later, so that what is removed can be told from what was there.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.outcomes import DROP, QUARANTINE
from tasks.engine.garbage import uncollected
from tasks.engine.partition import drop_rows
from tasks.engine.step import Accounting, Partition, Step
from tasks.extract.issue_authors import mark_canned
from tasks.extract.issue_formats import find_records
from tasks.extract.issue_records import read_thread
from tasks.extract.issue_rows import Found, link_merged_pulls, threads_table
from tasks.extract.issue_sightings import BadRecord
from tasks.extract.issue_threads import BadRecordError
from tasks.extract.raw import RawError, read_unpacked
from tasks.extract.rows import quarantine_row
from tasks.extract.settings import ExtractCause, ExtractSettings

NAME: Final = "extract_issues"


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
    found: list[Found] = []
    quarantined: list[dict[str, Any]] = []
    for entry in batch.to_pylist():
        threads, bad = _read_entry(entry, settings)
        found += threads
        quarantined += bad
    # Threads of one repository may lie in several files: what is known of one helps the others of the shard.
    together = [one.thread for one in found]
    link_merged_pulls(together)
    mark_canned(together)
    kept, dropped = _newest(threads_table(found))
    return Partition(
        kept=kept,
        dropped=dropped,
        quarantined=QUARANTINE.from_rows(quarantined),
        records=len(found) + len(quarantined),
    )


def _read_entry(entry: Mapping[str, Any], settings: ExtractSettings) -> tuple[list[Found], list[dict[str, Any]]]:
    if entry["error"]:
        return [], [_quarantine(entry, entry["error"], entry["error_message"] or "")]
    try:
        raw = read_unpacked(entry, settings)
    except RawError as error:
        return [], [_quarantine(entry, error.cause, str(error))]
    if not raw.strip():
        return [], [_quarantine(entry, ExtractCause.EMPTY, "no bytes but white space")]
    threads: list[Found] = []
    bad: list[dict[str, Any]] = []
    for item in find_records(raw, entry["repo"], entry["start"] or 0):
        if isinstance(item, BadRecord):
            bad.append(_quarantine(entry, item.cause, item.message, item.place))
            continue
        try:
            record, events = item.read()
            thread = read_thread(record, item.repo, events)
        except BadRecordError as error:
            bad.append(_quarantine(entry, error.cause, str(error), item.name()))
            continue
        if thread.title or thread.turns:
            threads.append(Found(entry, thread, item.digest()))
        else:
            bad.append(_quarantine(entry, ExtractCause.EMPTY, "neither title nor text", thread.key))
    if not threads and not bad:
        bad = [_quarantine(entry, ExtractCause.EMPTY, "no issue in it")]
    return threads, bad


def _newest(rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The last state of each thread, and those it supersedes: of the same age, the later record counts."""
    if pc.count_distinct(rows["id"]).as_py() == rows.num_rows:
        return rows, DROP.empty()
    newest: dict[str, int] = {}
    superseded: list[int] = []
    ids, revisions = rows["id"].to_pylist(), rows["revision"].to_pylist()
    for position, (row_id, revision) in enumerate(zip(ids, revisions, strict=True)):
        seen = newest.setdefault(row_id, position)
        if seen != position:
            newer = (revision or "") >= (revisions[seen] or "")
            superseded.append(seen if newer else position)
            newest[row_id] = position if newer else seen
    return rows.take(pa.array(sorted(newest.values()))), _dropped(rows.take(pa.array(sorted(superseded))))


def _dropped(superseded: pa.Table) -> pa.Table:
    kept_ids = superseded["id"].to_pylist()
    times: Counter[str] = Counter()
    ids = []
    for kept_id in kept_ids:
        ids.append(f"{kept_id}.{times[kept_id]}")
        times[kept_id] += 1
    dropped = drop_rows(
        superseded.set_column(0, DOCUMENT.arrow.field("id"), pa.array(ids, pa.large_string())),
        NAME,
        reason=pl.Series([IssueDrop.SUPERSEDED.value] * len(ids)),
        kept_id=pl.Series(kept_ids),
    )
    return dropped.set_column(1, DROP.arrow.field("parent_id"), superseded["parent_id"])


def _quarantine(entry: Mapping[str, Any], cause: str, message: str, record: str = "") -> dict[str, Any]:
    return quarantine_row(entry, step=NAME, cause=cause, message=message, source_type="github_issue", record=record)


STEP: Final = Step(
    name=NAME,
    version=5,
    settings=ExtractSettings,
    reads=INVENTORY,
    writes=DOCUMENT,
    run=extract_threads,
    reasons=IssueDrop,
    causes=ExtractCause,
    accounting=Accounting.PARENTS,
)
