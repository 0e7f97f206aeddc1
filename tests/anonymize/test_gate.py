import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.anonymize.automaton import build_automaton
from tasks.anonymize.families import Family
from tasks.anonymize.gate import find_anchors
from tasks.anonymize.judge import judge_for
from tasks.anonymize.settings import JudgeSettings
from tasks.engine.utf8 import utf8_column

_VALUES = (
    "zhangsan@huawei.com",
    "13812345678",
    "+86 138-1234-5678",
    "010-88886666",
    "(212) 555-0147",
    "91350100M000100Y43",
    "DE89 3704 0044 0532 0130 00",
    "47.127.9.224",
    "2001:4860:4860::8888",
    "3c:22:fb:9a:10:7e",
    "粤B12345",
    "QQ：12345678",
    "微信号：zhang_san88",
    "AKIAYTXSCQXXNSBUMCUM",
    "password = 'hunter2x9'",
    "postgres://app:s3cr3tPw@db/x",
    "联系人：欧阳明慧",
    "湖北省武汉市洪山区珞喻路88号20栋",
    "97 Lincoln Street",
    "Dr. Alice Miller",
    "Best regards,\nJohn Smith",
    "Jane Public <jp@corp.org>",
    "Phone:\n467 3395",
    "call me at 0494 92 82 32",
    "@zhang_2001",
    "出生日期：1990年3月7日",
    "password:\n  user: x\n  value: hunter2x9y\n",
    "\n密码：\n  a: b\n  c: d\n  e: hunter2x9y",
    "at 6:08 AM zqkrw <zqkrw@corp.org>",
    "Jane Public, a 34-year-old",
    "her doctor, Jane Public",
    "12 Musterweg 5 Apt. 66",
    "12 Musterweg 5\n Apt. 66\n Bern\n\n Schweiz 1234",
    "> 77 Ejemplo 5\n> Suite 6\n> Ciudad\n> España 1234",
    "USS Example\nFPO AE 12345",
    "Musterstraße 14",
    "sent to 77 ul. Wzorowa 3",
    "Alice Miller",
    "Jane Q. Public said",
    "Hi Alice,",
    "```\nAlice Miller\n```",
    "Åsa Müller",
    "张晓明，58岁",
    "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
    "卡洛斯·阿马特",
    "记者王建国报道",
    "身份证：110105900307211",
    "her lawyer named Jane Public",
    "Thanks,\n\n– Jane",
    "password : ",
    "PASSWORD123': hunter2x9",
    "密码是hunter2x9",
    "https://app:s3cr3tPw@db.huawei.com",
    "护照E12345678",
    "（010） 88886666",
    "+1 234 5678",
    "467 3395 (office)",
    "12345678 手机",
    "LV80 BANK 1234 5678 ABCD E",
    "ethereum 0x52908400098527886E0F7030069857D2E4169EE7",
    "SSN: 219-09-9999",
    "lives at 77 ",
    "the corner of Musterweg 5 and Sample Bridge",
    "住在样例路与测试大街交叉口",
    "unit 1234 box 5678\napo ae 01234",
    "4711 sample avenue suite 112",
    "példa út 98.",
    "Billing address: Tindra Ekqvist\n",
    "tribute to Tindra Ekqvist",
)
_FILLER = st.one_of(
    st.sampled_from(
        (
            " ",
            "\n",
            "\n\n",
            "，",
            "。",
            ": ",
            "-",
            "x",
            "the quick brown fox ",
            "安装完成后重启服务",
            "、",
            "v1.2.3 ",
            "(",
            ")",
            "=",
            '"',
            "0",
            "12 ",
            "2010-2012 ",
            "0419234f8f4412ed3487a509fc07dd28aabbccdd",
            "20220305",
            "thanks a lot",
            "this is ",
            "://",
        )
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), max_size=12),
    st.integers(1, 400).map(lambda n: "word " * n),
    st.integers(1, 150).map(lambda n: "配置" * n),
)
_TEXT = st.lists(st.one_of(st.sampled_from(_VALUES), _FILLER), max_size=14).map("".join)


def _both(texts):
    judge = judge_for(JudgeSettings())
    column = pa.chunked_array([pa.array(texts, pa.large_string())])
    return judge.find(column), [judge.find_in(text) for text in texts]


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(_TEXT, min_size=1, max_size=4))
def test_behind_the_gate_is_found_exactly_what_a_full_scan_finds(texts):
    gated, whole = _both(texts)
    assert gated == whole


@settings(max_examples=100, deadline=None)
@given(text=_TEXT)
def test_spans_lie_in_the_text_and_do_not_overlap(text):
    ((spans,), _) = _both([text])
    position = 0
    for span in spans:
        assert position <= span.start < span.end <= len(text)
        position = span.end


@pytest.mark.parametrize(
    "name", ["pii/zh_synth_contact.jsonl", "pii/multipriv_person_en.jsonl", "pii/presidio_synth_v2.jsonl"]
)
def test_behind_the_gate_is_found_exactly_what_a_full_scan_finds_in_real_text(corpus, name):
    import json

    rows = [json.loads(line) for line in (corpus / name).read_text("utf-8").splitlines()[:120]]
    gated, whole = _both([row.get("text") or row["full_text"] for row in rows])
    assert gated == whole


def test_behind_the_gate_is_found_exactly_what_a_full_scan_finds_in_real_documents(corpus):
    paths = [p for suffix in ("md", "html", "rst", "txt") for p in sorted((corpus / "docs").rglob(f"*.{suffix}"))[:12]]
    texts = [path.read_text("utf-8", errors="ignore").replace("\0", "")[:60_000] for path in paths]
    gated, whole = _both(texts)
    assert gated == whole


_SHAPES = st.lists(
    st.one_of(
        st.sampled_from(
            ("::", ":", "a", "F0", "3c:22:fb:9a:10:7e", "3c-22-fb-9a-10-7e", " ", "=", "/", "-", "é", "中")
        ),
        st.text("aB3-", min_size=14, max_size=24),
        st.text(max_size=3, alphabet=st.characters(codec="utf-8", exclude_characters="\0")),
    ),
    max_size=12,
).map("".join)


def _shapes(text):
    """What the gate says of random words and of groups between colons, said by regular expressions."""
    data = text.encode()
    for found in re.finditer(rb"[0-9A-Za-z_+/=-]{17,}", data):
        digits, upper, lower = (re.search(sort, found[0]) for sort in (b"[0-9]", b"[A-Z]", b"[a-z]"))
        if digits and found[0].count(b"-") == 5 and len(found[0]) < 24:
            yield *found.span(), Family.HEX
        if digits and upper and lower and len(found[0]) >= 20:
            yield *found.span(), Family.RANDOM
    for found in re.finditer(rb"[0-9A-Fa-f:]+", data):
        groups = len(found[0].replace(b":", b""))
        if groups and (found[0].count(b":") >= 3 or (b"::" in found[0] and groups > 1)):
            yield *found.span(), Family.HEX


@settings(max_examples=300, deadline=None)
@given(texts=st.lists(_SHAPES, min_size=1, max_size=3))
def test_random_words_and_groups_of_hexadecimal_digits_are_marked_by_their_shape(texts):
    data, offsets = utf8_column(pa.chunked_array([pa.array(texts, pa.large_string())]))
    anchors = find_anchors(data, offsets, build_automaton({"unlikely literal": Family.CUE}))
    marked = [
        (item, start - int(offsets[item]), end - int(offsets[item]), family)
        for item, start, end, family in zip(
            *(part.tolist() for part in (anchors.item, anchors.start, anchors.end, anchors.family)), strict=True
        )
        if family in (Family.HEX, Family.RANDOM)
    ]
    assert sorted(marked) == sorted((item, *shape) for item, text in enumerate(texts) for shape in _shapes(text))
