"""End a child process when the one that started it is gone, however it went."""

import multiprocessing as mp
import multiprocessing.connection
import os
import threading


def exit_with_parent() -> None:
    """Watch the parent process from a thread and leave at once when it ends (a killed run leaves nothing behind)."""
    parent = mp.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent.sentinel,), daemon=True).start()


def _exit_after(sentinel: int) -> None:
    mp.connection.wait([sentinel])
    os._exit(1)
