"""What a table looks like: a name, a version, an exact Arrow schema."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

import pyarrow as pa


class SchemaError(TypeError):
    """A table is not what it was declared to be. Quotes names and types, never values."""


@dataclass(frozen=True)
class TableSchema:
    """The contract of one kind of table.

    Args:
        name: Singular noun, e.g. "document".
        version: Raised on any change of `arrow`; part of every cache key that reads or writes the table.
        arrow: Exact columns, in order.
        key: Column that identifies a row, unique within a table.
    """

    name: str
    version: int
    arrow: pa.Schema = field(repr=False)
    key: str = "id"

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    def check(self, table: pa.Table) -> pa.Table:
        """Return `table` unchanged, if its columns are exactly the declared ones and required ones hold no null.

        Raises:
            SchemaError: Names every difference at once.
        """
        faults = [*self._column_faults(table), *self._null_faults(table)]
        if faults:
            raise SchemaError(f"{self}: {'; '.join(faults)}")
        return table

    def _column_faults(self, table: pa.Table) -> list[str]:
        found = {column.name: column.type for column in table.schema}
        faults = [f"missing column '{name}'" for name in self.arrow.names if name not in found]
        faults += [f"unexpected column '{name}'" for name in found if name not in self.arrow.names]
        faults += [
            f"'{column.name}' is {found[column.name]}, expected {column.type}"
            for column in self.arrow
            if column.name in found and found[column.name] != column.type
        ]
        if not faults and table.schema.names != self.arrow.names:
            faults.append(f"columns are in the order {table.schema.names}")
        return faults

    def _null_faults(self, table: pa.Table) -> list[str]:
        return [
            f"'{column.name}' has {table[column.name].null_count} nulls"
            for column in self.arrow
            if not column.nullable and column.name in table.schema.names and table[column.name].null_count
        ]

    def empty(self) -> pa.Table:
        """A table without rows."""
        return self._empty

    @cached_property
    def _empty(self) -> pa.Table:
        return self.arrow.empty_table()  # tables do not change, and to make one takes a tenth of a millisecond

    def from_rows(self, rows: list[dict[str, object]]) -> pa.Table:
        """A table from dictionaries; a name that is not a column is an error, an absent optional one is null.

        Raises:
            SchemaError: A row names a column the schema does not have.
        """
        named: set[str] = set().union(*rows)
        return self.from_columns({name: [row.get(name) for row in rows] for name in named}, len(rows))

    def from_columns(self, columns: Mapping[str, Sequence[object] | pa.Array], rows: int) -> pa.Table:
        """A table of so many rows from columns; an unknown one is an error, an absent optional one is null.

        Raises:
            SchemaError: A column is not one of the schema's.
        """
        unknown = sorted(set(columns) - set(self.arrow.names))
        if unknown:
            raise SchemaError(f"{self}: unexpected columns {unknown}")
        arrays = [
            _column(columns[part.name], part.type) if part.name in columns else pa.nulls(rows, part.type)
            for part in self.arrow
        ]
        return self.check(pa.Table.from_arrays(arrays, schema=self.arrow))

    def conform(self, table: pa.Table) -> pa.Table:
        """Select, order and cast the columns of `table` to this schema, then check it.

        For results that come back from another engine (polars has its own string type).
        """
        missing = [name for name in self.arrow.names if name not in table.schema.names]
        if missing:
            raise SchemaError(f"{self}: missing columns {missing}")
        return self.check(table.select(self.arrow.names).cast(self.arrow))


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    """`pa.array(values, kind)`; lists of dictionaries field by field, which takes a third of the time."""
    if isinstance(values, pa.Array):
        return values
    if not (pa.types.is_large_list(kind) and pa.types.is_struct(kind.value_type)) or None in values:
        return pa.array(values, kind)
    items = [item for value in values for item in value]
    if None in items:
        return pa.array(values, kind)
    named: set[str] = set().union(*items)
    fields = [
        pa.array([item.get(part.name) for item in items], part.type)
        if part.name in named
        else pa.nulls(len(items), part.type)
        for part in kind.value_type
    ]
    ends = pa.array([0, *accumulate(map(len, values))], pa.int64())
    structs = pa.StructArray.from_arrays(fields, fields=list(kind.value_type))
    return pa.LargeListArray.from_arrays(ends, structs, type=kind)
