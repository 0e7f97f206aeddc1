"""A Prefect server for one local run: starts while the run prepares, ends with it, however the run ends.

Used only where no server is configured (`PREFECT_API_URL`, a Prefect profile). Prefect would start one itself, but
only when the first flow is called (4 to 10 s during which nothing happens), and a killed run would leave it behind.
"""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import IO, cast

from flows.server_process import GO

_START_TIMEOUT_S = 180


def start_server() -> str:
    """Start a server that loads and then waits for `let_serve`; returns its API URL, before it answers.

    It ends when this process has ended, not before: Prefect sends the last of its log as the interpreter shuts down,
    and waits for a server that is gone. One that may not serve yet has written nothing.
    """
    with socket.socket() as listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.server_process", str(_bound(listener))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            env={**os.environ, **_environment()},
            start_new_session=True,
        )
        _running.append(process)
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api"


def let_serve() -> None:
    """Let the servers that were started create their database, where there is none, and answer."""
    for process in _running:
        with suppress(BrokenPipeError):  # it has ended; `wait_until_up` will say so
            cast("IO[bytes]", process.stdin).write(GO)
            cast("IO[bytes]", process.stdin).flush()


# Kept: the pipe to the server must stay open for as long as this process lives.
_running: list["subprocess.Popen[bytes]"] = []


def _bound(listener: socket.socket) -> int:
    # Bound by us and handed over: no port is guessed, and requests queue until the server is ready.
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener.fileno()


def _environment() -> dict[str, str]:
    return {
        "PREFECT_UI_ENABLED": "0",
        # Types of stored credentials: a second of a first run that needs none of them.
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        # To know whether they changed it would load every integration that is installed, Dask among them.
        "PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
        "PREFECT__SERVER_EPHEMERAL": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": "",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    }


def wait_until_up(api_url: str) -> None:
    """Return when the server answers.

    Raises:
        TimeoutError: It does not within three minutes.
    """
    import httpx

    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{api_url}/health", timeout=_START_TIMEOUT_S).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError("the local Prefect server did not start: see `prefect server start` for its own words")
