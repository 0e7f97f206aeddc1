"""Find the issue threads in the bytes of an export, whatever its format.

Known: lists and pages of GitHub's REST API, `gh issue list --json`, JSON Lines of either, backups with `issue` and
`events`, archives with `issues` and `pulls` (i-d-template), GH Archive events, GraphQL connections, GitLab and Gitee
lists, recorded HTTP traffic (octokit fixtures). A comment beside its issue is joined to it by its `issue_url`.
"""

import json
from collections.abc import Iterator
from typing import Final

from msgspec import DecodeError, Raw

from tasks.extract.issue_json import (
    Level,
    Names,
    as_string,
    elements,
    first_level,
    is_list,
    is_object,
    mended,
    object_names,
)
from tasks.extract.issue_sightings import (
    NESTED,
    NO_NUMBER,
    NOT_UNICODE,
    BadRecord,
    Comment,
    FoundRecord,
    Snapshot,
    comment,
    join_comments,
    keep_newest,
    snapshot,
)
from tasks.extract.settings import ExtractCause

_ISSUE_EVENTS: Final = frozenset(
    {"IssuesEvent", "IssueCommentEvent", "PullRequestEvent", "PullRequestReviewEvent", "PullRequestReviewCommentEvent"}
)
# Lists of threads in an archive of a whole repository.
_GROUPS: Final = ("issues", "pulls", "merge_requests")

_Item = FoundRecord | BadRecord | Snapshot | Comment


def find_records(raw: bytes, repo: str | None, start: int = 0) -> list[FoundRecord | BadRecord]:
    """Every record of an export, in order.

    Args:
        raw: The file, or a slice of JSON Lines cut at line ends.
        repo: Repository the recipe names, for records that do not say.
        start: Offset of `raw` in its file, in bytes.
    """
    found: list[FoundRecord | BadRecord] = []
    snapshots: dict[str, Snapshot] = {}
    comments: list[Comment] = []
    for place, text, value in _values(raw, start):
        items: Iterator[_Item] = iter([value]) if isinstance(value, BadRecord) else _walk(text, value, repo, place)
        try:
            for item in items:
                if isinstance(item, Snapshot):
                    keep_newest(snapshots, item, found)
                elif isinstance(item, Comment):
                    comments.append(item)
                else:
                    found.append(item)
        except RecursionError:
            found.append(BadRecord(place, ExtractCause.BAD_JSON, NESTED))
    if comments:
        join_comments(comments, found)
    return found


def _values(raw: bytes, start: int) -> Iterator[tuple[str, bytes, Level | BadRecord]]:
    """(place, JSON text, its first level or BadRecord) of the document or of each line."""
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        body = body.decode("utf-16", "replace").encode()
    try:
        # Of JSON Lines this reads the first line only, then finds more than one document.
        whole = first_level(body)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        if not _is_lines(body):
            yield "", *_parse(body.strip(), "")
            return
    else:
        yield "", body.strip(), whole
        return
    offset = start
    for line in body.split(b"\n"):
        if text := line.strip():
            yield f"byte {offset}", *_parse(text, f"byte {offset}")
        offset += len(line) + 1


def _is_lines(body: bytes) -> bool:
    """Whether most of the first lines are JSON by themselves; the first one may be damaged."""
    heads = [line.strip() for line in body.split(b"\n", 8)[:8] if line.strip()]
    whole = [head for head in heads if head[:1] + head[-1:] in (b"{}", b"[]") and len(head) > 2]
    return len(heads) > 1 and 2 * len(whole) >= len(heads)


def _parse(text: bytes, place: str) -> tuple[bytes, Level | BadRecord]:
    """JSON text, mended where it must be, and its first level or BadRecord."""
    try:
        return text, first_level(text)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        better = mended(text)
        return better, first_level(better)
    except UnicodeDecodeError:
        return text, BadRecord(place, ExtractCause.BAD_ENCODING, NOT_UNICODE)
    except RecursionError:
        return text, BadRecord(place, ExtractCause.BAD_JSON, NESTED)
    except json.JSONDecodeError as error:
        ends = error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        cause = ExtractCause.TRUNCATED if not place and ends else ExtractCause.BAD_JSON
        return text, BadRecord(place, cause, f"not JSON from character {error.pos} on")
    except ValueError:  # a number of thousands of digits
        return text, BadRecord(place, ExtractCause.BAD_JSON, NO_NUMBER)


def _walk(text: bytes | Raw, value: Level, repo: str | None, place: str) -> Iterator[_Item]:
    if isinstance(value, list):
        yield from _walk_all(value, repo, place)
    elif not isinstance(value, dict):
        yield _not_an_object(place)
    elif "response" in value and "path" in value:
        yield from _walk_traffic(value["response"], repo)
    elif as_string(value.get("type")) in _ISSUE_EVENTS and is_object(value.get("payload")):
        yield from _walk_event(value)
    elif "payload" in value and "actor" in value:
        return  # GH Archive has every kind of event; only some are about issues
    else:
        yield from _walk_object(text, value, repo, place)


def _walk_all(values: list[Raw], repo: str | None, place: str) -> Iterator[_Item]:
    for index, item in enumerate(values):
        where = f"{place} item {index}".strip()
        try:
            value = first_level(item)
        except UnicodeDecodeError:
            yield BadRecord(where, ExtractCause.BAD_ENCODING, NOT_UNICODE)
        else:
            yield from _walk(item, value, repo, where)


def _walk_object(text: bytes | Raw, value: Names, repo: str | None, place: str) -> Iterator[_Item]:
    if "title" not in value and (inner := _inner(value)):
        events = [value[name] for name in ("events", "timeline") if is_list(value.get(name))]
        comments = value["comments"] if is_list(value.get("comments")) else None
        yield FoundRecord(inner, repo, whole=text, comments=comments, events=events)
    elif any(is_list(value.get(group)) for group in _GROUPS):
        name = as_string(value.get("repo"))
        yield from _walk_archive(value, repo if name is None else name, place)
    elif nested := _connection(value):
        yield from _walk_all(nested, repo, place)
    elif "title" in value and ("number" in value or "iid" in value):
        yield FoundRecord(text, repo)
    elif "body" in value and (address := as_string(value.get("issue_url"))) is not None:
        yield comment(text, value, address)
    elif "number" in value and "issue" not in value and is_list(value.get("comments")):
        yield BadRecord(place, ExtractCause.BAD_RECORD, "comments of an issue that is not here")
    else:
        yield BadRecord(place, ExtractCause.BAD_RECORD, "not an issue thread in any known format")


def _walk_archive(value: Names, repo: str | None, place: str) -> Iterator[_Item]:
    for group in _GROUPS:
        for index, item in enumerate(elements(value.get(group))):
            yield FoundRecord(item, repo) if is_object(item) else _not_an_object(f"{place} {group} {index}".strip())


def _inner(value: Names) -> Raw | None:
    """The thread in an object that is about one."""
    names = ("issue", "pull", "pull_request")
    return next((value[name] for name in names if "title" in object_names(value.get(name))), None)


def _connection(value: Names) -> list[Raw]:
    """Records of a search result or GraphQL answer."""
    if is_list(value.get("items")):
        return elements(value["items"])
    nested = object_names(value.get("data"))
    for name in ("repository", "issues"):
        nested = object_names(nested.get(name)) or nested
    return elements(nested.get("nodes"))


def _walk_traffic(response: Raw, repo: str | None) -> Iterator[_Item]:
    for item in elements(response) if is_list(response) else [response]:
        value = object_names(item)
        if "title" in value and "number" in value and "comments_url" in value:
            yield snapshot(FoundRecord(item, repo))
        elif "body" in value and (address := as_string(value.get("issue_url"))) is not None:
            yield comment(item, value, address)


def _walk_event(event: Names) -> Iterator[_Item]:
    payload = object_names(event["payload"])
    repo = as_string(object_names(event.get("repo")).get("name"))
    inner = next((payload[name] for name in ("issue", "pull_request") if is_object(payload.get(name))), None)
    if inner is None:
        return
    closer = event.get("actor") if as_string(payload.get("action")) == "closed" else None
    yield snapshot(FoundRecord(inner, repo, closer=closer))
    if is_object(payload.get("comment")):
        names = object_names(payload["comment"])
        address = as_string(names.get("issue_url")) or as_string(object_names(inner).get("url"))
        yield comment(payload["comment"], names, address)


def _not_an_object(place: str) -> BadRecord:
    return BadRecord(place, ExtractCause.BAD_RECORD, "not an object")
