"""A small bilingual inbox, and the command run as users run it: in a process of its own, with a real Prefect server."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import polars as pl
import pytest
import yaml

ROOT = Path(__file__).parents[2]
ENGLISH = (
    "The gateway writes every message to an append-only file, one for each day. A file is closed at midnight and "
    "compressed in the background, so that a power failure costs at most the message that was being written."
)
CHINESE = (
    "网关把每条消息写入只追加的文件，每天一个。文件在午夜关闭并在后台压缩，因此断电最多只会丢失正在写入的那条消息。"
    "磁盘空间不足百分之五时，最早的已关闭文件会先被删除，当天的文件永远不会被删除。"
)
LONG_ENGLISH = (
    "Alarm rules have three parts: a condition, a duration and somebody to tell. A rule fires when every value of its "
    "topic is above the limit for the whole duration, and it fires once. It must return below the limit before it can "
    "fire again, which keeps a sensor that hovers around the limit from filling a mailbox. Rules are checked in the "
    "order in which they are listed. A rule that takes longer than a second is switched off and reported, because all "
    "rules share one thread with the store. Test a rule on the messages of the last day before you switch it on."
)
LONG_CHINESE = (
    "告警规则由条件、持续时间和通知对象三部分组成。当主题的每个值在整个持续时间内都高于限值时，规则才会触发，并且只触发一次。"
    "只有回到限值以下之后，规则才能再次触发，这样在限值附近波动的传感器就不会塞满邮箱。规则按照列出的顺序依次检查。"
    "如果某条规则的执行时间超过一秒，系统会将其停用并给出提示，因为所有规则与存储共用一个线程。启用之前，请先用最近一天的消息试运行。"
)
FOOTER = "Was this page helpful to you? 本页对您有帮助吗？"
ISSUE = {
    "number": 7,
    "title": "Clients are disconnected 客户端掉线",
    "body": "Since the update all clients lose their connection once an hour.",
    "state": "closed",
    "state_reason": "completed",
    "html_url": "https://example.com/o/r/issues/7",
    "user": {"login": "reporter-one", "type": "User"},
    "author_association": "NONE",
    "created_at": "2025-03-01T08:00:00Z",
    "updated_at": "2025-03-01T12:00:00Z",
    "labels": [],
    "comments_content": [
        {
            "id": 1,
            "body": "Set `session_seconds: 0` in gateway.yaml. Write to ops.team@corp-mail.net if it persists.",
            "user": {"login": "maintainer-a", "type": "User"},
            "author_association": "MEMBER",
            "created_at": "2025-03-01T09:00:00Z",
        },
        {
            "id": 2,
            "body": "谢谢，问题已解决。",
            "user": {"login": "reporter-one", "type": "User"},
            "author_association": "NONE",
            "created_at": "2025-03-01T10:00:00Z",
        },
    ],
}


Winnow = Callable[..., "subprocess.CompletedProcess[str]"]


class Released(NamedTuple):
    """An inbox that has been released once, and what the command said."""

    folder: Path
    done: "subprocess.CompletedProcess[str]"

    @property
    def version(self) -> Path:
        """Folder of the version."""
        return self.folder / "out" / "releases" / "support" / "v1"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """API URL of a Prefect server of its own: what a team has, and half the time of a run that starts one."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ui",
    ]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment(home), stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/api"
    try:
        for _ in range(600):
            if _answers(url):
                break
            assert process.poll() is None, (home / "log").read_text(encoding="utf-8")
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory, server: str) -> Released:
    """One run for all tests that read what it made."""
    folder = tmp_path_factory.mktemp("released")
    make_inbox(folder)
    done = run_winnow(folder, server, "run", "recipe.yaml", "--json")
    assert done.returncode == 0, done.stderr
    return Released(folder, done)


@pytest.fixture
def again(released: Released, tmp_path: Path) -> Path:
    """A copy of the released inbox, with its store, to change and run again."""
    return Path(shutil.copytree(released.folder, tmp_path, dirs_exist_ok=True))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An inbox that no run has seen."""
    make_inbox(tmp_path)
    return tmp_path


def make_inbox(tmp_path: Path) -> None:
    """A recipe, manuals, code, issues, a FAQ and an existing corpus; every source has both languages."""
    manuals = tmp_path / "inbox" / "manuals"
    manuals.mkdir(parents=True)
    (manuals / "store.md").write_text(
        f"# Message store\n\n{ENGLISH}\n\n## Space\n\n{ENGLISH[:90]}.\n\n{FOOTER}", encoding="utf-8"
    )
    (manuals / "存储.md").write_text(f"# 消息存储\n\n{CHINESE}\n\n联系电话13812345678。\n\n{FOOTER}", encoding="utf-8")
    (manuals / "扫描13812345678.pdf").write_bytes(b"")
    code = tmp_path / "inbox" / "server"
    code.mkdir()
    (code / "rules.py").write_text('# Copyright 2024 The authors\n"""规则 rules."""\n\nLIMIT = 80\n', encoding="utf-8")
    (tmp_path / "inbox" / "issues.json").write_text(json.dumps([ISSUE]), encoding="utf-8")
    (tmp_path / "inbox" / "faq.tsv").write_text(
        "How often are backups taken?\tEvery night at 02:00.\n备份多久一次？\t每天凌晨两点一次。\n", encoding="utf-8"
    )
    with (tmp_path / "inbox" / "docs.jsonl").open("w", encoding="utf-8") as file:
        for number, text in enumerate([LONG_ENGLISH, LONG_CHINESE, f"{LONG_ENGLISH} Once more."]):
            file.write(json.dumps({"id": f"doc-{number}", "text": text}) + "\n")
    write_recipe(tmp_path)


def write_recipe(folder: Path, **changes: Any) -> Path:
    """The recipe of the inbox, with `changes` at its top level."""
    recipe = {
        "dataset": "support",
        "root": "out",
        "sources": [
            {"kind": "documents", "path": "inbox/manuals", "kb": "manual"},
            {"kind": "code", "path": "inbox/server", "kb": "code"},
            {"kind": "issues", "path": "inbox/issues.json", "kb": "support"},
            {"kind": "faq", "path": "inbox/faq.tsv", "kb": "faq"},
            {"kind": "text", "path": "inbox/docs.jsonl", "kb": "corpus"},
        ],
        "steps": {
            "boilerplate": {"min_documents": 2, "min_source_documents": 2},
            "tokens": {"vocab_size": 600, "sequence_length": 128},
        },
        "runner": {"kind": "threads", "workers": 2},
        **changes,
    }  # fmt: skip
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def winnow(tmp_path: Path, server: str) -> Winnow:
    """`winnow("run", "recipe.yaml")`: the command, in the folder of the test."""
    return lambda *arguments, **named: run_winnow(tmp_path, server, *arguments, **named)


def run_winnow(
    folder: Path, server: str | None, *arguments: str, timeout: float = 240, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """The command in `folder`, with this Prefect server or, for None, with one of its own."""
    api = {"PREFECT_API_URL": server} if server else {}
    return subprocess.run(
        [sys.executable, "-m", "flows", *arguments],
        cwd=folder, env={**environment(folder), **api, **variables}, capture_output=True, text=True, timeout=timeout,
        check=False,
    )  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    """Environment of a command: a Prefect home of its own, and the key of the pseudonyms."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "WINNOW"))}
    return {**kept, "PREFECT_HOME": str(home / "prefect"), "PYTHONPATH": str(ROOT), "WINNOW_KEY": "a key for tests"}


def release_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a version but its manifest, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def read_rows(version: Path, table: str) -> list[dict[str, Any]]:
    """Rows of a table of a version."""
    return pl.read_parquet(version / "data" / table / "train-*.parquet").to_dicts()
