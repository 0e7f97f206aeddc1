"""Words are counted as the schema says: a run of letters or digits is one, a Han, kana or hangul character is one."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.engine.word_count import count_words

_RULE = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
    r"|[[\p{L}\p{N}\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]+"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("two words", 2),
        ("don't stop", 3),
        ("网关每天备份", 6),
        ("网关v2备份 daily", 6),
        ("カタカナ 한글 ①②", 7),
        ("naïve cafe\u0301", 2),
        ("—，。!? ", 0),
        ("𠀀𠀁 😀", 2),
    ],
)
def test_words_of_both_languages(text: str, words: int, documents):
    assert documents(text)["n_words"].to_pylist() == [words]


@given(texts=st.lists(st.text(max_size=40), max_size=6))
@settings(max_examples=200, deadline=None)
def test_the_compiled_count_is_that_of_the_rule(texts: list[str]):
    from tests.conftest import make_documents

    counted = count_words(make_documents(*texts))["n_words"].to_pylist()
    assert counted == pl.Series(texts, dtype=pl.String).str.count_matches(_RULE).to_list()
