"""Long passages are cut where a reader would, in both languages, and nothing of them is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.tokens.passages import split_passage, trim


def _parts(text: str, limit: int, kind: str = "text") -> list[str]:
    return [text[start:end] for start, end in split_passage(text, 0, len(text), limit=limit, kind=kind)]


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("第一句话在这里。第二句话在那里！第三句？", 14, ["第一句话在这里。", "第二句话在那里！第三句？"]),
        ("他说：“好的。”然后离开了。后来又回来了。", 14, ["他说：“好的。”然后离开了。", "后来又回来了。"]),
        ("等等……后来呢；还有，最后，结束了没有", 12, ["等等……后来呢；", "还有，最后，结束了没有"]),
        ("First one. Second one here. Third.", 20, ["First one. ", "Second one here. ", "Third."]),
        ("See Fig. 3 and e.g. this one. Then go on.", 32, ["See Fig. 3 and e.g. this one. ", "Then go on."]),
        ("版本 1.2.3 已发布。请升级 to v2.0 版。", 18, ["版本 1.2.3 已发布。", "请升级 to v2.0 版。"]),
        ("一、准备\n二、安装\n三、启动服务", 10, ["一、准备\n二、安装\n", "三、启动服务"]),
        ("Para one is here.\n\nPara two is here.", 25, ["Para one is here.\n\n", "Para two is here."]),
    ],
)
def test_sentences_stay_whole(text: str, limit: int, expected: list[str]):
    assert _parts(text, limit) == expected


def test_what_has_no_boundary_is_cut_all_the_same():
    assert [len(part) for part in _parts("a" * 25, 10)] == [10, 10, 5]
    assert "".join(_parts("字" * 25, 10)) == "字" * 25


def test_a_mark_stays_with_its_letter():
    assert not any(part.startswith("\u0301") for part in _parts("e\u0301" * 30, 7))
    assert not any(part.startswith("\u200d") for part in _parts("👩\u200d👧" * 12, 5))


def test_code_is_cut_between_statements_and_tables_between_rows():
    code = "def one():\n    pass\n\ndef two():\n    pass\n"
    assert _parts(code, 25, "code") == ["def one():\n    pass\n\n", "def two():\n    pass\n"]
    rows = "".join(f"| {n} | 值 {n} |\n" for n in range(9))
    assert all(part.startswith("|") and part.endswith("|\n") for part in _parts(rows, 30, "table"))


ODD = st.text("ab 中文，。！.!?\n\t“”)1-·\u0301", min_size=1, max_size=200)


@settings(max_examples=300, deadline=None)
@given(ODD, st.integers(1, 40), st.integers(1, 40), st.sampled_from(["text", "code", "table"]))
def test_parts_follow_each_other_and_none_is_too_long(text: str, limit: int, first: int, kind: str):
    spans = list(split_passage(text, 0, len(text), limit=limit, first_limit=first, kind=kind))
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(text)
    assert all(end - start <= (limit if index else first) for index, (start, end) in enumerate(spans))
    assert all(end > start for start, end in spans)


@given(ODD)
def test_trimming_takes_white_space_only_and_leaves_indentation(text: str):
    start, end = trim(text, 0, len(text))
    assert not text[:start].strip()
    assert not text[end:].strip()
    assert end == start or not text[end - 1].isspace()
