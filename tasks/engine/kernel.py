"""How loops over arrays are compiled."""

from typing import Any, Final

import numpy as np
from numba import njit

# Cached on disk, and free of the interpreter's lock. Without numba's counts of references to arrays (`_nrt`): arguments
# belong to who called, and counting them up and down at every inner call took up to nine tenths of the time of a scan
# (numba issue 2345). So a kernel makes no array; what it writes to is given to it.
_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "_nrt": False}
kernel: Final[Any] = njit(**_OPTIONS)
# Compiled into what calls it: for what is called for every word, and too long for the compiler to do so by itself.
inlined: Final[Any] = njit(**_OPTIONS, inline="always")


@kernel
def from_start(position: Any) -> int:
    """`position`, which is none from the end: below 2**32.

    What a compiler knows not to be negative it does not ask at every access, which in a short loop is a quarter of the
    work. It then knows it of a sum and of what only grows, too.
    """
    return int(np.int64(np.uint32(position)))
