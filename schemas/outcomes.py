"""`drop@1` and `quarantine@1`: what became of every record that was not kept."""

import pyarrow as pa

from schemas.table import TableSchema

DROP = TableSchema(
    name="drop",
    version=1,
    arrow=pa.schema(
        [
            pa.field("id", pa.large_string(), nullable=False),
            # Id of the input row that held it (a file); equal to `id` where a row is one record.
            pa.field("parent_id", pa.large_string(), nullable=False),
            pa.field("step", pa.large_string(), nullable=False),
            # A value of the step's reasons.
            pa.field("reason", pa.large_string(), nullable=False),
            # Free of personal data: names a rule, a pattern or a span, never quotes text.
            pa.field("detail", pa.large_string()),
            # What was measured and the limit it broke.
            pa.field("value", pa.float64()),
            pa.field("threshold", pa.float64()),
            # Duplicates: the document that stays.
            pa.field("kept_id", pa.large_string()),
            # Of the text at that step; of nothing where there was none.
            pa.field("text_sha256", pa.large_string(), nullable=False),
            pa.field("n_chars", pa.int64(), nullable=False),
            pa.field("n_words", pa.int64(), nullable=False),
            pa.field("lang", pa.large_string()),
            pa.field("kb", pa.large_string()),
            pa.field("source_type", pa.large_string(), nullable=False),
            pa.field("source", pa.large_string(), nullable=False),
            pa.field("source_url", pa.large_string()),
        ]
    ),
)

QUARANTINE = TableSchema(
    name="quarantine",
    version=1,
    arrow=pa.schema(
        [
            # Of the record where it is known, else of the file.
            pa.field("id", pa.large_string(), nullable=False),
            pa.field("parent_id", pa.large_string(), nullable=False),
            pa.field("step", pa.large_string(), nullable=False),
            # Closed vocabulary of causes: encrypted, truncated, empty, no_text_layer, timeout, …
            pa.field("cause", pa.large_string(), nullable=False),
            pa.field("error_class", pa.large_string()),
            # Says what to do about it; free of personal data.
            pa.field("message", pa.large_string()),
            pa.field("source_type", pa.large_string(), nullable=False),
            pa.field("source", pa.large_string(), nullable=False),
            pa.field("bytes", pa.int64(), nullable=False),
        ]
    ),
)
