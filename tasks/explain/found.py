"""Find what somebody asks about: a document by its id or its beginning, its file's id, its path, or a passage of it."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from tasks.explain.ledger import Entry, Ledger

_COLUMNS: Final = ["id", "parent_id", "source"]
_OUTCOMES: Final = ("kept", "dropped", "quarantined")
_ID: Final = re.compile("[0-9a-f]{32}")
_PREFIX: Final = re.compile("[0-9a-f]{6,31}")
_THREADS: Final = 8


@dataclass(frozen=True)
class Found:
    """One record of a run.

    Args:
        shard: It was in.
        id: Of the document; of the file, where no document came out of it.
        through: What was asked about, where that is a part of the document: "chunks", "images".
    """

    shard: str
    id: str
    through: str | None = None


def find_records(ledger: Ledger, asked: str) -> list[Found]:
    """Records that `asked` names, in the order of the run; none where the run has none.

    Args:
        ledger: Of the version.
        asked: Id of a document, of a file or of a passage; the beginning of a document's id; or a path, whole or from
            one of its folders on.
    """
    entries = [entry for side in _OUTCOMES for entry in ledger.entries(step="extract*", side=side)]
    # Most ask by an id, and two columns need not be read for that.
    ways = [["id"], _COLUMNS] if _ID.fullmatch(asked) else [_COLUMNS]
    found = next((hits for names in ways if (hits := list(_matching(ledger, entries, asked, names)))), [])
    return list(dict.fromkeys(found)) or list(_by_part(ledger, asked))


def _matching(ledger: Ledger, entries: Sequence[Entry], asked: str, names: list[str]) -> Iterator[Found]:
    def ids(entry: Entry) -> list[str]:
        table = ledger.store.get_columns(entry.ref, names)
        mask = pc.equal(table["id"], asked) if names == ["id"] else _mask(table, asked)
        return list(table["id"].filter(mask).to_pylist())

    with ThreadPoolExecutor(_THREADS) as threads:
        for entry, matches in zip(entries, threads.map(ids, entries), strict=True):
            yield from (Found(entry.shard, name) for name in matches)


def _mask(table: pa.Table, asked: str) -> pa.ChunkedArray:
    exact = [pc.equal(table[name], asked) for name in _COLUMNS]
    loose = pc.ends_with(table["source"], f"/{asked}")
    if _PREFIX.fullmatch(asked):
        loose = pc.or_(loose, pc.starts_with(table["id"], asked))
    mask = loose
    for other in exact:
        mask = pc.or_(mask, other)
    return mask


def _by_part(ledger: Ledger, asked: str) -> Iterator[Found]:
    for step in ("chunks", "images"):
        for entry in ledger.entries(step=step, side="kept"):
            for row in ledger.rows_of(entry, asked, names=["doc_id"]):
                yield Found(entry.shard, row["doc_id"], step)
                return
