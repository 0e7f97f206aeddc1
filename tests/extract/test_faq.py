"""Questions and answers: one document a pair, whatever wrote the file; a line that is no pair costs itself."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.faq import STEP, _lines
from tests.extract.conftest import causes


def pairs(parts) -> list[tuple[str, str]]:
    return [
        tuple(row["text"][block["start"] : block["end"]] for block in row["blocks"]) for row in parts.kept.to_pylist()
    ]


def test_each_line_is_a_pair_and_blank_lines_are_none(extract):
    parts = extract("faq", {"faq.tsv": "怎么重启？\t按电源键。\n\n  \nHow to reset?\tHold the key.\r\n"})
    assert pairs(parts) == [("怎么重启？", "按电源键。"), ("How to reset?", "Hold the key.")]
    roles = [json.loads(block["attributes"])["role"] for block in parts.kept.to_pylist()[0]["blocks"]]
    assert roles == ["user", "assistant"]
    assert parts.kept["title"].to_pylist() == ["怎么重启？", "How to reset?"]
    assert parts.records == 2


@pytest.mark.parametrize("head", ["question\tanswer", "Question\tAnswer\tTopic", "问题\t答案", "\n问题\t回答"])
def test_a_head_line_is_no_pair(head: str, extract):
    assert pairs(extract("faq", {"faq.tsv": f"{head}\n问\t答\n"})) == [("问", "答")]


def test_further_columns_go_to_the_metadata(extract):
    parts = extract("faq", {"a.tsv": "question\tanswer\t主题\nq\ta\t网络\textra\n", "b.tsv": "why\tbecause\tx\n"})
    found = [json.loads(text) for text in parts.kept["metadata"].to_pylist()]
    assert found == [{"columns": {"主题": "网络", "column_4": "extra"}}, {"columns": {"column_3": "x"}}]


def test_quotes_of_the_text_stay_and_quotes_of_spreadsheets_go(extract):
    plain = '"Quoted" question?\tSay "yes".\n"所有引号"\t“保留”\n'
    body = plain + '"He said ""go"""\t"第一行\n第二行，""引用"""\nq\t"never closed\nnext\tpair\n'
    assert pairs(extract("faq", {"a.tsv": body})) == [
        ('"Quoted" question?', 'Say "yes".'),
        ('"所有引号"', "“保留”"),
        ('He said "go"', '第一行\n第二行，"引用"'),
        ("q", '"never closed'),
        ("next", "pair"),
    ]


def test_a_line_that_is_no_pair_costs_itself(extract):
    parts = extract("faq", {"a.tsv": "好问题\t好回答\nno tab\n\tno question\n没有回答\t\n"})
    assert pairs(parts) == [("好问题", "好回答")]
    assert causes(parts) == {f"a.tsv#line-{n}": "bad_record" for n in (2, 3, 4)}


def test_the_same_pair_twice_is_two_records(extract):
    parts = extract("faq", {"a.tsv": "问\t答\n问\t答\n", "b.tsv": "问\t答\n"})
    assert len(set(parts.kept["id"].to_pylist())) == 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "big5"])
def test_files_in_chinese_encodings_are_read(encoding: str, extract):
    text = "這個產品的保固期是多久？\t我們提供一年的保固服務，這是在購買時會說明的。\n"
    if encoding == "gb18030":
        text = "这个产品的保修期是多久？\t我们提供一年的保修服务，这是在购买时会说明的。\n"
    assert pairs(extract("faq", {"a.tsv": text.encode(encoding)}))[0][0] == text.split("\t")[0]


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"", "empty"), (b"\n\n", "empty"), (b"question\tanswer\n", "empty"), (bytes(range(256)) * 20, "binary")],
)
def test_a_file_without_pairs_says_why(content: bytes, cause: str, extract):
    assert causes(extract("faq", {"a.tsv": content})) == {"a.tsv": cause}


def test_nul_and_lone_surrogates_do_not_break_a_pair(extract):
    body = "问\0题\t答\n".encode() + "q\ud800\ta\n".encode("utf-8", "surrogatepass")
    parts = extract("faq", {"a.tsv": body + "正文\t很长的回答\n".encode() * 20})
    assert pairs(parts)[0] == ("问题", "答")
    assert parts.records == 22


@given(st.text(alphabet='ab"\t\n中 ', max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_character_of_a_line_is_lost_but_the_quotes_of_spreadsheets(text: str):
    found = "".join("".join(fields) for _, fields in _lines(text))
    plain = str.maketrans("", "", '"\t\n ')
    assert found.translate(plain) == text.translate(plain)


def test_golden(extract, golden):
    golden(STEP, extract("faq", {"a.tsv": "question\tanswer\tlang\n怎么重启？\t按电源键。\tzh\nno tab\n", "b.tsv": ""}))
