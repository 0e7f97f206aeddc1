"""The server of a run: writes nothing before it may, and is gone with its run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.flows.conftest import environment

_HOLD = """
import sys, time
from flows.local_server import _running, let_serve, start_server, wait_until_up
url = start_server()
print(_running[0].pid, url, flush=True)
sys.stdin.readline()
let_serve()
wait_until_up(url)
print("up", flush=True)
time.sleep(300)
"""


@pytest.fixture
def parent(tmp_path: Path):
    """A process with a server that waits; its home; pid and URL of the server."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pid, url = process.stdout.readline().split()
    yield process, tmp_path / "prefect", int(pid), url
    process.kill()
    process.wait()


def _ends(pid: int) -> bool:
    for _ in range(200):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def test_a_server_that_may_not_serve_yet_writes_nothing_and_ends_with_its_run(parent):
    process, home, pid, url = parent
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}/health", timeout=6)
    assert not list(home.rglob("*.db"))
    os.kill(process.pid, signal.SIGKILL)
    assert _ends(pid)
    assert not list(home.rglob("*.db"))


def test_a_server_that_serves_ends_with_its_run(parent):
    process, home, pid, url = parent
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "up\n"
    assert httpx.get(f"{url}/health", timeout=30).status_code == 200
    assert list(home.rglob("*.db"))
    # What no run asks for is prepared last, and is there all the same.
    for kind in ("flow_runs", "deployments", "block_types", "work_pools", "v2/concurrency_limits"):
        assert httpx.post(f"{url}/{kind}/filter", json={}, timeout=30).json() == [], kind
    os.kill(process.pid, signal.SIGKILL)
    assert _ends(pid)


_LOAD = """
from flows.commands.making import _UNNEEDED
from tasks.engine.lean import unneeded
with unneeded(*_UNNEEDED):
    from flows.head_start import load_prefect
    from prefect import flow
    load_prefect()

@flow(flow_run_name="read-{source}")
def read(source: str) -> str:
    return source

print(read.serialize_parameters({"source": "水泵 pump"}))
import prefect.blocks.notifications as notices
print(notices.SlackWebhook.__name__)
"""


def test_a_flow_is_itself_without_what_prefect_only_names():
    done = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["{'source': '水泵 pump'}", "SlackWebhook"]
