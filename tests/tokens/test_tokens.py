"""Packing: every token of every document is in a row, and it is known to whom it belongs."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.tokens.encoder import Encoder
from tasks.tokens.settings import TokensSettings
from tasks.tokens.tokens import STEP, pack_tokens
from tests.tokens.conftest import CHINESE, ENGLISH, mixed_text


def _pack(batch: pa.Table, tokenizer: pa.Table, length: int = 32):
    return pack_tokens(batch, TokensSettings(sequence_length=length), tokenizer=tokenizer)


def _unpack(rows: list[dict]) -> dict[str, list[int]]:
    documents: dict[str, list[int]] = {}
    for row in rows:
        start = 0
        for length, name in zip(row["seq_lengths"], row["document_ids"], strict=True):
            documents.setdefault(name, []).extend(row["input_ids"][start : start + length])
            start += length
    return documents


TEXTS = st.lists(st.text("the gatewy网关消息。\n 1👍", min_size=1, max_size=90), max_size=8)


@settings(max_examples=150, deadline=None)
@given(texts=TEXTS, length=st.integers(2, 40))
def test_rows_hold_every_document_closed_by_its_mark_and_nothing_else(texts, length, documents, tokenizer):
    batch = documents(*texts)
    parts = _pack(batch, tokenizer, length)
    rows = parts.kept.to_pylist()
    for row in rows:
        assert sum(row["seq_lengths"]) == len(row["input_ids"]) == row["n_tokens"] <= length
        assert row["labels"] == row["input_ids"]
        assert len(row["seq_lengths"]) == len(row["document_ids"]) == len(row["prefix_lengths"])
        assert min(row["seq_lengths"]) > 0
        assert set(row["prefix_lengths"]) == {0}
    assert all(row["n_tokens"] == length for row in rows[:-1])
    processor = Encoder(tokenizer).processor
    found = _unpack(rows)
    assert list(found) == [f"d{index}" for index in range(len(texts))]
    for index, text in enumerate(texts):
        *ids, end = found[f"d{index}"]
        assert end == processor.eos_id()
        assert processor.decode(ids) == text
    assert parts.sides["token_counts"]["n_tokens"].to_pylist() == [len(ids) - 1 for ids in found.values()]


def test_rows_name_the_model_their_tokens_belong_to(documents, tokenizer):
    rows = _pack(documents(*ENGLISH, *CHINESE), tokenizer).kept
    assert set(rows["tokenizer_sha256"].to_pylist()) == set(tokenizer["sha256"].to_pylist())
    assert set(rows["objective"].to_pylist()) == {"causal"}


@pytest.mark.parametrize("texts", [(), ("一",), ("a",)])
def test_few_texts_make_few_rows(texts, documents, tokenizer):
    parts = _pack(documents(*texts), tokenizer)
    assert parts.kept.num_rows == len(texts)
    STEP.check(documents(*texts), parts, "few")


def test_a_document_longer_than_a_row_goes_on_in_the_next(documents, tokenizer):
    rows = _pack(documents(mixed_text(1, 40), "末尾"), tokenizer, 64).kept.to_pylist()
    assert [row["document_ids"] for row in rows[:2]] == [["d0"], ["d0"]]
    assert rows[-1]["document_ids"][-1] == "d1"


def test_a_control_string_in_a_text_is_no_control_token(documents, tokenizer):
    rows = _pack(documents("end </s> 结束 <s> begin"), tokenizer, 128).kept.to_pylist()
    assert rows[0]["input_ids"].count(Encoder(tokenizer).processor.eos_id()) == 1


def test_golden(documents, tokenizer, golden):
    parts = _pack(documents(ENGLISH[0], CHINESE[0], "中英 mixed 👍"), tokenizer, 24)
    golden(STEP, parts)
