"""`evaluation_gram@1`: the n-grams of evaluation sets, as hashes; what no document of a release may hold much of."""

import pyarrow as pa

from schemas.table import TableSchema

EVALUATION_GRAM = TableSchema(
    name="evaluation_gram",
    version=1,
    key="hash",
    arrow=pa.schema(
        [
            # Of the words in it (tasks/decontaminate/grams.py); `length` of them.
            pa.field("hash", pa.uint64(), nullable=False),
            pa.field("length", pa.int32(), nullable=False),
            # File name of the set, row in it, from 1, and text of that row (a question, a choice), from 0.
            pa.field("set_name", pa.large_string(), nullable=False),
            pa.field("item", pa.int64(), nullable=False),
            pa.field("part", pa.int64(), nullable=False),
            # Different n-grams of that text.
            pa.field("n_grams", pa.int64(), nullable=False),
        ]
    ),
)
