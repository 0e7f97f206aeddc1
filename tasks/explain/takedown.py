"""What a takedown means: the files and records of a version that somebody names, and the versions that hold them."""

import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.store import Store
from tasks.explain.found import find_records
from tasks.explain.ledger import Ledger
from tasks.ingest.tombstones import Tombstones
from tasks.publish.versions import list_versions, read_manifest

# Steps whose files hold one document each: the file is taken down and not read again.
_ONE_DOCUMENT_A_FILE = ("extract_documents", "extract_code")


def tombstones_for(ledger: Ledger, asked: str) -> Tombstones:
    """What to take down, for an id or path.

    Args:
        ledger: Of the newest version.
        asked: As for `find_records`.
    """
    names = {record.id for record in find_records(ledger, asked)}
    files, records = set[str](), set[str]()
    for side in ("kept", "dropped", "quarantined"):
        for entry in ledger.entries(step="extract*", side=side):
            table = ledger.store.get_columns(entry.ref, ["id", "parent_id"])
            for row in table.filter(_among(table["id"], names)).to_pylist():
                whole = entry.step in _ONE_DOCUMENT_A_FILE or row["id"] == row["parent_id"]
                (files if whole else records).add(row["parent_id"] if whole else row["id"])
    return Tombstones(frozenset(files), frozenset(records))


def versions_with(store: Store, dataset: str, tombstones: Tombstones) -> list[str]:
    """Versions that released something of it, oldest first; versions without a ledger are not looked into."""
    found = []
    for version in list_versions(store, dataset):
        manifest = read_manifest(store, dataset, version)
        if manifest and manifest.ledger and _released(Ledger(store, manifest), tombstones):
            found.append(version)
    return found


def _released(ledger: Ledger, tombstones: Tombstones) -> bool:
    last = ledger.entries(step="documents", side="kept") or ledger.entries(step="seal", side="kept")
    ids = set(tombstones.records)
    for entry in ledger.entries(step="extract*", side="kept"):
        table = ledger.store.get_columns(entry.ref, ["id", "parent_id"])
        ids |= set(table["id"].filter(_among(table["parent_id"], set(tombstones.files))).to_pylist())
    return any(pc.any(_among(ledger.columns([entry], ["id"])["id"], ids)).as_py() for entry in last)


def _among(column: pa.ChunkedArray, names: set[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(sorted(names), column.type))
