"""Tables are exactly what they are declared to be; what is wrong with one is said at once and without its values."""

import json
import re
from pathlib import Path

import pyarrow as pa
import pytest

from schemas import document, inventory, outcomes, sides, signals, signature, tokenizer
from schemas.release import MESSAGE, RELEASE, release_rows
from schemas.table import SchemaError, TableSchema

DEMO = TableSchema(
    "demo",
    3,
    pa.schema(
        [pa.field("id", pa.string(), False), pa.field("text", pa.large_string(), False), pa.field("n", pa.int64())]
    ),
)
BETWEEN_STEPS = [
    found
    for module in (document, inventory, outcomes, sides, signals, signature, tokenizer)
    for found in vars(module).values()
    if isinstance(found, TableSchema)
]


def test_a_table_that_fits_comes_back_unchanged():
    table = DEMO.from_rows([{"id": "a", "text": "文本 text"}])
    assert DEMO.check(table) is table
    assert table["n"].to_pylist() == [None]
    assert DEMO.check(DEMO.empty()).num_rows == 0


def test_lists_of_dictionaries_are_what_arrow_makes_of_them():
    kind = document.DOCUMENT.arrow.field("blocks").type
    table = TableSchema("demo", 1, pa.schema([pa.field("id", pa.string()), pa.field("blocks", kind)]))
    turn = {"start": 0, "end": 2, "kind": "turn", "attributes": '{"author": "水泵"}'}
    heading = {"start": 0, "end": 1, "kind": "heading", "level": 1, "unknown": "passed over"}
    for blocks in ([[turn], [], [heading, turn]], [[], []], [], [None, [turn]]):
        rows = [{"id": "a", "blocks": found} for found in blocks]
        expected = pa.array(blocks, kind)
        assert table.from_rows(rows)["blocks"].to_pylist() == expected.to_pylist()
        assert table.from_rows(rows).schema == table.arrow


def test_every_difference_is_named_at_once():
    wrong = pa.table({"text": pa.array(["机密 secret", None]), "more": [1, 2], "n": pa.array([1, 2], pa.int32())})
    with pytest.raises(SchemaError) as caught:
        DEMO.check(wrong)
    said = str(caught.value)
    assert said.startswith("demo@3: ")
    for fault in ("missing column 'id'", "unexpected column 'more'", "'text' is string, expected large_string",
                  "'n' is int32, expected int64", "'text' has 1 nulls"):  # fmt: skip
        assert fault in said
    assert "机密" not in said
    assert "secret" not in said


def test_columns_in_another_order_are_a_fault():
    table = DEMO.from_rows([{"id": "a", "text": "b"}]).select(["text", "id", "n"])
    with pytest.raises(SchemaError, match="in the order"):
        DEMO.check(table)


def test_a_column_that_is_there_twice_is_a_fault():
    table = DEMO.from_rows([{"id": "a", "text": "b"}])
    with pytest.raises(SchemaError):
        DEMO.check(table.append_column(DEMO.arrow.field("n"), pa.array([1], pa.int64())))


def test_a_row_with_an_unknown_name_is_a_fault():
    with pytest.raises(SchemaError, match=r"unexpected columns \['txet'\]"):
        DEMO.from_rows([{"id": "a", "txet": "机密"}])


def test_conforming_selects_orders_and_casts():
    table = pa.table({"n": pa.array([1], pa.int32()), "more": ["x"], "text": ["文"], "id": ["a"]})
    assert DEMO.conform(table).schema.equals(DEMO.arrow)
    with pytest.raises(SchemaError, match=r"missing columns \['text'\]"):
        DEMO.conform(table.drop_columns(["text"]))


@pytest.mark.parametrize("schema", BETWEEN_STEPS, ids=str)
def test_tables_between_steps_have_a_key_and_large_texts(schema: TableSchema):
    assert schema.key in schema.arrow.names
    assert len(set(schema.arrow.names)) == len(schema.arrow.names)
    # A shard may hold more than 2 GiB of text.
    assert not [field.name for field in schema.arrow if field.type == pa.string()]


def _plain(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind):
        return _plain(kind.value_type)
    if pa.types.is_struct(kind):
        return all(_plain(child.type) for child in kind)
    return kind in {pa.string(), pa.binary(), pa.bool_(), pa.int32(), pa.int64(), pa.float32(), pa.float64(),
                    pa.timestamp("us", tz="UTC")}  # fmt: skip


@pytest.mark.parametrize("name", RELEASE)
def test_release_tables_hold_plain_types_and_their_version(name: str):
    schema = RELEASE[name].arrow
    assert all(_plain(field.type) for field in schema)
    assert schema.names[-1] == "dataset_version"
    assert schema.names[:-1] == release_rows(name).arrow.names
    assert schema.metadata[b"winnow.table"] == name.encode()


@pytest.mark.parametrize("name", RELEASE)
def test_only_pictures_carry_metadata_of_another_library(name: str):
    # Any other table with it would not load in some version of `datasets`.
    assert (b"huggingface" in RELEASE[name].arrow.metadata) == (name == "images")


def test_the_metadata_of_pictures_names_every_column():
    schema = RELEASE["images"].arrow
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert list(features) == schema.names
    assert features["image"] == {"_type": "Image"}
    assert features["bbox"]["x0"] == {"dtype": "float32", "_type": "Value"}
    assert schema.field("image").nullable


def test_messages_have_two_keys_and_a_conversation_no_reserved_name():
    assert [field.name for field in MESSAGE] == ["role", "content"]
    reserved = {"prompt", "completion", "chosen", "rejected", "conversations", "image", "images", "input_ids", "labels",
                "assistant_masks", "completion_mask", "seq_lengths", "tools", "chat_template_kwargs"}  # fmt: skip
    assert not reserved & set(RELEASE["sft"].arrow.names)


# What trainers and indexers read by name: name, type and whether it may be null, as the first release had it.
CONTRACT = {
    "documents": "id text source_type source source_url? lang? license? kb title? repo? path? revision? text_sha256 "
    "raw_sha256 dedup_cluster? quality? image_ids pii metadata n_chars created_at? updated_at? author_role? n_pages?",
    "images": "id image? doc_id page? bbox? sha256 phash? kind? caption? ocr_text? width? height?",
    "chunks": "id doc_id parent_id? prev_id? next_id? level chunk_index kind text embed_text html? fts_tokens "
    "heading_path kb page_start? page_end? bboxes char_start char_end image_ids n_chars n_tokens? text_sha256 "
    "dedup_cluster? is_canonical metadata title?",
    "qa_pairs": "id question answer question_token variants gold_chunk_ids kb answer_role? accepted accept_signal? "
    "confidence? answered_at? dedup_cluster?",
    "recall_eval": "id question answer answer_variants must_contain gold_chunk_ids kb lang? kind",
    "sft": "id messages answer_role? accepted accept_signal? n_turns n_tokens? has_code quality? dedup_cluster? "
    "evidence_chunk_ids thread_created_at?",
    "pretrain_text": "id text kind n_chars quality? dedup_cluster? metadata",
    "code_fim": "id prefix middle suffix language path cut source_type source source_url? lang? license?",
    "repositories": "id repo revision? kb licenses languages n_files n_chars document_ids paths",
    "pretrain_tokens": "input_ids labels seq_lengths document_ids prefix_lengths objective n_tokens tokenizer_sha256",
    "dropped": "id stage reason detail? score? threshold? kept_id? text_sha256 n_chars source_type source source_url?",
    "stats": "table split metric key value",
}


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_that_others_read_stay(name: str):
    schema = RELEASE[name].arrow
    found = {f"{field.name}{'?' if field.nullable else ''}" for field in schema}
    assert set(CONTRACT[name].split()) <= found


def test_the_data_format_is_documented_as_it_is():
    text = (Path(__file__).parents[2] / "docs" / "data-format.md").read_text(encoding="utf-8")
    for name, table in RELEASE.items():
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == table.arrow.names, name
