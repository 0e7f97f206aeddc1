"""The shuffle in parts: bounded, linear on crowded buckets, and cached per shard."""

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from schemas.document import DOCUMENT
from schemas.signature import CLUSTER, LINK, RANK, SIGNATURE
from tasks.dedup.by_shard import clusters_by_shard, linked_by_shard, linked_keys
from tasks.dedup.candidates import link_documents
from tasks.dedup.deduplicate import STEP as DEDUPLICATE
from tasks.dedup.ranks import rank_documents
from tasks.dedup.settings import DeduplicateSettings, LinkingSettings, VerifyingSettings
from tasks.dedup.shingle_sets import list_shingles
from tasks.dedup.signatures import STEP as SIGNATURES
from tasks.dedup.signatures import sign_documents
from tasks.dedup.verify import verify_links
from tasks.engine.run_step import run_step
from tasks.engine.store import Store
from tests.dedup.texts import mixed_corpus

SETTINGS = DeduplicateSettings(containment="ignore")


def _signatures(bands: np.ndarray) -> pa.Table:
    count, width = bands.shape
    columns = {
        "id": [f"d{i}" for i in range(count)],
        "key": pa.array(np.arange(count, dtype=np.uint64)),
        "exact_high": pa.array(np.arange(count, dtype=np.uint64)),
        "exact_low": pa.array(np.arange(count, dtype=np.uint64)),
        "bands": pa.LargeListArray.from_arrays(np.arange(count + 1) * width, pa.array(bands.ravel(), pa.uint64())),
        "anchors": pa.LargeListArray.from_arrays(np.zeros(count + 1, np.int64), pa.array([], pa.uint32())),
        "n_shingles": pa.array(np.full(count, 9)),
        "source_rank": pa.array(np.zeros(count, np.int32)),
        "quality": pa.nulls(count, pa.float32()),
        "n_chars": pa.array(np.arange(count, 0, -1)),
        "recency": pa.array(np.zeros(count, np.int64)),
    }
    return SIGNATURE.conform(pa.table(columns))


def test_a_bucket_of_twenty_thousand_gives_links_in_proportion_and_reports_the_crowd():
    count = 20_000
    bands = np.random.default_rng(1).integers(0, 2**64, (count, 3), np.uint64)
    bands[:, 1] = 5
    table = _signatures(bands)
    ranks = rank_documents([table], SETTINGS.ranking).kept
    parts = link_documents([table], LinkingSettings(), ranks)
    assert parts.sides["crowded"].num_rows
    assert parts.kept.num_rows < 9 * count
    # Each but the first is linked to the first.
    left, right = (parts.kept[name].to_numpy() for name in ("left", "right"))
    assert (left < right).all()
    assert set(right[left == 0].tolist()) == set(range(1, count))


@pytest.mark.parametrize("size", [2, 9])
def test_all_pairs_of_a_small_bucket_are_linked(size):
    table = _signatures(np.full((size, 1), 3, np.uint64))
    parts = link_documents([table], LinkingSettings(), rank_documents([table], SETTINGS.ranking).kept)
    assert parts.kept.num_rows == size * (size - 1) // 2
    assert not parts.sides["crowded"].num_rows


def test_the_number_of_parts_does_not_change_what_is_linked_and_similar(documents):
    table = documents(*mixed_corpus(3, 120))
    signed = sign_documents(table, SETTINGS.signing).kept
    ranks = rank_documents([signed], SETTINGS.ranking).kept

    def outcome(parts: int):
        linked = [link_documents([signed], LinkingSettings(part=i, parts=parts), ranks).kept for i in range(parts)]
        sets = list_shingles(table, SETTINGS.listing, linked_keys(linked, ranks)).kept
        similar = [
            verify_links(linked, VerifyingSettings(threshold=0.7, part=i, parts=parts), [sets], ranks).kept
            for i in range(parts)
        ]
        links = {(row["left"], row["right"]) for table in linked for row in table.to_pylist()}
        pairs = [(row["left"], row["right"], row["similarity"]) for table in similar for row in table.to_pylist()]
        assert len(pairs) == len(set(pairs))
        return links, sorted(pairs)

    assert outcome(1) == outcome(7)
    assert outcome(1)[1]


def test_many_documents_are_linked_in_parts_of_a_bounded_size():
    assert len(SETTINGS.linking(100_000)) == 1
    many = SETTINGS.linking(2_000_000)
    assert 2_000_000 * SETTINGS.banding.bands / len(many) <= 4_000_000
    assert [part.part for part in many] == list(range(len(many)))


def test_new_documents_are_signed_and_old_ones_are_not_signed_again(documents, tmp_path):
    store = Store(str(tmp_path))
    old, new = documents(*mixed_corpus(4, 20)), documents("一份新的文档，之前没有签名。", "A new one.")
    refs = [store.put_table(table, DOCUMENT, name) for name, table in (("old", old), ("new", new))]
    first = run_step(SIGNATURES, refs[0], SETTINGS.signing, store)
    assert not first.cached
    # Another threshold with the same bands, other limits of the rest: nothing is signed again.
    later = DeduplicateSettings(containment="ignore", min_containment=0.95, keep_latest=True)
    assert run_step(SIGNATURES, refs[0], later.signing, store).cached
    assert not run_step(SIGNATURES, refs[1], later.signing, store).cached


def test_every_reason_is_declared():
    assert {reason.value for reason in DEDUPLICATE.reasons} == {"exact_duplicate", "near_duplicate", "contained"}


def test_streamed_tables_are_handed_over_one_by_one(documents, tmp_path):
    from tasks.dedup.ranks import STEP as RANKS

    store, rng = Store(str(tmp_path)), random.Random(1)
    texts = mixed_corpus(rng.randint(0, 9), 12)
    table = documents(*texts)
    refs = [store.put_table(table.slice(i, 4), DOCUMENT, f"s{i}") for i in range(0, 12, 4)]
    signed = [run_step(SIGNATURES, ref, SETTINGS.signing, store) for ref in refs]
    record = run_step(RANKS, signed, SETTINGS.ranking, store, shard_id="all")
    assert (record.rows_in, record.kept.rows) == (12, 12)
    assert store.get_table(record.kept, RANK)["position"].to_pylist() != []
    assert LINK.arrow.names == ["left", "right", "inside"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_shard_is_given_the_clusters_of_its_own_documents(language, documents, tmp_path):
    store = Store(str(tmp_path))
    signed = []
    for shard, prefix in enumerate("ab"):
        table = documents("水泵", "pump") if language == "zh" else documents("pump", "valve")
        ids = pa.array([f"{prefix}0", f"{prefix}1"], pa.large_string())
        rows = sign_documents(table.set_column(0, "id", ids), SETTINGS.signing).kept
        signed.append(store.put_table(rows, SIGNATURE, f"shard-{shard}"))

    def parts(*pairs):
        rows = [{"id": one, "cluster_id": of, "keeper_id": of, "reason": None, "similarity": None} for one, of in pairs]
        return clusters_by_shard(store, store.put_table(CLUSTER.from_rows(rows), CLUSTER, "all"), signed)

    first, second = parts(("b0", "a0"), ("a0", "a0"))
    assert store.get_table(first, CLUSTER)["id"].to_pylist() == ["a0"]
    assert store.get_table(second, CLUSTER)["id"].to_pylist() == ["b0"]
    # What changes for one shard leaves the other's table, and so its work, as it was; order does not matter.
    assert parts(("a0", "a0"), ("b1", "a0"), ("b0", "a0"))[0] == first
    assert [ref.rows for ref in parts()] == [0, 0]


@pytest.mark.parametrize(("one", "other"), [("pump pressure", "valve seat"), ("水泵压力", "阀座")])
def test_what_a_shard_is_told_of_links_stays_when_other_documents_come_and_go(one, other, documents, tmp_path):
    store = Store(str(tmp_path))

    def told(*prefixes):
        tables = []
        for prefix in prefixes:
            ids = pa.array([f"{prefix}0", f"{prefix}1"], pa.large_string())
            tables.append(documents(f"{one} 1 2 3", f"{prefix} {other} 4 5 6").set_column(0, "id", ids))
        rows = [sign_documents(table, SETTINGS.signing).kept for table in tables]
        signed = [store.put_table(table, SIGNATURE, prefix) for prefix, table in zip(prefixes, rows, strict=True)]
        ranks = store.put_table(rank_documents(rows, SETTINGS.ranking).kept, RANK, "all")
        positions = dict(
            zip(*(store.get_table(ranks, RANK)[name].to_pylist() for name in ("key", "position")), strict=True)
        )
        # The first document of every shard is linked to that of the next.
        firsts = [positions[table["key"][0].as_py()] for table in rows]
        pairs = [{"left": min(pair), "right": max(pair), "inside": False} for pair in pairwise(firsts)]
        links = [store.put_table(LINK.from_rows([pair]), LINK, str(place)) for place, pair in enumerate(pairs)]
        return positions, linked_by_shard(store, links, ranks, signed)

    before, first = told("b", "c")
    after, second = told("a", "b", "c")
    # Positions have moved, and what the shards are told has not.
    assert any(after[key] != place for key, place in before.items())
    assert second[1:] == first
    assert [ref.rows for ref in second] == [1, 1, 1]
