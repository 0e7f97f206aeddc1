"""What a container holds: members, refusals, and the rules every kind of container shares."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from posixpath import normpath
from typing import BinaryIO, Final

CHUNK: Final = 1 << 20


class Refusal(StrEnum):
    """Why a member or a whole container is not read; values are causes of quarantine."""

    UNSAFE_PATH = "unsafe_path"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"


class ContainerError(Exception):
    """A container, or a member of one, that is not read. The message quotes no content."""

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


@dataclass(frozen=True)
class Member:
    """One entry of a container.

    Args:
        name: Path inside the container, "/" separated; "" for the container itself.
        size: Bytes, unpacked; 0 where it was not read.
        digest: sha256, hex, of the bytes (of a git blob: its object id); "" where it was not read.
        refusal: Why it must not be read; None where it may.
        message: What to do about a refusal.
    """

    name: str
    size: int = 0
    digest: str = ""
    refusal: Refusal | None = None
    message: str | None = None


@dataclass(frozen=True)
class Limits:
    """What an archive may unpack to; far above what people pack, far below what a bomb makes.

    Args:
        member_bytes: Largest single member.
        total_bytes: All members together.
        ratio: Unpacked by packed bytes of the whole archive, once it passes `ratio_floor` bytes. Deflate cannot pass
            1032; source code packs 4 to 20 times.
        ratio_floor: See `ratio`.
        members: Number of entries.
    """

    member_bytes: int = 512 << 20
    total_bytes: int = 8 << 30
    ratio: float = 200
    ratio_floor: int = 64 << 20
    members: int = 1_000_000


LIMITS: Final = Limits()


def decode_name(raw: bytes) -> str:
    """A name as text: UTF-8, or GB18030 as Chinese Windows writes it; bytes that are neither become U+FFFD."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def inner_path(name: str) -> str | None:
    """`name` made regular, or None where it is absolute or leaves the container.

    Backslashes are separators: archives made on Windows have them, and a name that means two things is not safe.
    """
    name = name.replace("\\", "/")
    regular = normpath(name) if name else ""
    if name.startswith("/") or name[1:2] == ":" or regular[1:2] == ":" or "\0" in name:
        return None
    return None if regular == ".." or regular.startswith("../") else regular


def places_in(names: Iterable[str]) -> frozenset[str]:
    """These paths and every folder above one of them."""
    found = {"."}
    for name in names:
        while name and name not in found:
            found.add(name)
            name = name.rpartition("/")[0]
    return frozenset(found)


def link_refusal(name: str, target: str, *, places: frozenset[str]) -> Member | None:
    """What becomes of a link inside a container: a refusal, or None for another name of something that is listed.

    Args:
        name: The link's own regular path.
        target: Where it points, relative to its folder.
        places: `places_in` all regular paths of the container, links too: one may point to another.
    """
    folder = name.rpartition("/")[0]
    leaves = target.startswith(("/", "\\"))
    place = None if leaves else inner_path(f"{folder}/{target}" if folder else target)
    if place is None:
        return Member(name, refusal=Refusal.UNSAFE_PATH, message="a link that leaves its container")
    if place not in places:
        return Member(name, refusal=Refusal.UNREADABLE, message="a link to nothing")
    return None


def read_chunks(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """Content of `stream` in pieces.

    Raises:
        ContainerError: It holds more than `limit` bytes.
    """
    total = 0
    while piece := stream.read(CHUNK):
        total += len(piece)
        if total > limit:
            raise ContainerError(Refusal.TOO_LARGE, f"unpacks to more than {limit >> 20} MiB")
        yield piece
