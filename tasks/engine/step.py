"""A step: a pure function of a batch and its settings, and what it declares about itself."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import pyarrow as pa

from schemas.outcomes import DROP, QUARANTINE
from schemas.settings import Settings
from schemas.table import TableSchema

S = TypeVar("S", bound=Settings)


class LostRowsError(RuntimeError):
    """A step neither kept, dropped nor quarantined some row, or counted one twice."""


class Accounting(StrEnum):
    """How the rows that enter a step are found again in what leaves it."""

    ROWS = "rows"  # each row once: kept, dropped or quarantined
    PARENTS = "parents"  # each row at least once, as the parent of what came out of it
    NONE = "none"  # a summary of the rows (clusters, a vocabulary); nothing is removed by it


@dataclass(frozen=True)
class Partition:
    """What a step did with a batch.

    Args:
        kept: Rows of the step's `writes`.
        dropped: `drop@1` rows: a rule said no.
        quarantined: `quarantine@1` rows: the input could not be processed.
        sides: Further tables by name, as the step's `emits` declares them.
        records: Raw records the batch held, where one input row holds many; None means one each.
    """

    kept: pa.Table
    dropped: pa.Table = field(default_factory=DROP.empty)
    quarantined: pa.Table = field(default_factory=QUARANTINE.empty)
    sides: Mapping[str, pa.Table] = field(default_factory=lambda: MappingProxyType({}))
    records: int | None = None


# Compared by identity: a declaration is one object in a process.
@dataclass(frozen=True, eq=False)
class Step(Generic[S]):
    """Declaration of a step; its Prefect task is derived from it.

    Args:
        name: Also the name of its block in a recipe and of its task in Prefect.
        version: Raised whenever the output for the same input changes (golden files tell).
        settings: Parameters, frozen.
        reads: Schema of the batch.
        writes: Schema of what is kept.
        run: `run(batch, settings, **uses) -> Partition`. Pure: the same arguments give the same bytes.
        reasons: Why rows are dropped, in the order the rules are tried.
        causes: Why rows are quarantined.
        uses: Tables the step needs beside its batch, whole, passed by keyword.
        emits: Tables the step writes beside what it keeps, by name.
        streamed: Tables that are handed over shard by shard, as an iterator, and not put together: a task that needs
            a part of each never holds them all. Names of `uses`, or "batch".
        accounting: How conservation is checked.
        parent: Column of `writes` that names the input row, for `Accounting.PARENTS`.
    """

    name: str
    version: int
    settings: type[S]
    reads: TableSchema
    writes: TableSchema
    run: Callable[..., Partition]
    reasons: type[StrEnum] | None = None
    causes: type[StrEnum] | None = None
    uses: Mapping[str, TableSchema] = field(default_factory=lambda: MappingProxyType({}))
    emits: Mapping[str, TableSchema] = field(default_factory=lambda: MappingProxyType({}))
    streamed: frozenset[str] = frozenset()
    accounting: Accounting = Accounting.ROWS
    parent: str = "parent_id"

    @property
    def address(self) -> str:
        """`module:name` of this declaration, so that a worker process can import it."""
        return f"{self.run.__module__}:{self.name}"

    def check(self, batch: pa.Table, parts: Partition, shard_id: str) -> None:
        """Check schemas, vocabularies and that every row of `batch` is accounted for.

        Raises:
            SchemaError: A table is not what was declared.
            LostRowsError: Rows were lost, doubled or invented; or a reason or cause was not declared.
        """
        self.writes.check(parts.kept)
        DROP.check(parts.dropped)
        QUARANTINE.check(parts.quarantined)
        if set(parts.sides) != set(self.emits):
            raise LostRowsError(f"{self.name}: wrote {sorted(parts.sides)}, declared {sorted(self.emits)}")
        for name, schema in self.emits.items():
            schema.check(parts.sides[name])
        self._check_vocabulary(parts)
        if self.accounting is Accounting.ROWS:
            self._check_rows(batch, parts, shard_id)
        elif self.accounting is Accounting.PARENTS:
            self._check_parents(batch, parts, shard_id)

    def _check_vocabulary(self, parts: Partition) -> None:
        for column, table, declared in (
            ("reason", parts.dropped, self.reasons),
            ("cause", parts.quarantined, self.causes),
        ):
            known = {member.value for member in declared} if declared else set()
            unknown = set(table[column].unique().to_pylist()) - known
            if unknown:
                raise LostRowsError(f"{self.name}: undeclared {column} {sorted(unknown)}")

    def _check_rows(self, batch: pa.Table, parts: Partition, shard_id: str) -> None:
        ids = [
            *parts.kept[self.writes.key].to_pylist(),
            *parts.dropped["id"].to_pylist(),
            *parts.quarantined["id"].to_pylist(),
        ]
        if len(ids) != batch.num_rows or set(ids) != set(batch[self.reads.key].to_pylist()):
            raise LostRowsError(
                f"{self.name}: shard {shard_id} had {batch.num_rows} rows, kept {parts.kept.num_rows}, "
                f"dropped {parts.dropped.num_rows}, quarantined {parts.quarantined.num_rows}"
            )

    def _check_parents(self, batch: pa.Table, parts: Partition, shard_id: str) -> None:
        parents = {
            *parts.kept[self.parent].to_pylist(),
            *parts.dropped["parent_id"].to_pylist(),
            *parts.quarantined["parent_id"].to_pylist(),
        }
        expected = set(batch[self.reads.key].to_pylist())
        outcomes = parts.kept.num_rows + parts.dropped.num_rows + parts.quarantined.num_rows
        if parts.records is not None and outcomes != parts.records:
            raise LostRowsError(f"{self.name}: shard {shard_id} held {parts.records} records, {outcomes} came out")
        if parents != expected:
            raise LostRowsError(
                f"{self.name}: shard {shard_id} lost {len(expected - parents)} of {len(expected)} inputs "
                f"and invented {len(parents - expected)}"
            )


def step_at(address: str) -> Step[Any]:
    """The declaration at an address; its module is imported."""
    module, _, name = address.partition(":")
    steps = [value for value in vars(importlib.import_module(module)).values() if isinstance(value, Step)]
    return next(step for step in steps if step.name == name)
