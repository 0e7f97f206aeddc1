"""Size and digest of what a file holds, remembered so that an unchanged tree is not read again."""

import time
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from tasks.containers.declared_licences import licence_in, says_licence
from tasks.containers.detect import ContainerType, compression, container_type
from tasks.containers.folder_files import FoundFile
from tasks.containers.members import CHUNK, ContainerError, Member, Refusal
from tasks.containers.tar_archive import TarReader, list_tar
from tasks.containers.zip_archive import ZipReader, list_zip
from tasks.engine.store import Store
from tasks.ingest.slices import is_parquet, slice_lines, slice_rows

# Raised when the content of `Measured` or the rules that fill it change.
_VERSION: Final = 3
# A file changed less than this before it was read may change again within the same tick of the clock.
_SETTLED_NS: Final = 2_000_000_000


@dataclass(frozen=True)
class Piece:
    """One inventory row's worth of a file.

    Args:
        member: Name inside a container; None for the file, a slice of it, or a container that is refused whole.
        start, end: Slice, see `inventory@1`.
        size: Bytes.
        digest: sha256, hex; "" where it was not read.
        refusal: Cause it is quarantined with.
        message: What to do about it.
    """

    size: int
    digest: str
    member: str | None = None
    start: int | None = None
    end: int | None = None
    refusal: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Measured:
    """What a file holds.

    Args:
        container: Its type.
        pieces: In order.
        licences: SPDX expression by licence text or manifest: member name, or "" for the file itself.
    """

    container: ContainerType
    pieces: list[Piece]
    licences: dict[str, str] = field(default_factory=dict)


class MeasureCache:
    """Measurements of one source, by path, size and time of change.

    Args:
        store: Where they are kept.
        name: Of the source in its place; another place has another cache.
        rules: What else decides a measurement.
    """

    def __init__(self, store: Store, name: str, rules: list[object]) -> None:
        key = orjson.dumps([_VERSION, name, rules])
        self._store = store
        self._path = f"inventory/{sha256(key).hexdigest()}.json"
        self._known = _parsed(store.get_bytes(self._path))
        self._seen: dict[str, Any] = {}

    def get(self, file: FoundFile) -> Measured | None:
        """What the file was measured to be, if it has not changed."""
        known = self._known.get(file.path)
        if known is None or known["stamp"] != [file.size, file.mtime_ns]:
            return None
        self._seen[file.path] = known
        pieces = [Piece(**piece) for piece in known["pieces"]]
        return Measured(known["container"], pieces, known["licences"])

    def put(self, file: FoundFile, measured: Measured) -> None:
        """Remember a measurement, unless the file was changed a moment ago."""
        if time.time_ns() - file.mtime_ns > _SETTLED_NS:
            self._seen[file.path] = {"stamp": [file.size, file.mtime_ns], **asdict(measured)}

    def save(self) -> None:
        """Write what is new; files that are gone are forgotten."""
        if self._seen != self._known:
            self._store.put_bytes(self._path, orjson.dumps(self._seen, option=orjson.OPT_SORT_KEYS))


def measure(place: Path, *, open_containers: bool, wanted: int | None, licences: bool) -> Measured:
    """Read a file once: what it holds, how large, which digest.

    Args:
        place: On the disk.
        open_containers: List what is in an archive; otherwise it is one file like any other.
        wanted: Bytes of a slice of JSONL or Parquet; None where files are not sliced.
        licences: Look for licences in licence texts and manifests.
    """
    try:
        container = container_type(place) if open_containers else "none"
        if container == "zip":
            return _archive(place, container, list_zip(place), licences=licences)
        if container == "tar":
            return _archive(place, container, list_tar(place), licences=licences)
        pieces = _slices(place, wanted) if wanted else None
        if pieces is None:
            pieces = [Piece(*_size_and_digest(place))]
        found = {}
        if licences and says_licence(name := place.as_posix()) and (said := licence_in(name, place.read_bytes())):
            found[""] = said
        return Measured("none", pieces, found)
    except ContainerError as error:
        return _refused(error.refusal, str(error))
    except OSError as error:
        return _refused(Refusal.UNREADABLE, f"cannot be read ({type(error).__name__})")


def piece_of(member: Member) -> Piece:
    """The piece a container's member is; one without a name is the container itself."""
    refusal = member.refusal.value if member.refusal else None
    return Piece(member.size, member.digest, member.name or None, None, None, refusal, member.message)


def _archive(place: Path, container: ContainerType, members: list[Member], *, licences: bool) -> Measured:
    pieces = [piece_of(member) for member in members] or [
        Piece(0, "", None, None, None, Refusal.DAMAGED.value, "the archive is empty")
    ]
    names = [member.name for member in members if not member.refusal and says_licence(member.name)]
    found: dict[str, str] = {}
    if licences and names:
        reader = ZipReader(place) if container == "zip" else TarReader(place, names)
        found = {name: said for name in names if (said := licence_in(name, reader.read(name)))}
        reader.close()
    return Measured(container, pieces, found)


def _slices(place: Path, wanted: int) -> list[Piece] | None:
    """Slices of a file of records; None where it is to be read whole."""
    if is_parquet(place):
        try:
            slices = slice_rows(place, wanted)
        except (pa.ArrowException, OSError):
            return None
    elif place.stat().st_size > wanted and not _is_packed(place):
        slices = slice_lines(place, wanted)
    else:
        return None
    return [Piece(size, digest, None, start, end) for start, end, size, digest in slices] or None


def _is_packed(place: Path) -> bool:
    with place.open("rb") as file:
        return compression(file.read(8)) is not None


def _size_and_digest(place: Path) -> tuple[int, str]:
    digest, size = sha256(), 0
    with place.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _refused(refusal: Refusal, message: str) -> Measured:
    return Measured("none", [Piece(0, "", None, None, None, refusal.value, message)])


def _parsed(data: bytes | None) -> dict[str, Any]:
    try:
        return dict(orjson.loads(data)) if data else {}
    except ValueError:  # torn by a full disk
        return {}
