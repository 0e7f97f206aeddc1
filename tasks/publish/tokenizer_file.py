"""Write the tokenizer of a release beside its tables: token ids mean nothing without it."""

from typing import Final

from schemas.manifest import TokenizerFile
from schemas.shard import ShardRef
from schemas.tokenizer import TOKENIZER
from tasks.engine.store import Store

PATH: Final = "tokenizer/tokenizer.model"


def write_tokenizer_file(store: Store, shard: ShardRef, *, folder: str, kept: bool) -> TokenizerFile:
    """Write the SentencePiece model of `shard`.

    Args:
        store: Holds the shard and gets the file.
        shard: One `tokenizer@1` row.
        folder: Of the version, below the root of the store.
        kept: It is that of the version before.
    """
    (row,) = store.get_table(shard, TOKENIZER).to_pylist()
    store.put_bytes(f"{folder}/{PATH}", row["model"])
    carried = {name: row[name] for name in ("sha256", "vocab_size", "kind", "trained_bytes")}
    return TokenizerFile(path=PATH, bytes=len(row["model"]), kept=kept, **carried)
