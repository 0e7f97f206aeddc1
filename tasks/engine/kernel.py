"""How loops over arrays are compiled."""

from typing import Any, Final

from numba import njit

# Cached on disk, and free of the interpreter's lock. Without numba's counts of references to arrays (`_nrt`): arguments
# belong to who called, and counting them up and down at every inner call took up to nine tenths of the time of a scan
# (numba issue 2345). So a kernel makes no array; what it writes to is given to it.
_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "_nrt": False}
kernel: Final[Any] = njit(**_OPTIONS)
