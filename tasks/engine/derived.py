"""Tables that are derived from what is installed: made once on a machine, then mapped into memory by every process.

A worker starts in a fraction of the time, and workers share the pages. A table is found by the digest of all that it
is made of, code included, so one of other data or of an older version is never read.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy.typing as npt
import pyarrow as pa

Table = npt.NDArray[Any]
_DIGEST_BYTES = 64  # of SHA-256, in hexadecimal: tensors begin at a multiple of 64


def derived(name: str, beside: Path, sources: Iterable[bytes], make: Callable[[], Sequence[Table]]) -> list[Table]:
    """Read-only arrays as `make` makes them.

    Args:
        name: Of the file, without its digest.
        beside: A module; the file lies where its compiled form does, else in the user's cache.
        sources: All that the arrays depend on: data, code, versions.
        make: Makes them, where there is no file yet or what it holds is damaged.
    """
    key = sha256()
    for source in sources:
        key.update(sha256(source).digest())
    folders = [beside.parent / "__pycache__", *_user_cache()]
    for folder in folders:
        if tables := _read(folder / f"{name}-{key.hexdigest()[:16]}.tables"):
            return tables
    tables = list(make())
    for folder in folders:
        with suppress(OSError):
            _write(folder, name, key.hexdigest()[:16], tables)
            break
    for table in tables:
        table.setflags(write=False)
    return tables


def _user_cache() -> Iterator[Path]:
    # In a container the user may have no home.
    with suppress(RuntimeError):
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "winnow"


def _read(path: Path) -> list[Table]:
    """The tables of a file; none where there is no such file, or it is not what was written."""
    try:
        source = pa.memory_map(str(path))
    except (OSError, pa.ArrowInvalid):
        return []
    digest = source.read_buffer(min(_DIGEST_BYTES, source.size())).to_pybytes()
    if sha256(source.read_buffer()).hexdigest().encode() != digest:
        return []
    source.seek(_DIGEST_BYTES)
    tables = []
    while source.tell() < source.size():
        tables.append(pa.ipc.read_tensor(source).to_numpy())
    return tables


def _write(folder: Path, name: str, key: str, tables: Sequence[Table]) -> None:
    """Write a file as a whole, or not at all; it takes the place of those of older versions."""
    folder.mkdir(parents=True, exist_ok=True)
    sink = pa.BufferOutputStream()
    for table in tables:
        pa.ipc.write_tensor(pa.Tensor.from_numpy(table), sink)
    payload = sink.getvalue()
    path = folder / f"{name}-{key}.tables"
    partial = folder / f"{path.name}.{uuid4().hex}"
    try:
        with partial.open("wb") as file:
            file.write(sha256(payload).hexdigest().encode())
            file.write(payload)
        for old in folder.glob(f"{name}-*.tables"):
            old.unlink(missing_ok=True)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
