"""Blobs of a git repository at a revision, read from its object database.

Only objects are read: no working tree, no hooks, no filters, no submodules, no configuration of the user.
"""

from dataclasses import dataclass
from pathlib import Path

import pygit2
import pygit2.enums
from pygit2.enums import FileMode

from tasks.containers.members import ContainerError, Member, Refusal, decode_name, inner_path, link_refusal

# The repository of another user is read as any file of theirs would be: nothing of it is ever run.
pygit2.settings.owner_validation = False
_MAX_LINK = 4096


@dataclass(frozen=True)
class GitTree:
    """A repository at one commit.

    Args:
        commit: Its id, hex.
        members: Files by name; `digest` is the id of the blob.
    """

    commit: str
    members: list[Member]


def list_git(folder: Path, revision: str = "HEAD") -> GitTree:
    """All files of the tree of `revision`.

    Raises:
        ContainerError: Not a repository, or no such revision in it.
    """
    repository = _opened(folder)
    try:
        commit = repository.revparse_single(revision).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise ContainerError(Refusal.UNREADABLE, f"no revision {revision!r}") from error
    found: dict[str, Member] = {}
    links: list[tuple[str, str]] = []
    try:
        _walk(repository, commit.tree, "", found, links)
    except (KeyError, pygit2.GitError) as error:
        raise ContainerError(Refusal.DAMAGED, "objects are missing: a partial clone or a damaged one") from error
    names = frozenset(found)
    for name, target in links:
        if refused := link_refusal(name, target, names=names):
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


def _walk(
    repository: pygit2.Repository,
    tree: pygit2.Tree,
    folder: str,
    found: dict[str, Member],
    links: list[tuple[str, str]],
) -> None:
    for entry in tree:
        name = folder + decode_name(entry.raw_name or b"")
        match entry.filemode:
            case FileMode.TREE:
                _walk(repository, repository[entry.id].peel(pygit2.Tree), f"{name}/", found, links)
            case FileMode.COMMIT:
                found[name] = Member(
                    name, refusal=Refusal.UNSUPPORTED, message="a submodule: name it as a source of its own"
                )
            case FileMode.LINK:
                links.append((name, decode_name(repository.odb.read(entry.id)[1][:_MAX_LINK])))
            case _ if inner_path(name) != name:
                found[name] = Member(name, refusal=Refusal.UNSAFE_PATH, message="its name leaves the repository")
            case _:
                size = repository.odb.read_header(entry.id)[1]
                found[name] = Member(name, size, str(entry.id))
