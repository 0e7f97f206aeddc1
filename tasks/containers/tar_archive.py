"""Members of a tar file, compressed or not, read as a stream. Nothing is unpacked to disk."""

import tarfile
from collections.abc import Callable, Collection, Iterator, Mapping
from hashlib import sha256
from io import BufferedIOBase, BytesIO
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final, cast

from tasks.containers.detect import UNPACK_ERRORS, is_cut, open_unpacked
from tasks.containers.members import (
    LIMITS,
    ContainerError,
    Limits,
    Member,
    Refusal,
    decode_name,
    inner_path,
    link_refusal,
    places_in,
    read_chunks,
)

# Archives no larger than this, and whose members are not, are read once for all shards.
_HELD_PACKED: Final = 8 << 20
_HELD: Final = 32 << 20
# Read at once: tarfile's own 10 KiB cost more than to unpack them.
_BUFFER: Final = 1 << 18
_DAMAGE = (tarfile.TarError, *UNPACK_ERRORS, ValueError, OverflowError)


class _EnoughError(Exception):
    """Everything that was wanted has been read."""


class _Bounded(BufferedIOBase):
    """A stream that ends with an error instead of unpacking without end."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._left = limit

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._stream.read(size if size is not None and size >= 0 else -1)
        self._left -= len(data)
        if self._left < 0:
            raise ContainerError(Refusal.TOO_LARGE, "unpacks to far more than an archive of its size holds")
        return data


def list_tar(path: Path, limits: Limits = LIMITS) -> list[Member]:
    """All members, by name; of two with one name the later, as unpackers keep it.

    Where the archive is damaged or a bomb, what came before is listed, and a refusal for the archive itself.
    """
    found: dict[str, Member] = {}
    links: list[tuple[str, str]] = []

    def examine(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str | None) -> None:
        if len(found) + len(links) > limits.members:
            raise ContainerError(Refusal.TOO_LARGE, f"more than {limits.members} members")
        if name is None:
            shown = decode_name(info.name.encode("utf-8", "surrogateescape"))
            found[shown] = Member(shown, refusal=Refusal.UNSAFE_PATH, message="its name leaves the archive")
        elif info.issym() or info.islnk():
            links.append((name, _target(info, name)))
        elif info.isreg():
            found[name] = _measure(archive, info, name, limits.member_bytes)
        elif not info.isdir():
            found[name] = Member(name, refusal=Refusal.UNSAFE_PATH, message="a device, pipe or unknown kind of member")

    broken = _walk(path, limits, examine)
    places = places_in([*found, *(name for name, _ in links)])
    for name, target in links:
        if refused := link_refusal(name, target, places=places):
            found[name] = refused
    members = sorted(found.values(), key=lambda member: member.name)
    return [broken, *members] if broken else members


class _Unpacked:
    """Members of the small archives that were read last: their files lie in several shards, one after the other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[tuple[object, ...], dict[str, bytes]] = {}

    def members(self, path: Path, limits: Limits) -> dict[str, bytes] | None:
        """All of them by name; None where they are more than may be held."""
        status = path.stat()
        if status.st_size > _HELD_PACKED:
            return None
        state = (str(path), status.st_size, status.st_mtime_ns, status.st_ino, limits)
        with self._lock:
            content = self._held.pop(state, None)
        if content is None:
            content = _read_all(path, limits)
        with self._lock:
            self._held[state] = content
            sizes = [sum(map(len, members.values())) for members in self._held.values()]
            for oldest in list(self._held)[:-1]:
                if sum(sizes) <= _HELD:
                    break
                del self._held[oldest], sizes[0]
        return content or None

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._held.clear()


UNPACKED: Final = _Unpacked()


def _read_all(path: Path, limits: Limits) -> dict[str, bytes]:
    """Members by name; none where they are more than may be held."""
    cut = _cut_out(path, limits)
    return _collected(path, limits) if cut is None else cut


def _cut_out(path: Path, limits: Limits) -> dict[str, bytes] | None:
    """Members as slices of the whole tar file, which takes a third of reading them from a stream.

    None where it is large, damaged or has a member in pieces: the stream tells what of it counts.
    """
    try:
        with open_unpacked(path) as stream:
            data = b"".join(read_chunks(stream, min(_HELD, _budget(path, limits))))
        with tarfile.open(fileobj=BytesIO(data), mode="r:", errors="surrogateescape") as archive:
            infos = [info for info in archive if info.isreg() and info.size <= limits.member_bytes]
    except (ContainerError, *_DAMAGE):
        return None
    if any(info.issparse() or info.offset_data + info.size > len(data) for info in infos):
        return None
    named = ((_regular_name(info), info) for info in infos)
    return {name: data[info.offset_data : info.offset_data + info.size] for name, info in named if name is not None}


def _collected(path: Path, limits: Limits) -> dict[str, bytes]:
    """Members as the stream gives them."""
    content: dict[str, bytes] = {}
    room = _HELD

    def collect(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str | None) -> None:
        nonlocal room
        if name is None or not info.isreg() or info.size > limits.member_bytes:
            return
        room -= info.size
        if room < 0:
            content.clear()
            raise _EnoughError
        content[name] = b"".join(_pieces(archive, info, limits.member_bytes))

    _walk(path, limits, collect)
    return content


class TarReader:
    """Reads members of one tar file: all that are wanted in one pass, since a compressed one cannot be entered midway.

    Args:
        path: The archive.
        names: Members that will be asked for; they are held in memory. With the digest that is known of each, the
            archive is read as far as they go; without, to its end, since a later member may have the same name.
        limits: What a member may unpack to.
    """

    def __init__(self, path: Path, names: Collection[str] | Mapping[str, str], limits: Limits = LIMITS) -> None:
        held = UNPACKED.members(path, limits)
        self._content: dict[str, bytes] = {} if held is None else {name: held[name] for name in names if name in held}
        if held is not None:
            return
        known = names if isinstance(names, Mapping) else {}
        wanted, missing = frozenset(names), set(names)

        def collect(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str | None) -> None:
            if name in wanted and info.isreg() and info.size <= limits.member_bytes:
                content = b"".join(_pieces(archive, info, limits.member_bytes))
                self._content[name] = content
                if name in missing and sha256(content).hexdigest() == known.get(name):
                    missing.remove(name)
            if not missing:
                raise _EnoughError

        _walk(path, limits, collect)

    def read(self, name: str) -> bytes:
        """Content of the member listed under `name`.

        Raises:
            ContainerError: It is missing or larger than allowed.
        """
        if name not in self._content:
            raise ContainerError(Refusal.UNREADABLE, "no such member")
        return self._content[name]

    def close(self) -> None:
        """Let go of what was read."""
        self._content.clear()


def _walk(
    path: Path, limits: Limits, visit: Callable[[tarfile.TarFile, tarfile.TarInfo, str | None], None]
) -> Member | None:
    """Show every member to `visit`; the refusal of the archive where it cannot be read to its end."""
    budget = _budget(path, limits)
    try:
        with (
            open_unpacked(path) as stream,
            tarfile.open(
                fileobj=_Bounded(stream, budget), mode="r|", errors="surrogateescape", bufsize=_BUFFER
            ) as archive,
        ):
            for info in archive:
                visit(archive, info, _regular_name(info))
    except _EnoughError:
        return None
    except ContainerError as error:
        return Member("", refusal=error.refusal, message=str(error))
    except _DAMAGE as error:
        refusal = Refusal.TRUNCATED if is_cut(error) or isinstance(error, tarfile.ReadError) else Refusal.DAMAGED
        return Member("", refusal=refusal, message=f"the archive cannot be read to its end ({type(error).__name__})")
    return None


def _budget(path: Path, limits: Limits) -> int:
    """Bytes an archive may unpack to."""
    return min(limits.total_bytes, max(limits.ratio_floor, int(path.stat().st_size * limits.ratio)))


def _regular_name(info: tarfile.TarInfo) -> str | None:
    return inner_path(decode_name(info.name.encode("utf-8", "surrogateescape")))


def _measure(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str, limit: int) -> Member:
    if info.size > limit:
        return Member(name, refusal=Refusal.TOO_LARGE, message=f"unpacks to more than {limit >> 20} MiB")
    digest, size = sha256(), 0
    for piece in _pieces(archive, info, limit):
        digest.update(piece)
        size += len(piece)
    return Member(name, size, digest.hexdigest())


def _pieces(archive: tarfile.TarFile, info: tarfile.TarInfo, limit: int) -> Iterator[bytes]:
    stream = archive.extractfile(info)
    if stream is not None:
        yield from read_chunks(cast(BinaryIO, stream), limit)


def _target(info: tarfile.TarInfo, name: str) -> str:
    """Where a link points, relative to its folder; a hard link names its target from the root of the archive."""
    target = decode_name(info.linkname.encode("utf-8", "surrogateescape"))
    if info.issym():
        return target
    return "../" * name.count("/") + target if not target.startswith("/") else target
