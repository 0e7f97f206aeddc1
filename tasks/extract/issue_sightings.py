"""What was found in an export, still as bytes, and how several sightings of a thread become one record."""

from hashlib import sha256
from typing import Any, Final

from msgspec import UNSET, Raw, Struct, field
from msgspec.json import Decoder

from tasks.extract.issue_exports import Node, Nodes, Note, Person, Record
from tasks.extract.issue_fields import nodes
from tasks.extract.issue_json import Names, as_string, first_level, object_names, read_as
from tasks.extract.issue_threads import BadRecordError
from tasks.extract.settings import ExtractCause

NOT_UNICODE: Final = "neither UTF-8 nor UTF-16"
NESTED: Final = "nested too deeply"
NO_NUMBER: Final = "a number that is none"

_NULL: Final = Raw(b"null")
_RECORD: Final = Decoder(Record)
_NOTE: Final = Decoder(Note)
_NODES: Final[Decoder[Nodes]] = Decoder(Nodes)
_PERSON: Final[Decoder[Person]] = Decoder(Person)


class FoundRecord(Struct, gc=False):
    """A record that should be a thread, and what lies beside it.

    Args:
        text: The record.
        repo: owner/name, where the record itself does not say.
        whole: What holds the record and what lies beside it, if anything does.
        comments: A list of them, which counts instead of the record's own.
        joined: Single ones that say they are its.
        events: Lists of what happened to it; comments may be among them.
        closer: Who closed it, where the record does not say.
    """

    text: bytes | Raw
    repo: str | None
    whole: bytes | Raw | None = None
    comments: Raw | None = None
    joined: list[bytes | Raw] = field(default_factory=list)
    events: list[Raw] = field(default_factory=list)
    closer: Raw | None = None

    def read(self) -> tuple[Record, list[Node]]:
        """What it says, and its timeline beside it.

        Raises:
            BadRecordError: It cannot be read.
        """
        try:
            return self._read()
        except UnicodeDecodeError:
            raise BadRecordError(NOT_UNICODE, ExtractCause.BAD_ENCODING) from None
        except RecursionError:
            raise BadRecordError(NESTED, ExtractCause.BAD_JSON) from None
        except ValueError:
            raise BadRecordError(NO_NUMBER, ExtractCause.BAD_JSON) from None

    def _read(self) -> tuple[Record, list[Node]]:
        record = read_as(_RECORD, self.text)
        if self.comments is not None:
            record.comments = read_as(_NODES, self.comments)
        if self.joined:
            own = record.comments if isinstance(record.comments, list) else []
            record.comments = [*own, *(read_as(_NOTE, comment) for comment in self.joined)]
        if self.closer is not None and record.closed_by is UNSET:
            record.closed_by = read_as(_PERSON, self.closer)
        return record, [event for events in self.events for event in nodes(read_as(_NODES, events))]

    def digest(self) -> str:
        """sha256, hex, of the bytes it is read from."""
        digest = sha256(self.text if self.whole is None else self.whole)
        for piece in self.joined:
            digest.update(piece)
        return digest.hexdigest()

    def name(self) -> str:
        """owner/name#number; where it has no number, what tells it from others."""
        number = object_names(self.text).get("number")
        found = first_level(number) if number is not None else None
        return f"{self.repo or ''}#{found}" if isinstance(found, int | str) else self.digest()[:16]


class BadRecord(Struct, frozen=True):
    """A record that cannot be read; `place` says where it is, `message` does not quote it."""

    place: str
    cause: ExtractCause
    message: str


class Snapshot(Struct):
    """A thread as it was at some moment: one of several sightings."""

    record: FoundRecord
    address: str
    updated_at: str


class Comment(Struct):
    """A comment beside its issue.

    Args:
        text: What it says.
        address: Of its issue.
        key: What it has in common with other sightings of it.
    """

    text: bytes | Raw
    address: str
    key: str


def snapshot(record: FoundRecord) -> Snapshot:
    """A sighting of a thread."""
    names = object_names(record.text)
    return Snapshot(record, _address(as_string(names.get("url"))), as_string(names.get("updated_at")) or "")


def comment(text: bytes | Raw, names: Names, address: str | None) -> Comment:
    """A sighting of a comment."""
    key = next((bytes(names[name]) for name in ("id", "url") if names.get(name, _NULL) != _NULL), b"")
    return Comment(text, _address(address), key.decode("utf-8", "replace"))


def keep_newest(snapshots: dict[str, Snapshot], item: Snapshot, found: list[FoundRecord | BadRecord]) -> None:
    """Take a snapshot into what was found, unless a newer one of the thread is there."""
    if (seen := snapshots.get(item.address)) is None:
        snapshots[item.address] = item
        found.append(item.record)
    elif item.updated_at >= seen.updated_at:
        seen.updated_at = item.updated_at
        seen.record.text, seen.record.closer = item.record.text, item.record.closer


def join_comments(comments: list[Comment], found: list[FoundRecord | BadRecord]) -> None:
    """Give each comment to its issue; of one seen twice the last text counts."""
    threads = {
        _address(as_string(object_names(item.text).get("url"))): item for item in found if isinstance(item, FoundRecord)
    }
    by_thread: dict[str, dict[Any, bytes | Raw]] = {}
    for index, one in enumerate(comments):
        by_thread.setdefault(one.address, {})[one.key or index] = one.text
    for address, joined in by_thread.items():
        if (thread := threads.get(address)) is None:
            found += [BadRecord(f"comment of {address}", ExtractCause.BAD_RECORD, "a comment whose issue is not here")]
        else:
            thread.joined += joined.values()


def _address(url: str | None) -> str:
    # Pull requests have two addresses in the API.
    return (url or "").replace("/pulls/", "/issues/")
