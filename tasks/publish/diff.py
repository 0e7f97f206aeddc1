"""What two versions of a dataset differ in: documents by id and text, other tables by their rows."""

from collections.abc import Sequence
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from schemas.manifest import Manifest
from schemas.release import RELEASE
from tasks.engine.store import Store
from tasks.publish.versions import version_folder

# Documents named of each kind; all of them are counted.
_NAMED: Final = 20


class ChangedDocument(BaseModel):
    """A document that is not the same in both versions; `why` it went, where the later version says so."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    source_type: str
    why: str | None = None


class VersionDiff(BaseModel):
    """The difference of two versions.

    Attributes:
        counts: Documents added, removed, changed (another text under the same id) and same.
        by_source_type: The first three by type of source.
        documents: The first of them, by path.
        rows: By table: rows before and after.
        settings: Steps whose settings differ.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    before: str
    after: str
    counts: dict[str, int]
    by_source_type: dict[str, dict[str, int]]
    documents: dict[str, list[ChangedDocument]]
    rows: dict[str, tuple[int, int]]
    settings: list[str]


def compare_versions(store: Store, before: Manifest, after: Manifest) -> VersionDiff:
    """Compare two versions by the columns that identify documents; no text is read."""
    old, new = (
        _read(store, manifest, "documents", ["id", "text_sha256", "source", "source_type"])
        for manifest in (before, after)
    )
    both = old.join(new.select("id", "text_sha256"), on="id", suffix="_new")
    differ = pl.col("text_sha256") != pl.col("text_sha256_new")
    parts = {
        "added": new.join(old, on="id", how="anti"),
        "removed": old.join(new, on="id", how="anti"),
        "changed": both.filter(differ),
    }
    dropped = _read(store, after, "dropped", ["id", "stage", "reason"])
    why = {name: f"{stage}: {reason}" for name, stage, reason in dropped.iter_rows()}
    old_steps, new_steps = (manifest.recipe.get("steps", {}) for manifest in (before, after))
    return VersionDiff(
        dataset=after.dataset,
        before=before.version,
        after=after.version,
        counts={**{name: part.height for name, part in parts.items()}, "same": both.filter(~differ).height},
        by_source_type={name: _by_type(part) for name, part in parts.items()},
        documents={name: _named(part, why if name == "removed" else {}) for name, part in parts.items()},
        rows={
            table: (_rows(before, table), _rows(after, table))
            for table in RELEASE
            if _rows(before, table) or _rows(after, table)
        },
        settings=sorted(name for name in {*old_steps, *new_steps} if old_steps.get(name) != new_steps.get(name)),
    )


def _read(store: Store, manifest: Manifest, table: str, columns: Sequence[str]) -> pl.DataFrame:
    parts = []
    for file in manifest.files:
        if file.table == table:
            with store.open_input(f"{version_folder(manifest.dataset, manifest.version)}/{file.path}") as stream:
                parts.append(pq.ParquetFile(stream).read(columns=list(columns)))
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return pl.DataFrame(pl.from_arrow(pa.concat_tables(parts)))


def _by_type(part: pl.DataFrame) -> dict[str, int]:
    return {str(kind): int(count) for kind, count in part["source_type"].value_counts().sort("source_type").iter_rows()}


def _named(part: pl.DataFrame, why: dict[str, str]) -> list[ChangedDocument]:
    rows = part.sort("source", "id").head(_NAMED).select("id", "source", "source_type").to_dicts()
    return [ChangedDocument(**row, why=why.get(row["id"])) for row in rows]


def _rows(manifest: Manifest, table: str) -> int:
    return sum(file.rows for file in manifest.files if file.table == table)
