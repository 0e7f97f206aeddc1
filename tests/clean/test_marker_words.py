"""An expression is tried only where its words are: nothing it matches may be missed, in either language."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clean import thread_rules
from tasks.clean.marker_words import MarkerWords, marker_words
from tasks.clean.thread_rules import MARKERS, MARKS, rule_spans
from tasks.clean.threads import _MARKERS, _NOTICE, _NOTIFY, _QUOTE

_PIECES = st.sampled_from(
    ["\n", "\n", " ", "\t", "> ", ">", "*", "**", "<!--", " x -->", "On 3 Mar 2025 10:00, A ", "wrote:", "wrote :",
     "在 2025年3月3日，用户甲 ", "写道：", "寫道", "-----Original Message-----", "---- Forwarded message ----",
     "-----原始邮件-----", "--轉寄郵件--", "From: a", "From : a", "From：甲", "Sent: b", "发件人: 甲", "寄件者：乙",
     "主题: 丙", "Sent from my phone", "发自我的手机", "来自我的 手机", "從我的手機傳送", "—", "-- ", "--",
     "您收到此邮件是因为订阅",
     "You are receiving this because you commented.", "Reply to this email directly, view it", "Message ID: 1",
     "Signed-off-by: A <a@example.com>", "Cc: B <b@example.com>", "Change-Id: I" + "0a" * 20,
     "- [x] I have searched the issues", "* [ ] 我已搜索", "- [ ] ", "/close", "/assign @a", "/remove-kind bug",
     "@dependabot rebase", "bors r+", "homu try", "Example Ltd", "水泵", "Le 3 mars 2025 à 10:00, A a écrit :",
     "<TD STYLE='x'>", "<meta mso-x>", "<span>", "This issue is stale", "由于长时间没有回复", "自动关闭", "é", "🎉"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=10).map("".join)


def _kinds(words: MarkerWords, *texts: str) -> list[int]:
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([len(data) for data in encoded])
    return words.look(np.frombuffer(b"".join(encoded), np.uint8), np.append(0, ends[:-1]), ends).tolist()


def _found_everywhere(text: str, reason: str) -> list[tuple[int, int, str]]:
    rule = thread_rules._RULES[reason]
    last = thread_rules._comments_end(text) if reason == "template_comment" else len(text)
    return [(*found.span(), reason) for found in rule.finditer(text, 0, last)]


@settings(deadline=None, max_examples=600)
@given(text=_TEXTS)
def test_a_rule_finds_at_its_words_what_it_finds_when_it_looks_everywhere(text):
    expected = [span for reason in thread_rules._RULES for span in _found_everywhere(text, reason)]
    (marks,) = _kinds(_MARKERS, text)
    found = rule_spans(text, marks)
    assert found == rule_spans(text)
    assert [span for span in found if span[2] in thread_rules._RULES] == expected


@settings(deadline=None, max_examples=300)
@given(text=_TEXTS)
def test_quotes_and_notices_are_not_missed(text):
    (marks,) = _kinds(_MARKERS, text)
    assert marks & _QUOTE or not re.search(r"(?m)^[ ]{0,3}>", text)
    assert marks & _NOTIFY or not _NOTICE.match(text)


@settings(deadline=None, max_examples=300)
@given(texts=st.lists(_TEXTS, min_size=1, max_size=4))
def test_words_are_seen_in_the_text_that_has_them_and_in_no_other(texts):
    for text, marks in zip(texts, _kinds(_MARKERS, *texts), strict=True):
        for bit, words in MARKERS.items():
            if bit == MARKS["html_paste"]:
                expected = any(word in text.lower() for word in words)
            else:
                lines = [rf"^[ \t>]*{re.escape(word[1:])}" for word in words if word[0] == "\n"]
                inside = [re.escape(word) for word in words if word[0] != "\n"]
                expected = re.search("|".join([*lines, *inside]), text, re.MULTILINE) is not None
            assert bool(marks & bit) == expected


def test_letters_of_either_case_are_the_same_where_they_may_be():
    words = marker_words({1: ("Stale", "长时间"), 2: ("Close",)}, in_either_case=1)
    assert _kinds(words, "it is STALE", "CLOSE", "Close", "不长时间了", "") == [1, 0, 2, 1, 0]


@pytest.mark.parametrize("word", ["ab", "-"])
def test_a_word_that_is_too_short_is_refused(word):
    with pytest.raises(ValueError, match="less than three bytes"):
        marker_words({1: (word,)})
