"""Tell what a path is: a plain file, an archive or a git repository. By content, never by name."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

import pyarrow as pa

from tasks.containers.members import ContainerError, Refusal

ContainerType = Literal["none", "zip", "tar", "git"]
Compression = Literal["gzip", "bz2", "xz", "zstd"]

_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_TAR_BLOCK: Final = 512
# Zip files that are one document, by an entry they must have (ISO/IEC 29500-2, ODF 1.3 part 2, EPUB OCF 3.3).
_DOCUMENT_ENTRIES: Final = frozenset({"[Content_Types].xml", "mimetype"})


def container_type(path: Path) -> ContainerType:
    """Kind of container at `path`; "none" for what is to be read as one file.

    Raises:
        OSError: It cannot be read.
    """
    if path.is_dir():
        return "git" if is_git(path) else "none"
    with path.open("rb") as file:
        head = file.read(_TAR_BLOCK)
    if head.startswith(_ZIP_MAGICS):
        return "none" if _is_document(path) else "zip"
    if _is_tar_header(head):
        return "tar"
    return "tar" if compression(head) and _is_tar_header(_unpacked_head(path)) else "none"


def is_git(folder: Path) -> bool:
    """Whether `folder` is a repository: bare, or with a `.git` of its own."""
    bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
    return bare or (folder / ".git").exists()


def compression(head: bytes) -> Compression | None:
    """Compression of a file by its first bytes."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"BZh"):
        return "bz2"
    if head.startswith(b"\xfd7zXZ\0"):
        return "xz"
    return "zstd" if head.startswith(b"\x28\xb5\x2f\xfd") else None


def open_unpacked(path: Path) -> BinaryIO:
    """The content of a file, unpacked where it is compressed."""
    with path.open("rb") as file:
        kind = compression(file.read(8))
    return path.open("rb") if kind is None else _unpacking(path, kind)


def _unpacking(packed: Path | BytesIO, kind: Compression) -> BinaryIO:
    """Every kind ends with an error where the data is cut, and reads on where one compressed file follows another.

    python-zstandard does not tell a cut file from a whole one, so Arrow's reader is used.
    """
    match kind:
        case "gzip":
            return cast(BinaryIO, gzip.open(packed, "rb"))
        case "bz2":
            return cast(BinaryIO, bz2.open(packed, "rb"))
        case "xz":
            return cast(BinaryIO, lzma.open(packed, "rb"))
    file = packed.open("rb") if isinstance(packed, Path) else packed
    return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd"))


def unpack(data: bytes, limit: int) -> bytes:
    """All that is in compressed `data`, or `data` itself.

    Raises:
        ContainerError: Cut, damaged, or more than `limit` bytes.
    """
    if (kind := compression(data[:8])) is None:
        return data
    try:
        with _unpacking(BytesIO(data), kind) as stream:
            unpacked = stream.read(limit + 1)
    except UNPACK_ERRORS as error:
        refusal = Refusal.TRUNCATED if is_cut(error) else Refusal.DAMAGED
        raise ContainerError(refusal, f"cannot be unpacked to its end ({kind}): fetch the file again") from error
    if len(unpacked) > limit:
        raise ContainerError(Refusal.TOO_LARGE, f"unpacks to more than {limit >> 20} MiB")
    return unpacked


# What the decompressors above raise on damaged data.
UNPACK_ERRORS: Final = (OSError, EOFError, zlib.error, lzma.LZMAError)


def is_cut(error: BaseException) -> bool:
    """Whether the end of the data is missing, among `UNPACK_ERRORS`."""
    return isinstance(error, EOFError) or "runcated" in str(error)


def _unpacked_head(path: Path) -> bytes:
    try:
        with open_unpacked(path) as stream:
            return stream.read(_TAR_BLOCK)
    except UNPACK_ERRORS:
        return b""


def _is_tar_header(block: bytes) -> bool:
    """Whether the checksum of a tar header is right (POSIX.1-1988, ustar): old archives have no magic."""
    if len(block) < _TAR_BLOCK or not block[0]:
        return False
    field = block[148:156].strip(b" \0")
    try:
        expected = int(field, 8)
    except ValueError:
        return False
    return sum(block[:148]) + 8 * 32 + sum(block[156:_TAR_BLOCK]) == expected


def _is_document(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return not _DOCUMENT_ENTRIES.isdisjoint(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
