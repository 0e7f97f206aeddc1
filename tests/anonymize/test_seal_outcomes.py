"""What is said of records that are not released says nothing of anybody either."""

import json
import re

import pytest

from schemas.outcomes import DROP, QUARANTINE
from tasks.anonymize import seal_outcomes as step
from tasks.anonymize.anonymize import anonymize_documents
from tasks.anonymize.seal_outcomes import DROPPED, QUARANTINED, seal_dropped, seal_quarantined
from tasks.anonymize.settings import AnonymizeSettings


def drops(*sources, **columns):
    row = {"step": "quality", "reason": "too_short", "text_sha256": "0" * 64, "n_chars": 1, "n_words": 1}
    more = {"source_type": "text", **columns}
    return DROP.from_rows(
        [{"id": f"d{i}", "parent_id": f"d{i}", "source": s, **row, **more} for i, s in enumerate(sources)]
    )


def quarantined(*sources, message=None):
    row = {"step": "extract_documents", "cause": "encrypted", "source_type": "pdf", "bytes": 9, "message": message}
    return QUARANTINE.from_rows([{"id": f"q{i}", "parent_id": "f", "source": s, **row} for i, s in enumerate(sources)])


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("exports/jane.miller@corp-mail.net.json", "jane.miller@corp-mail.net"),
        ("扫描/客户13812345678.pdf", "13812345678"),
        ("合同-联系人：欧阳明慧.docx", "欧阳明慧"),
        ("https://app:s3cr3tPw@db.internal/x", "s3cr3tPw"),
    ],
)
def test_what_a_path_says_is_replaced_in_both_tables(settings, source, value):
    dropped, bad = drops(source), quarantined(source)
    for seal, batch, declared in ((seal_dropped, dropped, DROPPED), (seal_quarantined, bad, QUARANTINED)):
        parts = seal(batch, settings())
        declared.check(batch, parts, "s")
        assert value not in json.dumps(parts.kept.to_pylist(), ensure_ascii=False)
        assert re.search(r"_[0-9a-f]{8}|某", parts.kept["source"].to_pylist()[0])


@pytest.mark.parametrize("source", ["docs/v2.11.8/readme.md", "手册/第3章 安装.pdf", "a" * 40 + "/1575282069780.log"])
def test_a_path_that_says_nothing_of_anybody_stays_with_its_row(settings, source):
    batch = drops(source, "other", detail="on 12 of 14 pages", source_url="https://github.com/o/r/issues/7")
    assert seal_dropped(batch, settings()).kept.equals(batch)
    bad = quarantined(source, message="give the password of the file")
    assert seal_quarantined(bad, settings()).kept.equals(bad)


def test_what_a_document_is_known_to_hold_goes_from_outcomes_with_the_same_surrogate(documents, settings):
    parts = anonymize_documents(documents("password = 'hunter2x9'", "加我微信：zhang_san88，谢谢"), settings())
    known = parts.sides["known_values"]
    secret = parts.kept["text"].to_pylist()[0].split("'")[1]
    batch = drops("a/hunter2x9.txt", "b/hunter2x91.txt", "聊天zhang_san88.html", detail="as hunter2x9")
    rows = seal_dropped(batch, settings(), known=known).kept.to_pylist()
    assert [row["source"] for row in rows[:2]] == [f"a/{secret}.txt", "b/hunter2x91.txt"]
    assert "zhang_san88" not in rows[2]["source"]
    assert rows[1]["detail"] == f"as {secret}"
    (bad,) = seal_quarantined(
        quarantined("hunter2x9", message="not hunter2x9"), settings(), known=known
    ).kept.to_pylist()
    assert (bad["source"], bad["message"]) == (secret, f"not {secret}")


class _Broken:
    def __init__(self, judge):
        self._judge = judge

    def find(self, column):
        if any("boom" in text for text in column.to_pylist()):
            raise RuntimeError("boom 13812345678")
        return self._judge.find(column)


def test_a_string_that_cannot_be_analysed_is_not_released_and_the_others_are(settings, judge, monkeypatch):
    monkeypatch.setattr(step, "judge_for", lambda _: _Broken(judge))
    batch = drops("boom/王建国.md", "plain.md", detail="boom", source_url="https://example.com/boom")
    rows = seal_dropped(batch, settings()).kept.to_pylist()
    assert [row["source"] for row in rows] == ["d0", "plain.md"]
    assert {row["detail"] for row in rows} == {row["source_url"] for row in rows} == {None}
    (bad,) = seal_quarantined(quarantined("boom", message="boom"), settings()).kept.to_pylist()
    assert (bad["source"], bad["message"], bad["cause"]) == ("q0", None, "encrypted")


class _Endless:
    def find(self, column):
        from tasks.anonymize.spans import PiiSpan

        return [[PiiSpan(0, 1, "PERSON", 1.0, "x")] if text[:1] == "x" else [] for text in column.to_pylist()]


def test_a_string_in_which_something_is_always_left_is_not_released(settings, monkeypatch):
    monkeypatch.setattr(step, "judge_for", lambda _: _Endless())
    assert seal_dropped(drops("x" * 40, "y"), settings(mode="redact")).kept["source"].to_pylist() == ["d0", "y"]


@pytest.mark.parametrize("mode", ["pseudonym", "mask", "redact"])
def test_sealing_outcomes_twice_changes_nothing(settings, mode):
    batch = drops("li.si@corp.cn", "plain", "扫描13812345678", detail="密码：Qw3rty!9x")
    once = seal_dropped(batch, settings(mode=mode)).kept
    assert seal_dropped(once, settings(mode=mode)).kept.equals(once)
    assert once["id"].to_pylist() == batch["id"].to_pylist()


def test_empty_tables_stay_empty_and_pseudonyms_need_a_key(settings):
    assert seal_dropped(DROP.empty(), settings()).kept.num_rows == 0
    assert seal_quarantined(QUARANTINE.empty(), settings()).kept.num_rows == 0
    with pytest.raises(ValueError, match="key"):
        seal_dropped(drops("x"), AnonymizeSettings())
