"""Parse what cannot be trusted in a child process: a crash, a hang or a bomb costs one record.

The child has a limit on time and on memory; when it breaks one it is killed and the next call gets a new one. Source
of the idea: the extractor sandbox of datatrove (`pipeline/extractors/base.py`); the pool is pebble's.
"""

import multiprocessing as mp
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from tasks.engine.lifeline import exit_with_parent

T = TypeVar("T")

_MB = 1 << 20


class SandboxError(Exception):
    """A call did not come back from the sandbox. `cause` is the closed vocabulary of quarantine."""

    cause = "crash"


class SandboxTimeoutError(SandboxError):
    """The call took longer than allowed."""

    cause = "timeout"


class SandboxMemoryError(SandboxError):
    """The call wanted more memory than allowed."""

    cause = "out_of_memory"


class SandboxCrashError(SandboxError):
    """The child died (a fault in C code, or killed by the system)."""

    cause = "crash"


class Sandbox:
    """A child process that runs one call at a time.

    Args:
        timeout_s: Longest time for a call, in seconds of wall time.
        memory_mb: Most memory a call may take beyond what the child needs to start, in MiB of address space.
        max_calls: Calls after which the child is replaced, so that leaks in parsers do not add up.
    """

    def __init__(self, *, timeout_s: float, memory_mb: int, max_calls: int = 500) -> None:
        self._timeout_s = timeout_s
        # A Dask worker under its nanny is daemonic, and multiprocessing denies it children for fear that they outlive
        # it: ours do not, see `exit_with_parent`.
        mp.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        self._pool = ProcessPool(
            max_workers=1,
            max_tasks=max_calls,
            initializer=_enter,
            initargs=(memory_mb,),
            context=mp.get_context("spawn"),
        )
        # Before the exit of a worker process, which waits for its children: `atexit` comes after that, or never.
        Finalize(None, self.close, exitpriority=100)

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """Run `function(*args)` in the child; what it raises is raised here.

        Args:
            function: Importable at module level.
            args: Pickled; pass paths or bytes.

        Raises:
            SandboxTimeoutError: Longer than `timeout_s`.
            SandboxMemoryError: More than `memory_mb`.
            SandboxCrashError: The child died.
        """
        future = self._pool.schedule(function, args=args, timeout=self._timeout_s)
        try:
            result: T = future.result()
        except FutureTimeoutError:
            raise SandboxTimeoutError(f"took longer than {self._timeout_s:g} s") from None
        except MemoryError:
            raise SandboxMemoryError("wanted more memory than allowed") from None
        except ProcessExpired as error:
            raise SandboxCrashError(f"the parser's process died with exit code {error.exitcode}") from None
        return result

    def close(self) -> None:
        """End the child."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


_of_thread = threading.local()


def sandbox_of_thread(*, timeout_s: float, memory_mb: int) -> Sandbox:
    """This thread's sandbox with these limits, kept from call to call: starting one takes a second."""
    boxes: dict[tuple[float, int], Sandbox] = _of_thread.__dict__.setdefault("boxes", {})
    limits = (timeout_s, memory_mb)
    if limits not in boxes:
        boxes[limits] = Sandbox(timeout_s=timeout_s, memory_mb=memory_mb)
    return boxes[limits]


def _enter(memory_mb: int) -> None:
    exit_with_parent()
    # Parsers talk: recommendations on standard output, pieces of the file in their warnings.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    limit = used + memory_mb * _MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
