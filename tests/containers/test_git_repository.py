"""Git: blobs of a commit are read from the objects; nothing of a repository is ever run."""

import contextlib
import os
import stat
import subprocess
from pathlib import Path

import pygit2
import pytest

from schemas.inventory import INVENTORY
from schemas.sources import CodeSource
from tasks.containers.git_repository import GitReader, list_git
from tasks.containers.members import ContainerError, Limits
from tasks.engine.store import Store
from tasks.extract.code import extract_code_files
from tasks.extract.code_settings import CodeSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations


def git(folder: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in
             (("NAME", "nobody"), ("EMAIL", "nobody@example.com"), ("DATE", "2025-01-01T00:00:00Z"))}  # fmt: skip
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **names}
    command = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(command, cwd=folder, env=clean, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "main.py").write_text("print('one')\n", encoding="utf-8")
    (folder / "文档.md").write_text("# 标题\n\n正文\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    git(folder, "tag", "v1")
    (folder / "main.py").write_text("print('two')\n", encoding="utf-8")
    git(folder, "commit", "-qam", "second")
    (folder / "main.py").write_text("not committed\n", encoding="utf-8")
    return folder


def test_files_are_those_of_the_commit_not_of_the_working_tree(repository: Path):
    tree = list_git(repository)
    assert [member.name for member in tree.members] == ["main.py", "文档.md"]
    assert tree.commit == git(repository, "rev-parse", "HEAD")
    assert GitReader(repository).read(tree.members[0].digest) == b"print('two')\n"


def test_a_revision_and_a_bare_repository_are_read(repository: Path, tmp_path: Path):
    git(repository, "clone", "-q", "--bare", str(repository), str(tmp_path / "bare.git"))
    for place in (repository, tmp_path / "bare.git"):
        tree = list_git(place, "v1")
        assert GitReader(place).read(tree.members[0].digest) == b"print('one')\n"


@pytest.mark.parametrize("revision", ["no-such", "HEAD:main.py", "", "@{-9}", "HEAD~40", "\0", "-x"])
def test_a_revision_that_is_no_commit_says_so(repository: Path, revision: str):
    with pytest.raises(ContainerError) as raised:
        list_git(repository, revision)
    assert raised.value.refusal == "unreadable"


def test_what_is_no_repository_says_so(tmp_path: Path):
    for name in ("HEAD", "config"):
        (tmp_path / name).write_text("garbage 垃圾", encoding="utf-8")
    for name in ("objects", "refs"):
        (tmp_path / name).mkdir()
    with pytest.raises(ContainerError):
        list_git(tmp_path)


def test_a_missing_object_is_damage(repository: Path):
    tree = git(repository, "rev-parse", "HEAD^{tree}")
    (repository / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(ContainerError) as raised:
        list_git(repository)
    assert raised.value.refusal == "damaged"


def test_links_and_submodules_are_not_followed(repository: Path):
    (repository / "out").symlink_to("/etc/passwd")
    (repository / "same").symlink_to("main.py")
    (repository / "again").symlink_to("same")
    git(repository, "submodule", "--quiet", "add", str(repository), "依赖")
    git(repository, "add", "out", "same", "again")
    git(repository, "commit", "-qm", "links")
    refused = {m.name: m.refusal.value for m in list_git(repository).members if m.refusal}
    assert refused == {"out": "unsafe_path", "依赖": "unsupported"}


def test_nothing_of_a_repository_is_run(repository: Path, tmp_path: Path):
    proof = tmp_path / "was-run"
    script = tmp_path / "script.sh"
    script.write_text(f"#!/bin/sh\ntouch {proof}\n", encoding="ascii")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    (repository / ".gitattributes").write_text("* filter=evil diff=evil\n", encoding="ascii")
    git(repository, "add", ".gitattributes")
    git(repository, "commit", "-qm", "attributes")
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        place = repository / ".git" / "hooks" / hook
        place.parent.mkdir(exist_ok=True)
        place.write_text(script.read_text(encoding="ascii"), encoding="ascii")
        place.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.gitProxy", "diff.external",
                "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv",
                "credential.helper", "alias.status", "uploadpack.packObjectsHook"):  # fmt: skip
        git(repository, "config", key, f"!{script}" if key.startswith(("alias", "credential")) else str(script))
    # The proof can be made at all: git itself runs what the configuration says.
    with contextlib.suppress(subprocess.CalledProcessError):
        git(repository, "status")
    assert proof.exists()
    proof.unlink()
    source = CodeSource(kind="code", path="repo")
    store = Store(str(tmp_path / "store"))
    inventory = take_inventory([source], tmp_path, store)
    settings = CodeSettings(locations=locations([source], tmp_path))
    for ref in inventory.shards["code"]:
        assert extract_code_files(store.get_table(ref, INVENTORY), settings).kept.num_rows
    assert not proof.exists()


def _tree_bomb(folder: Path, levels: int, width: int) -> None:
    bomb = pygit2.init_repository(str(folder), bare=True)
    entry, mode = bomb.create_blob("炸".encode()), pygit2.enums.FileMode.BLOB
    for _ in range(levels):
        builder = bomb.TreeBuilder()
        for index in range(width):
            builder.insert(f"f{index}", entry, mode)
        entry, mode = builder.write(), pygit2.enums.FileMode.TREE
    who = pygit2.Signature("nobody", "nobody@example.com", 0)
    bomb.create_commit("refs/heads/main", who, who, "bomb", entry, [])
    bomb.set_head("refs/heads/main")


@pytest.mark.parametrize(("levels", "width"), [(12, 10), (3000, 1)])
def test_trees_that_describe_more_files_than_there_are_objects_are_refused(levels: int, width: int, tmp_path: Path):
    _tree_bomb(tmp_path / "bomb.git", levels, width)
    with pytest.raises(ContainerError) as raised:
        list_git(tmp_path / "bomb.git", limits=Limits(members=5000))
    assert raised.value.refusal == "too_large"
