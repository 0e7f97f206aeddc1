"""A limit on how long an analysis may take: a pathological text must not hold a run up, nor slip through it."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooSlowError(TimeoutError):
    """An analysis took longer than it may."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End the block with `TooSlowError` when it takes longer.

    In the main thread of a worker process at once; in other threads, which nothing can interrupt, when it is done: its
    document is not released either way.

    Raises:
        TooSlowError: It took longer.
    """
    started = time.monotonic()
    interrupts = threading.current_thread() is threading.main_thread()
    if interrupts:
        previous = signal.signal(signal.SIGALRM, _raise)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        if interrupts:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
    if time.monotonic() - started > seconds:
        raise TooSlowError


def _raise(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError
