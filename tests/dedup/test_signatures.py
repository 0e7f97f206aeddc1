"""Signatures are those of datasketch, and do not depend on how a text happens to be written."""

import random

import numpy as np
import pytest
import xxhash
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.banding import Banding, choose_banding
from tasks.dedup.folding import fold_table
from tasks.dedup.kernels import sign
from tasks.dedup.listing import shingle_lists, token_lists
from tasks.dedup.settings import DeduplicateSettings
from tasks.dedup.signatures import sign_documents
from tasks.engine.utf8 import utf8_column
from tests.dedup.texts import join, shingles, words

SETTINGS = DeduplicateSettings()
LONG_EN = join(words(random.Random(1), 9_000, "en"), "en")
LONG_ZH = join(words(random.Random(2), 9_000, "zh"), "zh")
TEXTS = [
    "The pump is started with the green button on the left side of the panel.",
    "水泵由面板左侧的绿色按钮启动，启动前请先打开进水阀门。",
    "按下 START 键启动 pump-2，再按一次 STOP 键停止，型号 ABC_123。",
    "Ｆｕｌｌ　ｗｉｄｔｈ ﬁne Straße CAFÉ 體驗 軟體更新 한국어 カタカナ ひらがな 𠀀𠀁𠀂𠀃𠀄 x y z",
    "x" * 1000 + " one two three four five " + "y" * 700,
    LONG_EN,
    LONG_ZH,
]


def _signed(documents, *texts, **changes):
    table = documents(*texts)
    chosen = SETTINGS.signing.model_copy(update=changes)
    return sign(
        utf8_column(table["text"]), fold_table(chosen), shingle_size=chosen.shingle_size, num_perm=128, seed=chosen.seed
    )


def _datasketch(hashed) -> MinHash:
    minhash = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=xxhash.xxh32_intdigest)
    minhash.update_batch([shingle.encode() for shingle in hashed])
    return minhash


@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[1], TEXTS[2], LONG_EN, LONG_ZH])
def test_signatures_equal_those_of_datasketch(documents, text):
    signed = _signed(documents, text)
    assert np.array_equal(signed.minhash[0], _datasketch(shingles(text)).hashvalues)
    assert signed.n_shingles[0] >= len(shingles(text))


def test_an_index_of_datasketch_is_built_from_our_signatures_and_asked_with_its_own(documents):
    index = MinHashLSH(threshold=0.7, num_perm=128)
    for number, values in enumerate(_signed(documents, *TEXTS[:3]).minhash):
        index.insert(number, MinHash(num_perm=128, seed=1, scheme="affine32", hashvalues=values))
    assert [index.query(_datasketch(shingles(text))) for text in TEXTS[:3]] == [[0], [1], [2]]


@settings(deadline=None, max_examples=60)
@given(text=st.text(st.sampled_from("aB7_ 中文体，.-\n"), max_size=200), size=st.integers(1, 6))
def test_shingles_are_those_of_the_definition(text, size):
    import pyarrow as pa

    column = utf8_column(pa.chunked_array([pa.array([text], pa.large_string())]))
    listed = shingle_lists(column, np.array([0]), fold_table(SETTINGS), shingle_size=size)
    assert listed[0].as_py() == sorted({xxhash.xxh32_intdigest(s.encode()) for s in shingles(text, size)})


def test_tokens_are_listed_in_order_and_numbers_are_marked(documents):
    column = utf8_column(documents("b 12 a 阀")["text"])
    (listed,) = token_lists(column, np.array([0]), fold_table(SETTINGS)).to_pylist()
    assert [token >> 31 for token in listed] == [0, 1, 0, 0]
    assert [token & 0x7FFFFFFF for token in listed] == [
        xxhash.xxh32_intdigest(token.encode()) & 0x7FFFFFFF for token in ("b", "12", "a", "阀")
    ]


@pytest.mark.parametrize(
    ("setting", "one", "other"),
    [
        ("fold_case", "Press the RED key of Panel Two now", "press the red key of panel two now"),
        ("fold_width", "按下 ＡＢＣ１２３ 键然后等待", "按下 ABC123 键然后等待"),
        ("fold_width", "the ﬁlter of the café is open", "the filter of the cafe\u0301 is open"),
        ("fold_traditional", "軟體更新後請重新開機並檢查設定", "软体更新后请重新开机并检查设定"),
        ("fold_punctuation", "open it, close it; lock it (twice)", "open it close it lock it twice"),
        ("fold_punctuation", "先打开，再关闭；最后上锁。", "先打开 再关闭 最后上锁"),
        ("fold_whitespace", "先打开 再关闭\n最后上锁两次", "先打开再关闭最后上锁两次"),
        ("fold_whitespace", "open it\n\nclose it  lock it", "open it close it lock it"),
    ],
)
def test_each_difference_that_is_folded_counts_when_it_is_not(documents, setting, one, other):
    folded, kept = _signed(documents, one, other), _signed(documents, one, other, **{setting: False})
    assert np.array_equal(folded.minhash[0], folded.minhash[1])
    assert not np.array_equal(kept.minhash[0], kept.minhash[1])


@pytest.mark.parametrize("text", ["Short text", "短文本", "  a, b  "])
def test_a_text_shorter_than_a_shingle_has_an_exact_hash_and_no_bands(documents, text):
    row = sign_documents(documents(text), SETTINGS.signing).kept.to_pylist()[0]
    assert row["bands"] == []
    assert row["exact_high"]


@settings(deadline=None, max_examples=100)
@given(
    one=st.text(st.sampled_from("abAB  1_中体國。,\u00ad\n"), max_size=12),
    other=st.text(st.sampled_from("abAB  1_中体國。,\u00ad\n"), max_size=12),
)
def test_exact_hashes_are_equal_exactly_when_the_folded_texts_are(one, other):
    import pyarrow as pa

    column = utf8_column(pa.chunked_array([pa.array([one, other], pa.large_string())]))
    signed = sign(column, fold_table(SETTINGS), shingle_size=5, num_perm=16, seed=1)
    assert np.array_equal(signed.exact[0], signed.exact[1]) == (_folded(one) == _folded(other))


def _folded(text: str) -> str:
    # Punctuation is kept; whitespace between others is one space, that at the ends is none.
    return " ".join(text.replace("\u00ad", "").replace("國", "国").casefold().split())


def test_signing_in_two_shards_is_signing_in_one(documents):
    table = documents(*TEXTS)
    whole = sign_documents(table, SETTINGS.signing).kept
    parts = [sign_documents(table.slice(i, 3), SETTINGS.signing).kept for i in range(0, len(TEXTS), 3)]
    assert whole.to_pylist() == [row for part in parts for row in part.to_pylist()]


def test_golden_signatures(documents, golden):
    from tasks.dedup.signatures import STEP

    golden(STEP, sign_documents(documents(*TEXTS[:4], lang="en"), SETTINGS.signing))


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_banding_overlooks_no_more_than_it_may_at_the_threshold(threshold):
    banding = choose_banding(threshold, num_perm=128, max_miss=0.02)
    assert banding.bands * banding.rows <= 128
    assert 1 - banding.detection(threshold) <= 0.02
    longer = Banding(128 // (banding.rows + 1), banding.rows + 1)
    assert 1 - longer.detection(threshold) > 0.02


def test_the_default_banding_is_the_documented_one():
    assert SETTINGS.banding == Banding(25, 5)
    assert SETTINGS.banding.detection(0.8) > 0.9999
