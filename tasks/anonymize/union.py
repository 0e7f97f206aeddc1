"""What all shards together are known to hold: one table of fingerprints for `seal`."""

from typing import Final

import pyarrow as pa

from schemas.settings import StepSettings
from schemas.sides import KNOWN_VALUE
from tasks.engine.step import Accounting, Partition, Step


def unite_known_values(batch: pa.Table, settings: StepSettings) -> Partition:  # noqa: ARG001
    """Each fingerprint once, in order.

    Args:
        batch: `known_value@1` rows of all shards.
        settings: None.
    """
    rows = {(row["id"], row["entity"]): row for row in batch.to_pylist()}
    first = {id_: rows[id_, entity] for id_, entity in sorted(rows, reverse=True)}
    return Partition(KNOWN_VALUE.from_rows([first[id_] for id_ in sorted(first)]))


STEP: Final = Step(
    name="known_values",
    version=1,
    settings=StepSettings,
    reads=KNOWN_VALUE,
    writes=KNOWN_VALUE,
    run=unite_known_values,
    accounting=Accounting.NONE,
)
