"""The store: whole objects, records last, claims with one winner."""

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.shard import ShardRef, StepRecord
from schemas.table import TableSchema
from tasks.engine.store import Store, StoreError, digest_of

WORDS = TableSchema("word", 1, pa.schema([pa.field("id", pa.large_string(), nullable=False)]))


def _record(store: Store, key: str = "k") -> StepRecord:
    ref = store.put_table(WORDS.from_rows([{"id": "一"}, {"id": "one"}]), WORDS, "shard-1")
    return StepRecord(
        step="count", version=1, key=key, shard_id="shard-1", kept=ref, dropped=ref, quarantined=ref,
        rows_in=2, records=2, bytes_in=ref.size,
    )  # fmt: skip


def test_a_table_comes_back_as_it_was_put_and_is_named_by_its_content(tmp_path: Path):
    store, table = Store(str(tmp_path)), WORDS.from_rows([{"id": "网关"}, {"id": "gateway"}])
    ref = store.put_table(table, WORDS, "a")
    assert store.get_table(ref, WORDS) == table
    assert ref.digest in ref.path
    assert store.put_table(table, WORDS, "b").path == ref.path


def test_a_damaged_or_missing_object_is_an_error_and_not_data(tmp_path: Path):
    store = Store(str(tmp_path))
    ref = store.put_table(WORDS.from_rows([{"id": "x"}]), WORDS, "a")
    path = tmp_path / ref.path
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(StoreError, match="damaged"):
        store.get_table(ref, WORDS)
    path.unlink()
    with pytest.raises(StoreError, match="missing"):
        store.get_table(ref, WORDS)


def test_a_table_of_another_version_is_refused(tmp_path: Path):
    store = Store(str(tmp_path))
    ref = store.put_table(WORDS.empty(), WORDS, "a")
    with pytest.raises(StoreError, match="expected word@2"):
        store.get_table(ref, TableSchema("word", 2, WORDS.arrow))


def test_a_record_whose_object_is_gone_is_as_if_the_work_was_never_done(tmp_path: Path):
    store = Store(str(tmp_path))
    record = _record(store)
    store.commit(record)
    found = store.find("count", "k")
    assert found is not None
    assert found.cached
    assert found.model_copy(update={"cached": False}) == record
    (tmp_path / record.kept.path).unlink()
    assert store.find("count", "k") is None


def test_a_record_torn_by_a_full_disk_is_as_if_it_had_not_been_written(tmp_path: Path):
    store = Store(str(tmp_path))
    store.commit(_record(store))
    path = next((tmp_path / "records").rglob("*.json"))
    path.write_bytes(path.read_bytes()[:40])
    assert store.find("count", "k") is None


def test_of_many_writers_one_creates_and_its_content_is_whole(tmp_path: Path):
    store = Store(str(tmp_path))
    with ThreadPoolExecutor(16) as pool:
        wins = list(pool.map(lambda n: store.create_bytes("claims/v1", b"%d" % n * 1000), range(64)))
    assert wins.count(True) == 1
    assert store.get_bytes("claims/v1") == b"%d" % wins.index(True) * 1000


def test_threads_write_at_once_and_every_object_is_whole(tmp_path: Path):
    store = Store(str(tmp_path))
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: store.put_bytes(f"o/{n % 8}", b"%d" % (n % 8) * 5000), range(400)))
    assert store.names("o") == [str(n) for n in range(8)]
    assert all(store.get_bytes(f"o/{n}") == b"%d" % n * 5000 for n in range(8))


def test_a_write_that_fails_leaves_the_old_content_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store(str(tmp_path))
    store.put_bytes("a/b", b"old")
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        real(path, data[:2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        store.put_bytes("a/b", b"new")
    monkeypatch.undo()
    assert store.get_bytes("a/b") == b"old"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_url_is_a_root_too():
    store = Store("memory://winnow-test-store")
    record = _record(store)
    store.commit(record)
    assert store.find("count", "k") is not None
    assert store.create_bytes("claims/v1", b"a")
    assert not store.create_bytes("claims/v1", b"b")
    assert store.get_bytes("claims/v1") == b"a"
    store.delete("claims")
    assert store.get_bytes("claims/v1") is None


def test_references_are_plain_data():
    ref = ShardRef(shard_id="手册-1", table="word@1", path="p", rows=1, size=2, digest="d")
    assert ShardRef.model_validate_json(ref.model_dump_json()) == ref


@given(st.dictionaries(st.text(max_size=5), st.integers(), max_size=5))
@settings(max_examples=50, deadline=None)
def test_digests_do_not_depend_on_the_order_of_names(value: dict[str, int]):
    assert digest_of(value) == digest_of(dict(reversed(list(value.items()))))
