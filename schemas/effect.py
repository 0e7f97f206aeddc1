"""What `winnow what-if` says: how other settings would change a version."""

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Moved(_Part):
    """Documents that would be kept and are not, or the other way round, by the reason.

    Attributes:
        now: The reason they are dropped for; null where they are kept. `then` likewise.
        tokens: Of documents that are released, counted; of others, estimated from their words.
        by_source_type: Documents by type of source; `by_lang` by language.
    """

    now: str | None
    then: str | None
    documents: int
    words: int
    tokens: int
    by_source_type: dict[str, int]
    by_lang: dict[str, int]


class Sample(_Part):
    """One such document, of those nearest to the limit.

    Attributes:
        value: What the rule that decides measured, and `threshold` its limit.
    """

    id: str
    source: str | None
    source_type: str
    lang: str | None
    words: int
    now: str | None
    then: str | None
    value: float | None
    threshold: float | None


class Effect(_Part):
    """What other settings of one step would change.

    Attributes:
        documents: Looked at: those that the step was given when the version was made.
        kept_now: Documents that the step keeps with the recipe's settings, and `kept_then` with the changed ones.
        other_reason: Documents that are dropped now and then, each time for another reason.
        note: What this does not know.
    """

    dataset: str
    version: str
    step: str
    changes: list[str]
    documents: int
    kept_now: int
    kept_then: int
    words_now: int
    words_then: int
    tokens_now: int
    tokens_then: int
    other_reason: int
    moved: list[Moved]
    samples: list[Sample]
    note: str
