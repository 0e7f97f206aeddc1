"""Read one record of an export as an issue thread.

One tolerant reader for all dialects, since exports mix them: GitHub REST and GraphQL names, `gh --json`, the
i-d-template archive, GitLab and Gitee, comments beside or inside the record, as a list or as JSON in a string.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import eq
from typing import Final

from msgspec import UNSET
from msgspec.json import Decoder

from tasks.extract.issue_authors import is_bot, login_of, who
from tasks.extract.issue_exports import Mention, Node, Nodes, Note, Pull, PullRequest, Record, Said, Source
from tasks.extract.issue_fields import label_names, moment, nodes, repository_of, string
from tasks.extract.issue_reactions import reactions_of
from tasks.extract.issue_threads import BadRecordError, Thread, Turn
from tasks.extract.rows import storable

# "Duplicate of #12", as a maintainer says it, alone on its line.
_DUPLICATE_OF: Final = re.compile(
    r"^\W*(?:(?:this is |closing as |closed as )?(?:a )?(?:duplicate|dupe|dup) of|重复(?:于|了)?|重複)"
    r"\s*(?:https?://\S+/(?:issues|pull)/|[\w.-]+/[\w.-]+#|#)(\d+)",
    re.IGNORECASE | re.MULTILINE,
)
_PULL: Final = re.compile(r"/(?:pulls?|merge_requests)/")
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_STATES: Final = {"opened": "open", "progressing": "open", "rejected": "closed"}
_NODES: Final[Decoder[Nodes]] = Decoder(Nodes)
_CLOSING_EVENTS: Final = frozenset({"closed", "ClosedEvent"})


def read_thread(record: Record, repo: str | None, events: Sequence[Node] = ()) -> Thread:
    """The thread a record holds.

    Args:
        record: One issue, pull request or merge request.
        repo: Where the record itself does not say.
        events: Timeline of the thread beside the record; comments may be among them.

    Raises:
        BadRecordError: A field is missing or of the wrong type.
    """
    number = record.number if record.number is not None or record.iid is UNSET else record.iid
    if isinstance(number, bool) or not isinstance(number, int | str):
        raise BadRecordError("`number` is missing or neither a number nor a string")
    author, by_program = who(record.user if record.user is not None else record.author)
    url = string(record.html_url, "html_url") or string(record.web_url, "web_url") or string(record.url, "url")
    pull = record.pull_request if isinstance(record.pull_request, PullRequest) else None
    thread = Thread(
        repo=repository_of(record) or repo,
        number=storable(str(number)),
        title=storable(" ".join((string(record.title, "title") or "").split())),
        url=storable(url) if url else None,
        kind="pull" if pull or _is_pull(record, url) else "issue",
        state=_state(record),
        state_reason=_lower(string(record.state_reason, "state_reason") or string(record.stateReason, "stateReason")),
        labels=label_names(record.labels if record.labels is not None else record.label_links),
        turns=[],
        created_at=moment(record.created_at if record.created_at is not None else record.createdAt),
        updated_at=moment(record.updated_at if record.updated_at is not None else record.updatedAt),
        closed_at=moment(record.closed_at if record.closed_at is not None else record.closedAt),
        closer=login_of(record.closed_by),
        closed_by_bot=is_bot(record.closed_by),
        merger=login_of(record.merged_by if record.merged_by is not None else record.mergedBy),
        author=author,
        author_role=_role(record),
        account=author or _account(record),
        mark="!" if _is_merge_request(record, url) else "#",
    )
    if record.merged_at or record.mergedAt or (pull and pull.merged_at):
        thread.state = "merged"
    thread.duplicate = thread.state_reason == "duplicate"
    opening = Turn(
        body=_body(record),
        author=author,
        role=thread.author_role,
        kind="issue",
        created_at=thread.created_at,
        is_bot=by_program,
        reactions=reactions_of(record),
        account=thread.account,
    )
    _add_turns(thread, opening, record, events)
    return thread


def read_turn(record: Node, kind: str = "comment", review: Note | None = None) -> Turn:
    """A comment.

    Args:
        record: As its export has it.
        kind: comment | review.
        review: It belongs to: where it names no author, it is the reviewer's.

    Raises:
        BadRecordError: Not an object, or its text is not a string.
    """
    if not isinstance(record, Note):
        raise BadRecordError("a comment is not an object")
    user, role = record.user if record.user is not None else record.author, _role(record)
    if review is not None and not (record.author or record.user):
        user, role = review.author, review.authorAssociation
    author, by_program = who(user)
    created = record.created_at if record.created_at is not None else record.createdAt
    return Turn(
        storable(record.body) if type(record.body) is str else _body(record),
        author,
        role,
        kind,
        moment(created if created is not None else record.submitted_at),
        by_program,
        reactions_of(record),
        record.isAnswer is True or record.is_answer is True,
        False,
        author or _account(record),
    )


def _body(record: Said) -> str:
    text = string(record.body, "body") or string(record.description, "description")
    return storable(text or (string(record.note, "note") if isinstance(record, Note) else None) or "")


def _add_turns(thread: Thread, opening: Turn, record: Record, events: Sequence[Node]) -> None:
    comments = [read_turn(comment) for comment in _comments(record)]
    for review in nodes(record.reviews):
        if not isinstance(review, Note):
            raise BadRecordError("a review is not an object")
        if review.body != "":  # most only hold others
            comments.append(read_turn(review, "review"))
        comments += [read_turn(note, "review", review) for note in nodes(review.comments)]
    if events or record.timeline or record.timelineItems:
        for event in (*events, *nodes(record.timeline), *nodes(record.timelineItems)):
            if isinstance(event, Note):
                _add_event(thread, event, comments)
    for pull in nodes(record.closedByPullRequestsReferences):
        if isinstance(pull, Pull) and isinstance(pull.number, int):
            thread.links.append({"kind": "pull", "id": str(pull.number)})
    if len(comments) > 1:
        comments.sort(key=lambda turn: turn.created_at or _NEVER)
    thread.turns = _once([turn for turn in (opening, *comments) if turn.body and not turn.body.isspace()])
    if thread.duplicate or thread.state == "closed":
        thread.duplicate_of = _duplicate_of(thread.turns[1:])
        thread.duplicate |= thread.duplicate_of is not None and thread.state_reason != "completed"


def _duplicate_of(turns: Iterable[Turn]) -> str | None:
    """Number of the thread that was there before, where a comment begins with it."""
    heads = [turn.body[:300] for turn in turns]
    # Every match has one of these, and few comments do.
    together = "\0".join(heads).lower()
    if "dup" in together or "重" in together:
        for head in heads:
            if found := _DUPLICATE_OF.search(head):
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


def _add_event(thread: Thread, event: Note, comments: list[Turn]) -> None:
    name = str(event.event if event.event is not None else event.typename)
    if name == "commented":
        comments.append(read_turn(event))
    elif name in _CLOSING_EVENTS:
        thread.closer = login_of(event.actor) or thread.closer
        thread.closed_by_bot = is_bot(event.actor)
        if isinstance(event.commit_id, str):
            thread.links.append({"kind": "commit", "id": event.commit_id})
    elif name == "cross-referenced":
        other = event.source.issue if isinstance(event.source, Source) else None
        pull = other.pull_request if isinstance(other, Mention) else None
        if isinstance(other, Mention) and isinstance(pull, PullRequest) and pull.merged_at:
            thread.links.append({"kind": "mention", "id": str(other.number)})
    elif name == "marked_as_duplicate":
        thread.duplicate = True
    elif name == "reopened":
        thread.links = [link for link in thread.links if link["kind"] != "commit"]


def _comments(record: Record) -> list[Node]:
    found: list[Node] = []
    for name, value in (
        ("comments", record.comments),
        ("comments_content", record.comments_content),
        ("comment_list", record.comment_list),
        ("notes", record.notes),
        ("discussions", record.discussions),
    ):
        if value is None or isinstance(value, int):
            continue
        if isinstance(value, str) and value.strip():
            value = _written_out(value, name)
        if isinstance(value, float):
            raise BadRecordError(f"`{name}` is neither a list nor a count")
        for node in nodes(value):
            if not isinstance(node, Note):
                found.append(node)
            elif node.notes is not UNSET:  # a GitLab discussion
                found += [note for note in nodes(node.notes) if not _is_system(note)]
            elif node.system is not True:
                found.append(node)
    return found


def _written_out(value: str, name: str) -> Nodes:
    """Comments that stand in a string, as JSON."""
    try:
        return _NODES.decode(value)
    except (RecursionError, ValueError):  # msgspec's is one
        raise BadRecordError(f"`{name}` is a string that is not JSON") from None


def _is_system(note: Node) -> bool:
    """Whether it is a note about a changed label, and no comment."""
    return isinstance(note, Note) and note.system is True


def _lower(value: str | None) -> str | None:
    return value.lower() if value else None


def _account(record: Said) -> str | None:
    """GitLab's project exports give people numbers, and names only to some."""
    number = record.author_id
    return f"\0{number}" if isinstance(number, int) else None


def _role(record: Said) -> str | None:
    role = record.author_association if record.author_association is not None else record.authorAssociation
    return role if type(role) is str else None


def _state(record: Record) -> str | None:
    state = (string(record.state, "state") or "").lower()
    return _STATES.get(state, state) or None


def _is_pull(record: Record, url: str | None) -> bool:
    if record.mergedAt is not UNSET or record.merged_at is not UNSET:
        return True
    return bool(url and _PULL.search(url))


def _is_merge_request(record: Record, url: str | None) -> bool:
    """Whether its number is another than that of an issue: GitLab counts them apart."""
    return record.iid is not UNSET and ("merge_requests" in (url or "") or record.source_branch is not UNSET)
