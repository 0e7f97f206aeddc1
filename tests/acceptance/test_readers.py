"""A release loads in the libraries people read it with, unchanged, every table of it."""

import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from schemas.release import RELEASE

datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


def _files(release: Path, table: str) -> list[str]:
    return sorted(str(path) for path in (release / "data" / table).glob("train-*.parquet"))


def _rows(release: Path, table: str) -> list[dict[str, Any]]:
    return pq.read_table(_files(release, table)).to_pylist()


@pytest.mark.parametrize("table", RELEASE)
def test_datasets_loads_a_table_by_its_name(table: str, release: Path):
    loaded = datasets.load_dataset(str(release), table, split="train")
    assert loaded.column_names == RELEASE[table].arrow.names
    assert loaded.num_rows == len(_rows(release, table)) > 0


@pytest.mark.parametrize("table", RELEASE)
def test_datasets_loads_a_table_by_its_files_and_streams_it(table: str, release: Path):
    pattern = str(release / "data" / table / "train-*.parquet")
    loaded = datasets.load_dataset("parquet", data_files=pattern, split="train")
    assert loaded.num_rows == len(_rows(release, table))
    streamed = datasets.load_dataset(str(release), table, split="train", streaming=True)
    assert next(iter(streamed)).keys() == set(RELEASE[table].arrow.names)


@pytest.mark.parametrize("table", RELEASE)
def test_schemas_are_exact(table: str, release: Path):
    for path in _files(release, table):
        found = pq.read_schema(path)
        assert found.equals(RELEASE[table].arrow, check_metadata=False)
        assert (b"huggingface" in found.metadata) == (table == "images")


@pytest.mark.parametrize("table", RELEASE)
def test_polars_and_duckdb_read_a_table(table: str, release: Path):
    pattern = str(release / "data" / table / "train-*.parquet")
    expected = _rows(release, table)
    assert pl.read_parquet(pattern).height == len(expected)
    connection = duckdb.connect()
    assert connection.sql(f"SELECT count(*) FROM '{pattern}'").fetchall() == [(len(expected),)]
    versions = connection.sql(f"SELECT DISTINCT dataset_version FROM '{pattern}'").fetchall()
    assert versions == [("v1",)]


def test_chinese_comes_back_as_it_was_written(release: Path):
    loaded = datasets.load_dataset(str(release), "documents", split="train")
    assert "告警规则由条件、持续时间和通知对象三部分组成。" in loaded["text"]
    found = duckdb.sql(f"SELECT text FROM '{_files(release, 'documents')[0]}' WHERE lang = 'zh'").fetchall()
    assert found


def test_pictures_are_pictures_and_stand_once(release: Path):
    loaded = datasets.load_dataset(str(release), "images", split="train")
    # The same picture in two documents: the second row has its hash only.
    assert [image and image.size for image in loaded["image"]] == [(4, 4), None]
    assert len(set(loaded["sha256"])) == 1
    for row in (row for row in _rows(release, "images") if row["image"]):
        assert sha256(row["image"]["bytes"]).hexdigest() == row["sha256"]
        assert Image.open(io.BytesIO(row["image"]["bytes"])).format == "PNG"


def test_conversations_have_the_form_trainers_ask_for(release: Path):
    loaded = datasets.load_dataset(str(release), "sft", split="train")
    for row in loaded:
        assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
        assert set(row["messages"][0]) == {"role", "content"}


def test_packed_rows_can_be_taken_apart(release: Path):
    for row in datasets.load_dataset(str(release), "pretrain_tokens", split="train"):
        assert sum(row["seq_lengths"]) == len(row["input_ids"]) == len(row["labels"])


def test_tables_point_into_each_other(release: Path):
    documents = {row["id"] for row in _rows(release, "documents")}
    chunks = {row["id"]: row for row in _rows(release, "chunks")}
    assert {row["doc_id"] for row in chunks.values()} <= documents
    for row in chunks.values():
        for name in ("parent_id", "prev_id", "next_id"):
            assert row[name] is None or row[name] in chunks
    for table in ("qa_pairs", "recall_eval"):
        for row in _rows(release, table):
            assert row["gold_chunk_ids"]
            assert set(row["gold_chunk_ids"]) <= set(chunks)
    for row in _rows(release, "sft"):
        assert row["evidence_chunk_ids"]
        assert set(row["evidence_chunk_ids"]) <= set(chunks)
    assert {row["doc_id"] for row in _rows(release, "images")} <= documents


def test_the_card_names_every_table_and_its_files(release: Path):
    header = yaml.safe_load((release / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    configs = {config["config_name"]: config for config in header["configs"]}
    assert set(configs) == set(RELEASE)
    assert [name for name, config in configs.items() if config.get("default")] == ["sft"]
    for config in configs.values():
        (files,) = config["data_files"]
        assert list(release.glob(files["path"]))
    assert {"zh", "en"} <= set(header["language"])


def test_the_manifest_adds_up(release: Path):
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    for step in manifest["steps"]:
        assert step["rows_in"] == step["rows_kept"] + step["rows_dropped"] + step["rows_quarantined"]
        assert sum(step["reasons"].values()) == step["rows_dropped"] + step["rows_quarantined"]
    listed = {file["path"]: file for file in manifest["files"]}
    assert set(listed) == {path.relative_to(release).as_posix() for path in release.rglob("*.parquet")}
    for name, file in listed.items():
        data = (release / name).read_bytes()
        assert (len(data), sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
        assert pq.read_metadata(release / name).num_rows == file["rows"]
    stats = {(row["table"], row["metric"], row["key"]): row["value"] for row in _rows(release, "stats")}
    for table in set(RELEASE) - {"stats"}:
        rows = sum(file["rows"] for file in manifest["files"] if file["table"] == table)
        assert stats[table, "rows", ""] == rows == len(_rows(release, table))
    assert stats["documents", "rows_by_lang", "zh"] == 5.0


def test_equal_rows_make_equal_bytes(release: Path, tmp_path: Path, documents, tokenizer):
    from tests.acceptance.conftest import bilingual, publish_tables, tables_of

    again = publish_tables(tmp_path / "other", tables_of(bilingual(documents), tokenizer))
    for path in sorted(release.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            assert (again / path.relative_to(release)).read_bytes() == path.read_bytes(), path.name
