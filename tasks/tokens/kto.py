"""Answers with a label: accepted, or tried in vain (Ethayarajh et al., 2024: KTO needs no pairs)."""

from typing import Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.judged_answers import judged_threads, message, origin

ROWS: Final = release_rows("kto")


def make_labels(batch: pa.Table, settings: StepSettings) -> Partition:  # noqa: ARG001
    """`kto` rows: accepted answers with a true label, refuted ones with a false one.

    Args:
        batch: `document@1` rows.
        settings: None.
    """
    rows = []
    for document, conversation, judged in judged_threads(batch):
        for one in judged:
            messages = [message(turn) for turn in conversation.turns[: one.position + 1]]
            rows.append(
                {
                    **origin(document, "kto", one.position),
                    "prompt": messages[:-1],
                    "completion": messages[-1:],
                    "label": one.good,
                    "dialog": messages,
                }
            )
    return Partition(ROWS.from_rows(rows))


STEP: Final = Step(
    name="kto",
    version=7,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_labels,
    accounting=Accounting.NONE,
)
