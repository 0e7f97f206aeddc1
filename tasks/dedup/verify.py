"""Verify every link by the true similarity of the two documents."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.signature import LINK, RANK, SHINGLE_SET, SIMILAR
from tasks.dedup.positions import Positions
from tasks.dedup.settings import VerifyingSettings
from tasks.engine.step import Accounting, Partition, Step

# An edit breaks at most two shingles of two tokens: of n tokens with a share s in place at least (2s - 1)n shingles are
# shared, of at most (3 - 2s)n. Less than this share of that, for repeated shingles, and the edits are not counted.
_SLACK: Final = 0.7

Array = npt.NDArray[Any]


class _Lists:
    """The lists of documents that are needed, one after the other.

    Attributes:
        values: uint32.
        begins: By position; where the list begins.
        ends: By position.
    """

    def __init__(self, tables: Iterable[pa.Table], order: Positions, needed: Array, column: str) -> None:
        self.begins, self.ends = np.zeros(len(needed), np.int64), np.zeros(len(needed), np.int64)
        found, at = [np.zeros(0, np.uint32)], 0
        for table in tables:
            positions = order.of(table["key"].to_numpy())
            rows = np.flatnonzero((positions < len(needed)) & needed[np.minimum(positions, len(needed) - 1)])
            lists = table[column].take(pa.array(rows)).combine_chunks()
            if isinstance(lists, pa.ChunkedArray):
                lists = pa.concat_arrays(lists.chunks or [pa.array([], lists.type)])
            offsets = lists.offsets.to_numpy()
            self.begins[positions[rows]] = at + offsets[:-1] - offsets[0]
            self.ends[positions[rows]] = at + offsets[1:] - offsets[0]
            values = lists.values.to_numpy()[offsets[0] : offsets[-1]]
            found.append(values)
            at += len(values)
        self.values = np.concatenate(found)

    def of(self, position: int) -> Array:
        return self.values[self.begins[position] : self.ends[position]]


class _Sets:
    """`shingle_set@3` rows, of which the lists of some documents are needed."""

    def __init__(self, tables: Iterable[pa.Table], order: Positions, needed: Array) -> None:
        self._tables, self._order, self._needed = list(tables), order, needed

    def lists(self, column: str) -> _Lists:
        return _Lists(self._tables, self._order, self._needed, column)


def verify_links(
    batch: Iterable[pa.Table], settings: VerifyingSettings, shingles: Iterable[pa.Table], ranks: pa.Table
) -> Partition:
    """Links that hold.

    Args:
        batch: `link@2` rows, part by part.
        settings: The limits, and which of the links to look at: a pair is looked at by one task only.
        shingles: `shingle_set@3` rows of the linked documents, shard by shard.
        ranks: `rank@1` rows of all documents.

    Returns:
        `similar@2` rows by ascending (inside, right, left).
    """
    packed, inside = _links(batch, settings)
    left, right = (half.astype(np.int64) for half in np.divmod(packed, np.uint64(1 << 32)))
    needed = np.zeros(int(max(left.max(initial=-1), right.max(initial=-1))) + 1, np.bool_)
    needed[left], needed[right] = True, True
    similarity = np.zeros(len(left))
    if len(left):
        _measure(left, right, inside, settings, _Sets(shingles, Positions(ranks), needed), similarity)
    passed = similarity >= np.where(inside, settings.min_containment, settings.threshold)
    order = np.flatnonzero(passed)[np.lexsort((left[passed], right[passed], inside[passed]))]
    columns = [
        pa.array(left[order].astype(np.int32)),
        pa.array(right[order].astype(np.int32)),
        pa.array(inside[order]),
        pa.array(similarity[order]),
    ]
    return Partition(pa.table(columns, schema=SIMILAR.arrow))


def _links(batch: Iterable[pa.Table], settings: VerifyingSettings) -> tuple[Array, Array]:
    """Distinct pairs (left << 32 | right) of this part, and whether they are about containment."""
    found: dict[bool, list[Array]] = {False: [np.zeros(0, np.uint64)], True: [np.zeros(0, np.uint64)]}
    for table in batch:
        left, right = (table[name].to_numpy().astype(np.uint64) for name in ("left", "right"))
        inside = table["inside"].to_numpy()
        here = left % np.uint64(settings.parts) == np.uint64(settings.part)
        packed = left << np.uint64(32) | right
        for kind, chosen in ((False, here & ~inside), (True, here & inside)):
            found[kind].append(packed[chosen])
    near, contained = (np.unique(np.concatenate(found[kind])) for kind in (False, True))
    return np.concatenate([near, contained]), np.arange(len(near) + len(contained)) >= len(near)


def _measure(
    left: Array, right: Array, inside: Array, settings: VerifyingSettings, sets: "_Sets", similarity: Array
) -> None:
    from tasks.dedup.overlap import jaccard_and_containment

    lists = sets.lists("hashes")
    jaccard_and_containment(lists.values, lists.begins, lists.ends, left, right, inside, similarity)
    if settings.similarity == "edits":
        from tasks.dedup.edit_similarity import edit_similarity

        tokens = sets.lists("tokens")
        worth_it = similarity >= _SLACK * (2 * settings.threshold - 1) / (3 - 2 * settings.threshold)
        similarity[~inside & ~worth_it] = 0.0
        for pair in np.flatnonzero(~inside & worth_it).tolist():
            similarity[pair] = edit_similarity(
                tokens.of(left[pair]), tokens.of(right[pair]), at_least=settings.threshold
            )


STEP: Final = Step(
    name="verify",
    version=2,
    settings=VerifyingSettings,
    reads=LINK,
    writes=SIMILAR,
    run=verify_links,
    uses={"shingles": SHINGLE_SET, "ranks": RANK},
    streamed=frozenset({"batch", "shingles"}),
    accounting=Accounting.NONE,
)
