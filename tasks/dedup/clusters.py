"""Decide which documents stay, from the pairs that are similar. Positions and ids only, never text."""

from collections import defaultdict
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from schemas.signature import CLUSTER, CONTAINMENT, NAME, POSITION, RANK, SIMILAR
from tasks.dedup.settings import ClusteringSettings
from tasks.engine.step import Accounting, Partition, Step

Array = npt.NDArray[Any]


class DuplicateReason(StrEnum):
    """Why a document was dropped."""

    EXACT = "exact_duplicate"  # equal once folded
    NEAR = "near_duplicate"
    CONTAINED = "contained"  # most of it is in a longer document


# Numbers of the reasons, as indices of `_WORDS`.
_STAYS, _EXACT, _NEAR, _CONTAINED = range(4)
_WORDS: Final = pa.array([None, *(reason.value for reason in DuplicateReason)], pa.large_string())


def cluster(batch: pa.Table, settings: ClusteringSettings, ranks: pa.Table, names: pa.Table) -> Partition:
    """The document that stays for each document that has a twin.

    Args:
        batch: `similar@2` rows of all parts and rounds, in any order.
        settings: Whether contained documents go.
        ranks: `rank@1` rows of all documents.
        names: `name@1` rows: ids by position.

    Returns:
        `cluster@2` rows of documents that have a twin, in keeper order; `gone`: those that do not stay;
        `containments`: documents that are inside another one, both no twin of an earlier one.
    """
    from tasks.dedup.overlap import choose_keepers

    first, n_shingles, released = _by_position(ranks)
    pairs = pl.DataFrame(pl.from_arrow(batch)).unique().sort("right", "left", "inside")
    root, keeper, similarity = np.arange(len(first)), np.arange(len(first)), np.zeros(len(first))
    choose_keepers(*_arrays(pairs.filter(~pl.col("inside"))), root, keeper, similarity)
    reason = np.where(keeper != np.arange(len(first)), _NEAR, _STAYS)
    # What contains a document stays itself.
    left, right, share = _arrays(pairs.filter("inside"))
    stays = reason[left] == _STAYS
    left, right, share = left[stays], right[stays], share[stays]
    reported = reason[right] == _STAYS
    containments = _containments(left[reported], right[reported], share[reported], names)
    if settings.drop_contained:
        old = released[right] & ~released[left]
        chosen = _choose_contained(left[~old], right[~old], share[~old], n_shingles, keeper)
        for contained, (container, value) in chosen.items():
            keeper[contained], similarity[contained], reason[contained] = container, value, _CONTAINED
    # An exact copy goes where the first of its kind goes.
    copy = (first != np.arange(len(first))) & (reason[first] == _STAYS)
    root, keeper, similarity, reason = root[first], keeper[first], similarity[first], reason[first]
    similarity[copy], reason[copy] = 1.0, _EXACT
    gone = pa.table([pa.array(np.flatnonzero(reason).astype(np.int32))], schema=POSITION.arrow)
    return Partition(
        _clusters(names, root, keeper, similarity, reason), sides={"gone": gone, "containments": containments}
    )


def _by_position(ranks: pa.Table) -> tuple[Array, Array, Array]:
    ordered = pl.DataFrame(pl.from_arrow(ranks)).sort("position")
    first, n_shingles, released = (ordered[name].to_numpy() for name in ("first", "n_shingles", "released"))
    return first.astype(np.int64), n_shingles, released


def _arrays(pairs: pl.DataFrame) -> tuple[Array, Array, Array]:
    left, right = (pairs[name].to_numpy().astype(np.int64) for name in ("left", "right"))
    return left, right, pairs["similarity"].to_numpy().astype(np.float64)


def _choose_contained(
    left: Array, right: Array, share: Array, n_shingles: Array, keeper: Array
) -> dict[int, tuple[int, float]]:
    """What goes for being contained: its container, which stays, and the share.

    From the longest document down, so that what contains a document has been decided before it. A document that
    others went for goes only with all of them, each for being contained itself.
    """
    containers: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for container, contained, value in zip(left.tolist(), right.tolist(), share.tolist(), strict=True):
        containers[contained].append((value, -container))
    twins: dict[int, list[int]] = defaultdict(list)
    for number in np.flatnonzero(keeper != np.arange(len(keeper))).tolist():
        twins[int(keeper[number])].append(number)
    needed: set[int] = set()
    chosen: dict[int, tuple[int, float]] = {}
    for contained in sorted(containers, key=lambda number: (-n_shingles[number], number)):
        if keeper[contained] != contained or contained in needed:
            continue
        group = [contained, *twins[contained]]
        best = {
            member: max((option for option in containers.get(member, []) if -option[1] not in chosen), default=None)
            for member in group
        }
        found = {member: (-option[1], option[0]) for member, option in best.items() if option is not None}
        if len(found) == len(group):
            chosen |= found
            needed |= {container for container, _ in found.values()}
    return chosen


def _clusters(names: pa.Table, root: Array, keeper: Array, similarity: Array, reason: Array) -> pa.Table:
    sizes = np.bincount(root, minlength=len(root))
    rows = np.flatnonzero((sizes[root] > 1) | (reason != _STAYS))
    ids = names["id"].combine_chunks() if names.num_rows else pa.array([], pa.large_string())
    columns = [
        ids.take(pa.array(rows)),
        ids.take(pa.array(root[rows])),
        ids.take(pa.array(keeper[rows])),
        _WORDS.take(pa.array(reason[rows])),
        pa.array(similarity[rows], mask=reason[rows] == _STAYS),
    ]
    return CLUSTER.conform(pa.table(columns, names=CLUSTER.arrow.names))


def _containments(left: Array, right: Array, share: Array, names: pa.Table) -> pa.Table:
    ids = names["id"]
    columns = [ids.take(pa.array(right)), ids.take(pa.array(left)), pa.array(share)]
    return CONTAINMENT.conform(pa.table(columns, names=CONTAINMENT.arrow.names))


STEP: Final = Step(
    name="clusters",
    version=2,
    settings=ClusteringSettings,
    reads=SIMILAR,
    writes=CLUSTER,
    run=cluster,
    uses={"ranks": RANK, "names": NAME},
    emits={"gone": POSITION, "containments": CONTAINMENT},
    accounting=Accounting.NONE,
)
