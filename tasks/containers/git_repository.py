"""Blobs of a git repository at a revision, read from its object database.

Only objects are read: no working tree, no hooks, no filters, no submodules, no configuration of the user.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pygit2
import pygit2.enums
from pygit2.enums import FileMode

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
)

# The repository of another user is read as any file of theirs would be: nothing of it is ever run.
pygit2.settings.owner_validation = False
_MAX_LINK: Final = 4096
_MAX_DEPTH: Final = 200


@dataclass(frozen=True)
class GitTree:
    """A repository at one commit.

    Args:
        commit: Its id, hex.
        members: Files by name; `digest` is the id of the blob.
    """

    commit: str
    members: list[Member]


def list_git(folder: Path, revision: str = "HEAD", limits: Limits = LIMITS) -> GitTree:
    """All files of the tree of `revision`.

    Raises:
        ContainerError: Not a repository, no such revision in it, or a tree of more files than any project has.
    """
    repository = _opened(folder)
    try:
        commit = repository.revparse_single(revision).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise ContainerError(Refusal.UNREADABLE, f"no revision {revision!r}") from error
    found: dict[str, Member] = {}
    links: list[tuple[str, str]] = []
    try:
        for name, entry in _entries(repository, commit.tree, limits.members):
            if entry.filemode == FileMode.LINK:
                links.append((name, decode_name(repository.odb.read(entry.id)[1][:_MAX_LINK])))
            else:
                found[name] = _member(repository, name, entry, limits)
    except (KeyError, pygit2.GitError) as error:
        raise ContainerError(Refusal.DAMAGED, "objects are missing: a partial clone or a damaged one") from error
    places = places_in([*found, *(name for name, _ in links)])
    for name, target in links:
        if refused := link_refusal(name, target, places=places):
            found[name] = refused
    return GitTree(str(commit.id), [found[name] for name in sorted(found)])


class GitReader:
    """Reads blobs of one repository by their object ids.

    Raises:
        ContainerError: Not a repository.
    """

    def __init__(self, folder: Path) -> None:
        self._repository = _opened(folder)

    def read(self, object_id: str) -> bytes:
        """Content of a blob.

        Raises:
            ContainerError: It is missing.
        """
        try:
            data: bytes = self._repository.odb.read(object_id)[1]
        except (KeyError, ValueError, pygit2.GitError) as error:
            raise ContainerError(Refusal.UNREADABLE, "no such object") from error
        return data

    def close(self) -> None:
        """Let go of the files of the repository."""
        self._repository.free()


def _opened(folder: Path) -> pygit2.Repository:
    try:
        return pygit2.Repository(str(folder), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
    except pygit2.GitError as error:
        raise ContainerError(Refusal.DAMAGED, "not a git repository that can be opened") from error


def _entries(repository: pygit2.Repository, root: pygit2.Tree, limit: int) -> Iterator[tuple[str, Any]]:
    """Path and tree entry of everything that is no folder.

    Trees are shared: a few objects can describe a folder of billions of files, or one as deep as Python's stack.
    """
    waiting: list[tuple[str, Any]] = [("", root)]
    seen = 0
    while waiting:
        folder, tree = waiting.pop()
        for entry in tree:
            seen += 1
            name = folder + decode_name(entry.raw_name or b"")
            if seen > limit or name.count("/") > _MAX_DEPTH:
                raise ContainerError(Refusal.TOO_LARGE, f"more than {limit} files, or {_MAX_DEPTH} folders deep")
            if entry.filemode == FileMode.TREE:
                waiting.append((f"{name}/", repository[entry.id].peel(pygit2.Tree)))
            else:
                yield name, entry


def _member(repository: pygit2.Repository, name: str, entry: Any, limits: Limits) -> Member:
    if entry.filemode == FileMode.COMMIT:
        return Member(name, refusal=Refusal.UNSUPPORTED, message="a submodule: name it as a source of its own")
    if inner_path(name) != name:
        return Member(name, refusal=Refusal.UNSAFE_PATH, message="its name leaves the repository")
    size = repository.odb.read_header(entry.id)[1]
    if size > limits.member_bytes:
        return Member(name, refusal=Refusal.TOO_LARGE, message=f"larger than {limits.member_bytes >> 20} MiB")
    return Member(name, size, str(entry.id))
