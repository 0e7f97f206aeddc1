"""The process of a local Prefect server: what it loads, and what it leaves out because one run asks for none of it."""

import os
import socket
import sys
import threading
from typing import TYPE_CHECKING, Final

from tasks.engine.lean import loading, unneeded

if TYPE_CHECKING:
    from fastapi import FastAPI
    from sqlalchemy import Connection

GO: Final = b"\n"
# Results of background tasks in Redis, and notices to people: half a second to load. Ours are in memory, and nobody's.
_UNNEEDED: Final = ("key_value", "prefect.blocks.notifications", "prefect.blocks.webhook")
# What a run asks for. FastAPI prepares all routes of a router when a request is first compared with them.
_ASKED_FIRST: Final = frozenset(("/admin", "/flows", "/flow_runs", "/task_runs", "/artifacts", "/logs", "/events"))


def _serve(descriptor: int) -> None:
    """Run the server on an inherited socket, once the parent says so, until the pipe from it closes."""
    allowed = threading.Event()
    threading.Thread(target=_exit_when_parent_is_gone, args=(allowed,), daemon=True).start()
    with loading(), unneeded(*_UNNEEDED):
        import uvicorn

        config = uvicorn.Config(_app(), log_level="error", lifespan="on")
    allowed.wait()
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def _app() -> "FastAPI":
    from prefect.server.api import server
    from prefect.settings import Settings

    # Asked three times whether an application for these settings is there already, at a tenth of a second each.
    Settings.hash_key = lambda self: "this process"  # type: ignore[method-assign]  # noqa: ARG005
    routers = sorted(server.API_ROUTERS, key=lambda router: router.prefix not in _ASKED_FIRST)
    server.API_ROUTERS = tuple(routers)  # type: ignore[assignment]
    _wait_for_locks()
    return server.create_app(ephemeral=True)


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
    if sys.stdin.buffer.read(len(GO)):
        allowed.set()
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
