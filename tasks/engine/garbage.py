"""Work that makes very many objects and no cycles: the garbage collector looks for nothing meanwhile."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no cycles inside the block; what is no longer needed goes as always.

    Each of the hundred thousand dictionaries of an export counts towards the next look at every object there is, which
    took a tenth to a fifth of reading it. Another thread may collect again before this one is done: it costs time only.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
