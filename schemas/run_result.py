"""What a run says about itself when it is done."""

from pydantic import BaseModel, ConfigDict

from schemas.manifest import SourceTotals, StepTotals


class QuarantinedInput(BaseModel):
    """A file or record that could not be processed, and why."""

    model_config = ConfigDict(frozen=True)

    source: str
    step: str
    cause: str
    message: str | None


class RunResult(BaseModel):
    """The outcome of a run.

    Attributes:
        published: Whether this run made the version; False where nothing had changed.
        path: Folder or URL of the version.
        tables: Rows by table.
        n_tokens: Tokens of the released documents; None where `tokens` is off.
        seconds: Wall time.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    version: str
    published: bool
    path: str
    tables: dict[str, int]
    sources: list[SourceTotals]
    steps: list[StepTotals]
    quarantined: list[QuarantinedInput]
    n_tokens: int | None = None
    seconds: float = 0.0
