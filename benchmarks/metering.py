"""Run a command as a whole process tree: wall and CPU seconds, peak memory. Linux only."""

import ctypes
import os
import platform
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psutil

_PR_SET_CHILD_SUBREAPER = 36


class Metered(NamedTuple):
    """What a command took.

    Args:
        returncode: Of the command itself.
        wall_s: From its start to its end.
        cpu_s: User and system time of the whole tree, processes that outlived the command included.
        peak_mb: Largest sum of proportional set sizes of the tree, sampled, in 1,000,000 bytes.
        output: Its standard output.
    """

    returncode: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


def run_metered(
    command: Sequence[str],
    *,
    folder: Path,
    variables: Mapping[str, str] | None = None,
    log: Path,
    timeout_s: float = 3600,
) -> Metered:
    """Run `command` in `folder`; its standard error goes to `log`."""
    # Orphans (a server that ends after its client) become our children, so that their time is counted.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(variables or {})}, stdout=subprocess.PIPE, stderr=errors
        )
        peak = [0]
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peak, done), daemon=True)
        watcher.start()
        output, _ = process.communicate(timeout=timeout_s)
    wall = time.perf_counter() - started
    done.set()
    watcher.join()
    _reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Metered(process.returncode, wall, cpu, peak[0] / 1e6, output.decode())


def _watch(pid: int, peak: list[int], done: threading.Event) -> None:
    took = 0.0
    # To walk through a gigabyte of page tables takes 10 to 20 ms, and meanwhile nobody can map memory: looking may
    # take a fiftieth of the time, no more.
    while not done.wait(max(0.1, 50 * took)):
        started = time.perf_counter()
        peak[0] = max(peak[0], sum(_pss(other) for other in [pid, *_descendants(pid)]))
        took = time.perf_counter() - started


def _descendants(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _reap() -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.02)
        except ChildProcessError:
            return


def machine() -> dict[str, str | int]:
    """What a figure was measured on."""
    names = ("pyarrow", "polars", "prefect", "numba", "numpy")
    return {
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        **{name: version(name) for name in names},
    }
