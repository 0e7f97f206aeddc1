"""Lines and paragraphs are found in UTF-8 as they would be in text, and what structures a document is none of them."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.boilerplate.passages import find_passages
from tasks.engine.utf8 import utf8_column

_PASSAGE, _BLANK, _EXEMPT = 0, 1, 2


def _find(*texts: str):
    column = utf8_column(pa.chunked_array([pa.array(texts, pa.large_string())]))
    return column, find_passages(column)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("All rights reserved.", 3),
        ("版权所有，违者必究。", 8),
        ("Copyright 2024 示例公司 Example Ltd", 7),
        ("«Größe» naïve", 2),
        ("한국어 カナ", 5),
        ("３月 第12页", 3),
    ],
)
def test_words_are_counted_in_both_languages_and_numbers_are_none(line, words):
    _, found = _find(line)
    assert found.words.tolist() == [words]
    assert found.kind.tolist() == [_PASSAGE]


@pytest.mark.parametrize("line", ["# 安装 Setup", "| 名称 | Type |", "---", "12 34 56.7", "***"])
def test_headings_tables_rules_and_figures_are_no_passages(line):
    assert _find(line)[1].kind.tolist() == [_EXEMPT]


@pytest.mark.parametrize("line", ["", "   ", "\t\u3000\u00a0"])
def test_white_space_is_blank(line):
    assert _find(f"{line}\nx")[1].kind.tolist() == [_BLANK, _PASSAGE]


def test_fenced_code_is_exempt_until_its_own_fence_closes_it():
    text = "前 before\n````\ncode 代码\n```\nmore\n````\n后 after"
    assert _find(text)[1].kind.tolist() == [_PASSAGE, *[_EXEMPT] * 5, _PASSAGE]


def test_white_space_does_not_tell_passages_apart_and_words_do():
    _, found = _find("请  先断开\u3000电源", "请先断开电源", "请先断开水源")
    assert found.hash[0] == found.hash[1] != found.hash[2]


def test_a_paragraph_of_several_lines_is_one_passage_and_a_heading_breaks_it():
    _, found = _find("a b\nc d\n\ne f", "a  b\nc d", "# a\nc d", "c d\na b")
    assert found.first.tolist() == [0, 4, 8]
    assert found.paragraph.tolist() == [0, 0, -1, -1, 1, 1, -1, -1, 2, 2]
    assert found.paragraph_hash[0] == found.paragraph_hash[1] != found.paragraph_hash[2]
    assert found.paragraph_words.tolist() == [4, 4, 4]


@given(st.lists(st.text(st.sampled_from("ab 1\n#|中。\u3000é😀`~"), min_size=1, max_size=40), max_size=5))
def test_lines_are_those_of_the_text(texts):
    column, found = _find(*texts)
    data = column.data.tobytes()
    lines = [data[start:end].decode() for start, end in zip(found.start, found.end, strict=True)]
    expected = [(row, line) for row, text in enumerate(texts) for line in text.removesuffix("\n").split("\n")]
    assert list(zip(found.document.tolist(), lines, strict=True)) == expected
