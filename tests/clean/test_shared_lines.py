"""Lines that many texts of a group have are those that counting them one by one finds."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clean.shared_lines import shared_lines
from tasks.clean.templates import _normalized

_LINES = st.sampled_from(
    ["", " ", "### 版本", "### 版本 ", "\u3000### 版本\u00a0", "Which version?", "Which  version?", "- [ ] 我已搜索",
     "- [x] 我已搜索", "* [X] 我已搜索", "* [ ] 我已搜索", "[x]", "- [x", "-", "是", "```",
     "a b", "ab", "\x0b", "🎉\u2028"]
)  # fmt: skip
_TEXTS = st.lists(st.tuples(st.integers(0, 1), st.lists(_LINES, max_size=6).map("\n".join)), min_size=1, max_size=8)


@settings(deadline=None, max_examples=400)
@given(texts=_TEXTS, least=st.integers(1, 3))
def test_shared_lines_are_those_that_enough_texts_have(texts, least):
    encoded = [text.encode() for _, text in texts]
    data, ends = b"".join(encoded), np.cumsum([len(text) for text in encoded])
    groups = np.array([group for group, _ in texts])
    found = shared_lines(
        np.frombuffer(data, np.uint8), np.append(0, ends[:-1]), ends, groups, np.array([least, least + 1])
    )
    lines = [{_normalized(line) for line in text.split("\n")} - {""} for _, text in texts]
    counts = Counter((group, line) for (group, _), said in zip(texts, lines, strict=True) for line in said)
    expected = [
        (place, line)
        for place, ((group, _), said) in enumerate(zip(texts, lines, strict=True))
        for line in said
        if counts[group, line] >= least + group
    ]
    got = [
        (place, _normalized(data[start:end].decode()))
        for place, start, end in zip(*(column.tolist() for column in found), strict=True)
    ]
    assert sorted(got) == sorted(expected)


def test_where_nothing_is_said_nothing_is_shared():
    nothing = np.zeros(0, np.int64)
    found = shared_lines(np.zeros(0, np.uint8), nothing, nothing, nothing, nothing)
    assert [len(column) for column in found] == [0, 0, 0]
