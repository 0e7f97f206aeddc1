"""Members of a zip file or wheel. Nothing is unpacked to disk."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

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

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_MAX_LINK = 4096
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def list_zip(path: Path, limits: Limits = LIMITS) -> list[Member]:
    """All members, by name; of two with one name the later, as unpackers keep it.

    Raises:
        ContainerError: It is not a zip file after all.
    """
    with _opened(path) as archive:
        infos = _by_name(archive)
        places = places_in(name for name in infos if not name.startswith("\0"))
        members, budget = [], min(limits.total_bytes, _packed_budget(path, limits))
        if len(infos) > limits.members:
            raise ContainerError(Refusal.TOO_LARGE, f"more than {limits.members} members")
        for name, info in sorted(infos.items()):
            if info.is_dir():
                continue
            member = _examine(archive, name, info, min(limits.member_bytes, budget), places)
            if member:
                budget -= member.size
                members.append(member)
    return members


class ZipReader:
    """Reads members of one zip file, kept open.

    Args:
        path: The archive.
        limits: What a member may unpack to.

    Raises:
        ContainerError: It is not a zip file after all.
    """

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self._archive = _opened(path)
        self._infos = _by_name(self._archive)
        self._limit = limits.member_bytes

    def read(self, name: str) -> bytes:
        """Content of the member listed under `name`.

        Raises:
            ContainerError: It is missing, damaged or larger than allowed.
        """
        if name not in self._infos:
            raise ContainerError(Refusal.UNREADABLE, "no such member")
        return _content(self._archive, self._infos[name], self._limit)

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ContainerError(Refusal.DAMAGED, "the zip directory at its end is damaged or missing") from error


def _by_name(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Members by regular name; one with an unsafe name under that name, behind NUL, which no safe name has."""
    found = {}
    for info in archive.infolist():
        name = info.filename
        if not info.flag_bits & _UTF8_FLAG:
            name = decode_name(name.encode("cp437", "replace"))
        safe = inner_path(name)
        found[f"\0{name}" if safe is None else safe] = info
    return found


def _examine(
    archive: zipfile.ZipFile, name: str, info: zipfile.ZipInfo, limit: int, places: frozenset[str]
) -> Member | None:
    """The member, read once and measured; None for a link to another member."""
    if name.startswith("\0"):
        return Member(name[1:], refusal=Refusal.UNSAFE_PATH, message="its name leaves the archive")
    mode = info.external_attr >> 16
    try:
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise ContainerError(Refusal.ENCRYPTED, "an encrypted member: unpack the archive with its password")
        if stat.S_ISLNK(mode):
            return link_refusal(name, decode_name(_content(archive, info, _MAX_LINK)), places=places)
        if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
            raise ContainerError(Refusal.UNSAFE_PATH, "neither a file nor a link")
        digest, size = sha256(), 0
        for piece in _pieces(archive, info, limit):
            digest.update(piece)
            size += len(piece)
    except ContainerError as error:
        return Member(name, refusal=error.refusal, message=str(error))
    return Member(name, size, digest.hexdigest())


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    return b"".join(_pieces(archive, info, limit))


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    if info.file_size > limit:
        raise ContainerError(Refusal.TOO_LARGE, f"unpacks to more than {limit >> 20} MiB")
    try:
        with archive.open(info) as stream:
            yield from read_chunks(cast(BinaryIO, stream), limit)
    except _DAMAGE as error:
        raise ContainerError(Refusal.DAMAGED, f"cannot be unpacked ({type(error).__name__})") from error


def _packed_budget(path: Path, limits: Limits) -> int:
    return max(limits.ratio_floor, int(path.stat().st_size * limits.ratio))
