"""The tables of a release, as trainers and knowledge bases read them.

Only plain Arrow types (string, list, struct, integers, floats, bool, timestamp[us, UTC]): every table loads in
`datasets` 2.16 to 5 and in LanceDB. A step writes the rows of a table without `dataset_version`
(`release_rows`); publishing adds that column.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from schemas.table import TableSchema

_S, _B, _I, _L, _F = pa.string(), pa.bool_(), pa.int32(), pa.int64(), pa.float32()
_TIME = pa.timestamp("us", tz="UTC")
_STRINGS = pa.list_(_S)


def _required(name: str, kind: pa.DataType, description: str = "") -> pa.Field:
    return pa.field(name, kind, nullable=False, metadata={"description": description} if description else None)


def _optional(name: str, kind: pa.DataType, description: str = "") -> pa.Field:
    return pa.field(name, kind, nullable=True, metadata={"description": description} if description else None)


# Exactly these two, in this order: an extra key fails in `datasets` 5.
MESSAGE: Final = pa.struct([pa.field("role", _S, False), pa.field("content", _S, False)])
BOX: Final = pa.struct([pa.field("page", _I, False)] + [pa.field(k, _F, False) for k in ("x0", "y0", "x1", "y1")])
_MESSAGES = pa.list_(MESSAGE)
_PII = pa.list_(pa.struct([pa.field("kind", _S, False), pa.field("count", _I, False)]))

_ORIGIN = [
    _required("source_type", _S, "github_issue | pdf | markdown | html | code | office | email | faq | text"),
    _required("source", _S, "path below the source's path, or the record's id; citation key"),
    _optional("source_url", _S),
    _optional("lang", _S, "BCP 47: zh | zh-Hant | en | zh-en | zh-Hant-en | code | und"),
    _optional("license", _S, "SPDX identifier"),
]
_VERSION = _required("dataset_version", _S)

_COLUMNS: Mapping[str, list[pa.Field]] = {
    "documents": [
        _required("id", _S, "stable across versions"),
        _required("text", _S, "cleaned and anonymized; Markdown where the source has structure"),
        *_ORIGIN,
        _required("kb", _S, "routing label"),
        _optional("title", _S),
        _optional("mime", _S),
        _optional("repo", _S),
        _optional("path", _S),
        _optional("revision", _S),
        _optional("author_role", _S),
        _optional("created_at", _TIME),
        _optional("updated_at", _TIME),
        _optional("n_pages", _I),
        _required("n_chars", _I),
        _required("raw_sha256", _S),
        _required("text_sha256", _S),
        _optional("dedup_cluster", _S),
        _optional("quality", _F),
        _required("image_ids", _STRINGS),
        _required("pii", _PII, "replacements made, by kind; never values"),
        _required("metadata", _S, "JSON object"),
    ],
    "images": [
        _required("id", _S),
        _optional("image", pa.struct([pa.field("bytes", pa.binary()), pa.field("path", _S)])),
        _required("doc_id", _S),
        _optional("page", _I),
        _optional("bbox", BOX),
        _optional("width", _I),
        _optional("height", _I),
        _required("sha256", _S),
        _optional("phash", _S),
        _optional("kind", _S, "figure | table | formula | screenshot | decoration"),
        _optional("caption", _S),
        _optional("ocr_text", _S),
        *_ORIGIN,
    ],
    "chunks": [
        _required("id", _S, "blake2b-128 of (doc_id, heading_path, ordinal, text_sha256)"),
        _required("doc_id", _S),
        _optional("parent_id", _S),
        _optional("prev_id", _S),
        _optional("next_id", _S),
        _required("level", _I, "0 parent, 1 child"),
        _required("chunk_index", _I),
        _required("kind", _S, "text | table | code | image | qa"),
        _required("text", _S, "what the model sees, Markdown"),
        _required("embed_text", _S, "heading path and text"),
        _optional("html", _S, "tables only"),
        _required("fts_tokens", _S, "jieba.lcut_for_search(embed_text) joined by spaces"),
        _required("heading_path", _STRINGS),
        _optional("title", _S),
        *_ORIGIN,
        _required("kb", _S),
        _optional("page_start", _I),
        _optional("page_end", _I),
        _required("bboxes", pa.list_(BOX)),
        _required("char_start", _L, "[start, end) in code points of documents.text"),
        _required("char_end", _L),
        _required("image_ids", _STRINGS),
        _required("n_chars", _I),
        _optional("n_tokens", _I),
        _required("text_sha256", _S),
        _optional("dedup_cluster", _S),
        _required("is_canonical", _B, "false for a repeated passage"),
        _required("metadata", _S, "flat JSON object"),
    ],
    "qa_pairs": [
        _required("id", _S),
        _required("question", _S),
        _required("answer", _S),
        _required("question_token", _S, "jieba.cut(question) joined by spaces"),
        _required("variants", _STRINGS),
        _required("gold_chunk_ids", _STRINGS),
        *_ORIGIN,
        _required("kb", _S),
        _optional("answer_role", _S),
        _required("accepted", _B),
        _optional("accept_signal", _S),
        _optional("confidence", _F),
        _optional("answered_at", _TIME),
        _optional("dedup_cluster", _S),
    ],
    "recall_eval": [
        _required("id", _S),
        _required("question", _S),
        _required("answer", _S),
        _required("answer_variants", _STRINGS),
        _required("must_contain", _STRINGS, "facts without which an answer is wrong"),
        _required("gold_chunk_ids", _STRINGS),
        _required("kb", _S),
        _optional("lang", _S),
        _required("kind", _S, "verbatim | paraphrase | cross-lingual | unanswerable"),
    ],
    "sft": [
        _required("id", _S),
        _required("messages", _MESSAGES, "alternating, ends with assistant"),
        *_ORIGIN,
        _optional("answer_role", _S),
        _required("accepted", _B),
        _optional("accept_signal", _S),
        _required("n_turns", _I),
        _optional("n_tokens", _I),
        _required("has_code", _B),
        _optional("quality", _F),
        _optional("dedup_cluster", _S),
        _required("evidence_chunk_ids", _STRINGS),
        _optional("thread_created_at", _TIME),
    ],
    "preference": [
        _required("id", _S),
        _required("prompt", _MESSAGES),
        _required("chosen", _MESSAGES),
        _required("rejected", _MESSAGES),
        _required("chosen_message", MESSAGE),
        _required("rejected_message", MESSAGE),
        _optional("preference_signal", _S),
        *_ORIGIN,
    ],
    "kto": [
        _required("id", _S),
        _required("prompt", _MESSAGES),
        _required("completion", _MESSAGES),
        _required("label", _B),
        _required("dialog", _MESSAGES),
        *_ORIGIN,
    ],
    "pairs": [
        _required("id", _S),
        _required("sentence1", _S),
        _required("sentence2", _S),
        _required("label", _I, "1 same meaning, 0 not"),
    ],
    "pretrain_text": [
        _required("id", _S),
        _required("text", _S),
        *_ORIGIN,
        _required("kind", _S, "prose | code | table | dialog"),
        _required("n_chars", _I),
        _optional("quality", _F),
        _optional("dedup_cluster", _S),
        _required("metadata", _S, "JSON object"),
    ],
    "code_fim": [
        _required("id", _S),
        _required("prefix", _S),
        _required("middle", _S),
        _required("suffix", _S),
        _required("language", _S),
        _required("path", _S),
        _required("cut", _S, "ast-node | line | random"),
        *_ORIGIN,
    ],
    "repositories": [
        _required("id", _S),
        _required("repo", _S),
        _optional("revision", _S, "commit id, where known"),
        _required("kb", _S),
        _required("licenses", _STRINGS, "SPDX expressions of its files"),
        _required("languages", _STRINGS),
        _required("n_files", _I),
        _required("n_chars", _L),
        _required("document_ids", _STRINGS, "what a file imports comes before it"),
        _required("paths", _STRINGS, "of the documents, in the same order"),
    ],
    "pretrain_tokens": [
        _required("input_ids", pa.list_(_I)),
        _required("labels", pa.list_(_I), "-100 on a prefix or padding"),
        _required("seq_lengths", pa.list_(_I), "sum is len(input_ids)"),
        _required("document_ids", _STRINGS, "one per sequence"),
        _required("prefix_lengths", pa.list_(_I), "per sequence, 0 is causal"),
        _required("objective", _S, "causal | prefix | fim"),
        _required("n_tokens", _I),
        _required("tokenizer_sha256", _S),
    ],
    "dropped": [
        _required("id", _S),
        _required("stage", _S, "step that decided"),
        _required("reason", _S, "closed vocabulary"),
        _optional("detail", _S, "free of personal data"),
        _optional("score", _F, "what was measured; true Jaccard similarity for a duplicate"),
        _optional("threshold", _F),
        _optional("kept_id", _S, "survivor of the duplicate cluster"),
        _required("text_sha256", _S),
        _required("n_chars", _I),
        _required("source_type", _S),
        _required("source", _S),
        _optional("source_url", _S),
    ],
    "quarantined": [
        _required("id", _S),
        _required("step", _S),
        _required("cause", _S, "closed vocabulary"),
        _optional("error_class", _S),
        _optional("message", _S, "free of personal data"),
        _required("source_type", _S),
        _required("source", _S),
        _required("bytes", _L),
    ],
    "pii_spans": [
        _required("id", _S, "of the document"),
        _required("start", _L, "[start, end) in code points of the text before anonymization"),
        _required("end", _L),
        _required("entity", _S),
        _required("score", _F),
        _required("recognizer", _S),
    ],
    "stats": [
        _required("table", _S),
        _required("split", _S),
        _required("metric", _S),
        _required("key", _S),
        _required("value", pa.float64()),
    ],
}

# No key that a reader could take for an order: rows are what a trainer reads one after another.
_KEYLESS = {"pretrain_tokens": "document_ids", "stats": "metric"}


def _value_feature(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return {child.name: _value_feature(child.type) for child in kind}
    names = {"float": "float32", "double": "float64"}
    return {"dtype": names.get(str(kind), str(kind)), "_type": "Value"}


def _image_features(schema: pa.Schema) -> dict[bytes, bytes]:
    # `datasets` decodes pictures only where the metadata lists all columns with types every version knows.
    features = {f.name: {"_type": "Image"} if f.name == "image" else _value_feature(f.type) for f in schema}
    return {b"huggingface": json.dumps({"info": {"features": features}}).encode()}


def _release_table(name: str) -> TableSchema:
    schema = pa.schema([*_COLUMNS[name], _VERSION])
    metadata = {b"winnow.table": name.encode(), b"winnow.schema_version": b"1"}
    if name == "images":
        metadata |= _image_features(schema)
    return TableSchema(name=name, version=1, arrow=schema.with_metadata(metadata), key=_KEYLESS.get(name, "id"))


def release_rows(name: str) -> TableSchema:
    """Schema of what a step writes for the release table `name`: its columns without `dataset_version`."""
    return TableSchema(name=f"{name}_rows", version=1, arrow=pa.schema(_COLUMNS[name]), key=_KEYLESS.get(name, "id"))


RELEASE: Final[Mapping[str, TableSchema]] = MappingProxyType({name: _release_table(name) for name in _COLUMNS})
