"""Verify every link by its true Jaccard similarity, and decide which documents stay.

A document goes only when it is itself similar to one that stays: two texts that differ are never joined through a
third one that resembles both.
"""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from schemas.signature import CLUSTER, LINK, NODE, SHINGLE_SET
from tasks.dedup.settings import VerifyingSettings
from tasks.engine.shard_task import shard_task
from tasks.engine.step import Accounting, Partition, Step

# Keepers of its component that a document without a link to one is compared with, the newest first.
_MAX_COMPARED: Final = 64


class DuplicateReason(StrEnum):
    """Why a document was dropped."""

    EXACT = "exact_duplicate"  # equal once folded
    NEAR = "near_duplicate"


class _Sets:
    """Shingle sets by number of document."""

    def __init__(self, shingles: pa.Table, numbers: dict[int, int]) -> None:
        lists = shingles["hashes"].combine_chunks()
        if isinstance(lists, pa.ChunkedArray):
            lists = pa.concat_arrays(lists.chunks)
        self._hashes = lists.values.to_numpy()
        offsets = lists.offsets.to_numpy()
        self._spans = {
            numbers[key]: (offsets[row], offsets[row + 1])
            for row, key in enumerate(shingles["key"].to_pylist())
            if key in numbers
        }

    def jaccard(self, left: int, right: int) -> float:
        from tasks.dedup.kernels import jaccard

        a, b = self._spans[left], self._spans[right]
        return float(jaccard(self._hashes[a[0] : a[1]], self._hashes[b[0] : b[1]]))


def cluster(batch: pa.Table, settings: VerifyingSettings, nodes: pa.Table, shingles: pa.Table) -> Partition:
    """The document that stays for each linked document.

    Args:
        batch: `link@1` rows.
        settings: The threshold.
        nodes: `node@1` rows of the linked documents.
        shingles: `shingle_set@1` rows of the linked documents, of all shards.

    Returns:
        `cluster@1` rows of documents that have a twin, in keeper order.
    """
    ordered = pl.DataFrame(pl.from_arrow(nodes)).sort("position")
    numbers = {key: number for number, key in enumerate(ordered["key"].to_list())}
    ids = ordered["id"].to_list()
    links = pl.DataFrame(pl.from_arrow(batch)).with_columns(
        pl.col("left", "right").replace_strict(numbers, return_dtype=pl.Int64)
    )
    sets = _Sets(shingles, numbers)
    equal = dict(links.filter(pl.col("kind") == "exact").select("right", "left").iter_rows())
    near = [
        (left, right, similarity)
        for left, right in links.filter(pl.col("kind") == "near").select("left", "right").iter_rows()
        if (similarity := sets.jaccard(left, right)) >= settings.threshold
    ]
    keepers = _keepers(len(ids), near, sets, settings.threshold)
    rows = []
    for number, doc_id in enumerate(ids):
        # An exact copy goes where the first of its kind goes.
        first = equal.get(number, number)
        keeper, similarity = keepers.get(first, (first, 1.0))
        reason = DuplicateReason.EXACT if keeper == first else DuplicateReason.NEAR
        is_keeper = keeper == number
        rows.append(
            {
                "id": doc_id,
                "keeper_id": ids[keeper],
                "reason": None if is_keeper else reason.value,
                "similarity": None if is_keeper else similarity,
            }
        )
    kept_for = {row["keeper_id"] for row in rows if row["reason"]}
    return Partition(CLUSTER.from_rows([row for row in rows if row["reason"] or row["id"] in kept_for]))


def _keepers(
    count: int, edges: Sequence[tuple[int, int, float]], sets: _Sets, threshold: float
) -> dict[int, tuple[int, float]]:
    """Keeper and similarity of every document that goes; documents are numbered in keeper order."""
    similar: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for left, right, similarity in edges:
        similar[max(left, right)].append((min(left, right), similarity))
    component = _components(count, edges)
    kept: dict[int, list[int]] = defaultdict(list)
    gone: dict[int, tuple[int, float]] = {}
    for number in sorted({node for left, right, _ in edges for node in (left, right)}):
        choices = [(similarity, -other) for other, similarity in similar[number] if other not in gone]
        if not choices:
            near = kept[int(component[number])][-_MAX_COMPARED:]
            measured = ((sets.jaccard(other, number), -other) for other in near)
            choices = [choice for choice in measured if choice[0] >= threshold]
        if choices:
            similarity, other = max(choices)
            gone[number] = (-other, similarity)
        else:
            kept[int(component[number])].append(number)
    return gone


def _components(count: int, edges: Sequence[tuple[int, int, float]]) -> npt.NDArray[Any]:
    pairs = np.array([edge[:2] for edge in edges], np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    labels: npt.NDArray[Any] = connected_components(graph, directed=False)[1]
    return labels


STEP: Final = Step(
    name="clusters",
    version=1,
    settings=VerifyingSettings,
    reads=LINK,
    writes=CLUSTER,
    run=cluster,
    uses={"nodes": NODE, "shingles": SHINGLE_SET},
    accounting=Accounting.NONE,
)

clusters = shard_task(STEP)
