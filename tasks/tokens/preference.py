"""Better and worse answers to the same words: what the reporter tried in vain, and what was accepted after it."""

from typing import Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.judged_answers import judged_threads, message, origin

ROWS: Final = release_rows("preference")


def make_preferences(batch: pa.Table, settings: StepSettings) -> Partition:  # noqa: ARG001
    """`preference` rows: for each refuted answer of a thread, the accepted one in its place.

    The prompt is what was said before the refuted answer; both answer its last message.

    Args:
        batch: `document@1` rows.
        settings: None.
    """
    rows = []
    for document, conversation, judged in judged_threads(batch):
        turns = conversation.turns
        for worse in judged:
            if worse.good or not judged[-1].good:
                continue
            chosen, rejected = message(turns[judged[-1].position]), message(turns[worse.position])
            rows.append(
                {
                    **origin(document, "preference", worse.position),
                    "prompt": [message(turn) for turn in turns[: worse.position]],
                    "chosen": [chosen],
                    "rejected": [rejected],
                    "chosen_message": chosen,
                    "rejected_message": rejected,
                    "preference_signal": f"{conversation.signal}_over_refuted",
                }
            )
    return Partition(ROWS.from_rows(rows))


STEP: Final = Step(
    name="preference",
    version=7,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_preferences,
    accounting=Accounting.NONE,
)
