"""Worker processes for the bodies of steps on one machine.

Prefect's own process runner starts a client in every child and took 110-220 ms a task where this takes about 30 (see
docs/decisions/0005): the Prefect task stays a thread of the driver and only the step's body is sent to a process.
"""

import importlib
import multiprocessing as mp
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from schemas.settings import Settings
from schemas.shard import StepRecord
from tasks.engine.lifeline import exit_with_parent
from tasks.engine.run_step import Refs, find_record, run_step
from tasks.engine.step import Step
from tasks.engine.store import Store

T = TypeVar("T")


class _Pool:
    """A process pool that is made anew after one of its processes died (out of memory, a crash in C code)."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._lock = threading.Lock()
        self._executor = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, mp.get_context("spawn"), initializer=exit_with_parent)

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


_pool: _Pool | None = None


@contextmanager
def worker_processes(workers: int) -> Iterator[None]:
    """Send step bodies to `workers` processes while the block runs."""
    global _pool  # one per driver: a task of any flow must find it
    _pool = _Pool(workers)
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
    module, _, name = address.partition(":")
    steps = [value for value in vars(importlib.import_module(module)).values() if isinstance(value, Step)]
    step = next(step for step in steps if step.name == name)
    return run_step(step, shards, settings, store, uses, shard_id=shard_id)
