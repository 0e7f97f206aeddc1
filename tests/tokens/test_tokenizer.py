"""The tokenizer: the same for the same texts in any order and any shards, and no text can write a control token."""

from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest
import sentencepiece

from schemas.tokenizer import TOKENIZER_SAMPLE
from tasks.engine.step import Partition
from tasks.tokens.settings import TokensSettings
from tasks.tokens.tokenizer import STEP, frequent_characters, make_tokenizer, train_model
from tasks.tokens.tokenizer_sample import STEP as SAMPLE_STEP
from tasks.tokens.tokenizer_sample import sample_texts
from tests.tokens.conftest import CHINESE, ENGLISH, mixed_text

SMALL = TokensSettings(vocab_size=600)


def _processor(table: pa.Table) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_proto=table["model"][0].as_py())


def test_the_model_does_not_depend_on_the_order_of_the_samples(samples: pa.Table):
    first = make_tokenizer(samples, SMALL).kept
    turned = make_tokenizer(samples.take(pa.array(list(range(samples.num_rows))[::-1])), SMALL).kept
    assert first.equals(turned)
    assert first["sha256"][0].as_py() == sha256(first["model"][0].as_py()).hexdigest()


def test_both_languages_get_pieces_of_their_own(tokenizer: pa.Table):
    processor = _processor(tokenizer)
    pieces = {processor.id_to_piece(index) for index in range(processor.get_piece_size())}
    assert {"▁gateway", "消息", "规则"} <= pieces
    assert not {"、条", "的1", "1的"} & pieces


@pytest.mark.parametrize("text", [*ENGLISH, *CHINESE, "rare 饕餮 龘 👍🏽", "  两个  spaces\n\ttab", "e\u0301 ﬁ ＡＢＣ"])
def test_what_is_decoded_is_what_was_encoded(tokenizer: pa.Table, text: str):
    processor = _processor(tokenizer)
    assert processor.decode(processor.encode(text)) == text


def test_rare_characters_are_bytes(tokenizer: pa.Table):
    assert _processor(tokenizer).encode("龘", out_type=str) == ["<0xE9>", "<0xBE>", "<0x98>"]


@pytest.mark.parametrize("text", ["<s>", "</s>", "<unk>", "<pad>", "<0x0A>", "say </s> and 说 <s>"])
def test_the_name_of_a_control_piece_in_a_text_is_text(tokenizer: pa.Table, text: str):
    processor = _processor(tokenizer)
    ids = processor.encode(text)
    assert not any(processor.is_control(i) or processor.is_unknown(i) for i in ids)
    assert processor.decode(ids) == text


def test_digits_line_ends_and_tabs_stand_alone(tokenizer: pa.Table):
    assert _processor(tokenizer).encode("80\n\t10", out_type=str) == ["8", "0", "\n", "\t", "1", "0"]


def test_without_text_there_is_still_a_vocabulary_of_bytes():
    table = make_tokenizer(TOKENIZER_SAMPLE.empty(), TokensSettings(vocab_size=512)).kept
    processor = _processor(table)
    assert processor.decode(processor.encode("任何 text")) == "任何 text"


def test_a_given_model_is_taken_as_it_is(tokenizer: pa.Table, tmp_path: Path):
    model = tokenizer["model"][0].as_py()
    (tmp_path / "sp.model").write_bytes(model)
    settings = TokensSettings(model="sp.model").located(tmp_path)
    (row,) = make_tokenizer(TOKENIZER_SAMPLE.empty(), settings).kept.to_pylist()
    assert (row["model"], row["kind"], row["trained_bytes"]) == (model, "given", None)


def test_a_model_that_changed_since_the_run_began_is_an_error(tokenizer: pa.Table, tmp_path: Path):
    (tmp_path / "sp.model").write_bytes(tokenizer["model"][0].as_py())
    settings = TokensSettings(model="sp.model").located(tmp_path)
    (tmp_path / "sp.model").write_bytes(b"other")
    with pytest.raises(ValueError, match="not the one whose digest"):
        make_tokenizer(TOKENIZER_SAMPLE.empty(), settings)


def test_a_file_that_is_no_model_is_an_error(tmp_path: Path):
    (tmp_path / "sp.model").write_bytes(b"not a model")
    settings = TokensSettings(model="sp.model").located(tmp_path)
    with pytest.raises(ValueError, match="not a SentencePiece model"):
        make_tokenizer(TOKENIZER_SAMPLE.empty(), settings)


def test_frequent_characters_fill_no_more_than_half_of_a_vocabulary():
    text = "".join(chr(0x4E00 + n) for n in range(2000)) + "常用" * 5000
    kept = set(frequent_characters(text, 512)) - {"\n"}
    assert {"常", "用"} <= kept
    assert len(kept) <= (512 - 262) // 2


def test_the_sample_is_the_same_for_any_order_and_bounded(documents):
    texts = [mixed_text(seed, 60) for seed in range(12)]
    batch = documents(*texts)
    settings = TokensSettings(shard_sample_mb=0.01)
    taken = sample_texts(batch, settings).kept
    turned = sample_texts(batch.take(pa.array(list(range(12))[::-1])), settings).kept
    assert taken.equals(turned)
    assert 0 < taken.num_rows < 12
    sizes = [len(text.encode()) for text in taken["text"].to_pylist()]
    assert sum(sizes[:-1]) < 10_000 <= sum(sizes)


def test_the_sample_of_the_corpus_follows_from_the_samples_of_its_shards(documents):
    batch = documents(*(mixed_text(seed, 30) for seed in range(10)))
    settings = TokensSettings(vocab_size=600, sample_mb=0.01, shard_sample_mb=0.01)
    whole = sample_texts(batch, settings).kept
    parts = pa.concat_tables([sample_texts(batch.slice(n, 5), settings).kept for n in (0, 5)])
    assert make_tokenizer(whole, settings).kept["sha256"] == make_tokenizer(parts, settings).kept["sha256"]


def test_one_long_document_is_sampled_by_its_beginning(documents):
    taken = sample_texts(documents("长" * 100_000), TokensSettings(shard_sample_mb=0.001)).kept
    assert [len(text) for text in taken["text"].to_pylist()] == [20_000]


def test_nothing_is_sampled_for_a_given_model(documents):
    settings = TokensSettings(model="m", model_sha256="0" * 64)
    assert sample_texts(documents("text"), settings).kept.num_rows == 0


def test_training_twice_gives_the_same_bytes():
    text = mixed_text(3, 200)
    assert train_model(text, 600) == train_model(text, 600)


def test_golden(samples: pa.Table, documents, golden):
    golden(SAMPLE_STEP, sample_texts(documents(*ENGLISH[:2], *CHINESE[:2]), SMALL))
    processor = _processor(make_tokenizer(samples, SMALL).kept)
    pieces = [processor.id_to_piece(index) for index in range(262, processor.get_piece_size())]
    golden(STEP, Partition(pa.table({"pieces": [" ".join(pieces[n : n + 20]) for n in range(0, len(pieces), 20)]})))


def test_a_corpus_without_a_space_has_a_piece_for_it():
    processor = sentencepiece.SentencePieceProcessor(model_proto=train_model("网关消息文件。" * 50, 512))
    assert processor.decode(processor.encode("网关 消息")) == "网关 消息"
