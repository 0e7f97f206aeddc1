"""What was found in an export, and how several sightings of a thread become one record."""

from hashlib import sha256
from typing import Any

from msgspec import Raw, Struct

from tasks.extract.issue_exports import Node, Note, Record
from tasks.extract.settings import ExtractCause


class FoundRecord(Struct, gc=False):
    """A record that should be a thread: what it says, the repository around it, its timeline beside it.

    Args:
        record: As its export has it.
        repo: owner/name, where the record itself does not say.
        events: Of its timeline; comments may be among them.
        raw: Bytes it was read from, piece by piece.
    """

    record: Record
    repo: str | None
    events: list[Node]
    raw: list[bytes | Raw]

    def digest(self) -> str:
        """sha256, hex, of the bytes it was read from."""
        digest = sha256()
        for piece in self.raw:
            digest.update(piece)
        return digest.hexdigest()


class BadRecord(Struct, frozen=True):
    """A record that cannot be read; `place` says where it is, `message` does not quote it."""

    place: str
    cause: ExtractCause
    message: str


class Snapshot(Struct):
    """A thread as it was at some moment: one of several sightings."""

    record: FoundRecord


class Comment(Struct):
    """A comment beside its issue.

    Args:
        record: What it says.
        address: Of its issue.
        raw: Bytes it was read from.
    """

    record: Note
    address: str
    raw: bytes | Raw


def keep_newest(snapshots: dict[str, FoundRecord], item: FoundRecord, found: list[FoundRecord | BadRecord]) -> None:
    """Take a snapshot into what was found, unless a newer one of the thread is there."""
    key = _address(item.record.url)
    if (seen := snapshots.get(key)) is None:
        snapshots[key] = item
        found.append(item)
    elif str(item.record.updated_at or "") >= str(seen.record.updated_at or ""):
        seen.record, seen.raw = item.record, item.raw


def join_comments(comments: list[Comment], found: list[FoundRecord | BadRecord]) -> None:
    """Give each comment to its issue; of one seen twice the last text counts."""
    threads = {_address(item.record.url): item for item in found if isinstance(item, FoundRecord)}
    by_thread: dict[str, dict[str, Comment]] = {}
    for index, comment in enumerate(comments):
        key = str(comment.record.id or comment.record.url or index)
        by_thread.setdefault(_address(comment.address), {})[key] = comment
    for address, joined in by_thread.items():
        if (thread := threads.get(address)) is None:
            found += [BadRecord(f"comment of {address}", ExtractCause.BAD_RECORD, "a comment whose issue is not here")]
        else:
            own = thread.record.comments
            thread.record.comments = [*(own if isinstance(own, list) else ()), *(c.record for c in joined.values())]
            thread.raw += [comment.raw for comment in joined.values()]


def _address(url: Any) -> str:
    # Pull requests have two addresses in the API.
    return str(url).replace("/pulls/", "/issues/")
