"""What was released before and is kept: documents before their twins, and the tokenizer. So versions do not flap."""

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.shard import ShardRef
from schemas.signature import RELEASED
from schemas.tokenizer import TOKENIZER
from tasks.engine.store import Store
from tasks.publish.versions import latest_manifest, version_folder
from tasks.tokens.settings import TokensSettings
from tasks.tokens.tokenizer import tokenizer_row

_OF_TRAINING: Final = frozenset({"vocab_size", "sample_mb", "shard_sample_mb", "model_sha256"})


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


def released_tokenizer(store: Store, dataset: str, inputs_sha256: str, settings: TokensSettings) -> ShardRef | None:
    """The newest version's tokenizer (`tokenizer@1`), where this run is to keep it.

    None before the first version, where a model is given or each version trains its own, or where the settings of the
    training have changed.
    """
    latest = latest_manifest(store, dataset)
    if latest is None or latest.tokenizer is None or settings.model or settings.retrain:
        return None
    model = latest.tokenizer
    again = latest.inputs_sha256 == inputs_sha256
    if model.kind != "trained" or (again and not model.kept):
        return None
    if _training(latest.recipe["steps"]["tokens"]) != _training(dict(settings.keyed())):
        return None
    data = store.get_bytes(f"{version_folder(dataset, latest.version)}/{model.path}")
    if data is None:
        return None
    return store.put_table(tokenizer_row(data, model.kind, model.trained_bytes), TOKENIZER, "tokenizer")


def _training(tokens: Mapping[str, Any]) -> dict[str, Any]:
    """Of the settings of `tokens` those that decide what is trained."""
    return {name: value for name, value in tokens.items() if name in _OF_TRAINING}


def _ids(store: Store, path: str) -> pa.Array:
    with store.open_input(path) as stream:
        return pq.read_table(stream, columns=["id"])["id"].cast(pa.large_string()).combine_chunks()
