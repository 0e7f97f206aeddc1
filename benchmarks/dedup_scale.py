"""Many synthetic signatures with one bucket that a tenth of them share, through the steps and the store."""

import resource
import tempfile
import time

import numpy as np
import pyarrow as pa

from schemas.shard import ShardRef, StepRecord
from schemas.signature import LINK, NAME, RANK, SHINGLE_SET, SIGNATURE
from tasks.dedup.candidates import STEP as CANDIDATES
from tasks.dedup.clusters import STEP as CLUSTERS
from tasks.dedup.positions import document_key
from tasks.dedup.ranks import STEP as RANKS
from tasks.dedup.settings import DeduplicateSettings
from tasks.dedup.verify import STEP as VERIFY
from tasks.engine.run_step import run_step
from tasks.engine.store import Store

_SHARD = 100_000
_SHINGLES = 64
# One document in so many is a copy of the one before it.
_COPIES = 20


def run_scale(count: int) -> None:
    """Print seconds and peak memory of linking, verifying and clustering `count` documents."""
    settings = DeduplicateSettings(containment="ignore")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        signed = [_signatures(start, min(_SHARD, count - start), settings, store)
                  for start in range(0, count, _SHARD)]  # fmt: skip
        before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        cpu = time.process_time()
        ranks = run_step(RANKS, signed, settings.ranking, store, shard_id="all")
        _say("ranks", started)
        linked = [run_step(CANDIDATES, signed, part, store, {"ranks": ranks}, shard_id=f"part-{part.part}")
                  for part in settings.linking(count)]  # fmt: skip
        _say(f"candidates: {sum(it.kept.rows for it in linked)} links in {len(linked)} parts", started)
        listed = _shingle_sets(linked, ranks, store)
        _say("shingle sets (synthetic)", started)
        uses = {"shingles": listed, "ranks": ranks}
        verified = [run_step(VERIFY, linked, part, store, uses, shard_id=f"part-{part.part}")
                    for part in settings.verifying(count)]  # fmt: skip
        _say(f"verify: {sum(it.kept.rows for it in verified)} pairs", started)
        sides = {"ranks": ranks, "names": ranks.sides["names"]}
        found = run_step(CLUSTERS, verified, settings.clustering, store, sides, shard_id="all")
        _say(f"clusters: {found.sides['gone'].rows} documents go", started)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            f"{count} signatures, one bucket of {count // 10}: {time.perf_counter() - started:.1f} s, "
            f"{time.process_time() - cpu:.1f} CPU s, peak {peak * 1024 / 1e6:.0f} MB ({before * 1024 / 1e6:.0f} before)"
        )


def _say(what: str, started: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"  {time.perf_counter() - started:6.1f} s  {peak:6.0f} MB  {what}", flush=True)


def _signatures(start: int, count: int, settings: DeduplicateSettings, store: Store) -> ShardRef:
    rng, bands = np.random.default_rng(start), settings.banding.bands
    hashes = rng.integers(0, 2**64, (count, bands), np.uint64)
    copies = np.arange(1, count, _COPIES)
    hashes[copies] = hashes[copies - 1]
    # The crowd shares one band: a boilerplate notice. It is spread over all shards.
    hashes[::10, 0] = 7
    ids = [f"document-{number:09}" for number in range(start, start + count)]
    columns = {
        "id": ids,
        "key": pa.array([document_key(value) for value in ids], pa.uint64()),
        "exact_high": pa.array(rng.integers(0, 2**64, count, np.uint64)),
        "exact_low": pa.array(rng.integers(0, 2**64, count, np.uint64)),
        "bands": pa.LargeListArray.from_arrays(np.arange(count + 1) * bands, pa.array(hashes.ravel())),
        "anchors": pa.LargeListArray.from_arrays(np.zeros(count + 1, np.int64), pa.array([], pa.uint32())),
        "n_shingles": pa.array(np.full(count, _SHINGLES)),
        "source_rank": pa.array(np.zeros(count, np.int32)),
        "quality": pa.array(rng.random(count, np.float32)),
        "n_chars": pa.array(np.full(count, 400)),
        "recency": pa.array(np.zeros(count, np.int64)),
    }
    return store.put_table(SIGNATURE.conform(pa.table(columns)), SIGNATURE, f"shard-{start}")


def _shingle_sets(linked: list[StepRecord], ranks: StepRecord, store: Store) -> list[ShardRef]:
    """Sets of random hashes for the linked documents; a copy has most of those of the document it copies."""
    order = store.get_table(ranks.kept, RANK)
    needed = np.zeros(order.num_rows, np.bool_)
    for record in linked:
        links = store.get_table(record.kept, LINK)
        needed[links["left"].to_numpy()] = needed[links["right"].to_numpy()] = True
    names = store.get_table(ranks.sides["names"], NAME)["id"].to_pylist()
    numbers = np.array([int(name[9:]) for name in names])
    keys = np.zeros(order.num_rows, np.uint64)
    keys[order["position"].to_numpy()] = order["key"].to_numpy()
    shards = []
    for rows in np.array_split(np.flatnonzero(needed), max(1, needed.sum() // _SHARD)):
        # The number of a document decides its set; a copy takes that of the one before it.
        number = numbers[rows]
        seeds = np.where(number % _SHARD % _COPIES == 1, number - 1, number).astype(np.uint64)
        sets = (seeds[:, None] * np.uint64(64) + np.arange(_SHINGLES, dtype=np.uint64)) & np.uint64(0xFFFFFFFF)
        sets = np.sort(sets.astype(np.uint32), axis=1)
        offsets = np.arange(len(rows) + 1) * _SHINGLES
        table = pa.table(
            [
                pa.array(keys[rows]),
                pa.LargeListArray.from_arrays(offsets, pa.array(sets.ravel())),
                pa.LargeListArray.from_arrays(np.zeros(len(rows) + 1, np.int64), pa.array([], pa.uint32())),
            ],
            names=SHINGLE_SET.arrow.names,
        )
        shards.append(store.put_table(SHINGLE_SET.conform(table), SHINGLE_SET, f"sets-{len(shards)}"))
    return shards
