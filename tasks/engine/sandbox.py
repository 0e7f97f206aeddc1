"""Parse what cannot be trusted in a child process: a crash, a hang or a bomb costs one record.

The child has a limit on time and on memory; when it breaks one it is killed and the next call gets a new one. Source
of the idea: the extractor sandbox of datatrove (`pipeline/extractors/base.py`). A pool is not used: pebble's waits
for ever when its only process is killed between two calls, as the system does when memory is short.
"""

import gc
import multiprocessing as mp
import os
import pickle
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from tasks.engine.lifeline import exit_with_parent

T = TypeVar("T")

_MB: Final = 1 << 20
# A process that is not up, or down, after so long never will be.
_START_S: Final = 120.0
# Objects made before the child looks for cycles. Parsers make lists and dictionaries by the ten thousand without any:
# at Python's own 700 the looking is a twentieth of reading a PDF.
_CYCLES_AFTER: Final = 10_000
# What the child says when it is up, and when it has a call in its hands.
_TAKEN: Final = pickle.dumps(None)


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


class _NotTakenError(SandboxCrashError):
    """The child died before it began the call."""


class Sandbox:
    """A child process that runs one call at a time; started with the first call, and again after it died.

    Args:
        timeout_s: Longest time for a call, in seconds of wall time.
        memory_mb: Most memory a call may take beyond what the child already holds, in MiB of address space. What it
            loads `unmetered` is not counted.
        max_calls: Calls after which the child is replaced, so that leaks in parsers do not add up.
    """

    def __init__(self, *, timeout_s: float, memory_mb: int, max_calls: int = 500) -> None:
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._max_calls = max_calls
        self._child: _Child | None = None
        self.calls = 0

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
        self.calls += 1
        call = (self._memory_mb, function, args)
        try:
            result, error = self._ask(call)
        except _NotTakenError:
            # It was killed between calls, as the system does when memory is short: no fault of this one.
            result, error = self._ask(call)
        if isinstance(error, MemoryError):
            raise SandboxMemoryError("wanted more memory than allowed")
        if error is not None:
            raise error
        return cast(T, result)

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _ask(self, call: tuple[Any, ...]) -> tuple[Any, Exception | None]:
        child = self._ready()
        try:
            return child.ask(call, self._timeout_s)
        except BaseException:
            self.close()
            raise

    def _ready(self) -> "_Child":
        if self._child is not None and (self._child.calls >= self._max_calls or not self._child.is_alive()):
            self.close()
        if self._child is None:
            self._child = _Child()
        return self._child


class _Child:
    """The process, and the pipe to it."""

    def __init__(self) -> None:
        context = mp.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        # A Dask worker under its nanny is daemonic, and multiprocessing denies it children for fear that they outlive
        # it: ours do not, see `exit_with_parent`; being daemonic too, they end with a worker that ends of itself.
        mp.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        self._process.start()
        theirs.close()
        self.calls = 0
        # Until it is up the clock of a call does not run.
        try:
            self._receive(_START_S)
        except BaseException:
            self.end()
            raise

    def is_alive(self) -> bool:
        # A child that has no call is silent: what there is to read is the end.
        return not self._pipe.poll(0)

    def ask(self, call: tuple[Any, ...], timeout_s: float) -> tuple[Any, Exception | None]:
        """What the call returned, or raised.

        Raises:
            SandboxTimeoutError, SandboxCrashError: It did neither; end the child.
        """
        self.calls += 1
        try:
            self._pipe.send(call)
            self._receive(timeout_s)
        except (BrokenPipeError, ConnectionResetError, SandboxCrashError):
            raise _NotTakenError(str(self._crash())) from None
        answer: tuple[Any, Exception | None] = self._receive(timeout_s)
        return answer

    def end(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            # With whatever it started.
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _receive(self, timeout_s: float) -> Any:
        if not self._pipe.poll(timeout_s):
            raise SandboxTimeoutError(f"took longer than {timeout_s:g} s")
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionResetError):
            raise self._crash() from None

    def _crash(self) -> SandboxCrashError:
        self._process.join(_START_S)
        return SandboxCrashError(f"the parser's process died with exit code {self._process.exitcode}")


# A parser's process holds some 350 MB of libraries: it is worth keeping for the next shard, not for the next step.
_IDLE_S: Final = 5.0

_idle: dict[tuple[float, int], list[Sandbox]] = {}
_idle_lock = threading.Lock()


@contextmanager
def borrowed_sandbox(*, timeout_s: float, memory_mb: int) -> Iterator[Sandbox]:
    """A sandbox with these limits that nobody else uses meanwhile, kept for the next who asks: parsers load slowly.

    Where nobody asks for five seconds its child ends; the next call would start another.

    There are as many as were ever used at once: one in a worker process, one a thread where steps run in threads.
    """
    limits = (timeout_s, memory_mb)
    with _idle_lock:
        idle = _idle.setdefault(limits, [])
        sandbox = idle.pop() if idle else None
    sandbox = sandbox or Sandbox(timeout_s=timeout_s, memory_mb=memory_mb)
    try:
        yield sandbox
    finally:
        with _idle_lock:
            _idle[limits].append(sandbox)
        timer = threading.Timer(_IDLE_S, _close_if_idle, (limits, sandbox, sandbox.calls))
        timer.daemon = True
        timer.start()


def _close_if_idle(limits: tuple[float, int], sandbox: Sandbox, calls: int) -> None:
    """Close a sandbox that has made no call since there were `calls`; while it closes nobody can borrow it."""
    with _idle_lock:
        if sandbox not in _idle[limits] or sandbox.calls != calls:
            return
        _idle[limits].remove(sandbox)
    sandbox.close()


@contextmanager
def unmetered() -> Iterator[None]:
    """Memory taken in the block is not counted against the call's limit: for libraries that are loaded when needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY:
        yield
        return
    before = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        _limit_memory(soft + max(0, _address_space() - before))


def _serve(pipe: Connection) -> None:
    """The child's main function: answer calls until the parent is gone."""
    exit_with_parent()
    os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Parsers talk: recommendations on standard output, pieces of the file in their warnings.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.set_threshold(_CYCLES_AFTER)
    pipe.send_bytes(_TAKEN)
    while True:
        try:
            memory_mb, function, args = pipe.recv()
        except EOFError:
            return
        pipe.send_bytes(_TAKEN)
        pipe.send_bytes(_metered(memory_mb, function, args))


def _metered(memory_mb: int, function: Callable[..., object], args: tuple[Any, ...]) -> bytes:
    """The pickled pair of what a call returned and what it raised."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    _limit_memory(_address_space() + memory_mb * _MB)
    try:
        return pickle.dumps((function(*args), None), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps((None, MemoryError()))
    # Whatever a call raises is raised again in the parent.
    except Exception as error:  # noqa: BLE001
        return _pickled(error)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _pickled(error: Exception) -> bytes:
    try:
        answer = pickle.dumps((None, error))
        pickle.loads(answer)  # an exception may be picklable and not come back
    except Exception:  # noqa: BLE001
        return pickle.dumps((None, RuntimeError(type(error).__name__)))
    return answer


def _limit_memory(size: int) -> None:
    """Deny this process more than `size` bytes of address space; a lower limit that was there stays."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def _address_space() -> int:
    """Bytes this process has mapped."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
