"""Issues: every format of export becomes the same threads; a record that cannot be read costs itself."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.issue_authors import is_bot
from tasks.extract.issue_formats import BadRecord, FoundRecord, find_records
from tasks.extract.issues import STEP
from tests.extract.conftest import causes

URL = "https://api.github.com/repos/o/n/issues/7"
REST = {
    "number": 7,
    "title": "网关 fails",
    "body": "它坏了 It fails.",
    "state": "closed",
    "state_reason": "completed",
    "url": URL,
    "html_url": "https://github.com/o/n/issues/7",
    "user": {"login": "asker", "type": "User"},
    "author_association": "NONE",
    "labels": [{"name": "bug"}],
    "created_at": "2025-01-01T00:00:00Z",
    "updated_at": "2025-01-05T00:00:00Z",
    "closed_at": "2025-01-05T00:00:00Z",
    "comments": 2,
    "closed_by": {"login": "owner", "type": "User"},
}
COMMENTS = [
    {
        "id": 2,
        "body": "升级即可 Upgrade.",
        "user": {"login": "owner"},
        "author_association": "OWNER",
        "created_at": "2025-01-03T00:00:00Z",
        "issue_url": URL,
        "reactions": {"+1": 3, "total_count": 3},
    },
    {
        "id": 1,
        "body": "Which version?",
        "user": {"login": "helper-bot[bot]", "type": "Bot"},
        "author_association": "NONE",
        "created_at": "2025-01-02T00:00:00Z",
        "issue_url": URL,
    },
]
GH = {
    "number": 7,
    "title": "网关 fails",
    "body": "它坏了 It fails.",
    "state": "CLOSED",
    "stateReason": "COMPLETED",
    "url": "https://github.com/o/n/issues/7",
    "author": {"login": "asker", "is_bot": False},
    "labels": [{"name": "bug"}],
    "createdAt": "2025-01-01T00:00:00Z",
    "updatedAt": "2025-01-05T00:00:00Z",
    "closedAt": "2025-01-05T00:00:00Z",
    "comments": [
        {
            "author": {"login": c["user"]["login"]},
            "authorAssociation": c["author_association"],
            "body": c["body"],
            "createdAt": c["created_at"],
        }
        for c in COMMENTS
    ],
}
GITLAB = {
    "iid": 7,
    "title": "网关 fails",
    "description": "它坏了 It fails.",
    "state": "closed",
    "web_url": "https://gitlab.example.com/o/n/-/issues/7",
    "author": {"username": "asker"},
    "labels": ["bug"],
    "created_at": "2025-01-01T00:00:00Z",
    "updated_at": "2025-01-05T00:00:00Z",
    "notes": [
        {"body": c["body"], "author": {"username": c["user"]["login"]}, "created_at": c["created_at"]} for c in COMMENTS
    ]
    + [{"body": "changed label", "system": True, "author": {"username": "owner"}}],
}
EVENTS = [{**comment, "event": "commented"} for comment in COMMENTS]
ARCHIVE = {"repo": "o/n", "issues": [{k: v for k, v in GH.items() if k != "url"} | {"author": "asker"}], "pulls": []}
GH_ARCHIVE = [
    {"type": "IssueCommentEvent", "actor": {}, "repo": {"name": "o/n"}, "payload": {"issue": REST, "comment": comment}}
    for comment in COMMENTS
]


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


FORMATS = {
    "list of REST with comments": json.dumps([{**REST, "comments": COMMENTS}], ensure_ascii=False),
    "comments beside their issue": json.dumps([REST, *COMMENTS]),
    "comments before their issue, in lines": lines(*COMMENTS, REST),
    "pages of REST": json.dumps([[REST], COMMENTS]),
    "pages in lines": lines([REST], COMMENTS),
    "comments as JSON in a string": json.dumps([{**REST, "comments_content": json.dumps(COMMENTS)}]),
    "backup with events": lines({"type": "issue", "issue": REST, "events": EVENTS}),
    "comments and timeline both": json.dumps({"issue": REST, "comments": COMMENTS, "events": EVENTS}),
    "gh --json": json.dumps([GH], indent=2),
    "gh --json, one object": json.dumps(GH),
    "archive.json": json.dumps(ARCHIVE, indent=1),
    "archive.json with a record a line": '{"repo": "o/n", "issues": [\n' + json.dumps(ARCHIVE["issues"][0]) + "\n]}",
    "GraphQL": json.dumps(
        {"data": {"repository": {"issues": {"nodes": [GH | {"comments": {"nodes": GH["comments"]}}]}}}}
    ),
    "search": json.dumps({"total_count": 1, "items": [{**REST, "comments": COMMENTS}]}),
    "GH Archive": lines({"type": "PushEvent", "actor": {}, "payload": {}}, *GH_ARCHIVE),
    "GitLab": json.dumps([GITLAB]),
    "recorded traffic": json.dumps(
        [
            {"path": "/repos/o/n/issues/7", "response": {**REST, "comments_url": "x"}},
            {"path": "/repos/o/n/issues/7/comments", "response": COMMENTS},
        ]
    ),
    "UTF-16": json.dumps([{**REST, "comments": COMMENTS}], ensure_ascii=False).encode("utf-16"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + json.dumps([{**REST, "comments": COMMENTS}]).encode(),
    "compressed": gzip.compress(json.dumps([{**REST, "comments": COMMENTS}]).encode()),
}
TEXT = "# 网关 fails\n\n它坏了 It fails.\n\n---\n\nWhich version?\n\n---\n\n升级即可 Upgrade."


def turns(row: dict) -> list[tuple[str, dict]]:
    return [
        (row["text"][block["start"] : block["end"]], json.loads(block["attributes"]))
        for block in row["blocks"]
        if block["kind"] == "turn"
    ]


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_every_format_gives_the_same_thread(content: str | bytes, extract):
    parts = extract("issues", {"export.json": content})
    assert causes(parts) == {}
    (row,) = parts.kept.to_pylist()
    assert row["text"] == TEXT
    assert [text for text, _ in turns(row)] == ["它坏了 It fails.", "Which version?", "升级即可 Upgrade."]
    assert [turn["author"] for _, turn in turns(row)] == ["asker", "helper-bot[bot]", "owner"]
    assert [turn["is_bot"] for _, turn in turns(row)] == [False, True, False]
    assert [turn["reporter"] for _, turn in turns(row)] == [True, False, False]
    metadata = json.loads(row["metadata"])
    assert (metadata["number"], metadata["state"], metadata["labels"]) == ("7", "closed", ["bug"])
    assert row["repo"] == "o/n"
    assert row["created_at"].isoformat() == "2025-01-01T00:00:00+00:00"


def test_roles_reactions_and_who_closed_it_are_known(extract):
    (row,) = extract("issues", {"a.json": FORMATS["list of REST with comments"]}).kept.to_pylist()
    answer = turns(row)[2][1]
    assert (answer["role"], answer["maintainer"], answer["reactions"]) == ("OWNER", True, {"+1": 3})
    assert json.loads(row["metadata"])["closed_by"] == "maintainer"
    assert row["author_role"] == "NONE"


def test_pulls_that_close_an_issue_are_linked(extract):
    pull = {
        **REST,
        "number": 8,
        "title": "Repair",
        "body": "修复 #7",
        "merged_at": "2025-01-04T00:00:00Z",
        "html_url": "https://github.com/o/n/pull/8",
        "pull_request": {"merged_at": "2025-01-04T00:00:00Z"},
    }
    rows = extract("issues", {"a.json": json.dumps([REST, pull])}).kept.to_pylist()
    metadata = [json.loads(row["metadata"]) for row in rows]
    assert metadata[0]["links"] == [{"id": "8", "kind": "pull"}]
    assert (metadata[1]["kind"], metadata[1]["state"]) == ("pull", "merged")


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


def test_of_a_thread_seen_twice_the_newest_state_is_kept(extract):
    old, new = {**REST, "body": "old"}, {**REST, "body": "新", "updated_at": "2025-02-01T00:00:00Z"}
    parts = extract("issues", {"a.jsonl": lines(new, old, {**REST, "number": 8})})
    assert ["新" in text for text in parts.kept["text"].to_pylist()] == [True, False]
    assert parts.dropped["reason"].to_pylist() == ["superseded_record"]


@pytest.mark.parametrize("login", ["renovate[bot]", "k8s-ci-robot", "DrahtBot", "codecov", "app/dependabot", "i-robot"])
def test_programs_are_known_by_their_names(login: str):
    assert is_bot({"login": login})


@pytest.mark.parametrize("login", ["abbot", "li-ci", "talbotson", "robotics-fan", "小明", "liwei-cloud", None])
def test_people_are_not_taken_for_programs(login: str | None):
    assert not is_bot({"login": login})


def test_a_long_export_on_one_line_is_read_in_bounded_memory(extract):
    """A twentieth of the size of `test_a_hundred_megabytes_on_one_line`, in the default run."""
    _read_long_line(extract, 5)


@pytest.mark.slow
def test_a_hundred_megabytes_on_one_line(extract):
    _read_long_line(extract, 100)


def _read_long_line(extract, megabytes: int) -> None:
    body = "一行很长的导出 a long export on one line. " * 200
    one = json.dumps({**REST, "body": body, "comments": COMMENTS}, ensure_ascii=False)
    count = megabytes * 1_000_000 // len(one.encode()) + 1
    numbered = (one.replace('"number": 7', f'"number": {n}') for n in range(count))
    parts = extract("issues", {"a.json": "[" + ", ".join(numbered) + "]"})
    assert parts.kept.num_rows == count
    assert parts.quarantined.num_rows == 0


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
                read_thread(item.record, item.repo, item.events)
            except BadRecordError:
                continue


def test_golden(extract, golden):
    parts = extract(
        "issues", {"a.json": FORMATS["list of REST with comments"], "b.jsonl": lines(GH, {**GH, "body": "x"}, 5)}
    )
    golden(STEP, parts)


COUNTS = {
    "tlswg__tls13-spec.archive.json": (446 + 998, None),
    "bitcoin-core__gui.rest.jsonl": (101, 410),
    "acsigcn__KCD2-Simplified-Chinese.jsonl": (23, 16),
    "f2etw__f2e-notes.rest.json": (98, 77),
}


@pytest.mark.parametrize(("name", "expected"), COUNTS.items(), ids=COUNTS)
def test_real_exports_hold_as_many_threads_and_comments_as_they_should(
    name: str, expected: tuple[int, int | None], corpus: Path, extract
):
    parts = extract("issues", corpus / "issues", source={"path": f"issues/{name}"})
    rows = parts.kept.to_pylist()
    outcomes = len(rows) + parts.dropped.num_rows + parts.quarantined.num_rows
    assert outcomes == parts.records == expected[0]
    assert set(parts.quarantined["cause"].to_pylist()) <= {"empty"}
    comments = [turn for row in rows for turn in turns(row) if turn[1]["kind"] == "comment"]
    if expected[1] is not None:
        assert len(comments) == expected[1]


def test_real_recorded_traffic_is_read(corpus: Path, extract):
    parts = extract("issues", corpus / "issues", source={"path": "issues/octokit__*.json"})
    assert parts.kept.num_rows > 10
    assert parts.records == parts.kept.num_rows + parts.dropped.num_rows + parts.quarantined.num_rows
    paginated = [row for row in parts.kept.to_pylist() if "paginate" in row["source"]]
    assert len(paginated) == 26
