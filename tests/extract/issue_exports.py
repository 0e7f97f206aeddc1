"""One thread as every platform and tool exports it."""

import gzip
import json

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
        "user": {"login": "triage-bot[bot]", "type": "Bot"},
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
