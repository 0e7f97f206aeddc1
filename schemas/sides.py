"""Tables that go beside documents: removed spans, found personal data, pictures."""

import pyarrow as pa

from schemas.table import TableSchema

REMOVED_SPAN = TableSchema(
    name="removed_span",
    version=1,
    key="doc_id",
    arrow=pa.schema(
        [
            pa.field("doc_id", pa.large_string(), nullable=False),
            # [start, end) in code points of the text the step was given.
            pa.field("start", pa.int64(), nullable=False),
            pa.field("end", pa.int64(), nullable=False),
            # page_header, page_footer, page_number, licence_header, …
            pa.field("reason", pa.large_string(), nullable=False),
            # Evidence in numbers and rule names: "on 12 of 14 pages"; never quotes text.
            pa.field("detail", pa.large_string()),
        ]
    ),
)

TEXT_MAP = TableSchema(
    name="text_map",
    version=1,
    key="doc_id",
    arrow=pa.schema(
        [
            # A document whose text `clean` changed; all others are as they came.
            pa.field("doc_id", pa.large_string(), nullable=False),
            # Code points of the text as it came.
            pa.field("source_length", pa.int64(), nullable=False),
            # Runs that are the same in both texts, in order: where each begins in the text as it came, where in the
            # text now, and how many code points it has.
            pa.field("source_start", pa.large_list(pa.int32()), nullable=False),
            pa.field("text_start", pa.large_list(pa.int32()), nullable=False),
            pa.field("length", pa.large_list(pa.int32()), nullable=False),
        ]
    ),
)

LANGUAGE_SPAN = TableSchema(
    name="language_span",
    version=1,
    key="doc_id",
    arrow=pa.schema(
        [
            pa.field("doc_id", pa.large_string(), nullable=False),
            # [start, end) in code points of `document@1.text`: whole paragraphs with the empty line that ends them.
            pa.field("start", pa.int64(), nullable=False),
            pa.field("end", pa.int64(), nullable=False),
            # As `document@1.lang`.
            pa.field("lang", pa.large_string(), nullable=False),
        ]
    ),
)

PII_SPAN = TableSchema(
    name="pii_span",
    version=1,
    key="id",
    arrow=pa.schema(
        [
            # Of the document.
            pa.field("id", pa.large_string(), nullable=False),
            # [start, end) in code points of the text before anonymization.
            pa.field("start", pa.int64(), nullable=False),
            pa.field("end", pa.int64(), nullable=False),
            pa.field("entity", pa.large_string(), nullable=False),
            pa.field("score", pa.float32(), nullable=False),
            pa.field("recognizer", pa.large_string(), nullable=False),
        ]
    ),
)

IMAGE = TableSchema(
    name="image",
    version=1,
    arrow=pa.schema(
        [
            # blake2b-128, hex, of (document, sha256 of the bytes).
            pa.field("id", pa.large_string(), nullable=False),
            pa.field("doc_id", pa.large_string(), nullable=False),
            pa.field("bytes", pa.large_binary()),
            # File name with extension, "<id>.png".
            pa.field("path", pa.large_string()),
            pa.field("page", pa.int32()),
            pa.field("x0", pa.float32()),
            pa.field("y0", pa.float32()),
            pa.field("x1", pa.float32()),
            pa.field("y1", pa.float32()),
            # Pixels.
            pa.field("width", pa.int32()),
            pa.field("height", pa.int32()),
            pa.field("sha256", pa.large_string(), nullable=False),
            # Perceptual hash, hex.
            pa.field("phash", pa.large_string()),
            # figure | table | formula | screenshot | decoration
            pa.field("kind", pa.large_string()),
            pa.field("caption", pa.large_string()),
            pa.field("ocr_text", pa.large_string()),
        ]
    ),
)

KNOWN_VALUE = TableSchema(
    name="known_value",
    version=1,
    arrow=pa.schema(
        [
            # Keyed fingerprint of a value that was replaced, 16 hex digits; never the value. Stays in the store.
            pa.field("id", pa.large_string(), nullable=False),
            # Keyed fingerprint of its first word.
            pa.field("first", pa.large_string(), nullable=False),
            pa.field("entity", pa.large_string(), nullable=False),
        ]
    ),
)
