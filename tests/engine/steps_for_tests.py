"""Steps for the tests of the engine; worker processes import them from here."""

import os
import signal
from enum import StrEnum

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.settings import StepSettings
from tasks.engine.partition import split
from tasks.engine.step import Accounting, Partition, Step


class LengthSettings(StepSettings):
    min_chars: int = 3
    marker: str | None = None


class LengthReason(StrEnum):
    TOO_SHORT = "too_short"


def drop_short(batch: pa.Table, settings: LengthSettings) -> Partition:
    n_chars = pl.Series(pl.from_arrow(batch["text"])).str.len_chars()
    reason = pl.select(pl.when(n_chars < settings.min_chars).then(pl.lit("too_short"))).to_series()
    threshold = pl.repeat(float(settings.min_chars), batch.num_rows, eager=True)
    return split(batch, step="length", reason=reason, value=n_chars.cast(pl.Float64), threshold=threshold)


def lose_last(batch: pa.Table, settings: LengthSettings) -> Partition:
    return Partition(batch.slice(0, batch.num_rows - 1))


def keep_first_twice(batch: pa.Table, settings: LengthSettings) -> Partition:
    return Partition(pa.concat_tables([batch, batch.slice(0, 1)]))


def undeclared_reason(batch: pa.Table, settings: LengthSettings) -> Partition:
    return split(batch, step="undeclared", reason=pl.Series(["because"] * batch.num_rows))


def die_once(batch: pa.Table, settings: LengthSettings) -> Partition:
    """Die as a killed worker does, the first time."""
    if settings.marker and not os.path.exists(settings.marker):
        open(settings.marker, "w", encoding="ascii").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return Partition(batch)


def raise_always(batch: pa.Table, settings: LengthSettings) -> Partition:
    open(settings.marker or os.devnull, "w", encoding="ascii").close()
    raise ValueError("always")


def _step(name, run, **declared):
    return Step(name=name, version=1, settings=LengthSettings, reads=DOCUMENT, writes=DOCUMENT, run=run, **declared)


LENGTH = _step("length", drop_short, reasons=LengthReason)
LOSES = _step("loses", lose_last)
DOUBLES = _step("doubles", keep_first_twice)
UNDECLARED = _step("undeclared", undeclared_reason, reasons=LengthReason)
LOSES_PARENTS = _step("loses_parents", lose_last, accounting=Accounting.PARENTS)
DIES = _step("dies", die_once)
RAISES = _step("raises", raise_always)
