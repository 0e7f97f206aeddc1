"""How the signals of a version are spread: a histogram for each signal, knowledge base and type of source.

Bins are the same in every version, so that two can be compared and shards add up: a twentieth each for shares, powers
of two for counts, means and bits.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.shard import ShardRef
from schemas.signals import COUNTS, MEASURED, SIGNALS
from tasks.engine.store import Store
from tasks.publish.stats import Stat

_SHARES: Final = np.linspace(0, 1, 21)
_POWERS: Final = np.append(0.0, 2.0 ** np.arange(0, 31))
_NOT_SHARES: Final = frozenset({"char_entropy", "mean_word_chars", "word_entropy", "mean_line_chars"})


def signal_stats(store: Store, shards: Sequence[ShardRef]) -> list[Stat]:
    """Rows ("signals", signal, "kb/type [from, to)", documents) of all shards; empty bins are left out.

    Args:
        store: Holds the shards.
        shards: `signals@1` rows. One shard at a time is read.
    """
    totals: dict[tuple[str, str], npt.NDArray[np.int64]] = {}
    for shard in shards:
        if not shard.rows:
            continue
        frame = pl.DataFrame(pl.from_arrow(store.get_table(shard, SIGNALS, ["kb", "source_type", *MEASURED])))
        for (kb, kind), group in frame.group_by("kb", "source_type"):
            for name in MEASURED:
                counts = np.bincount(_bins(group[name].to_numpy(), name), minlength=len(_edges(name)))
                key = name, f"{kb}/{kind}"
                totals[key] = totals.get(key, np.zeros_like(counts)) + counts
    return [stat for (name, group), counts in sorted(totals.items()) for stat in _rows(name, group, counts)]


def _edges(name: str) -> npt.NDArray[np.float64]:
    edges: npt.NDArray[np.float64] = _POWERS if name in COUNTS or name in _NOT_SHARES else _SHARES
    return edges


def _bins(values: npt.NDArray[np.float64], name: str) -> npt.NDArray[np.int64]:
    """Of each value; what is below the first edge is in the first bin, what is above the last in the last."""
    edges = _edges(name)
    found: npt.NDArray[np.int64] = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 1)
    return found


def _rows(name: str, group: str, counts: npt.NDArray[np.int64]) -> Iterator[Stat]:
    edges = [f"{edge:g}" for edge in np.round(_edges(name), 2)] + ["∞"]
    for place in np.flatnonzero(counts).tolist():
        yield "signals", name, f"{group} [{edges[place]}, {edges[place + 1]})", float(counts[place])
