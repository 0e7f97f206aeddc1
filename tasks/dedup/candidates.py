"""Link documents that share a bucket: hashes and positions only, and of all hashes one range at a time.

A bucket of n documents gives at most 9n links, never n².
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.signature import LINK, POSITION, RANK, SIGNATURE
from tasks.dedup.positions import Positions
from tasks.dedup.settings import LinkingSettings
from tasks.engine.step import Accounting, Partition, Step

# A document is linked to so many before it in its bucket, and to the first.
_NEIGHBOURS: Final = 8
# A document is linked to so many of the longest that share an anchor with it …
_CONTAINERS: Final = 4
# … if they have this share of its anchors.
_MIN_ANCHORS: Final = 0.6

Array = npt.NDArray[Any]


def link_documents(
    batch: Iterable[pa.Table], settings: LinkingSettings, ranks: pa.Table, gone: pa.Table | None = None
) -> Partition:
    """Links between documents that may be duplicates.

    Args:
        batch: `signature@1` rows of all shards, shard by shard, in any order.
        settings: Range of hashes to look at.
        ranks: `rank@1` rows of all documents.
        gone: `position@1` rows of documents that are out of the search.

    Returns:
        `link@2` rows, sorted, and `crowded`: a row where some bucket was too large to link all its pairs.
    """
    positions = Positions(ranks)
    searched = positions.is_first.copy()
    if gone is not None:
        searched[gone["position"].to_numpy()] = False
    shares = [_share(table, settings, positions, searched) for table in batch]
    near, crowded = _neighbours(*_gather([share[0] for share in shares]))
    inside = _containers(*_gather([share[1] for share in shares]), positions.n_shingles)
    left, right = np.divmod(np.concatenate([near, inside]), np.uint64(1 << 32))
    links = pa.table(
        {
            "left": pa.array(left.astype(np.int32)),
            "right": pa.array(right.astype(np.int32)),
            "inside": pa.array(np.arange(len(left)) >= len(near)),
        },
        schema=LINK.arrow,
    )
    return Partition(links, sides={"crowded": pa.table([pa.array(crowded, pa.int32())], schema=POSITION.arrow)})


def _share(table: pa.Table, settings: LinkingSettings, positions: Positions, searched: Array) -> list[Any]:
    """Bands and anchors of one shard that fall into the range: hashes and positions of their documents."""
    rows = positions.of(table["key"].to_numpy())
    return [_in_range(*_exploded(table[name], rows), settings, searched) for name in ("bands", "anchors")]


def _exploded(column: pa.ChunkedArray, rows: Array) -> tuple[Array, Array]:
    lists = pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)
    offsets = lists.offsets.to_numpy()
    return lists.values.to_numpy()[offsets[0] : offsets[-1]], np.repeat(rows, np.diff(offsets))


def _in_range(hashes: Array, rows: Array, settings: LinkingSettings, searched: Array) -> tuple[Array, Array]:
    wanted = searched[rows]
    if settings.parts > 1:
        top = hashes >> np.uint64(32) if hashes.dtype == np.uint64 else hashes
        wanted &= (top.astype(np.uint64) * np.uint64(settings.parts) >> np.uint64(32)) == np.uint64(settings.part)
    return hashes[wanted], rows[wanted]


def _gather(shares: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    if not shares:
        return np.zeros(0, np.uint64), np.zeros(0, np.int32)
    return np.concatenate([hashes for hashes, _ in shares]), np.concatenate([rows for _, rows in shares])


def _shared(hashes: Array, rows: Array) -> tuple[Array, Array]:
    """What is in a bucket with others, bucket by bucket."""
    order = np.argsort(hashes)
    equal = hashes[order[1:]] == hashes[order[:-1]]
    order = order[np.append(equal, False) | np.append(False, equal)] if len(order) else order
    return hashes[order], rows[order]


def _starts(hashes: Array) -> Array:
    """For each row, where its bucket begins."""
    begins = np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)]
    starts: Array = np.maximum.accumulate(np.where(begins, np.arange(len(hashes)), 0))
    return starts


def _neighbours(hashes: Array, rows: Array) -> tuple[Array, list[int]]:
    """Links (left << 32 | right) within each bucket, and the first document of a bucket that was too large."""
    hashes, rows = _shared(hashes, rows)
    order = np.lexsort((rows, hashes))
    hashes, rows = hashes[order], rows[order].astype(np.uint64)
    starts, places = _starts(hashes), np.arange(len(hashes))
    found = [_packed(rows, np.maximum(starts, places - back), places) for back in range(1, _NEIGHBOURS + 1)]
    too_large = places - starts > _NEIGHBOURS
    found.append(_packed(rows, starts[too_large], places[too_large]))
    return _distinct(found), rows[starts[too_large]][:1].tolist()


def _packed(rows: Array, left: Array, right: Array) -> Array:
    apart = rows[left] != rows[right]
    packed: Array = rows[left[apart]] << np.uint64(32) | rows[right[apart]]
    return packed


def _distinct(packed: list[Array]) -> Array:
    links = np.sort(np.concatenate(packed))
    distinct: Array = links[np.append(True, links[1:] != links[:-1])[: len(links)]]
    return distinct


def _containers(hashes: Array, rows: Array, n_shingles: Array) -> Array:
    """Links (container << 32 | contained) of documents with most of their anchors in a longer one."""
    anchors = np.bincount(rows, minlength=len(n_shingles))
    hashes, rows = _shared(hashes, rows)
    order = np.lexsort((rows, -n_shingles[rows], hashes))
    hashes, rows = hashes[order], rows[order]
    starts, places = _starts(hashes), np.arange(len(hashes))
    pairs = list(_longest(rows.astype(np.uint64), starts, places))
    if not pairs:
        return np.zeros(0, np.uint64)
    packed, counts = np.unique(np.concatenate(pairs), return_counts=True)
    contained = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return packed[counts >= _MIN_ANCHORS * anchors[contained]]


def _longest(rows: Array, starts: Array, places: Array) -> Iterator[Array]:
    for rank in range(_CONTAINERS):
        behind = places - starts > rank
        yield _packed(rows, starts[behind] + rank, places[behind])


STEP: Final = Step(
    name="candidates",
    version=2,
    settings=LinkingSettings,
    reads=SIGNATURE,
    writes=LINK,
    run=link_documents,
    uses={"ranks": RANK, "gone": POSITION},
    emits={"crowded": POSITION},
    streamed=frozenset({"batch"}),
    accounting=Accounting.NONE,
)
