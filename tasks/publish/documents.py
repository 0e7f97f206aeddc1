"""Rows of the release table `documents`: column by column, no row is looked at."""

from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.partition import text_digests
from tasks.engine.step import Accounting, Partition, Step

ROWS: Final = release_rows("documents")


def make_rows(batch: pa.Table, settings: StepSettings) -> Partition:  # noqa: ARG001
    """`documents` rows of all documents, in order.

    Args:
        batch: `document@1` rows, anonymized.
        settings: None.
    """
    computed = {
        "n_chars": pc.utf8_length(batch["text"]),
        "text_sha256": text_digests(batch["text"]).to_arrow(),
    }
    columns = [
        (computed[field.name] if field.name in computed else batch[field.name]).cast(field.type) for field in ROWS.arrow
    ]
    return Partition(ROWS.check(pa.table(columns, schema=ROWS.arrow)))


def kind_of(batch: pa.Table) -> pl.Series:
    """Prose | code | table | dialog, by the type of the source."""
    kind = pl.Series(pl.from_arrow(batch["source_type"]))
    return pl.select(
        pl.when(kind == "code")
        .then(pl.lit("code"))
        .when(kind.is_in(["github_issue", "email", "faq"]))
        .then(pl.lit("dialog"))
        .otherwise(pl.lit("prose"))
    ).to_series()


STEP: Final = Step(
    name="documents",
    version=1,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_rows,
    accounting=Accounting.NONE,
)
