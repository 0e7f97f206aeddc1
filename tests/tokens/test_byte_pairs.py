"""The compiled encoder gives the ids of SentencePiece, and every text comes back as it was."""

import io
import random

import pyarrow as pa
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tokenizer import TOKENIZER
from tasks.tokens import byte_pairs
from tasks.tokens.encoder import Encoder
from tests.tokens.conftest import SENTENCES, mixed_text


@pytest.fixture(scope="module")
def encoder(tokenizer: pa.Table) -> Encoder:
    return Encoder(tokenizer)


def _split(encoder: Encoder, texts: list[str]) -> list[list[int]]:
    ids, lengths = encoder.encode(pa.chunked_array([pa.array(texts, pa.large_string())]))
    assert lengths.sum() == len(ids)
    parts, start = [], 0
    for length in lengths.tolist():
        parts.append(ids[start : start + length].tolist())
        start += length
    return parts


def _reference(encoder: Encoder, texts: list[str]) -> list[list[int]]:
    processor: sentencepiece.SentencePieceProcessor = encoder.processor
    return processor.encode(texts)


TEXTS = [
    *SENTENCES,
    "",
    " ",
    "   leading and trailing   ",
    "\n\n\t\t \n",
    "字" * 300,
    "the gateway " * 40,
    "a" * 5000,
    "the" * 3000,
    "=" * 20_000,
    "生僻字：饕餮龘𠮷 and emoji 👍🏽 é ñ \u200b",
    "digits 1234567890 １２３ ⅷ",
    "<s>not a mark</s> <unk> <pad> <0x41>",
    "网关写入 gateway，rule.limit=80。",
]


def test_ids_are_those_of_sentencepiece(encoder: Encoder):
    texts = [*TEXTS, *(mixed_text(100 + seed, 60) for seed in range(10))]
    assert _split(encoder, texts) == _reference(encoder, texts)


ALPHABET = "the gatewyris网关消息文件规则写入，。\n\t 0159_-=`𠮷👍é"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(ALPHABET, max_size=120), max_size=4))
def test_random_text_has_the_ids_of_sentencepiece(encoder: Encoder, texts: list[str]):
    assert _split(encoder, texts) == _reference(encoder, texts)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80))
def test_every_text_comes_back_as_it_was(encoder: Encoder, text: str):
    (ids,) = _split(encoder, [text])
    assert encoder.processor.decode(ids) == text


@pytest.mark.parametrize("text", ["a▁b", "▁▂▃▄▅ 进度", "▁", " ▁ "])
def test_the_character_that_stands_for_a_space_inside_sentencepiece_is_no_space(encoder: Encoder, text: str):
    (ids,) = _split(encoder, [text])
    assert encoder.processor.decode(ids) == text


def test_more_words_than_the_memory_holds_are_encoded_like_few(encoder: Encoder):
    chance = random.Random(7)
    words = ["".join(chance.choices("etaoinshrdlu网关消息", k=7)) for _ in range(byte_pairs._SLOTS * 3 // 5)]
    texts = [" ".join(words[start : start + 1000]) for start in range(0, len(words), 1000)]
    assert _split(encoder, texts) == _reference(encoder, texts)


def test_what_was_encoded_before_does_not_change_what_follows(encoder: Encoder):
    texts = [mixed_text(seed, 30) for seed in range(6)]
    assert [_split(encoder, [text])[0] for text in texts] == _split(encoder, texts)


_AS_WRITTEN = {
    "model_type": "bpe", "byte_fallback": True, "normalization_rule_name": "identity",
    "remove_extra_whitespaces": False, "add_dummy_prefix": False,
}  # fmt: skip
_ODD = ["  two  spaces ", "ｆｕｌｌ　ｗｉｄｔｈ", "网关  网关", "e\u0301 é", "the gateway网关写入"]


def _given_model(**changes) -> pa.Table:
    """A `tokenizer@1` row with a model as other programs train it."""
    model = io.BytesIO()
    options = {**_AS_WRITTEN, "vocab_size": 500, "hard_vocab_limit": False, "minloglevel": 2, **changes}
    lines = [line for sentence in SENTENCES for line in sentence.split("\n")]
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=model, **options)
    row = {"sha256": "", "model": model.getvalue(), "kind": "given", "vocab_size": 500, "trained_bytes": None}
    return TOKENIZER.from_rows([row])


def test_a_given_model_that_takes_characters_as_they_are_written_is_run_by_the_kernel():
    encoder = Encoder(_given_model())
    assert encoder._rules is not None
    texts = [*SENTENCES, *_ODD, *(mixed_text(seed, 40) for seed in range(5))]
    assert _split(encoder, texts) == _reference(encoder, texts)


@pytest.mark.parametrize(
    "changes",
    [
        {"normalization_rule_name": "nmt_nfkc"},
        {"add_dummy_prefix": True},
        {"remove_extra_whitespaces": True},
        {"byte_fallback": False},
        {"model_type": "unigram"},
        {"model_type": "char"},
        {"treat_whitespace_as_suffix": True},
        {"user_defined_symbols": ["gateway", "网关"]},
    ],
    ids=str,
)
def test_any_other_model_is_run_by_sentencepiece(changes):
    encoder = Encoder(_given_model(**changes))
    assert encoder._rules is None
    assert _split(encoder, [*SENTENCES, *_ODD]) == _reference(encoder, [*SENTENCES, *_ODD])
