"""The manifest of a release: what is in it, what it was made from, what became of every record."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from schemas.shard import ShardRef


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SourceTotals(_Part):
    """What one source of the recipe held.

    Attributes:
        sha256: Over paths and digests of everything in it.
    """

    kind: str
    path: str
    kb: str
    files: int
    bytes: int
    sha256: str


class StepTotals(_Part):
    """What one step did, added up over its shards.

    Attributes:
        rows_in: Records that entered: rows_kept + rows_dropped + rows_quarantined for every step that removes.
        cached_shards: Shards whose work was found in the store; their time is not counted here.
        reasons: Dropped and quarantined records by reason or cause.
        cpu_s: Of the process that ran the step, in seconds: where steps run in threads, of all that ran meanwhile.
            Children of a sandbox are not in it.
    """

    name: str
    version: int
    shards: int
    cached_shards: int
    rows_in: int
    rows_kept: int
    rows_dropped: int
    rows_quarantined: int
    reasons: dict[str, int]
    words_in: int
    words_kept: int
    bytes_in: int
    cpu_s: float
    wall_s: float


class ReleaseFile(_Part):
    """One Parquet file of a release; `path` is below the version's folder."""

    table: str
    path: str
    rows: int
    bytes: int
    sha256: str


class TokenizerFile(_Part):
    """The SentencePiece model that the tokens of a release belong to; `path` is below the version's folder.

    Attributes:
        sha256: What `tokenizer_sha256` in `pretrain_tokens` names.
        kind: trained | given
        trained_bytes: UTF-8 bytes of text it was trained on; null for a given model.
        kept: It is that of the version before.
    """

    path: str
    bytes: int
    sha256: str
    vocab_size: int
    kind: str
    trained_bytes: int | None = None
    kept: bool = False


class Manifest(_Part):
    """`manifest.json`, written after everything it names.

    Attributes:
        content_sha256: Of the rows of all tables, before the version's name is added: equal content, equal digest.
        inputs_sha256: Of the inventory, the settings and the versions of all steps: equal inputs, equal digest.
        tokenizer: Where the run made or was given one.
        released: Ids of the version before this one that this run kept first (`released@1`), if there was one.
        ledger: Tables that the steps of the run wrote (`ledger@1`); null for versions from before there was one.
    """

    dataset: str
    version: str
    created_at: str
    content_sha256: str
    inputs_sha256: str
    recipe: dict[str, Any]
    code: dict[str, str]
    sources: list[SourceTotals]
    steps: list[StepTotals]
    files: list[ReleaseFile]
    tokenizer: TokenizerFile | None = None
    released: ShardRef | None = None
    ledger: ShardRef | None = None
