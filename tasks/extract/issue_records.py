"""Read one record of an export as an issue thread.

One tolerant reader for all dialects, since exports mix them: GitHub REST and GraphQL names, `gh --json`, the
i-d-template archive, GitLab and Gitee, comments beside or inside the record, as a list or as JSON in a string.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from operator import eq
from typing import Any, Final

import orjson

from tasks.extract.issue_authors import is_bot, login_of, who
from tasks.extract.issue_fields import first, moment, nodes, string
from tasks.extract.issue_reactions import reactions_of
from tasks.extract.issue_threads import BadRecordError, Thread, Turn

_REPO: Final = re.compile(
    r"https?://[^/]+/(?:api/v\d+/)?(?:repos/)?(.+?)/(?:-/)?(?:issues|pull|pulls|merge_requests)(?:/|$)"
)
_REPOSITORY: Final = re.compile(r"https?://[^/]+/(?:api/v\d+/)?repos/([^/]+/[^/]+)$")
# "Duplicate of #12", as a maintainer says it, alone on its line.
_DUPLICATE_OF: Final = re.compile(
    r"^\W*(?:(?:this is |closing as |closed as )?(?:a )?(?:duplicate|dupe|dup) of|重复(?:于|了)?|重複)"
    r"\s*(?:https?://\S+/(?:issues|pull)/|[\w.-]+/[\w.-]+#|#)(\d+)",
    re.IGNORECASE | re.MULTILINE,
)
_PULL: Final = re.compile(r"/(?:pulls?|merge_requests)/")
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_STATES: Final = {"opened": "open", "progressing": "open", "rejected": "closed"}
_CLOSING_EVENTS: Final = frozenset({"closed", "ClosedEvent"})


def read_thread(record: Mapping[str, Any], repo: str | None, events: Iterable[Any] = ()) -> Thread:
    """The thread a record holds.

    Args:
        record: One issue, pull request or merge request.
        repo: Where the record itself does not say.
        events: Timeline of the thread beside the record; comments may be among them.

    Raises:
        BadRecordError: A field is missing or of the wrong type.
    """
    number = first(record, "number", "iid")
    if isinstance(number, bool) or not isinstance(number, int | str):
        raise BadRecordError("`number` is missing or neither a number nor a string")
    user = first(record, "user", "author")
    author, role = login_of(user), _role(record)
    given = record.get("pull_request")
    pull = given if isinstance(given, dict) else None
    url = string(record, "html_url", "web_url", "url")
    thread = Thread(
        repo=_repo(record) or repo,
        number=str(number),
        title=" ".join((string(record, "title") or "").split()),
        url=url,
        kind="pull" if pull or _is_pull(record, url) else "issue",
        state=_state(record),
        state_reason=_lower(string(record, "state_reason", "stateReason")),
        labels=_labels(first(record, "labels", "label_links")),
        turns=[],
        created_at=moment(first(record, "created_at", "createdAt")),
        updated_at=moment(first(record, "updated_at", "updatedAt")),
        closed_at=moment(first(record, "closed_at", "closedAt")),
        closer=login_of(record.get("closed_by")),
        closed_by_bot=is_bot(record.get("closed_by")),
        merger=login_of(first(record, "merged_by", "mergedBy")),
        author=author,
        author_role=role,
        account=author or _account(record),
        mark="!" if "iid" in record and ("merge_requests" in (url or "") or "source_branch" in record) else "#",
    )
    if first(record, "merged_at", "mergedAt") or (pull and pull.get("merged_at")):
        thread.state = "merged"
    thread.duplicate = thread.state_reason == "duplicate"
    _add_turns(thread, record, user, events)
    return thread


def read_turn(record: Any, kind: str = "comment") -> Turn:
    """A comment.

    Raises:
        BadRecordError: Not an object, or its text is not a string.
    """
    if not isinstance(record, dict):
        raise BadRecordError("a comment is not an object")
    # There are thousands: the usual field is asked for before the rest, and names of arguments cost as much as values.
    get = record.get
    body, role, created = get("body"), get("authorAssociation"), get("createdAt")
    user = get("user")
    author, by_program = who(user if user is not None else get("author"))
    return Turn(
        body if type(body) is str else string(record, "body", "description", "note") or "",
        author,
        role if type(role) is str and "author_association" not in record else _role(record),
        kind,
        moment(
            created
            if created and "created_at" not in record
            else first(record, "created_at", "createdAt", "submitted_at")
        ),
        by_program,
        reactions_of(record),
        get("isAnswer") is True or get("is_answer") is True,
        False,
        author or _account(record),
    )


def _add_turns(thread: Thread, record: Mapping[str, Any], user: Any, events: Iterable[Any]) -> None:
    opening = Turn(
        body=string(record, "body", "description") or "",
        author=thread.author,
        account=thread.account,
        role=thread.author_role,
        kind="issue",
        created_at=thread.created_at,
        is_bot=is_bot(user),
        reactions=reactions_of(record),
    )
    comments = [read_turn(comment) for comment in _comments(record)]
    for review in nodes(record.get("reviews")):
        comments.append(read_turn(review, "review"))
        comments += [read_turn(_inherit(review, note), "review") for note in nodes(review.get("comments"))]
    for event in [*events, *nodes(record.get("timeline")), *nodes(record.get("timelineItems"))]:
        if isinstance(event, dict):
            _add_event(thread, event, comments)
    for pull in nodes(record.get("closedByPullRequestsReferences")):
        if isinstance(pull, dict) and isinstance(pull.get("number"), int):
            thread.links.append({"kind": "pull", "id": str(pull["number"])})
    if len(comments) > 1:
        comments.sort(key=lambda turn: turn.created_at or _NEVER)
    thread.turns = _once([turn for turn in (opening, *comments) if turn.body and not turn.body.isspace()])
    if thread.duplicate or thread.state == "closed":
        thread.duplicate_of = _duplicate_of(thread.turns[1:])
        thread.duplicate |= thread.duplicate_of is not None and thread.state_reason != "completed"


def _duplicate_of(turns: Iterable[Turn]) -> str | None:
    """Number of the thread that was there before, where a comment begins with it."""
    for turn in turns:
        head = turn.body[:300]
        # Every match has one of these, and few comments do.
        if ("dup" in head.lower() or "重" in head) and (found := _DUPLICATE_OF.search(head)):
            return found[1]
    return None


def _once(turns: list[Turn]) -> list[Turn]:
    """A comment that stands beside the record and in its timeline too is one comment.

    Args:
        turns: The opening text, then comments by time.
    """
    # Of one second there are rarely two, and they follow each other: times are compared in a tenth of what sets take.
    times = [turn.created_at for turn in turns]
    rest = times[1:]
    if not rest or (times[0] not in rest and not any(map(eq, times, rest))):
        return turns
    kept: list[Turn] = []
    at: dict[datetime, list[Turn]] = {}
    for turn in turns:
        if turn.created_at is not None:
            same = at.setdefault(turn.created_at, [])
            if any(other.author == turn.author and other.body == turn.body for other in same):
                continue
            same.append(turn)
        kept.append(turn)
    return kept


def _inherit(review: Mapping[str, Any], note: Any) -> Any:
    # Line comments of a review name no author: they are the reviewer's.
    if not isinstance(note, dict) or note.get("author") or note.get("user"):
        return note
    return {**note, "author": review.get("author"), "authorAssociation": review.get("authorAssociation")}


def _add_event(thread: Thread, event: Mapping[str, Any], comments: list[Turn]) -> None:
    name = str(first(event, "event", "__typename"))
    if name == "commented":
        comments.append(read_turn(event))
    elif name in _CLOSING_EVENTS:
        thread.closer = login_of(event.get("actor")) or thread.closer
        thread.closed_by_bot = is_bot(event.get("actor"))
        if isinstance(event.get("commit_id"), str):
            thread.links.append({"kind": "commit", "id": event["commit_id"]})
    elif name == "cross-referenced":
        source = event.get("source")
        other = source.get("issue") if isinstance(source, dict) else None
        pull = other.get("pull_request") if isinstance(other, dict) else None
        if isinstance(other, dict) and isinstance(pull, dict) and pull.get("merged_at"):
            thread.links.append({"kind": "mention", "id": str(other.get("number"))})
    elif name == "marked_as_duplicate":
        thread.duplicate = True
    elif name == "reopened":
        thread.links = [link for link in thread.links if link["kind"] != "commit"]


def _comments(record: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    for name in ("comments", "comments_content", "comment_list", "notes", "discussions"):
        value = record.get(name)
        if value is None or isinstance(value, int):
            continue
        if isinstance(value, str) and value.strip():
            try:
                value = orjson.loads(value)
            except orjson.JSONDecodeError:
                raise BadRecordError(f"`{name}` is a string that is not JSON") from None
        if not isinstance(value, (int, str, list, dict)) and value is not None:
            raise BadRecordError(f"`{name}` is neither a list nor a count")
        for node in nodes(value):
            if not isinstance(node, dict):
                found.append(node)
            elif "notes" in node:  # a GitLab discussion
                found += [note for note in nodes(node["notes"]) if not _is_system(note)]
            elif not _is_system(node):
                found.append(node)
    return found


def _is_system(note: Any) -> bool:
    """Whether it is a note about a changed label, and no comment."""
    return isinstance(note, dict) and note.get("system") is True


def _lower(value: str | None) -> str | None:
    return value.lower() if value else None


def _account(record: Mapping[str, Any]) -> str | None:
    """GitLab's project exports give people numbers, and names only to some."""
    number = record.get("author_id")
    return f"\0{number}" if isinstance(number, int) else None


def _role(record: Mapping[str, Any]) -> str | None:
    role = first(record, "author_association", "authorAssociation")
    return role if isinstance(role, str) else None


def _state(record: Mapping[str, Any]) -> str | None:
    state = (string(record, "state") or "").lower()
    return _STATES.get(state, state) or None


def _is_pull(record: Mapping[str, Any], url: str | None) -> bool:
    return "mergedAt" in record or "merged_at" in record or bool(url and _PULL.search(url))


def _repo(record: Mapping[str, Any]) -> str | None:
    references = record.get("references")
    if isinstance(references, dict) and isinstance(references.get("full"), str):
        return re.split(r"[#!]", references["full"], maxsplit=1)[0]
    for name, pattern in (("repository_url", _REPOSITORY), ("html_url", _REPO), ("web_url", _REPO), ("url", _REPO)):
        value = record.get(name)
        if isinstance(value, str) and (found := pattern.match(value)):
            return found[1]
    return None


def _labels(value: Any) -> list[str]:
    names = []
    for label in nodes(value):
        name = label.get("label", label) if isinstance(label, dict) else label
        name = first(name, "name", "title") if isinstance(name, dict) else name
        if isinstance(name, str):
            names.append(name)
    return names
