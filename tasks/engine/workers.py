"""Worker processes for the bodies of steps on one machine.

Prefect's own process runner starts a client in every child and took 110-220 ms a task where this takes about 30 (see
docs/decisions/0005): the Prefect task stays a thread of the driver and only the step's body is sent to a process.
"""

import multiprocessing as mp
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from schemas.settings import Settings
from schemas.shard import StepRecord
from tasks.engine.first_calls import FirstCalls
from tasks.engine.lean import loading, start_lean
from tasks.engine.lifeline import exit_with_parent
from tasks.engine.run_step import Refs, find_record, run_step
from tasks.engine.step import Step, step_at
from tasks.engine.store import Store

T = TypeVar("T")


class _Pool:
    """A process pool that is made anew after one of its processes died (out of memory, a crash in C code)."""

    def __init__(self, workers: int, first_calls: FirstCalls | None = None) -> None:
        self.workers = workers
        self._first_calls = first_calls
        self._lock = threading.Lock()
        self._executor = self._start()

    def _start(self) -> ProcessPoolExecutor:
        context = mp.get_context("spawn")
        return ProcessPoolExecutor(self.workers, context, initializer=_begin, initargs=(self._first_calls,))

    def wake(self) -> None:
        """Start the processes now; without work they would start with the first call."""
        self._executor.submit(_nothing)

    def call(self, function: Callable[..., T], *args: Any, **named: Any) -> T:
        executor = self._executor
        try:
            return executor.submit(function, *args, **named).result()
        except BrokenProcessPool:
            with self._lock:
                if executor is self._executor:
                    executor.shutdown(wait=False)
                    self._executor = self._start()
            raise

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)


def _begin(first_calls: FirstCalls | None) -> None:
    exit_with_parent()
    with loading():
        start_lean()
        if first_calls:
            first_calls.make()


def _nothing() -> None:
    pass


_pool: _Pool | None = None
_waiting: list[_Pool] = []


def start_early(workers: int, first_calls: FirstCalls) -> None:
    """Start the processes that the next `worker_processes` will use, and let them make first calls meanwhile."""
    _waiting.append(_Pool(workers, first_calls))
    _waiting[-1].wake()


@contextmanager
def worker_processes(workers: int) -> Iterator[None]:
    """Send step bodies to `workers` processes while the block runs."""
    global _pool  # one per driver: a task of any flow must find it
    _pool = _waiting.pop() if _waiting and _waiting[-1].workers == workers else _Pool(workers)
    try:
        yield
    finally:
        pool, _pool = _pool, None
        pool.close()


def dispatch(
    step: Step[Any],
    shards: Refs,
    settings: Settings,
    store: Store,
    uses: Mapping[str, Refs] | None = None,
    *,
    shard_id: str | None = None,
) -> StepRecord:
    """Run a step here, or in a worker process where there are any."""
    if _pool is None:
        return run_step(step, shards, settings, store, uses, shard_id=shard_id)
    # Asked here first: a run with nothing to do starts no process.
    if done := find_record(step, shards, settings, store, uses):
        return done
    return _pool.call(_run_by_address, step.address, shards, settings, store, uses, shard_id)


def call_in_worker(function: Callable[..., T], *args: Any, **named: Any) -> T:
    """Call a function of a module here, or in a worker process where there are any."""
    return function(*args, **named) if _pool is None else _pool.call(function, *args, **named)


def _run_by_address(
    address: str,
    shards: Refs,
    settings: Settings,
    store: Store,
    uses: Mapping[str, Refs] | None,
    shard_id: str | None,
) -> StepRecord:
    return run_step(step_at(address), shards, settings, store, uses, shard_id=shard_id)
