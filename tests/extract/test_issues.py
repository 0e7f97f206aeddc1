"""Issues: every format of export becomes the same threads; a record that cannot be read costs itself."""

import json

import pytest

from tasks.extract.issues import STEP
from tests.extract.conftest import causes
from tests.extract.issue_exports import COMMENTS, FORMATS, GH, REST, TEXT, URL, lines


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
    assert [turn["author"] for _, turn in turns(row)] == ["asker", "triage-bot[bot]", "owner"]
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


def test_a_record_has_the_same_digest_wherever_in_an_export_it_stands(extract):
    alone = extract("issues", {"a.json": json.dumps(REST)})
    beside = extract("issues", {"a.json": json.dumps([{**REST, "number": 8, "body": "另一个"}, REST])})
    changed = extract("issues", {"a.json": json.dumps([{**REST, "locked": True}])})
    assert alone.kept["raw_sha256"][0] == beside.kept["raw_sha256"][1]
    assert alone.kept["raw_sha256"][0] != changed.kept["raw_sha256"][0]


def test_of_a_thread_seen_twice_the_newest_state_is_kept(extract):
    old, new = {**REST, "body": "old"}, {**REST, "body": "新", "updated_at": "2025-02-01T00:00:00Z"}
    parts = extract("issues", {"a.jsonl": lines(old, new, old, {**REST, "number": 8})})
    assert ["新" in text for text in parts.kept["text"].to_pylist()] == [True, False]
    assert parts.dropped["reason"].to_pylist() == ["superseded_record"] * 2
    assert parts.dropped["kept_id"].to_pylist() == parts.kept["id"].to_pylist()[:1] * 2
    assert len(set(parts.dropped["id"].to_pylist())) == 2


def _thread(number: int, *comments: tuple[str, str], **fields: object) -> dict:
    said = [
        {"id": number * 10 + at, "body": body, "user": {"login": login}, "created_at": f"2025-02-0{at + 1}T00:00:00Z"}
        for at, (login, body) in enumerate(comments)
    ]
    return {**REST, "number": number, "url": f"{URL[:-1]}{number}", "comments": said, **fields}


def test_an_account_that_says_one_thing_only_is_a_program_and_a_person_who_repeats_himself_is_not(extract):
    report = "Build #{} of your change has finished, 构建完成: see https://ci.example.com/{} for the report and logs."
    ask = "请附上日志和版本号，否则无法定位问题。Please attach a log and the version you run, then we can look at it."
    threads = [
        _thread(
            n, ("quiet-runner", report.format(n, n)), ("abbot", ask), ("liwei-cloud", f"第{n}个问题已定位 found it")
        )
        for n in range(1, 8)
    ]
    threads.append(
        _thread(9, ("abbot", "换一个端口就好 use another port"), ("abbot", "已合并 merged"), ("abbot", "谢谢"))
    )
    rows = extract("issues", {"a.json": json.dumps(threads)}).kept.to_pylist()
    who = {turn["author"]: turn for row in rows[:7] for _, turn in turns(row)}
    assert {name for name, turn in who.items() if turn["is_bot"]} == {"quiet-runner"}
    assert {name for name, turn in who.items() if turn.get("canned")} == {"quiet-runner", "abbot"}


@pytest.mark.parametrize("piece", ["自动关闭", "fixes #1 ", "fixes https://a", "duplicate of ", "a-", "`"])
def test_no_text_keeps_the_reader_busy(piece: str, extract):
    said = piece * (60_000 // len(piece))
    threads = [_thread(n, ("owner", said), title=said, body=said, merged_at="2025-01-01T00:00:00Z") for n in range(4)]
    assert extract("issues", {"a.json": json.dumps(threads)}).kept.num_rows == 4


def test_a_project_export_of_gitlab_has_people_without_names_and_merge_requests_of_the_same_number(extract):
    issue = {
        "iid": 7, "title": "网关 fails", "description": "它坏了", "state": "closed", "author_id": 3,
        "notes": [
            {"note": "changed label", "author_id": 1, "system": True, "created_at": "2025-01-02T00:00:00Z"},
            {"note": "升级即可", "author_id": 1, "author": {"name": "User A"}, "created_at": "2025-01-03T00:00:00Z",
             "award_emoji": [{"name": "thumbsup"}, {"name": "thumbsup"}]},
            {"note": "好了 works", "author_id": 3, "created_at": "2025-01-04T00:00:00Z"},
        ],
        "label_links": [{"label": {"title": "bug"}}],
    }  # fmt: skip
    request = {"iid": 7, "title": "修复", "description": "x", "source_branch": "fix", "author_id": 1, "notes": []}
    parts = extract("issues", {"project.json": json.dumps({"issues": [issue], "merge_requests": [request]})})
    first, second = parts.kept.to_pylist()
    assert [(text, turn["reporter"], turn["reactions"]) for text, turn in turns(first)] == [
        ("它坏了", True, {}), ("升级即可", False, {"+1": 2}), ("好了 works", True, {}),
    ]  # fmt: skip
    assert json.loads(first["metadata"])["labels"] == ["bug"]
    assert second["title"] == "修复"
    assert parts.dropped.num_rows == 0


def test_what_a_thread_repeats_is_known_and_who_closed_it_in_an_archive_of_events(extract):
    repeated = _thread(3, ("owner", "Duplicate of #1"), state_reason="not_planned")
    answered = _thread(4, ("owner", "见上。与此无关 see #1"))
    issue = {name: value for name, value in REST.items() if name != "closed_by"} | {"number": 5, "url": f"{URL}5"}
    payload = {"action": "closed", "issue": issue}
    event = {"type": "IssuesEvent", "actor": {"login": "owner"}, "repo": {"name": "o/n"}, "payload": payload}
    rows = extract("issues", {"a.jsonl": lines(repeated, answered, event)}).kept.to_pylist()
    known = {row["title"] + json.loads(row["metadata"])["number"]: json.loads(row["metadata"]) for row in rows}
    assert [found.get("duplicate_of") for found in known.values()] == ["1", None, None]
    assert [found["duplicate"] for found in known.values()] == [True, False, False]
    assert known["网关 fails5"]["closed_by"] == "maintainer"


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


def test_golden(extract, golden):
    parts = extract(
        "issues", {"a.json": FORMATS["list of REST with comments"], "b.jsonl": lines(GH, {**GH, "body": "x"}, 5)}
    )
    golden(STEP, parts)
