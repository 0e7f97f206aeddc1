"""Find the issue threads in the bytes of an export, whatever its format.

Known: lists and pages of GitHub's REST API, `gh issue list --json`, JSON Lines of either, backups with `issue` and
`events`, archives with `issues` and `pulls` (i-d-template), GH Archive events, GraphQL connections, GitLab and Gitee
lists, recorded HTTP traffic (octokit fixtures). A comment beside its issue is joined to it by its `issue_url`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import orjson

from tasks.extract.rows import storable
from tasks.extract.settings import ExtractCause

_ISSUE_EVENTS: Final = frozenset(
    {"IssuesEvent", "IssueCommentEvent", "PullRequestEvent", "PullRequestReviewEvent", "PullRequestReviewCommentEvent"}
)
# Lists of threads in an archive of a whole repository.
_GROUPS: Final = ("issues", "pulls", "merge_requests")


@dataclass(slots=True)
class FoundRecord:
    """A record that should be a thread: what it says, the repository around it, its timeline beside it."""

    record: dict[str, Any]
    repo: str | None
    events: list[Any] = field(default_factory=list)
    raw: bytes | None = None

    def digest(self) -> str:
        """sha256, hex, of the record's bytes; of its canonical form where it shared them with others."""
        raw = self.raw if self.raw is not None else _dump([self.record, self.events])
        return sha256(raw).hexdigest()


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be read; `place` says where it is, `message` does not quote it."""

    place: str
    cause: ExtractCause
    message: str


def find_records(raw: bytes, repo: str | None, start: int = 0) -> list[FoundRecord | BadRecord]:
    """Every record of an export, in order.

    Args:
        raw: The file, or a slice of JSON Lines cut at line ends.
        repo: Repository the recipe names, for records that do not say.
        start: Offset of `raw` in its file, in bytes.
    """
    found: list[FoundRecord | BadRecord] = []
    snapshots: dict[str, FoundRecord] = {}
    comments: list[Mapping[str, Any]] = []
    for place, value, line in _values(raw, start):
        if isinstance(value, BadRecord):
            found.append(value)
            continue
        for item in _walk(value, repo, place):
            if isinstance(item, _Snapshot):
                _keep_newest(snapshots, item.record, found)
            elif isinstance(item, _Comment):
                comments.append(item.record)
            else:
                if isinstance(item, FoundRecord) and item.record is value:
                    item.raw = line
                found.append(item)
    if comments:
        _join(comments, found)
    return found


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """A thread as it was at some moment: one of several sightings."""

    record: FoundRecord


@dataclass(frozen=True, slots=True)
class _Comment:
    record: Mapping[str, Any]


def _values(raw: bytes, start: int) -> Iterator[tuple[str, Any, bytes | None]]:
    """(place, parsed JSON or BadRecord, bytes of the line) for the document or for each line."""
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        body = body.decode("utf-16", "replace").encode()
    try:
        # Of JSON Lines this reads the first line only, then finds more than one document.
        whole = orjson.loads(body)
    except orjson.JSONDecodeError:
        if not _is_lines(body):
            yield "", _parse(body, ""), None
            return
    else:
        yield "", whole, body.strip()
        return
    offset = start
    for line in body.split(b"\n"):
        if line.strip():
            yield f"byte {offset}", _parse(line, f"byte {offset}"), line
        offset += len(line) + 1


def _is_lines(body: bytes) -> bool:
    """Whether most of the first lines are JSON by themselves; the first one may be damaged."""
    heads = [line.strip() for line in body.split(b"\n", 8)[:8] if line.strip()]
    whole = [head for head in heads if head[:1] + head[-1:] in (b"{}", b"[]") and len(head) > 2]
    return len(heads) > 1 and 2 * len(whole) >= len(heads)


def _parse(text: bytes, place: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        # Accepts what exporters write although the standard does not: lone surrogates, NaN.
        return _storable(json.loads(text.decode()))
    except UnicodeDecodeError:
        return BadRecord(place, ExtractCause.BAD_ENCODING, "neither UTF-8 nor UTF-16")
    except RecursionError:
        return BadRecord(place, ExtractCause.BAD_JSON, "nested too deeply")
    except json.JSONDecodeError as error:
        ends = error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        cause = ExtractCause.TRUNCATED if not place and ends else ExtractCause.BAD_JSON
        return BadRecord(place, cause, f"not JSON from character {error.pos} on")
    except ValueError:  # a number of thousands of digits
        return BadRecord(place, ExtractCause.BAD_JSON, "a number that is none")


def _storable(value: Any) -> Any:
    """`value` with every string in it as text can be stored."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(name): _storable(item) for name, item in value.items()}
    return value


def _walk(value: Any, repo: str | None, place: str) -> Iterator[FoundRecord | BadRecord | _Snapshot | _Comment]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, repo, f"{place} item {index}".strip())
    elif not isinstance(value, dict):
        yield BadRecord(place, ExtractCause.BAD_RECORD, "not an object")
    elif "response" in value and "path" in value:
        yield from _walk_traffic(value["response"], repo)
    elif _kind(value) in _ISSUE_EVENTS and isinstance(value.get("payload"), dict):
        yield from _walk_event(value)
    elif "payload" in value and "actor" in value:
        return  # GH Archive has every kind of event; only some are about issues
    else:
        yield from _walk_object(value, repo, place)


def _walk_object(value: dict[str, Any], repo: str | None, place: str) -> Iterator[FoundRecord | BadRecord | _Comment]:
    inner = value.get("issue") or value.get("pull") or value.get("pull_request")
    if isinstance(inner, dict) and "title" in inner and "title" not in value:
        events = [*_list(value.get("events")), *_list(value.get("timeline"))]
        merged = {**inner, "comments": value["comments"]} if isinstance(value.get("comments"), list) else inner
        yield FoundRecord(merged, repo, events)
    elif any(isinstance(value.get(group), list) for group in _GROUPS):
        name = value["repo"] if isinstance(value.get("repo"), str) else repo
        for group in _GROUPS:
            for index, item in enumerate(_list(value.get(group))):
                where = f"{place} {group} {index}".strip()
                yield FoundRecord(item, name) if isinstance(item, dict) else _not_an_object(where)
    elif nested := _connection(value):
        yield from _walk(nested, repo, place)  # type: ignore[misc]
    elif "title" in value and ("number" in value or "iid" in value):
        yield FoundRecord(value, repo)
    elif isinstance(value.get("issue_url"), str) and "body" in value:
        yield _Comment(value)
    elif "number" in value and "issue" not in value and isinstance(value.get("comments"), list):
        yield BadRecord(place, ExtractCause.BAD_RECORD, "comments of an issue that is not here")
    else:
        yield BadRecord(place, ExtractCause.BAD_RECORD, "not an issue thread in any known format")


def _connection(value: dict[str, Any]) -> list[Any] | None:
    """Records of a search result or GraphQL answer."""
    if isinstance(value.get("items"), list):
        return list(value["items"])
    nested: Any = value.get("data")
    for name in ("repository", "issues"):
        if isinstance(nested, dict) and isinstance(nested.get(name), dict):
            nested = nested[name]
    return list(nested["nodes"]) if isinstance(nested, dict) and isinstance(nested.get("nodes"), list) else None


def _walk_traffic(response: Any, repo: str | None) -> Iterator[_Snapshot | _Comment]:
    for item in response if isinstance(response, list) else [response]:
        if not isinstance(item, dict):
            continue
        if "title" in item and "number" in item and "comments_url" in item:
            yield _Snapshot(FoundRecord(item, repo))
        elif isinstance(item.get("issue_url"), str) and "body" in item:
            yield _Comment(item)


def _walk_event(event: dict[str, Any]) -> Iterator[_Snapshot | _Comment]:
    payload, place = event["payload"], event.get("repo")
    repo = place.get("name") if isinstance(place, dict) else None
    inner = payload.get("issue") or payload.get("pull_request")
    if isinstance(inner, dict):
        closed = payload.get("action") == "closed" and "closed_by" not in inner
        record = {**inner, "closed_by": event.get("actor")} if closed else inner
        yield _Snapshot(FoundRecord(record, repo))
        comment = payload.get("comment")
        if isinstance(comment, dict):
            yield _Comment({"issue_url": str(inner.get("url")), **comment})


def _keep_newest(snapshots: dict[str, FoundRecord], item: FoundRecord, found: list[FoundRecord | BadRecord]) -> None:
    key = _address(item.record.get("url"))
    if (seen := snapshots.get(key)) is None:
        snapshots[key] = item
        found.append(item)
    elif str(item.record.get("updated_at") or "") >= str(seen.record.get("updated_at") or ""):
        seen.record = item.record


def _join(comments: list[Mapping[str, Any]], found: list[FoundRecord | BadRecord]) -> None:
    """Give each comment to its issue; of one seen twice the last text counts."""
    threads = {_address(item.record.get("url")): item for item in found if isinstance(item, FoundRecord)}
    by_thread: dict[str, dict[str, Mapping[str, Any]]] = {}
    for index, comment in enumerate(comments):
        key = str(comment.get("id") or comment.get("url") or index)
        by_thread.setdefault(_address(comment["issue_url"]), {})[key] = comment
    for address, joined in by_thread.items():
        if (thread := threads.get(address)) is None:
            found += [BadRecord(f"comment of {address}", ExtractCause.BAD_RECORD, "a comment whose issue is not here")]
        else:
            own = thread.record.get("comments")
            thread.record = {**thread.record, "comments": [*_list(own), *joined.values()]}
            thread.raw = None


def _address(url: Any) -> str:
    # Pull requests have two addresses in the API.
    return str(url).replace("/pulls/", "/issues/")


def _kind(value: Mapping[str, Any]) -> str | None:
    return value["type"] if isinstance(value.get("type"), str) else None


def _not_an_object(place: str) -> BadRecord:
    return BadRecord(place, ExtractCause.BAD_RECORD, "not an object")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dump(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a lone surrogate, an integer beyond 64 bits
        return json.dumps(value, sort_keys=True).encode()
