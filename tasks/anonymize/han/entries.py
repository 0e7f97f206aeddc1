"""Every entry of the table that begins in a run of Han characters, looked up before the run is read.

The look-ups do not depend on each other, so the processor waits for many lines of the table at once; asked for one by
one, while reading, each word would cost a trip to memory of its own, and what stands after a name several.
"""

from typing import Any

import numpy as np

from tasks.anonymize.han.lexicon import FIRST_HAN, MAX_WORD, N_HAN, SEED, Mark, extend, slot_of
from tasks.engine.kernel import kernel

_PREFIX = int(Mark.PREFIX)


@kernel
def look_up(points: Any, a: Any, b: Any, table: Any, single: Any, entries: Any) -> None:
    """Write what the table has of each beginning: `entries[i, k]` of the k + 1 characters at a + i.

    0 where it has nothing.
    """
    n = b - a
    for i in range(n):
        c = np.int64(points[a + i]) - FIRST_HAN
        mark = single[c] if 0 <= c < N_HAN else np.uint32(0)
        entries[i, 0] = mark
        for size in range(1, MAX_WORD):
            entries[i, size] = 0
        if mark & _PREFIX and i + 1 < n:
            slot = slot_of(table, extend(extend(np.uint64(SEED), points[a + i]), points[a + i + 1]))
            if table[slot, 0] != 0:
                entries[i, 1] = table[slot, 1]
    for i in range(n):
        if entries[i, 1] & _PREFIX:
            key = extend(extend(np.uint64(SEED), points[a + i]), points[a + i + 1])
            for size in range(2, min(n - i, MAX_WORD)):
                key = extend(key, points[a + i + size])
                slot = slot_of(table, key)
                if table[slot, 0] == 0:
                    break
                entries[i, size] = table[slot, 1]
                if not table[slot, 1] & _PREFIX:
                    break
