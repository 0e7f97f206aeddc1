"""What is measured is what was published, in Chinese as in English."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.signals import MEASURED
from tasks.quality.scratch import scratch_for
from tasks.quality.settings import SignalsSettings
from tasks.quality.signals import STEP, measure, measure_signals
from tests.corpus_documents import manuals_of
from tests.quality import published
from tests.tokens.conftest import CHINESE, CODE, ENGLISH, mixed_text


def _signals(*texts: str) -> list[dict[str, float]]:
    rows = measure(pa.chunked_array([pa.array(texts, pa.large_string())]))
    return [dict(zip(MEASURED, row, strict=True)) for row in rows.tolist()]


def _published(text: str) -> dict[str, float]:
    return {
        **published.character_signals(text),
        **published.word_signals(text),
        **published.line_signals(text),
        **published.repeat_signals(text),
    }


def _compare(*texts: str) -> None:
    for text, found in zip(texts, _signals(*texts), strict=True):
        expected = _published(text)
        assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-9), repr(text)


# Words that repeat, so that n-grams do; every mark a rule asks for.
PARTS = ["the", "gateway", "网关", "消息", "的", "a", "X9", "don't", "v1.2", "snake_case", "2024", "是", "文件", "OF"]
MARKS = [
    " ",
    " ",
    " ",
    "\n",
    "\n\n",
    "，",
    "。",
    ".",
    "...",
    "…",
    "# ",
    "- ",
    "| ",
    "|",
    "?",
    "!",
    "\t",
    "'",
    "：",
    "【",
    "）",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from([*PARTS, *MARKS]), max_size=70).map("".join))
@example("2024.2024")
@example("网关2024.2024消息")
@example("网关消息的文件" * 6)
@example("the gateway of the gateway " * 9)
@example("the 网关 " * 12)
@example("a\n\n b \n \n a")
def test_signals_are_the_published_formulas(text: str):
    _compare(text)


def test_signals_of_prose_are_the_published_formulas():
    _compare(*ENGLISH, *CHINESE, *CODE, *(mixed_text(seed, 60) for seed in range(12)))


def test_many_documents_are_measured_like_each_alone():
    texts = [mixed_text(seed, 30) for seed in range(5)]
    assert _signals(*texts) == [_signals(text)[0] for text in texts]


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "\u3000\t"])
def test_a_document_without_ink_has_signals_all_the_same(text: str):
    (found,) = _signals(text)
    assert found["n_words"] == found["n_lines"] == found["top_2_gram"] == 0
    assert all(value == value for value in found.values())


@pytest.mark.parametrize(
    ("signal", "text", "value"),
    [
        ("garbled", "ab\ufffd\ue000", 0.5),
        ("rare_han", "的龘", 0.5),
        ("traditional", "網络", 0.5),
        ("mojibake", "cafÃ© ok", 1 / 7),
        ("mojibake", "ѧԺ ok", 1 / 4),
        ("mojibake", "Привет αβγ 5μm", 0),
        ("mixed_width", "网关,消息", 1 / 5),
        ("runs", "aaaaaaaabc", 0.8),
        ("longest_run", "哈哈哈哈哈哈!", 6),
        ("upper_lines", "ALL CAPS HERE\nnot here\n网关 ABCD", 1 / 3),
        ("counter_lines", "3 likes\n12 赞\nThe 3 likes of a long line\n二〇二四", 0.5),
        ("one_word_lines", "Home\n首页\n这是一整句话\ntwo words", 0.5),
        ("log_lines", "12:30:45 start\n2024-01-02T10:00 一行日志一行日志一行日志一行日志\nplain 文本", 2 / 3),
        ("javascript_lines", "Enable JavaScript now\nok\n请启用javascript\nok", 0.5),
        ("policy_lines", "We use cookies here\n请阅读隐私政策\na\nb", 0.5),
        ("lorem_ipsum", "Lorem ipsum dolor", 1),
        ("braces", "{ { }", 2),
        ("more_lines", "Read more\n阅读全文\n展开\nbody 正文", 0.75),
        ("ad_lines", "Buy now!\n加微信领取\nbody\n正文", 0.5),
        ("garbage_chars", "锟斤拷ab", 9 / 11),
        ("link_chars", "https://a.b/c 网", 13 / 17),
        ("encoded_run", "A" * 70 + " 文", 70),
        ("odd_words", "xkcdqwrt word 字", 1 / 3),
        ("single_letters", "b c word 字", 0.5),
        ("n_sentences", "One is here. Two is here.\n第一句在这里。第二句！", 4),
    ],
)
def test_signals_that_are_our_own(signal: str, text: str, value: float):
    assert _signals(text)[0][signal] == pytest.approx(value)


def test_a_phrase_at_the_end_of_one_text_does_not_reach_into_the_next():
    found = _signals("Lorem ip", "sum dolor", "锟斤", "拷")
    assert [row["lorem_ipsum"] for row in found[:2]] == [0, 0]
    assert [row["garbage_chars"] for row in found[2:]] == [0, 0]


def test_shares_are_shares(corpus):
    for found in _signals(*manuals_of(corpus).values()):
        for name, value in found.items():
            if name.endswith(("_lines", "_chars", "_gram")) and name not in {"n_chars", "mean_line_chars"} | _MEANS:
                assert 0 <= value <= 1, name


_MEANS = {"mean_word_chars", "n_lines", "long_lines"}


def test_golden(documents, golden):
    batch = documents(
        ENGLISH[0], CHINESE[0], "中英 mixed: the gateway 网关 | a | b |\n- x\n- x\n", lang=["en", "zh", "zh-en"]
    )
    parts = measure_signals(batch, SignalsSettings())
    STEP.check(batch, parts, "golden")
    golden(STEP, parts)


def test_no_documents_have_no_signals(documents: Any):
    assert measure_signals(documents(), SignalsSettings()).kept.num_rows == 0


@pytest.mark.parametrize("text", ["a", "ab", "字", "", "\n"])
def test_the_shortest_texts_are_measured_inside_their_memory(text: str):
    size = len(text.encode())
    scratch = scratch_for(size)
    # A value, or a newline, stands behind the last; two positions are read behind the last n-gram.
    assert len(scratch.hashes) > size
    assert len(scratch.points) > size
    assert len(scratch.prefix_weights) > size + 2
    assert len(scratch.table) >= 2 * size
    assert _signals(*[text] * 50) == _signals(text) * 50
