"""The inventory: what there is to read, cut into shards that stay as they are while their files do.

Where a shard ends is decided by the files around the cut alone (content-defined chunking over paths, after LBFS,
Muthitacharoen et al., 2001): a file that is added, changed or removed changes its own shard and at most the next one,
and no memory of earlier runs is needed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

import xxhash

from schemas.inventory import INVENTORY
from schemas.shard import ShardRef
from schemas.sources import CodeSource, Source, TextSource
from tasks.containers.declared_licences import folder_licences, licence_in, says_licence
from tasks.containers.folder_files import FoundFile, disk_path
from tasks.containers.git_repository import GitReader, list_git
from tasks.containers.members import ContainerError
from tasks.engine.store import Store
from tasks.ingest.measure import MeasureCache, Measured, Piece, measure, piece_of
from tasks.ingest.places import Place, find_places

# Parsing documents is slow: their shards are small, so that all workers have some.
_DOCUMENT_BYTES: Final = 4_000_000
_DOCUMENT_FILES: Final = 32
# A shard is cut where the hash of the next path says so, one path in so many, once it is a quarter full.
_CUT_PATHS: Final = 4
_EARLIEST: Final = 0.25

Row = dict[str, Any]


@dataclass(frozen=True)
class SourceSummary:
    """What one source of the recipe holds.

    Args:
        key: See `schemas.sources`.
        kind, path, kb: As the recipe writes them.
        rank: Position in the recipe.
        files: Files, archive members and slices.
        bytes: Of all of them.
        sha256: Over paths and digests of everything in it.
    """

    key: str
    kind: str
    path: str
    kb: str
    rank: int
    files: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Inventory:
    """What there is to read.

    Args:
        shards: `inventory@1` shards by kind of source, in the order of the recipe.
        sources: One summary per source.
    """

    shards: dict[str, list[ShardRef]]
    sources: list[SourceSummary]


def take_inventory(
    sources: Sequence[Source],
    folder: Path,
    store: Store,
    *,
    shard_bytes: int = 8_000_000,
    fetched: Mapping[str, Path] | None = None,
    removed: Collection[str] = (),
) -> Inventory:
    """List everything the sources hold; files that did not change since the last time are not read for it.

    Args:
        sources: Of a recipe, in order.
        folder: What relative paths are relative to.
        store: Gets the shards, and remembers measurements.
        shard_bytes: Bytes in a shard, about; of PDF and office files at most 4 MB.
        fetched: Folder of each live source that was fetched, by its key.
        removed: Ids of files that were taken down: as if they were not there.

    Raises:
        SourceError: Sources cannot be read; all of them are named.
    """
    places = find_places(sources, folder, fetched=fetched)
    shards: dict[str, list[ShardRef]] = {}
    summaries = []
    for rank, (source, place) in enumerate(zip(sources, places, strict=True)):
        rows = [row for row in _rows(source, rank, place, store, shard_bytes) if row["id"] not in removed]
        summaries.append(_summary(source, rank, rows))
        limits = (_DOCUMENT_BYTES, _DOCUMENT_FILES) if source.kind == "documents" else (shard_bytes, len(rows))
        found = shards.setdefault(source.kind, [])
        for cut in _cut(rows, min(limits[0], shard_bytes), limits[1]):
            found.append(store.put_table(INVENTORY.from_rows(cut), INVENTORY, _shard_id(source.kb, cut)))
    return Inventory(shards, summaries)


def _rows(source: Source, rank: int, place: Place, store: Store, shard_bytes: int) -> list[Row]:
    as_code = source.kind == "code"
    # Records of a corpus stand alone. Those of an issue export do not: comments, and later states of a thread, may be
    # anywhere in the file, and most formats are one JSON document that cannot be cut.
    wanted = shard_bytes if source.kind == "text" else None
    revision = source.revision if isinstance(source, CodeSource) else None
    cache = MeasureCache(store, f"{source.key}@{place.location}", [as_code, wanted, revision])
    rows: list[Row] = []
    for file in place.files:
        measured, commit = _measured(file, place, cache, as_code=as_code, wanted=wanted, revision=revision)
        rows += _file_rows(source, rank, place, file, measured, commit)
    cache.save()
    if as_code:
        _give_licences(rows)
    for row in rows:
        row.pop("licences", None)
    return sorted(rows, key=lambda row: (row["path"], row["member"] or "", row["start"] or 0))


def _measured(
    file: FoundFile, place: Place, cache: MeasureCache, *, as_code: bool, wanted: int | None, revision: str | None
) -> tuple[Measured, str | None]:
    if file.refusal:
        return Measured("none", [Piece(0, "", refusal=file.refusal.value, message=file.message)]), None
    path = disk_path(place.location, file.path)
    if file.is_repository:
        return _measured_git(path, revision or "HEAD")
    if (known := cache.get(file)) is not None:
        return known, None
    found = measure(path, open_containers=as_code, wanted=wanted, licences=as_code)
    cache.put(file, found)
    return found, None


def _measured_git(path: Path, revision: str) -> tuple[Measured, str | None]:
    try:
        tree = list_git(path, revision)
        reader = GitReader(path)
        licences = {
            member.name: said
            for member in tree.members
            if not member.refusal
            and says_licence(member.name)
            and (said := licence_in(member.name, reader.read(member.digest)))
        }
        reader.close()
    except ContainerError as error:
        return Measured("git", [Piece(0, "", refusal=error.refusal.value, message=str(error))]), None
    pieces = [piece_of(member) for member in tree.members]
    return Measured("git", pieces, licences), tree.commit


def _file_rows(
    source: Source, rank: int, place: Place, file: FoundFile, measured: Measured, commit: str | None
) -> Iterator[Row]:
    repository = getattr(source, "repo", None) or (
        (file.path.rsplit("/", 1)[-1] if measured.container != "none" else place.repository)
        if source.kind == "code"
        else None
    )
    for piece in measured.pieces:
        key = "\0".join((source.key, file.path, piece.member or "", str(piece.start or 0)))
        yield {
            "id": blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest(),
            "kind": source.kind,
            "source_key": source.key,
            "source_rank": rank,
            "kb": source.kb,
            "path": file.path,
            "member": piece.member,
            "container": measured.container,
            "repo": repository,
            "revision": commit,
            "license": None,
            "start": piece.start,
            "end": piece.end,
            "size": piece.size,
            "digest": piece.digest,
            "id_field": source.id_field if isinstance(source, TextSource) else None,
            "text_field": source.text_field if isinstance(source, TextSource) else None,
            "error": piece.refusal,
            "error_message": piece.message,
            "licences": measured.licences,
        }


def _give_licences(rows: Sequence[Row]) -> None:
    """Each file the licence of the nearest folder at or above it for which one is known."""
    said: dict[str, dict[str, str]] = {}
    for row in rows:
        inside = row["container"] != "none"
        for name, licence in row["licences"].items():
            said.setdefault(row["path"] if inside else "", {})[name if inside else row["path"]] = licence
    folders = {container: folder_licences(names) for container, names in said.items()}
    for row in rows:
        inside = row["container"] != "none"
        container, path = (row["path"], row["member"] or "") if inside else ("", row["path"])
        known = folders.get(container, {})
        above = [known.get(str(parent)) for parent in PurePosixPath(path).parents]
        row["license"] = next((licence for licence in above if licence), None)


def _cut(rows: Sequence[Row], max_bytes: int, max_files: int) -> Iterator[list[Row]]:
    """Neighbouring rows of about `max_bytes` or at most `max_files`."""
    shard: list[Row] = []
    size = 0
    for row in rows:
        full = shard and (size + row["size"] > max_bytes or len(shard) >= max_files)
        early = size >= _EARLIEST * max_bytes or len(shard) >= _EARLIEST * max_files
        if full or (shard and early and _is_cut(row)):
            yield shard
            shard, size = [], 0
        shard.append(row)
        size += row["size"]
    if shard:
        yield shard


def _is_cut(row: Row) -> bool:
    return (
        xxhash.xxh3_64_intdigest(f"{row['path']}\0{row['member'] or ''}\0{row['start'] or 0}".encode()) % _CUT_PATHS
        == 0
    )


def _shard_id(kb: str, rows: Sequence[Row]) -> str:
    """Named after its first row: the same for as long as that one begins a shard."""
    return f"{kb}-{rows[0]['id'][:8]}"


def _summary(source: Source, rank: int, rows: Sequence[Row]) -> SourceSummary:
    digest = sha256()
    for row in rows:
        digest.update("\0".join((row["path"], row["member"] or "", str(row["start"] or 0), row["digest"])).encode())
        digest.update(b"\n")
    return SourceSummary(
        key=source.key,
        kind=source.kind,
        path=source.address,
        kb=source.kb,
        rank=rank,
        files=len(rows),
        bytes=sum(row["size"] for row in rows),
        sha256=digest.hexdigest(),
    )
