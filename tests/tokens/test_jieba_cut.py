"""The compiled words are jieba's words, in every language and however odd the text."""

import logging
from pathlib import Path

import jieba
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.tokens.jieba_cut import cut_words
from tasks.tokens.jieba_dictionary import jieba_dictionary
from tests.tokens.conftest import SENTENCES, mixed_text

jieba.setLogLevel(logging.WARNING)


def _ours(texts: list[str], *, for_search: bool) -> list[str]:
    return cut_words(pa.chunked_array([pa.array(texts, pa.large_string())]), for_search=for_search).to_pylist()


def _jieba(texts: list[str], *, for_search: bool) -> list[str]:
    return [" ".join(jieba.lcut_for_search(text) if for_search else jieba.lcut(text)) for text in texts]


ODD = [
    "",
    " ",
    "\r\n\r\n \u3000\t",
    "C++和C#、AT&T、T恤 1.5% v2.0.1 a.1b foo-bar +#& 3.",
    "中华人民共和国国务院办公厅关于印发通知的规定",
    "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
    "饕餮魑魅魍魉龘䶮𠮷野家",
    "カタカナと漢字 한국어 текст",
    "杭研大厦 他来到了网易",
    "The quick brown fox 跳过了 lazy dog",
    "e\u0301 👨\u200d👩\u200d👧 ①②③ Ⅳ",
    "永和服装饰品有限公司",
]


@pytest.mark.parametrize("for_search", [True, False])
def test_words_are_those_of_jieba(for_search: bool):
    texts = [*SENTENCES, *ODD, *(mixed_text(seed, 30) for seed in range(5))]
    assert _ours(texts, for_search=for_search) == _jieba(texts, for_search=for_search)


# Han characters of words and of names, rare ones, those around the edges of jieba's ranges, and everything that
# its regular expressions treat in a way of its own.
ALPHABET = "的一是不了人我在有他这中大来上国网关消息文件规则北京大学生活王小明饕龘\u4dff\u4e00\u9fd5\u9fd6\u9fff"
ALPHABET += "aAbT恤C+#&._%-019 \r\n\t\u3000，。é𠮷👍"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(ALPHABET, max_size=60), max_size=4))
def test_random_text_is_cut_as_jieba_cuts_it(texts: list[str]):
    assert _ours(texts, for_search=True) == _jieba(texts, for_search=True)
    assert _ours(texts, for_search=False) == _jieba(texts, for_search=False)


def test_real_documents_are_cut_as_jieba_cuts_them(corpus: Path):
    files = sorted((corpus / "docs").glob("*.md"))
    texts = [path.read_text(encoding="utf-8")[:4000] for path in files[:60]]
    assert _ours(texts, for_search=True) == _jieba(texts, for_search=True)
    assert _ours(texts, for_search=False) == _jieba(texts, for_search=False)


def test_a_column_without_texts_has_no_words():
    assert _ours([], for_search=True) == []


def test_a_part_of_a_column_is_cut_like_the_whole():
    column = pa.chunked_array([pa.array(list(SENTENCES[:5]), pa.large_string()), pa.array(["末尾"], pa.large_string())])
    whole = cut_words(column, for_search=True).to_pylist()
    assert cut_words(column.slice(2, 3), for_search=True).to_pylist() == whole[2:5]


def test_the_dictionary_has_the_words_of_jieba():
    jieba.initialize()
    words = jieba_dictionary()
    assert (words.weights <= 0).sum() == sum(1 for frequency in jieba.dt.FREQ.values() if frequency)
