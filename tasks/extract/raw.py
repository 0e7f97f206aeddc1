"""Read the bytes an inventory entry stands for: a file, a slice of one, a member of an archive or a git blob."""

from collections.abc import Iterable, Mapping
from hashlib import sha1, sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from tasks.containers.detect import unpack
from tasks.containers.folder_files import disk_path
from tasks.containers.git_repository import GitReader
from tasks.containers.members import ContainerError
from tasks.containers.tar_archive import TarReader
from tasks.containers.zip_archive import ZipReader
from tasks.extract.settings import ExtractCause, ExtractSettings

_MB: Final = 1 << 20


class RawError(Exception):
    """An entry that is quarantined. The message says what to do and quotes no content.

    Attributes:
        cause: Cause of the quarantine.
    """

    def __init__(self, cause: ExtractCause, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class SourceChangedError(RuntimeError):
    """A file is no longer what the inventory of this run saw: the run fails and is started again."""


Reader = ZipReader | TarReader | GitReader


class EntryReader:
    """Reads entries, opening each container once.

    `with EntryReader(settings, batch.to_pylist()) as reader: reader.read(entry)`

    Args:
        settings: Limits, and where the sources lie.
        entries: Rows that will be read: members of a tar are collected in one pass over it.
    """

    def __init__(self, settings: ExtractSettings, entries: Iterable[Mapping[str, Any]] = ()) -> None:
        self._settings = settings
        self._readers: dict[Path, Reader] = {}
        self._wanted: dict[Path, dict[str, str]] = {}
        # Of thousands of members the container is looked for once.
        self._places: dict[tuple[str, str], Path] = {}
        for entry in entries:
            if entry["container"] == "tar" and entry["member"] and not entry["error"]:
                self._wanted.setdefault(self._place(entry), {})[entry["member"]] = entry["digest"]

    def __enter__(self) -> "EntryReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()

    def read(self, entry: Mapping[str, Any]) -> bytes:
        """Bytes of an `inventory@1` row, the same the inventory measured.

        Raises:
            RawError: It must be quarantined.
            SourceChangedError: It changed since the inventory.
        """
        check_entry(entry, self._settings)
        try:
            data = self._member(entry) if entry["container"] != "none" else _slice(entry, self._settings)
        except ContainerError as error:
            raise SourceChangedError(_changed(entry)) from error
        except PermissionError as error:
            raise RawError(ExtractCause.UNREADABLE, "no permission to read it") from error
        except FileNotFoundError as error:
            raise SourceChangedError(_changed(entry)) from error
        if len(data) != entry["size"] or digest_of(data, git=entry["container"] == "git") != entry["digest"]:
            raise SourceChangedError(_changed(entry))
        return data

    def _member(self, entry: Mapping[str, Any]) -> bytes:
        place = self._place(entry)
        if place not in self._readers:
            self._readers[place] = self._open(place, entry)
        return self._readers[place].read(entry["digest"] if entry["container"] == "git" else entry["member"])

    def _place(self, entry: Mapping[str, Any]) -> Path:
        key = entry["source_key"], entry["path"]
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = _place(entry, self._settings)
        return found

    def _open(self, place: Path, entry: Mapping[str, Any]) -> Reader:
        match entry["container"]:
            case "zip":
                return ZipReader(place)
            case "tar":
                return TarReader(place, self._wanted.get(place, {entry["member"]}))
            case "git":
                return GitReader(place)
        raise ValueError(f"unknown container {entry['container']!r}")


def read_entry(entry: Mapping[str, Any], settings: ExtractSettings) -> bytes:
    """Bytes of one `inventory@1` row; for many of one container, `EntryReader` opens it once.

    Raises:
        RawError: It must be quarantined.
        SourceChangedError: It changed since the inventory.
    """
    with EntryReader(settings, [entry]) as reader:
        return reader.read(entry)


def read_unpacked(entry: Mapping[str, Any], settings: ExtractSettings) -> bytes:
    """Bytes of one `inventory@1` row, unpacked where the file is compressed (gzip, zstd, bzip2, xz).

    Raises:
        RawError: It must be quarantined: also where it is cut, damaged, or unpacks to more than `max_file_mb`.
        SourceChangedError: It changed since the inventory.
    """
    data = read_entry(entry, settings)
    if entry["start"] is not None:
        return data
    try:
        return unpack(data, settings.max_file_mb * _MB)
    except ContainerError as error:
        raise RawError(ExtractCause(error.refusal.value), str(error)) from None


def local_path(entry: Mapping[str, Any], settings: ExtractSettings) -> Path | None:
    """The file on disk, where the entry is one as it is; None for a member or a slice."""
    whole = entry["container"] == "none" and entry["start"] is None
    return _place(entry, settings) if whole else None


def check_entry(entry: Mapping[str, Any], settings: ExtractSettings) -> None:
    """Refuse what is not to be read at all.

    Raises:
        RawError: The inventory refused it, or it is larger than `max_file_mb`.
    """
    if entry["error"]:
        raise RawError(ExtractCause(entry["error"]), entry["error_message"] or "")
    if entry["size"] > settings.max_file_mb * _MB:
        raise RawError(ExtractCause.TOO_LARGE, f"larger than max_file_mb={settings.max_file_mb}")


def digest_of(data: bytes, *, git: bool = False) -> str:
    """sha256, hex; of a git blob its object id (sha1 of "blob <size>", NUL, content)."""
    if git:
        return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    return sha256(data).hexdigest()


def _place(entry: Mapping[str, Any], settings: ExtractSettings) -> Path:
    return disk_path(Path(settings.locations[entry["source_key"]]), entry["path"])


def _slice(entry: Mapping[str, Any], settings: ExtractSettings) -> bytes:
    size = entry["size"] + 1 if entry["start"] is None else entry["size"]
    try:
        # To put paths together costs more than to read a small file.
        file = open(f"{settings.locations[entry['source_key']]}/{entry['path']}", "rb")  # noqa: SIM115 - closed below
    except FileNotFoundError:  # its name is in another encoding on the disk
        file = _place(entry, settings).open("rb")
    with file:
        if entry["start"]:
            file.seek(entry["start"])
        return file.read(size)


def _changed(entry: Mapping[str, Any]) -> str:
    return f"{entry['source_key']}: {entry['path']}: changed while the run was reading it; run again"
