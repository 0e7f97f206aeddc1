"""`document@1`: one source text, from extraction to release."""

import pyarrow as pa

from schemas.table import TableSchema

BLOCK = pa.struct(
    [
        # [start, end) in code points of `text`.
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        # heading | paragraph | list | table | code | image | footnote | page | turn
        pa.field("kind", pa.string(), nullable=False),
        # Heading depth, 1 is the highest; null for the rest.
        pa.field("level", pa.int32()),
        # Page, from 1, and box in PDF points, origin top left.
        pa.field("page", pa.int32()),
        pa.field("x0", pa.float32()),
        pa.field("y0", pa.float32()),
        pa.field("x1", pa.float32()),
        pa.field("y1", pa.float32()),
        # Tables only: with merged cells.
        pa.field("html", pa.string()),
        # JSON object. A turn of a thread: author, role, is_bot, created_at, reactions, accept_signal.
        # Personal data here is anonymized with the text.
        pa.field("attributes", pa.string()),
    ]
)

PII_COUNT = pa.struct([pa.field("kind", pa.string(), nullable=False), pa.field("count", pa.int32(), nullable=False)])

DOCUMENT = TableSchema(
    name="document",
    version=1,
    arrow=pa.schema(
        [
            # blake2b-128, hex, of (source kind, source path as the recipe writes it, path below it, record id):
            # the same file keeps its id when its content changes, two sources never share one.
            pa.field("id", pa.large_string(), nullable=False),
            # `inventory@1.id` of the file this was extracted from.
            pa.field("parent_id", pa.large_string(), nullable=False),
            # NFC-preserving: as extracted until `clean` has run; "\n" line ends, no NUL, no lone surrogate,
            # never empty.
            pa.field("text", pa.large_string(), nullable=False),
            # github_issue | pdf | markdown | html | code | office | email | faq | text
            pa.field("source_type", pa.large_string(), nullable=False),
            # Path below the source's `path` ("/" separated), or the record's id for a `text` source.
            pa.field("source", pa.large_string(), nullable=False),
            pa.field("source_url", pa.large_string()),
            # Position of the source in the recipe, 0 first: the earlier one keeps the text of a duplicate.
            pa.field("source_rank", pa.int32(), nullable=False),
            # BCP 47: zh, en, zh-Hant, zh-en and zh-Hant-en (mixed), code, und; null until `language` has run.
            pa.field("lang", pa.large_string()),
            # SPDX identifier; null where none was found.
            pa.field("license", pa.large_string()),
            # Routing label of the knowledge base, from the recipe.
            pa.field("kb", pa.large_string(), nullable=False),
            pa.field("title", pa.large_string()),
            # By content, not by name.
            pa.field("mime", pa.large_string()),
            pa.field("repo", pa.large_string()),
            # Path inside the repository or archive.
            pa.field("path", pa.large_string()),
            # Commit id or other version of the source.
            pa.field("revision", pa.large_string()),
            # OWNER, MEMBER, … of who opened an issue.
            pa.field("author_role", pa.large_string()),
            pa.field("created_at", pa.timestamp("us", tz="UTC")),
            pa.field("updated_at", pa.timestamp("us", tz="UTC")),
            pa.field("n_pages", pa.int32()),
            # Words of `text`: a run of letters or digits is one, a Han, kana or hangul character is one.
            pa.field("n_words", pa.int64(), nullable=False),
            # sha256, hex, of the raw bytes (of the record, where a file holds many).
            pa.field("raw_sha256", pa.large_string(), nullable=False),
            # In [0, 1]; null until `quality` has run.
            pa.field("quality", pa.float32()),
            # Id of the cluster's keeper; null when nothing resembles the document.
            pa.field("dedup_cluster", pa.large_string()),
            # In order of `start`; may nest (a page holds paragraphs), never cross.
            pa.field("blocks", pa.large_list(BLOCK), nullable=False),
            pa.field("image_ids", pa.large_list(pa.string()), nullable=False),
            # Replacements made by `anonymize`.
            pa.field("pii", pa.large_list(PII_COUNT), nullable=False),
            # JSON object.
            pa.field("metadata", pa.large_string(), nullable=False),
        ]
    ),
)
