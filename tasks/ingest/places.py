"""Where the sources of a recipe lie on this machine, and which files they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.sources import IssuesSource, Source
from tasks.containers.detect import is_git
from tasks.containers.folder_files import FoundFile, find_file, list_folder

_MAGIC: Final = frozenset("*?[")


class SourceError(ValueError):
    """Sources of the recipe that cannot be read; every one is named.

    Attributes:
        faults: Position in the recipe and what is wrong, e.g. (1, "no such file or folder").
    """

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"sources.{index}: {message}" for index, message in faults))
        self.faults = list(faults)


@dataclass(frozen=True)
class Place:
    """What one source means here.

    Args:
        location: Folder that the paths of its entries are below.
        files: Files and repositories, by path.
        repository: Name for entries without one of their own: the folder that was named.
    """

    location: Path
    files: list[FoundFile]
    repository: str | None = None


def locations(sources: Sequence[Source], folder: Path, *, fetched: Mapping[str, Path] | None = None) -> dict[str, str]:
    """Folder of each source by its key, for `ExtractSettings.locations`; other arguments as in `take_inventory`."""
    return {source.key: str(_root(source, folder, fetched or {})[0]) for source in sources}


def find_places(sources: Sequence[Source], folder: Path, *, fetched: Mapping[str, Path] | None = None) -> list[Place]:
    """The files of every source; other arguments as in `take_inventory`.

    Raises:
        SourceError: Names every source that has none.
    """
    found, faults = [], []
    for index, source in enumerate(sources):
        try:
            found.append(find_place(source, folder, fetched or {}))
        # A glob that means nothing is a ValueError, a circle of links a RuntimeError.
        except (LookupError, OSError, ValueError, RuntimeError) as error:
            faults.append((index, str(error)))
    if faults:
        raise SourceError(faults)
    return found


def check_places(sources: Sequence[Source], folder: Path) -> None:
    """Look whether every source that lies on this machine is there; those that are asked of an API are not asked.

    Raises:
        SourceError: Names every source that has no files.
    """
    faults: list[tuple[int, str]] = []
    for index, source in enumerate(sources):
        try:
            if not _is_live(source):
                find_places([source], folder)
        except SourceError as error:
            faults += [(index, message) for _, message in error.faults]
    if faults:
        raise SourceError(faults)


def find_place(source: Source, folder: Path, fetched: Mapping[str, Path]) -> Place:
    """The files of one source.

    Raises:
        LookupError: There are none; the message says why.
    """
    location, pattern = _root(source, folder, fetched)
    as_code = source.kind == "code"
    # A file may be named like a glob.
    if _has_magic(pattern) and not (location / pattern).exists():
        found = _expand(location, pattern, as_code=as_code)
        if not found:
            raise LookupError(f"nothing matches {pattern!r}")
        return Place(location, found)
    target = location / pattern
    if not target.exists():
        raise LookupError("no such file or folder")
    if pattern:
        files = [_named(location, pattern, as_code=as_code)]
        return Place(location, files, pattern)
    files = list_folder(location, as_code=as_code)
    # A repository without issues is no mistake of the recipe.
    if not files and not _is_live(source):
        raise LookupError("the folder is empty")
    return Place(location, files, location.name)


def _root(source: Source, folder: Path, fetched: Mapping[str, Path]) -> tuple[Path, str]:
    """Location, and what is meant below it: a glob, one name, or "" for everything."""
    if _is_live(source):
        if source.key not in fetched:
            raise LookupError("a live API: its threads have not been fetched")
        return fetched[source.key].resolve(), ""
    path = source.address
    if _has_magic(path) and not (folder / path).exists():
        parts = Path(path).parts
        first = next(index for index, part in enumerate(parts) if _has_magic(part))
        return (folder / Path(*parts[:first])).resolve(), "/".join(parts[first:])
    target = (folder / path).resolve()
    whole = target.is_dir() and not (source.kind == "code" and is_git(target))
    return (target, "") if whole else (target.parent, target.name)


def _is_live(source: Source) -> bool:
    return isinstance(source, IssuesSource) and source.is_live


def _named(location: Path, name: str, *, as_code: bool) -> FoundFile:
    if as_code and is_git(location / name):
        return FoundFile(name, is_repository=True)
    return find_file(location, name)


def _expand(location: Path, pattern: str, *, as_code: bool) -> list[FoundFile]:
    """What a glob matches: files, and everything below matching folders."""
    found: dict[str, FoundFile] = {}
    for match in sorted(location.glob(pattern)):
        path = match.relative_to(location).as_posix()
        if ".git" in path.split("/") or any(path.startswith(f"{other}/") for other in found):
            continue
        if not match.is_dir() or match.is_symlink():
            found[path] = find_file(location, path)
        elif as_code and is_git(match):
            found[path] = FoundFile(path, is_repository=True)
        else:
            below = list_folder(match, as_code=as_code)
            found.update({f"{path}/{file.path}": _under(path, file) for file in below})
    return [found[path] for path in sorted(found)]


def _under(prefix: str, file: FoundFile) -> FoundFile:
    return FoundFile(f"{prefix}/{file.path}", file.size, file.mtime_ns, file.refusal, file.message, file.is_repository)


def _has_magic(path: str) -> bool:
    return not _MAGIC.isdisjoint(path)
