"""Corpora: every record is accounted for, a bad one costs itself; the compiled reader says what the slow one says."""

import bz2
import gzip
import json
import lzma
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract import text_records
from tasks.extract.raw import SourceChangedError
from tasks.extract.text import STEP
from tasks.extract.text_records import json_records
from tests.extract.conftest import causes

RECORDS = [{"id": "a", "text": "First 第一"}, {"id": "b", "text": "第二条\r\nsecond"}, {"id": 3, "text": "x\u0000y"}]


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def texts(parts) -> list[str]:
    return parts.kept["text"].to_pylist()


def test_every_record_is_a_document_named_by_its_id(extract):
    parts = extract("text", {"c.jsonl": lines(*RECORDS)})
    assert texts(parts) == ["First 第一", "第二条\nsecond", "xy"]
    assert parts.kept["source"].to_pylist() == ["a", "b", "3"]
    assert len(set(parts.kept["id"].to_pylist())) == 3
    assert parts.kept["n_words"].to_pylist() == [3, 4, 1]


@pytest.mark.parametrize(
    "pack", [gzip.compress, zstandard.compress, bz2.compress, lzma.compress], ids=["gz", "zst", "bz2", "xz"]
)
def test_compressed_corpora_are_read_whatever_they_are_called(pack, extract):
    parts = extract("text", {"c.jsonl": pack(lines(*RECORDS).encode())})
    assert texts(parts) == ["First 第一", "第二条\nsecond", "xy"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_a_cut_compressed_corpus_is_quarantined_as_truncated(pack, extract):
    packed = pack("".join(lines({"id": str(n), "text": f"记录 {n * 7919 % 10007}"}) for n in range(5000)).encode())
    parts = extract("text", {"cut.jsonl.gz": packed[: len(packed) // 2], "ok.jsonl": lines(RECORDS[0])})
    assert causes(parts) == {"cut.jsonl.gz": "truncated"}
    assert texts(parts) == ["First 第一"]


def test_a_bomb_is_quarantined(extract):
    parts = extract("text", {"bomb.jsonl.gz": gzip.compress(b" " * (3 << 20))}, max_file_mb=1)
    assert causes(parts) == {"bomb.jsonl.gz": "too_large"}


BAD = {
    '{"id": "cut", "text": "开': "bad_json",
    "[1, 2]": "bad_json",
    "null": "bad_json",
    "[" * 100_000: "bad_json",
    '{"id": 1, "text": NaN, "n": ' + "1" * 5000 + "}": "bad_json",
    '{"id": "none"}': "bad_record",
    '{"id": "number", "text": 5}': "bad_record",
    '{"id": "a", "text": "again 又一次"}': "bad_record",
    '{"id": "empty", "text": " \\n"}': "empty",
    '{"id": "nul", "text": "\\u0000"}': "empty",
}


def test_a_bad_line_costs_one_record(extract):
    body = lines(RECORDS[0]) + "\n" + "\n".join(BAD) + "\n  \n" + '{"id": "last", "text": "最后"}'
    parts = extract("text", {"c.jsonl": body})
    assert texts(parts) == ["First 第一", "最后"]
    assert causes(parts) == {f"c.jsonl#line-{n}": cause for n, cause in enumerate(BAD.values(), start=3)}
    assert parts.records == 2 + len(BAD)


def test_lone_surrogates_bad_bytes_and_nan_cost_characters_not_records(extract):
    body = b'{"id": "s", "text": "a\\ud800\xe4\xbd\xa0"}\n{"id": "\\udfff", "text": "t", "x": NaN}\n'
    body += b'{"id": "b", "text": "' + "正文很长".encode() * 20 + b'\xff"}\n'
    parts = extract("text", {"c.jsonl": body})
    assert texts(parts) == ["a\ufffd你", "t", "正文很长" * 20 + "\ufffd"]


def test_another_encoding_is_said_to_be_one(extract):
    parts = extract("text", {"c.jsonl": '{"id": "g", "text": "这不是统一码"}\n'.encode("gb18030")})
    assert causes(parts) == {"c.jsonl#line-1": "bad_encoding"}


def test_records_without_ids_are_named_by_what_they_say(extract):
    body = lines(
        {"text": "同样"}, {"text": "other"}, {"text": "同样"}, {"id": None, "text": "same"}, {"id": True, "text": "b"}
    )
    parts = extract("text", {"c.jsonl": body})
    ids = parts.kept["id"].to_pylist()
    assert len(set(ids)) == 5
    before = extract("text", {"c.jsonl": lines({"text": "new 新"}) + body}).kept["id"].to_pylist()
    assert before[1:] == ids


def test_equal_records_without_ids_in_two_slices_have_two_ids(extract):
    body = lines({"text": "同样的一句话 the same sentence"}) * 400
    parts = extract("text", {"c.jsonl": body}, shard_bytes=4000)
    assert parts.kept.num_rows == 400
    assert len(set(parts.kept["id"].to_pylist())) == 400


def test_slices_hold_every_record_once(extract):
    body = "".join(lines({"id": f"r{n}", "text": f"正文 {n}"}) for n in range(500)) + '{"broken\n'
    whole, sliced = (extract("text", {"c.jsonl": body}, shard_bytes=size) for size in (1_000_000, 3000))
    assert whole.kept.drop(["parent_id"]).equals(sliced.kept.drop(["parent_id"]).combine_chunks())
    assert sliced.quarantined.num_rows == whole.quarantined.num_rows == 1


def test_a_long_single_line_is_one_record(extract):
    parts = extract("text", {"c.jsonl": json.dumps({"id": "long", "text": "长" * 400_000})}, shard_bytes=10_000)
    assert parts.kept.num_rows == 1
    parts = extract("text", {"c.jsonl": '{"id": "long", "text": "' + "长" * 400_000}, shard_bytes=10_000)
    assert causes(parts) == {"c.jsonl#line-1": "bad_json"}


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_a_corpus_without_records_is_quarantined_as_empty(content: str, extract):
    assert causes(extract("text", {"c.jsonl": content})) == {"c.jsonl": "empty"}


def test_a_file_that_changed_since_the_inventory_fails_the_run(
    tmp_path: Path, extract, monkeypatch: pytest.MonkeyPatch
):
    real = STEP.run

    def changed_meanwhile(batch, where):
        (tmp_path / "input" / "c.jsonl").write_text(lines({"id": "x", "text": "changed"}), encoding="utf-8")
        return real(batch, where)

    monkeypatch.setattr(
        "tests.extract.conftest.STEPS", {"text": type("S", (), {"run": changed_meanwhile, "settings": STEP.settings})}
    )
    with pytest.raises(SourceChangedError):
        extract("text", {"c.jsonl": lines(*RECORDS)})


def parquet(tmp_path: Path, columns: dict, **options) -> bytes:
    pq.write_table(pa.table(columns), tmp_path / "made.parquet", **options)
    return (tmp_path / "made.parquet").read_bytes()


def test_parquet_rows_are_documents_in_any_type_of_text(tmp_path: Path, extract):
    values = ["一 one", None, "", "a\r\nb\u0000", "two"]
    for kind in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        data = parquet(tmp_path, {"id": [1, 2, 3, 4, 1], "text": pa.array(values, pa.string()).cast(kind)})
        parts = extract("text", {"c.parquet": data})
        assert texts(parts) == ["一 one", "a\nb"]
        assert parts.kept["source"].to_pylist() == ["1", "4"]
        assert causes(parts) == {
            "c.parquet#line-2": "bad_record", "c.parquet#line-3": "empty", "c.parquet#line-5": "bad_record",
        }  # fmt: skip


def test_parquet_slices_of_one_row_group_hold_every_row_once(tmp_path: Path, extract):
    rows = [f"文本 {n} " * 30 for n in range(2000)]
    data = parquet(tmp_path, {"id": [f"r{n}" for n in range(2000)], "text": rows}, row_group_size=5000)
    parts = extract("text", {"c.parquet": data}, shard_bytes=30_000)
    assert texts(parts) == rows
    assert len(set(parts.kept["parent_id"].to_pylist())) > 5


def test_parquet_without_the_column_or_with_another_type_says_so(tmp_path: Path, extract):
    plain = parquet(tmp_path, {"id": ["a"], "content": ["正文"]})
    assert causes(extract("text", {"a.parquet": plain})) == {"a.parquet": "bad_record"}
    assert texts(extract("text", {"a.parquet": plain}, source={"text_field": "content"})) == ["正文"]
    numbers = parquet(tmp_path, {"id": ["a"], "text": [5]})
    assert causes(extract("text", {"a.parquet": numbers})) == {"a.parquet": "bad_record"}
    nested = parquet(tmp_path, {"id": [["a"]], "text": ["正文"]})
    assert texts(extract("text", {"a.parquet": nested})) == ["正文"]
    empty = parquet(tmp_path, {"id": pa.array([], pa.string()), "text": pa.array([], pa.string())})
    assert causes(extract("text", {"a.parquet": empty})) == {"a.parquet": "empty"}


def test_cut_and_damaged_parquet_is_quarantined(tmp_path: Path, extract):
    data = parquet(tmp_path, {"id": ["a"] * 100, "text": np.array(["文"] * 100, dtype=object)})
    assert causes(extract("text", {"a.parquet": data[:-20]})) == {"a.parquet": "truncated"}
    assert causes(extract("text", {"a.parquet": data[:60] + b"PAR1"})) == {"a.parquet": "damaged"}


PLAIN = st.dictionaries(
    st.sampled_from(["id", "text", "other"]), st.one_of(st.text(max_size=8), st.integers(0, 9), st.none()), max_size=3
)


@given(st.lists(PLAIN, max_size=6), st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_compiled_reader_finds_what_the_slow_one_finds(records: list[dict], escaped: bool):
    data = "\n".join(json.dumps(record, ensure_ascii=escaped) for record in records).encode("utf-8", "surrogatepass")
    fast, fast_bad = json_records(data, "id", "text")
    slow, slow_bad = text_records._odd_lines(data, "id", "text")
    assert fast.rows() == slow.rows()
    assert fast_bad == slow_bad


@given(st.lists(st.one_of(st.text(max_size=30), PLAIN.map(json.dumps), st.just('{"id":"a"}{"text":"b"}')), max_size=8))
@settings(max_examples=200, deadline=None)
def test_every_line_that_is_not_blank_is_a_record_or_a_fault(written: list[str]):
    data = "\n".join(line.replace("\n", " ") for line in written).encode("utf-8", "replace")
    frame, bad = json_records(data, "id", "text")
    assert len(frame) + len(bad) == sum(bool(line.strip()) for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"))


def test_golden(extract, golden, tmp_path: Path):
    data = parquet(tmp_path, {"id": ["r1", "r2"], "text": ["行 row", ""]})
    golden(STEP, extract("text", {"a.jsonl": lines(*RECORDS, {"text": "无名"}) + '{"x\n', "b.parquet": data}))
