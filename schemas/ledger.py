"""`ledger@1`: every table that the steps of a run wrote, so that what became of a document can be asked long after."""

import pyarrow as pa

from schemas.table import TableSchema

LEDGER = TableSchema(
    name="ledger",
    version=1,
    key="path",
    arrow=pa.schema(
        [
            # Of the step's record, in the order of the run, from 0; the tables of one record share it.
            pa.field("place", pa.int32(), nullable=False),
            pa.field("step", pa.large_string(), nullable=False),
            pa.field("step_version", pa.int32(), nullable=False),
            # Of the record: where it lies in the store, together with the step's name.
            pa.field("key", pa.large_string(), nullable=False),
            # kept | dropped | quarantined | the name of a side table
            pa.field("side", pa.large_string(), nullable=False),
            # See `ShardRef`. `record_shard` is the shard the step was given; a table it shares may be named otherwise.
            pa.field("record_shard", pa.large_string(), nullable=False),
            pa.field("shard_id", pa.large_string(), nullable=False),
            pa.field("table", pa.large_string(), nullable=False),
            pa.field("path", pa.large_string(), nullable=False),
            pa.field("rows", pa.int64(), nullable=False),
            pa.field("size", pa.int64(), nullable=False),
            pa.field("digest", pa.large_string(), nullable=False),
        ]
    ),
)
