"""Exports that are damaged, or none: what cannot be read costs itself, and says why."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.issue_formats import find_records
from tasks.extract.issue_sightings import BadRecord, FoundRecord
from tests.extract.conftest import causes
from tests.extract.issue_exports import COMMENTS, REST, URL, lines

BAD = {
    "no number": ({"title": "x", "number": None}, "bad_record"),
    "a number that is none": ({**REST, "number": [1]}, "bad_record"),
    "a title that is none": ({**REST, "number": 8, "title": 5}, "bad_record"),
    "comments that are none": ({**REST, "number": 9, "comments": 1.5}, "bad_record"),
    "a comment that is none": ({**REST, "number": 10, "comments": ["x"]}, "bad_record"),
    "comments in a string that is no JSON": ({**REST, "number": 11, "comments_content": "{x"}, "bad_record"),
    "nothing in it": ({"number": 12, "title": "", "body": " ", "url": URL}, "empty"),
    "something else": ({"config": True}, "bad_record"),
    "not an object": (5, "bad_record"),
    "a comment of another issue": ({**COMMENTS[0], "issue_url": URL + "99"}, "bad_record"),
}


@pytest.mark.parametrize(("record", "cause"), BAD.values(), ids=BAD)
def test_a_record_that_cannot_be_read_costs_itself(record: object, cause: str, extract):
    parts = extract("issues", {"a.json": json.dumps([REST, record])})
    assert parts.kept.num_rows == 1
    assert list(causes(parts).values()) == [cause]


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("[]", "empty"),
        ("\0\0", "bad_json"),
        ("[" * 200_000, "bad_json"),
        ('{"a": ' + "9" * 6000 + ", NaN}", "bad_json"),
        (json.dumps([REST, REST])[:-40], "truncated"),
        (json.dumps([REST], indent=1)[:200], "truncated"),
        (json.dumps(REST).encode("utf-8")[:60] + b"\xff\xfe", "bad_encoding"),
        ("<html>登录</html>", "bad_json"),
        (gzip.compress(json.dumps([REST]).encode())[:-9], "truncated"),
    ],
)
def test_an_export_that_cannot_be_read_says_why(content: str | bytes, cause: str, extract):
    parts = extract("issues", {"a.json": content})
    assert causes(parts) == {"a.json": cause}


def test_a_damaged_line_costs_one_record(extract):
    second = {**REST, "number": 8}
    parts = extract("issues", {"a.jsonl": '{"number": 1, "ti\n' + lines(REST) + "{broken\n" + lines(second)})
    assert parts.kept.num_rows == 2
    assert list(causes(parts).values()) == ["bad_json", "bad_json"]


def test_what_cannot_be_read_in_a_list_costs_its_record_and_what_nobody_asks_for_costs_nothing(extract):
    """Bytes that are no UTF-8, and a number of thousands of digits."""
    records = [
        {**REST, "number": 1, "title": "标题 BYTE"},
        {**REST, "number": 2, "milestone": "里程碑 BYTE"},
        {**REST, "number": 3, "upvotes": 0.125},
        {**REST, "number": 4},
    ]
    content = json.dumps({"issues": records}, ensure_ascii=False).encode()
    parts = extract("issues", {"a.json": content.replace(b"BYTE", b"\xff").replace(b"0.125", b"9" * 6000)})
    assert [json.loads(text)["number"] for text in parts.kept["metadata"].to_pylist()] == ["2", "4"]
    assert list(causes(parts).values()) == ["bad_encoding", "bad_json"]
    assert parts.records == 4


def test_odd_characters_and_dates_cost_themselves(extract):
    odd = {
        **REST,
        "title": "a\ud800\u0000b",
        "body": "正文\ud83d",
        "state": "x\udfff",
        "author_association": "R\ud800",
        "labels": ["\ud800"],
        "created_at": "0001-01-01T00:00:00+14:00",
        "updated_at": "yesterday",
        "html_url": "https://e.example.com/\ud800",
        "closed_by": {"login": "\ud800"},
    }
    parts = extract("issues", {"a.json": json.dumps([odd])})
    (row,) = parts.kept.to_pylist()
    assert row["text"].startswith("# a\ufffdb\n\n正文\ufffd")
    assert row["created_at"] is None


ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "number",
                    "title",
                    "body",
                    "comments",
                    "issue",
                    "issues",
                    "user",
                    "url",
                    "issue_url",
                    "events",
                    "data",
                    "items",
                    "response",
                    "path",
                    "payload",
                    "type",
                    "labels",
                    "reactions",
                    "state",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(ANY_JSON)
@settings(max_examples=400, deadline=None)
def test_no_json_breaks_the_reader(value: object):
    from tasks.extract.issue_records import read_thread
    from tasks.extract.issue_threads import BadRecordError

    for item in find_records(json.dumps(value).encode(), "o/n"):
        assert isinstance(item, FoundRecord | BadRecord)
        if isinstance(item, FoundRecord):
            assert len(item.digest()) == 64
            try:
                record, events = item.read()
                read_thread(record, item.repo, events)
            except BadRecordError:
                continue
