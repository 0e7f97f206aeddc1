"""Which documents were released before: they are kept first, so that versions do not flap."""

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.shard import ShardRef
from schemas.signature import RELEASED
from tasks.engine.store import Store
from tasks.publish.versions import latest_manifest, version_folder


def released_ids(store: Store, dataset: str, inputs_sha256: str) -> ShardRef | None:
    """Ids of the newest version's documents (`released@1`); None before the first version.

    A run with the inputs of the newest version is that run again: it keeps first what that run kept first, and so
    finds all of its work done.
    """
    latest = latest_manifest(store, dataset)
    if latest is None:
        return None
    if latest.inputs_sha256 == inputs_sha256:
        return latest.released
    folder = version_folder(dataset, latest.version)
    ids = [_ids(store, f"{folder}/{file.path}") for file in latest.files if file.table == "documents"]
    if not ids:
        return None
    table = pa.table({"id": pa.chunked_array(ids, pa.large_string())}, schema=RELEASED.arrow)
    return store.put_table(table.sort_by("id"), RELEASED, "released")


def _ids(store: Store, path: str) -> pa.Array:
    with store.open_input(path) as stream:
        return pq.read_table(stream, columns=["id"])["id"].cast(pa.large_string()).combine_chunks()
