"""What cannot be analysed is not released."""

import json
import logging
import re

import pytest

from tasks.anonymize import anonymize as step
from tasks.anonymize.anonymize import anonymize_documents
from tasks.anonymize.settings import AnonymizeSettings
from tests.anonymize.test_anonymize import TEXTS, VALUES


class _Broken:
    """A judge whose recognizers fail on one word."""

    def __init__(self, judge, error):
        self._judge, self._error = judge, error

    def find(self, column):
        if any("boom" in text for text in column.to_pylist()):
            raise self._error
        return self._judge.find(column)


@pytest.mark.parametrize("error", [RuntimeError("secret 13812345678"), TimeoutError()])
def test_a_document_that_cannot_be_analysed_is_quarantined_and_the_others_are_not(
    documents, settings, judge, monkeypatch, caplog, error
):
    monkeypatch.setattr(step, "judge_for", lambda _: _Broken(judge, error))
    with caplog.at_level(logging.DEBUG):
        parts = anonymize_documents(documents("电话13812345678 boom", TEXTS[1], source=["王建国.md", "b"]), settings())
    assert parts.kept["id"].to_pylist() == ["d1"]
    (row,) = parts.quarantined.to_pylist()
    assert row["cause"] == "analysis_failed"
    assert "d0" not in parts.sides["pii_spans"]["id"].to_pylist()
    written = json.dumps(row, ensure_ascii=False) + caplog.text
    assert not any(value in written for value in (*VALUES, "王建国"))


def test_a_title_that_cannot_be_analysed_is_enough(documents, settings, judge, monkeypatch):
    monkeypatch.setattr(step, "judge_for", lambda _: _Broken(judge, RuntimeError()))
    parts = anonymize_documents(documents("fine", title="boom"), settings())
    assert parts.quarantined["cause"].to_pylist() == ["analysis_failed"]


class _Slow:
    def __init__(self, judge):
        self._judge = judge

    def find(self, column):
        if any("slow" in text for text in column.to_pylist()):
            # Backtracks for hours.
            re.match(r"(a+)+$", "a" * 60 + "b")
        return self._judge.find(column)


def test_an_analysis_that_takes_too_long_is_ended(documents, settings, judge, monkeypatch):
    monkeypatch.setattr(step, "judge_for", lambda _: _Slow(judge))
    parts = anonymize_documents(documents("slow", TEXTS[0]), settings(timeout_s=0.3))
    assert parts.quarantined["id"].to_pylist() == ["d0"]
    assert parts.kept["id"].to_pylist() == ["d1"]


class _Endless:
    """A judge that never has enough."""

    def find(self, column):
        from tasks.anonymize.judge import PiiSpan

        return [[PiiSpan(0, 1, "PERSON", 1.0, "x")] if text and text[0] == "x" else [] for text in column.to_pylist()]


def test_a_document_in_which_something_is_always_left_is_not_released(documents, monkeypatch):
    monkeypatch.setattr(step, "judge_for", lambda _: _Endless())
    parts = anonymize_documents(documents("x" * 40, source="y"), AnonymizeSettings(mode="redact"))
    assert parts.quarantined["cause"].to_pylist() == ["residue"]
