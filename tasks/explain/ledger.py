"""What the steps of a finished run wrote, by step, shard and side; columns are read where they lie, not objects."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.ledger import LEDGER
from schemas.manifest import Manifest
from schemas.shard import ShardRef
from tasks.engine.store import Store

_OF_REF: Final = ("shard_id", "table", "path", "rows", "size", "digest")


class NoLedgerError(LookupError):
    """A version from before runs wrote down what they did."""


@dataclass(frozen=True)
class Entry:
    """One table that a step wrote; see `ledger@1`."""

    place: int
    step: str
    version: int
    key: str
    side: str
    shard: str
    ref: ShardRef


class Ledger:
    """The ledger of one version.

    Args:
        store: Holds everything it names.
        manifest: Of the version.

    Raises:
        NoLedgerError: The version has none.
    """

    def __init__(self, store: Store, manifest: Manifest) -> None:
        if manifest.ledger is None:
            raise NoLedgerError(f"{manifest.dataset} {manifest.version} was made before ledgers: run the recipe again")
        self.store = store
        self.manifest = manifest
        self._rows = store.get_columns(manifest.ledger, LEDGER.arrow.names)

    def entries(
        self,
        *,
        step: str | None = None,
        side: str | None = None,
        shard: str | None = None,
        table: str | None = None,
        filled: bool = True,
    ) -> list[Entry]:
        """Tables in the order of the run, of this step, side, shard and schema where given.

        Args:
            step: Name, or its beginning where it ends in "*".
            side: kept, dropped, quarantined, or a side table.
            shard: That the step was given.
            table: Name of the schema, with its version or without.
            filled: Only those with rows.
        """
        found = self._rows
        masks = []
        if step is not None:
            prefix = step.endswith("*")
            masks.append(pc.starts_with(found["step"], step[:-1]) if prefix else pc.equal(found["step"], step))
        if side is not None:
            masks.append(pc.equal(found["side"], side))
        if shard is not None:
            masks.append(pc.equal(found["record_shard"], shard))
        if table is not None:
            masks.append(pc.starts_with(found["table"], table if "@" in table else f"{table}@"))
        if filled:
            masks.append(pc.greater(found["rows"], 0))
        for mask in masks:
            # Filtered one after the other the masks would no longer fit.
            masks[0] = pc.and_(masks[0], mask)
        return [_entry(row) for row in (found.filter(masks[0]) if masks else found).to_pylist()]

    def columns(self, entries: Iterable[Entry], names: list[str]) -> pa.Table:
        """These columns of several tables of one schema, one below the other."""
        tables = [self.store.get_columns(entry.ref, names) for entry in entries]
        return pa.concat_tables(tables) if tables else pa.table({name: [] for name in names})

    def rows_of(self, entry: Entry, value: str, *, column: str = "id", names: list[str] | None = None) -> list[Any]:
        """Rows of a table whose `column` is `value`; without `names` all columns but text and bytes."""
        wanted = names or [name for name in self._names(entry) if name not in {"text", "bytes", "blocks", "image"}]
        ids = self.store.get_columns(entry.ref, [column])[column]
        places = pc.indices_nonzero(pc.equal(ids, pa.scalar(value, ids.type)))
        if not len(places):
            return []
        return list(self.store.get_columns(entry.ref, wanted).take(places).to_pylist())

    def _names(self, entry: Entry) -> list[str]:
        return self.store.column_names(entry.ref)


def _entry(row: dict[str, Any]) -> Entry:
    ref = ShardRef.model_construct(**{name: row[name] for name in _OF_REF})
    return Entry(row["place"], row["step"], row["step_version"], row["key"], row["side"], row["record_shard"], ref)
