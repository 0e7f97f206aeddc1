"""The inventory: stable ids and shards, nothing read twice, nothing lost, every fault named."""

import json
import os
import time
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import tasks.ingest.inventory as inventory_module
from schemas.inventory import INVENTORY
from schemas.sources import Source
from tasks.engine.store import Store
from tasks.ingest.inventory import Inventory, take_inventory
from tasks.ingest.places import SourceError, locations
from tests.containers.test_archives import make_tar, make_zip
from tests.containers.test_git_repository import git

_SOURCES = TypeAdapter(list[Source])


def sources(*given: dict) -> list[Source]:
    return _SOURCES.validate_python(given)


def write(folder: Path, files: dict[str, str | bytes], *, age_s: float = 3600) -> None:
    """Files that were last changed a while ago: newer ones are not remembered."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(place, (time.time() - age_s,) * 2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def rows_of(found: Inventory, store: Store) -> list[dict]:
    refs = [ref for shards in found.shards.values() for ref in shards]
    tables = [store.get_table(ref, INVENTORY) for ref in refs]
    return pa.concat_tables(tables).to_pylist() if tables else []


MANUALS = {"手册/安装.md": "# 安装\n\n正文", "manual/setup.md": "# Setup\n\ntext", "a.txt": "a"}


def test_every_file_is_one_row_with_its_digest(tmp_path: Path, store: Store):
    write(tmp_path / "in", MANUALS)
    found = take_inventory(sources({"kind": "documents", "path": "in", "kb": "manual"}), tmp_path, store)
    rows = rows_of(found, store)
    assert [row["path"] for row in rows] == sorted(MANUALS)
    assert len({row["id"] for row in rows}) == 3
    assert all(row["kb"] == "manual" and row["error"] is None and len(row["digest"]) == 64 for row in rows)
    assert found.sources[0].files == 3
    assert found.sources[0].bytes == sum(row["size"] for row in rows)


def test_the_same_path_in_two_sources_has_two_ids(tmp_path: Path, store: Store):
    write(tmp_path / "one", {"说明.md": "same"})
    write(tmp_path / "two", {"说明.md": "same"})
    given = sources(
        {"kind": "documents", "path": "one"}, {"kind": "documents", "path": "two"}, {"kind": "code", "path": "one"}
    )
    rows = rows_of(take_inventory(given, tmp_path, store), store)
    assert len({row["id"] for row in rows}) == len(rows) == 3
    assert len({row["path"] for row in rows}) == 1


def test_ids_and_shards_do_not_depend_on_when_where_or_in_what_order(tmp_path: Path):
    shards = []
    for index, names in enumerate((list(MANUALS), list(reversed(MANUALS)))):
        folder = tmp_path / f"place{index}"
        write(folder / "in", {name: MANUALS[name] for name in names}, age_s=100 * index + 10)
        store = Store(str(tmp_path / f"store{index}"))
        found = take_inventory(sources({"kind": "documents", "path": "in"}), folder, store)
        shards.append([(ref.shard_id, ref.digest) for ref in found.shards["documents"]])
    assert shards[0] == shards[1]


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path / "in", MANUALS)
    make_zip(tmp_path / "code.zip", {"a.py": "1"})
    os.utime(tmp_path / "code.zip", (1, 1))
    given = sources({"kind": "documents", "path": "in"}, {"kind": "code", "path": "code.zip"})
    first = take_inventory(given, tmp_path, store)
    read: list[str] = []
    measure = inventory_module.measure

    def watched(place: Path, **options):
        read.append(place.name)
        return measure(place, **options)

    monkeypatch.setattr(inventory_module, "measure", watched)
    assert take_inventory(given, tmp_path, store) == first
    assert read == []
    os.utime(tmp_path / "in" / "a.txt", (5, 5))
    assert take_inventory(given, tmp_path, store) == first, "touched, not changed"
    assert read == ["a.txt"]
    write(tmp_path / "in", {"a.txt": "b"})
    changed = take_inventory(given, tmp_path, store)
    assert changed.sources[0].sha256 != first.sources[0].sha256
    assert [row["id"] for row in rows_of(changed, store)] == [row["id"] for row in rows_of(first, store)]


def test_a_file_changed_a_moment_ago_is_read_again(tmp_path: Path, store: Store):
    """Two changes within one tick of the clock leave size and time as they were."""
    given = sources({"kind": "documents", "path": "in"})
    write(tmp_path / "in", {"a.txt": "one"}, age_s=0)
    stamp = (tmp_path / "in" / "a.txt").stat()
    first = take_inventory(given, tmp_path, store)
    (tmp_path / "in" / "a.txt").write_text("two", encoding="utf-8")
    os.utime(tmp_path / "in" / "a.txt", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert take_inventory(given, tmp_path, store).sources != first.sources


def test_a_file_more_or_less_changes_one_or_two_shards(tmp_path: Path, store: Store):
    write(tmp_path / "in", {f"{index:03}-文档.txt": f"text {index} " * 20 for index in range(300)})
    given = sources({"kind": "documents", "path": "in"})
    before = {ref.digest for ref in take_inventory(given, tmp_path, store).shards["documents"]}
    assert len(before) > 9
    write(tmp_path / "in", {"150-new.txt": "new"})
    after = {ref.digest for ref in take_inventory(given, tmp_path, store).shards["documents"]}
    assert 1 <= len(after - before) <= 2
    (tmp_path / "in" / "150-new.txt").unlink()
    assert {ref.digest for ref in take_inventory(given, tmp_path, store).shards["documents"]} == before
    (tmp_path / "in" / "000-文档.txt").unlink()
    removed = take_inventory(given, tmp_path, store)
    assert removed.sources[0].files == 299
    assert len({ref.digest for ref in removed.shards["documents"]} - before) <= 2


def test_documents_come_in_small_shards_so_that_all_workers_have_some(tmp_path: Path, store: Store):
    write(tmp_path / "in", {f"{index}.txt": "x" for index in range(100)})
    found = take_inventory(sources({"kind": "documents", "path": "in"}), tmp_path, store)
    assert all(ref.rows <= 32 for ref in found.shards["documents"])
    assert sum(ref.rows for ref in found.shards["documents"]) == 100


def test_globs_name_files_and_folders(tmp_path: Path, store: Store):
    write(
        tmp_path,
        {"x/issues-1.json": "[]", "x/issues-2.json": "[]", "x/other.json": "[]", "y/手册/a.md": "a", "y/b.txt": "b"},
    )
    given = sources({"kind": "issues", "path": "x/issues-*.json"}, {"kind": "documents", "path": "*/手册"})
    rows = rows_of(take_inventory(given, tmp_path, store), store)
    assert [row["path"] for row in rows] == ["issues-1.json", "issues-2.json", "y/手册/a.md"]
    where = locations(given, tmp_path)
    assert (Path(where["documents:*/手册"]) / "y/手册/a.md").is_file()


def test_a_name_with_the_characters_of_a_glob_is_a_name(tmp_path: Path, store: Store):
    write(tmp_path, {"报告[1].txt": "x", "报告1.txt": "y"})
    rows = rows_of(take_inventory(sources({"kind": "documents", "path": "报告[1].txt"}), tmp_path, store), store)
    assert [row["path"] for row in rows] == ["报告[1].txt"]


def test_every_source_that_cannot_be_read_is_named(tmp_path: Path, store: Store):
    (tmp_path / "empty").mkdir()
    write(tmp_path, {"ok/a.txt": "a"})
    given = sources(
        {"kind": "documents", "path": "没有"}, {"kind": "documents", "path": "ok"}, {"kind": "faq", "path": "*.tsv"},
        {"kind": "documents", "path": "empty"}, {"kind": "issues", "repo": "o/n", "api_url": "https://api.example.com"},
        {"kind": "documents", "path": "a**b/x"}, {"kind": "documents", "path": "circle"},
    )  # fmt: skip
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(SourceError) as raised:
        take_inventory(given, tmp_path, store)
    assert [index for index, _ in raised.value.faults] == [0, 2, 3, 4, 5, 6]
    assert "nothing matches '*.tsv'" in str(raised.value)
    assert not (tmp_path / "store").exists() or not list((tmp_path / "store").rglob("*.parquet"))


def test_archives_and_repositories_of_code_are_opened_and_of_documents_are_not(tmp_path: Path, store: Store):
    (tmp_path / "src").mkdir()
    make_zip(tmp_path / "src" / "lib.whl", {"pkg/模块.py": "1", "pkg/LICENSE": "x"})
    make_tar(tmp_path / "src" / "lib.tar.gz", {"a/b.py": "2"}, mode="w:gz")
    write(tmp_path / "src" / "repo", {"main.py": "3\n"})
    git(tmp_path / "src" / "repo", "init", "-q")
    git(tmp_path / "src" / "repo", "add", ".")
    git(tmp_path / "src" / "repo", "commit", "-qm", "one")
    code = rows_of(take_inventory(sources({"kind": "code", "path": "src"}), tmp_path, store), store)
    assert [(row["path"], row["member"], row["container"]) for row in code] == [
        ("lib.tar.gz", "a/b.py", "tar"),
        ("lib.whl", "pkg/LICENSE", "zip"),
        ("lib.whl", "pkg/模块.py", "zip"),
        ("repo", "main.py", "git"),
    ]
    assert code[3]["revision"] == git(tmp_path / "src" / "repo", "rev-parse", "HEAD")
    (tmp_path / "src" / "lib.whl").rename(tmp_path / "lib.whl")
    documents = rows_of(take_inventory(sources({"kind": "documents", "path": "lib.whl"}), tmp_path, store), store)
    assert [(row["member"], row["container"]) for row in documents] == [(None, "none")]


def test_a_repository_that_cannot_be_read_is_one_row_that_says_why(tmp_path: Path, store: Store):
    write(tmp_path / "repo", {"a.py": "1\n"})
    git(tmp_path / "repo", "init", "-q")
    rows = rows_of(take_inventory(sources({"kind": "code", "path": "repo"}), tmp_path, store), store)
    assert [(row["error"], row["member"]) for row in rows] == [("unreadable", None)]
    rows = rows_of(take_inventory(sources({"kind": "code", "path": "repo", "revision": "v9"}), tmp_path, store), store)
    assert "v9" in rows[0]["error_message"]


def test_the_licence_of_a_file_is_the_nearest_at_or_above_it(tmp_path: Path, store: Store):
    from identify.vendor.licenses import LICENSES

    texts = dict(LICENSES)
    files = {
        "LICENSE": texts["MIT"],
        "a/b/x.py": "1",
        "y.py": "2",
        "a/LICENSE.txt": texts["Apache-2.0"],
        "库/z.py": "3",
    }
    write(tmp_path / "folder", files)
    make_zip(tmp_path / "lib.zip", files)
    for path in ("folder", "lib.zip"):
        rows = rows_of(take_inventory(sources({"kind": "code", "path": path}), tmp_path, store), store)
        found = {row["member"] or row["path"]: row["license"] for row in rows}
        assert found["a/b/x.py"] == "Apache-2.0"
        assert found["y.py"] == found["库/z.py"] == "MIT"


def test_large_corpora_are_cut_at_line_ends_and_appending_leaves_the_slices_before(tmp_path: Path, store: Store):
    lines = [json.dumps({"id": str(n), "text": f"记录 {n} " * 10}, ensure_ascii=False) + "\n" for n in range(2000)]
    write(tmp_path, {"c.jsonl": "".join(lines)})
    given = sources({"kind": "text", "path": "c.jsonl"})
    before = rows_of(take_inventory(given, tmp_path, store, shard_bytes=20_000), store)
    data = (tmp_path / "c.jsonl").read_bytes()
    assert "".join(data[row["start"] : row["end"]].decode() for row in before) == "".join(lines)
    assert all(data[row["start"] : row["end"]].endswith(b"\n") and row["size"] <= 20_000 for row in before)
    write(tmp_path, {"c.jsonl": "".join([*lines, '{"id": "new", "text": "新"}\n'])})
    after = rows_of(take_inventory(given, tmp_path, store, shard_bytes=20_000), store)
    assert [row["digest"] for row in after[:-1]] == [row["digest"] for row in before[:-1]]


def test_an_issue_export_is_never_cut(tmp_path: Path, store: Store):
    export = json.dumps([{"number": n, "title": f"问题 {n}", "body": "x" * 100} for n in range(500)], indent=1)
    write(tmp_path, {"issues.json": export})
    rows = rows_of(
        take_inventory(sources({"kind": "issues", "path": "issues.json"}), tmp_path, store, shard_bytes=5000), store
    )
    assert [(row["start"], row["size"]) for row in rows] == [(None, len(export.encode()))]


@given(lines=st.lists(st.integers(0, 400), min_size=1, max_size=60), wanted=st.integers(50, 800), last=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_slices_cover_a_file_once(lines: list[int], wanted: int, last: bool, tmp_path: Path):
    from tasks.ingest.slices import slice_lines

    data = b"\n".join(b"x" * length for length in lines) + (b"\n" if last else b"")
    if not data:
        return
    place = tmp_path / "lines"
    place.write_bytes(data)
    slices = slice_lines(place, wanted)
    assert [start for start, *_ in slices] == [0, *(end for _, end, *_ in slices[:-1])]
    assert slices[-1][1] == len(data)
    assert all(data[end - 1 : end] == b"\n" for _, end, *_ in slices[:-1])
    assert all(size <= wanted or b"\n" not in data[start : end - 1] for start, end, size, _ in slices)


def test_row_groups_are_cut_into_slices_that_cover_every_row_once(tmp_path: Path, store: Store):
    import pyarrow.parquet as pq

    table = pa.table({"id": [str(n) for n in range(3000)], "text": [f"文本 {n} " * 20 for n in range(3000)]})
    for name, size in (("small.parquet", 100), ("one.parquet", 3000), ("empty.parquet", 100)):
        pq.write_table(table if name != "empty.parquet" else table.slice(0, 0), tmp_path / name, row_group_size=size)
        rows = rows_of(
            take_inventory(sources({"kind": "text", "path": name}), tmp_path, store, shard_bytes=20_000), store
        )
        if name == "empty.parquet":
            assert [(row["start"], row["end"]) for row in rows] == [(None, None)]
            continue
        assert len(rows) > 3
        assert [row["start"] for row in rows] == [0, *(row["end"] for row in rows[:-1])]
        assert rows[-1]["end"] == 3000


ROWS = st.lists(st.tuples(st.text(alphabet="ab文", min_size=1, max_size=4), st.integers(0, 50)), max_size=40)


@given(given_rows=ROWS, max_bytes=st.integers(1, 120), max_files=st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_shards_hold_every_row_once_and_no_more_than_they_may(given_rows: list, max_bytes: int, max_files: int):
    rows = [{"path": path, "member": None, "start": None, "size": size} for path, size in given_rows]
    shards = list(inventory_module._cut(rows, max_bytes, max_files))
    assert [row for shard in shards for row in shard] == rows
    assert all(0 < len(shard) <= max_files for shard in shards)
    assert all(len(shard) == 1 or sum(row["size"] for row in shard) <= max_bytes for shard in shards)
