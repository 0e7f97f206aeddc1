"""What a recipe's `language` and `quality` blocks can say."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.settings import StepSettings
from tasks.quality.rules import RULES, QualityReason


class LanguageSettings(StepSettings):
    """Shares of words from which on a text is called Chinese, or mixed."""

    chinese: float = 0.6
    mixed: float = 0.15


class SignalsSettings(StepSettings):
    """Nothing to set: thresholds belong to `quality`."""


class QualitySettings(StepSettings):
    """Which rules apply, and their limits."""

    profile: Literal["auto", "web", "docs", "thread", "code"] = Field(
        "auto", description="`auto` goes by the type of the source and the language of the document."
    )
    limits: dict[QualityReason, float | None] = Field(
        default_factory=dict, description="Limit of a rule in every profile that has it; null switches the rule off."
    )

    @model_validator(mode="after")
    def _something_applies(self) -> Self:
        if all(self.limits.get(reason, 0.0) is None for reason in RULES):
            raise ValueError("every rule is off: use `enabled: false`")
        return self
