"""Files of a release: exact columns, the same bytes for the same rows, digests that are true."""

from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from schemas.outcomes import DROP, QUARANTINE
from schemas.release import RELEASE, release_rows
from tasks.engine.store import Store
from tasks.publish.release_file import stored_schema, write_release_file
from tasks.publish.stats import stats_table

DROPPED = {
    "id": "d1", "parent_id": "p1", "step": "deduplicate", "reason": "near_duplicate", "detail": None, "value": 0.75,
    "threshold": 0.7, "kept_id": "d0", "text_sha256": "0" * 64, "n_chars": 10, "n_words": 2, "lang": "zh",
    "kb": "manual", "source_type": "pdf", "source": "手册/gateway.pdf", "source_url": None,
}  # fmt: skip


@pytest.mark.parametrize("table", list(RELEASE))
def test_every_table_is_written_with_exactly_its_columns_even_when_empty(table: str, tmp_path: Path):
    store = Store(str(tmp_path))
    shard = store.put_table(stored_schema(table).empty(), stored_schema(table), "s")
    write_release_file(store, table, [shard], version="v1", path="out.parquet")
    found = pq.read_schema(tmp_path / "out.parquet")
    assert found.equals(RELEASE[table].arrow, check_metadata=False)


def test_a_dropped_document_keeps_its_rule_value_limit_and_twin(tmp_path: Path):
    store = Store(str(tmp_path))
    shard = store.put_table(DROP.from_rows([DROPPED]), DROP, "s")
    file = write_release_file(store, "dropped", [shard, shard], version="v7", path="out.parquet")
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert file.rows == len(rows) == 2
    assert (rows[0]["stage"], rows[0]["reason"], rows[0]["score"]) == ("deduplicate", "near_duplicate", 0.75)
    assert (rows[0]["kept_id"], rows[0]["source"], rows[0]["dataset_version"]) == ("d0", "手册/gateway.pdf", "v7")


def test_size_and_digest_are_those_of_the_file_and_the_same_every_time(tmp_path: Path):
    store = Store(str(tmp_path))
    shard = store.put_table(DROP.from_rows([DROPPED]), DROP, "s")
    files = [write_release_file(store, "dropped", [shard], version="v1", path=f"{n}.parquet") for n in "ab"]
    data = (tmp_path / "a.parquet").read_bytes()
    assert data == (tmp_path / "b.parquet").read_bytes()
    assert {(file.bytes, file.sha256) for file in files} == {(len(data), sha256(data).hexdigest())}


def test_rows_can_be_found_without_reading_the_whole_file(tmp_path: Path):
    store = Store(str(tmp_path))
    rows = stats_table([("documents", "rows", str(n), float(n)) for n in range(2500)])
    shard = store.put_table(rows, release_rows("stats"), "s")
    write_release_file(store, "stats", [shard], version="v1", path="out.parquet")
    metadata = pq.read_metadata(tmp_path / "out.parquet")
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [1000, 1000, 500]


def test_quarantined_inputs_keep_their_cause(tmp_path: Path):
    store = Store(str(tmp_path))
    row = {"id": "q", "parent_id": "q", "step": "extract_documents", "cause": "encrypted", "error_class": None,
           "message": "give the password", "source_type": "pdf", "source": "密.pdf", "bytes": 9}  # fmt: skip
    shard = store.put_table(QUARANTINE.from_rows([row]), QUARANTINE, "s")
    write_release_file(store, "quarantined", [shard], version="v1", path="out.parquet")
    assert pq.read_table(tmp_path / "out.parquet")["cause"].to_pylist() == ["encrypted"]
