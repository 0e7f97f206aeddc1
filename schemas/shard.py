"""References to shards: what travels between tasks instead of data."""

from pydantic import BaseModel, ConfigDict


class ShardRef(BaseModel):
    """One committed Parquet object.

    Attributes:
        shard_id: Readable name of the slice of the corpus this is, kept from step to step: "manual-3f2a91bc".
        table: Name and version of its schema, "document@1".
        path: Object path relative to the store's root; named by content.
        rows: Number of rows.
        size: Bytes of the object.
        digest: sha256 of the object, hex.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shard_id: str
    table: str
    path: str
    rows: int
    size: int
    digest: str


class StepRecord(BaseModel):
    """What one step did with one shard; written last, so its existence means the work is done.

    Attributes:
        words: Words kept and dropped (see `document@1.n_words`), zero for tables without that column.
        records: Raw records the input held: more than `rows_in` where one input row holds many (an issue export).
        cached: True when it was found in the store and not computed by this run; never stored.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    version: int
    key: str
    shard_id: str
    kept: ShardRef
    dropped: ShardRef
    quarantined: ShardRef
    sides: dict[str, ShardRef] = {}
    rows_in: int
    records: int
    bytes_in: int
    words_in: int = 0
    words_kept: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    cached: bool = False
