"""A Prefect server for one local run: starts while the run prepares, ends with it, however the run ends.

Used only where no server is configured (`PREFECT_API_URL`, a Prefect profile). Prefect would start one itself, but
only when the first flow is called (4 to 10 s during which nothing happens), and a killed run would leave it behind.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING, cast

from tasks.engine.lean import loading

if TYPE_CHECKING:
    from sqlalchemy import Connection

_START_TIMEOUT_S = 180
_GO = b"\n"


def start_server() -> str:
    """Start a server that loads and then waits for `let_serve`; returns its API URL, before it answers.

    It ends when this process has ended, not before: Prefect sends the last of its log as the interpreter shuts down,
    and waits for a server that is gone. One that may not serve yet has written nothing.
    """
    with socket.socket() as listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.local_server", str(_bound(listener))],
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
            cast("IO[bytes]", process.stdin).write(_GO)
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
        "PREFECT__SERVER_FINAL": "1",
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


def _serve(descriptor: int) -> None:
    """Run the server on an inherited socket, once the parent says so, until the pipe from it closes."""
    allowed = threading.Event()
    threading.Thread(target=_exit_when_parent_is_gone, args=(allowed,), daemon=True).start()
    with loading():
        import uvicorn
        from prefect.server.api.server import create_app

        _wait_for_locks()
        config = uvicorn.Config(create_app(ephemeral=True), log_level="error", lifespan="on")
    allowed.wait()
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def _wait_for_locks() -> None:
    """Let every transaction take the write lock when it begins.

    Prefect begins them without, so one that reads first and then writes fails at once when another has written
    meanwhile ("database is locked"); its client waits two seconds and tries again, at nearly every subflow.
    """
    from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration

    def begin(_: AioSqliteConfiguration, connection: "Connection") -> None:
        if SQLITE_BEGIN_MODE.get():
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    AioSqliteConfiguration.begin_sqlite_stmt = begin  # type: ignore[assignment,method-assign]


def _exit_when_parent_is_gone(allowed: threading.Event) -> None:
    if sys.stdin.buffer.read(len(_GO)):
        allowed.set()
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
