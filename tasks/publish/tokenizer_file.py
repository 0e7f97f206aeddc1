"""Write the tokenizer of a release beside its tables: token ids mean nothing without it."""

from typing import Final

from schemas.manifest import TokenizerFile
from schemas.shard import ShardRef
from schemas.tokenizer import TOKENIZER
from tasks.engine.store import Store

PATH: Final = "tokenizer/tokenizer.model"


def write_tokenizer_file(store: Store, shard: ShardRef, *, folder: str) -> TokenizerFile:
    """Write the SentencePiece model of `shard`.

    Args:
        store: Holds the shard and gets the file.
        shard: One `tokenizer@1` row.
        folder: Of the version, below the root of the store.
    """
    (row,) = store.get_table(shard, TOKENIZER).to_pylist()
    store.put_bytes(f"{folder}/{PATH}", row["model"])
    return TokenizerFile(path=PATH, bytes=len(row["model"]), sha256=row["sha256"], vocab_size=row["vocab_size"])
