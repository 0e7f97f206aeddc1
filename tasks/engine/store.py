"""Where shards live: a folder or any fsspec URL. The store is the only cache there is.

Data objects are named by their content and records are written last, so nothing is ever renamed and a run killed
at any moment leaves either a finished step or an unreferenced object (docs/decisions/0003).
"""

import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from schemas.shard import ShardRef, StepRecord
from schemas.table import TableSchema


class StoreError(RuntimeError):
    """An object is missing or is not what its reference says."""


@dataclass(frozen=True)
class Store:
    """Objects and records under one root.

    Args:
        root: Folder, or URL such as s3://bucket/prefix. Credentials come from the environment.
    """

    root: str

    @cached_property
    def _fs(self) -> tuple[fsspec.AbstractFileSystem, str]:
        fs, path = fsspec.core.url_to_fs(self.root)
        return fs, path.rstrip("/")

    @property
    def is_local(self) -> bool:
        """Whether a look at it takes a fraction of a millisecond, and not a way through the network."""
        return isinstance(self._fs[0], LocalFileSystem)

    def _full(self, path: str) -> str:
        return f"{self._fs[1]}/{path}"

    # --- bytes -----------------------------------------------------------------------------------------------

    def get_bytes(self, path: str) -> bytes | None:
        """Content of `path`, or None where there is nothing."""
        try:
            data: bytes = self._fs[0].cat_file(self._full(path))
        except FileNotFoundError:
            return None
        return data

    def put_bytes(self, path: str, data: bytes) -> None:
        """Write `path` whole. A local file appears complete or not at all."""
        fs, full = self._fs[0], self._full(path)
        if not _is_local(fs):
            fs.pipe_file(full, data)
            return
        with _beside(full, data) as written:
            written.replace(full)

    def create_bytes(self, path: str, data: bytes) -> bool:
        """Write `path` if nobody has; False where it exists. Of two writers exactly one gets True."""
        fs, full = self._fs[0], self._full(path)
        try:
            if not _is_local(fs):
                fs.pipe_file(full, data, mode="create")
                return True
            with _beside(full, data) as written:
                os.link(written, full)
        except FileExistsError:
            return False
        return True

    def open_output(self, path: str) -> IO[bytes]:
        """A file to write piece by piece; a reader may find it unfinished."""
        fs, full = self._fs[0], self._full(path)
        if _is_local(fs):
            Path(full).parent.mkdir(parents=True, exist_ok=True)
        stream: IO[bytes] = fs.open(full, "wb")
        return stream

    def open_input(self, path: str) -> IO[bytes]:
        """A file to read parts of."""
        stream: IO[bytes] = self._fs[0].open(self._full(path), "rb")
        return stream

    def size(self, path: str) -> int | None:
        """Bytes of `path`, or None where there is nothing."""
        try:
            return int(self._fs[0].info(self._full(path))["size"])
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        """Names directly below `folder`, sorted; empty where there is no such folder."""
        fs = self._fs[0]
        fs.invalidate_cache()
        try:
            found = fs.ls(self._full(folder), detail=False)
        except FileNotFoundError:
            return []
        names = (str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)
        return sorted(name for name in names if not name.endswith(".partial"))

    def delete(self, path: str) -> None:
        """Remove a file or folder, if it is there."""
        fs, full = self._fs[0], self._full(path)
        if fs.exists(full):
            fs.rm(full, recursive=True)

    # --- tables ----------------------------------------------------------------------------------------------

    def put_table(self, table: pa.Table, schema: TableSchema, shard_id: str) -> ShardRef:
        """Commit a table as an object named by its content."""
        sink = io.BytesIO()
        pq.write_table(table, sink, compression="zstd", compression_level=1, use_dictionary=_repeating(table))
        data = sink.getvalue()
        digest = sha256(data).hexdigest()
        path = f"objects/{schema.name}/{digest[:2]}/{digest}.parquet"
        if self.size(path) != len(data):
            self.put_bytes(path, data)
        return ShardRef(
            shard_id=shard_id, table=str(schema), path=path, rows=table.num_rows, size=len(data), digest=digest
        )

    def get_table(self, ref: ShardRef, schema: TableSchema, columns: list[str] | None = None) -> pa.Table:
        """Read a shard back, verified against its digest.

        Raises:
            StoreError: The object is gone, damaged, or of another schema or version.
        """
        if ref.table != str(schema):
            raise StoreError(f"{ref.path}: is {ref.table}, expected {schema}")
        data = self.get_bytes(ref.path)
        if data is None or sha256(data).hexdigest() != ref.digest:
            raise StoreError(f"{ref.path}: {'missing' if data is None else 'damaged'}; delete records/ to rebuild it")
        # Not `read_table`: it would load `pyarrow.dataset`, a tenth of a second of every process.
        table = pq.ParquetFile(pa.BufferReader(data)).read(columns=columns)
        return table if columns else schema.check(table)

    def get_columns(self, ref: ShardRef, columns: Sequence[str]) -> pa.Table:
        """Some columns of a shard; the bytes of the others are not read, so nothing is checked against the digest.

        For looking at what was done, where a damaged object may be noticed late; steps use `get_table`.

        Raises:
            StoreError: The object is gone.
        """
        try:
            with self.open_input(ref.path) as stream:
                return pq.ParquetFile(stream).read(columns=list(columns), use_threads=False)
        except FileNotFoundError:
            raise StoreError(f"{ref.path}: missing; delete records/ to rebuild it") from None

    def column_names(self, ref: ShardRef) -> list[str]:
        """Columns of a shard."""
        with self.open_input(ref.path) as stream:
            return list(pq.read_schema(stream).names)

    # --- records ---------------------------------------------------------------------------------------------

    def find(self, step: str, key: str) -> StepRecord | None:
        """The record of work done before, if it is whole and everything it names is still there."""
        data = self.get_bytes(_record_path(step, key))
        if data is None:
            return None
        try:
            record = StepRecord.model_validate_json(data)
        except ValueError:  # torn by a full disk: as if it had not been written
            return None
        refs = [record.kept, record.dropped, record.quarantined, *record.sides.values()]
        whole = all(self.size(ref.path) == ref.size for ref in refs)
        return record.model_copy(update={"cached": True}) if whole else None

    def commit(self, record: StepRecord) -> None:
        """Write the record of a finished shard; everything it names is already there."""
        data = record.model_dump_json(exclude={"cached"}).encode()
        self.put_bytes(_record_path(record.step, record.key), data)


def _record_path(step: str, key: str) -> str:
    return f"records/{step}/{key}.json"


def _repeating(table: pa.Table) -> list[str]:
    """Columns worth a dictionary: not the text, whose values never repeat."""
    return [name for name in table.schema.names if name not in {"text", "bytes", "id", "blocks"}]


@contextmanager
def _beside(full: str, data: bytes) -> Iterator[Path]:
    """A file with `data` in the folder of `full`, gone afterwards unless it was moved."""
    path = Path(f"{full}.{uuid4().hex}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.write_bytes(data)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _is_local(fs: fsspec.AbstractFileSystem) -> bool:
    return bool(getattr(fs, "local_file", False))


def digest_of(value: Any) -> str:
    """sha256, hex, of a JSON-ready value, independent of dictionary order."""
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
