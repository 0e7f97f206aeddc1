"""Files below a folder, without leaving it."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pathspec import GitIgnoreSpec

from tasks.containers.detect import is_git
from tasks.containers.members import Refusal, decode_name

_CONTROL: Final = frozenset({".git", ".hg", ".svn"})
_MAX_IGNORE_BYTES: Final = 1 << 20

Ignores = tuple[tuple[str, GitIgnoreSpec], ...]


@dataclass(frozen=True)
class FoundFile:
    """A file below a folder, or a repository to be read as one.

    Args:
        path: Below the folder, "/" separated, as text (see `disk_path`).
        size: Bytes.
        mtime_ns: Time of its last change.
        refusal: Why it must not be read; None where it may.
        message: What to do about a refusal.
        is_repository: A git repository; what is in it is not listed here.
    """

    path: str
    size: int = 0
    mtime_ns: int = 0
    refusal: Refusal | None = None
    message: str | None = None
    is_repository: bool = False


def list_folder(root: Path, *, as_code: bool = False) -> list[FoundFile]:
    """Everything below `root`, by path. Links inside the folder are other names of what is listed anyway.

    Args:
        root: The folder; itself never treated as a repository.
        as_code: Honour .gitignore files, and give repositories below as one entry each.
    """
    found = list(_walk(root, root.resolve(), "", (), as_code=as_code))
    return sorted(found, key=lambda file: file.path)


def find_file(root: Path, path: str) -> FoundFile:
    """One file below `root`, looked at as `list_folder` would, but read through a link that stays below `root`."""
    found = _examine(root / path, root.resolve(), path)
    return found or _examine(Path(os.path.realpath(root / path)), root.resolve(), path) or FoundFile(path)


def disk_path(root: Path, path: str) -> Path:
    """Where a listed `path` is: its names may be GB18030 on the disk, as Chinese Windows writes them."""
    place = root / path
    if place.exists() or place.is_symlink():
        return place
    place = root
    for name in path.split("/"):
        here = place / name
        if not (here.exists() or here.is_symlink()):
            here = place / os.fsdecode(name.encode("gb18030", "replace"))
        place = here
    return place


def _walk(folder: Path, root: Path, prefix: str, ignores: Ignores, *, as_code: bool) -> Iterator[FoundFile]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield FoundFile(prefix.rstrip("/"), refusal=Refusal.UNREADABLE, message="no permission to list this folder")
        return
    if as_code:
        ignores = _with_ignores(folder, prefix, ignores)
    for entry in entries:
        name = decode_name(os.fsencode(entry.name))
        path = prefix + name
        is_folder = entry.is_dir(follow_symlinks=False)
        if name in _CONTROL or (as_code and _is_ignored(f"{path}/" if is_folder else path, ignores)):
            continue
        if not is_folder:
            if file := _examine(Path(entry.path), root, path):
                yield file
        elif as_code and is_git(Path(entry.path)) and not (Path(entry.path) / ".git").is_file():
            yield FoundFile(path, is_repository=True)
        else:
            yield from _walk(Path(entry.path), root, f"{path}/", ignores, as_code=as_code)


def _examine(place: Path, root: Path, path: str) -> FoundFile | None:
    """The file, or None for a link to another place below `root`."""
    if "\ufffd" in path and not disk_path(root, path).exists():
        return FoundFile(path, refusal=Refusal.UNREADABLE, message="its name is neither UTF-8 nor GB18030: rename it")
    if place.is_symlink():
        # `Path.resolve` raises on a circle of links.
        target = Path(os.path.realpath(place))
        if not target.is_relative_to(root):
            return FoundFile(path, refusal=Refusal.UNSAFE_PATH, message="a link that leaves the folder of its source")
        if not target.exists():
            return FoundFile(path, refusal=Refusal.UNREADABLE, message="a link to nothing")
        return None
    try:
        status = place.stat()
    except OSError as error:
        return FoundFile(path, refusal=Refusal.UNREADABLE, message=f"cannot be looked at ({type(error).__name__})")
    if not stat.S_ISREG(status.st_mode):
        return FoundFile(path, refusal=Refusal.UNSAFE_PATH, message="a device, pipe or socket")
    return FoundFile(path, status.st_size, status.st_mtime_ns)


def _with_ignores(folder: Path, prefix: str, ignores: Ignores) -> Ignores:
    file = folder / ".gitignore"
    if file.is_symlink() or not file.is_file() or file.stat().st_size > _MAX_IGNORE_BYTES:
        return ignores
    lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    return (*ignores, (prefix, GitIgnoreSpec.from_lines(lines)))


def _is_ignored(path: str, ignores: Sequence[tuple[str, GitIgnoreSpec]]) -> bool:
    """Whether the last pattern that matches excludes it; deeper files win (gitignore(5))."""
    for prefix, spec in reversed(ignores):
        verdict = spec.check_file(path[len(prefix) :]).include
        if verdict is not None:
            return bool(verdict)
    return False
