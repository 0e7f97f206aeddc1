"""Rows of the release table `pretrain_text`: one text a document, ready to be tokenized by anybody."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.publish.documents import kind_of

ROWS: Final = release_rows("pretrain_text")


def make_texts(batch: pa.Table, settings: StepSettings) -> Partition:  # noqa: ARG001
    """`pretrain_text` rows of all documents, in order.

    Args:
        batch: `document@1` rows, anonymized.
        settings: None.
    """
    computed = {"kind": kind_of(batch).to_arrow(), "n_chars": pc.utf8_length(batch["text"])}
    columns = [
        (computed[field.name] if field.name in computed else batch[field.name]).cast(field.type) for field in ROWS.arrow
    ]
    return Partition(ROWS.check(pa.table(columns, schema=ROWS.arrow)))


STEP: Final = Step(
    name="pretrain_text",
    version=1,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_texts,
    accounting=Accounting.NONE,
)
