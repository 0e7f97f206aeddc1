"""What `winnow why` says of one record: ids, numbers and closed vocabularies; never text, never personal data."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class RemovedSpan(_Part):
    """A piece that a step took out: `[start, end)` in code points of the text it was given."""

    start: int
    end: int
    reason: str
    detail: str | None = None


class StepTrace(_Part):
    """What one step did with the record.

    Attributes:
        outcome: measured: a number of the record was taken; made: rows of a release table came of it.
        value: What was measured, and `threshold` the limit it broke.
        kept_id: Of a duplicate: the document that stays.
        words: Of the text as the step left it.
        rows: That came of it.
    """

    step: str
    version: int
    outcome: Literal["kept", "dropped", "quarantined", "measured", "made"]
    reason: str | None = None
    detail: str | None = None
    value: float | None = None
    threshold: float | None = None
    kept_id: str | None = None
    words: int | None = None
    rows: int | None = None
    removed: list[RemovedSpan] = []


class RuleTrace(_Part):
    """A rule of `quality` that the record was held to; `least` says whether its limit is the least allowed."""

    rule: str
    signal: str
    value: float
    limit: float
    least: bool
    broken: bool


class Twin(_Part):
    """A document that went because this one stays."""

    id: str
    reason: str
    similarity: float


class Trace(_Part):
    """What became of one record of a version, and why.

    Attributes:
        through: What was asked about, where that is a part of the document: chunks, images.
        source: As it is released.
        profile: Of the rules of `quality`.
        twins: See `Twin`.
        personal_data: Replaced values by kind.
    """

    dataset: str
    version: str
    id: str
    through: str | None = None
    source: str
    source_type: str
    lang: str | None = None
    kb: str | None = None
    outcome: Literal["released", "dropped", "quarantined"]
    steps: list[StepTrace]
    profile: str | None = None
    rules: list[RuleTrace] = []
    signals: dict[str, float] = {}
    cluster: str | None = None
    twins: list[Twin] = []
    personal_data: dict[str, int] = {}
    tokens: int | None = None
