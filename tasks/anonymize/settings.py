"""What a recipe's `anonymize` block can say."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, SecretStr

from schemas.settings import StepSettings


@dataclass(frozen=True)
class JudgeSettings:
    """What counts as personal data; see `AnonymizeSettings`."""

    private_addresses: bool = False
    example_addresses: bool = False
    hotlines: bool = False
    organisations: bool = False
    names: bool = True
    models: tuple[tuple[str, str], ...] = ()


class AnonymizeSettings(StepSettings):
    """How personal data and secrets are replaced."""

    mode: Literal["pseudonym", "mask", "redact"] = Field(
        "pseudonym", description="The same surrogate for the same value; the kind of value; or nothing."
    )
    names: bool = Field(True, description="Replace names of people.")
    organisations: bool = Field(False, description="Replace names of firms too.")
    private_addresses: bool = Field(False, description="Replace private and loopback IP addresses too.")
    example_addresses: bool = Field(False, description="Replace e-mail addresses at example.com and its like too.")
    hotlines: bool = Field(False, description="Replace public service numbers (400, 800, 95xxx) too.")
    models: dict[Literal["en", "zh"], str] = Field(
        default_factory=dict,
        description="Folder of a spaCy pipeline or a transformers model by language: its names are replaced too.",
    )
    timeout_s: float = Field(
        60, gt=0, description="Longest analysis of one document; what takes longer is quarantined, not released."
    )
    key: SecretStr = Field(
        SecretStr(""),
        description="Filled in by the flow from the environment or the store; never part of a recipe or a release.",
        json_schema_extra={"keyed": False},
    )
    key_fingerprint: str = Field("", description="Filled in by the flow: another key gives other surrogates.")

    @property
    def judged(self) -> JudgeSettings:
        """What counts as personal data."""
        return JudgeSettings(
            private_addresses=self.private_addresses,
            example_addresses=self.example_addresses,
            hotlines=self.hotlines,
            organisations=self.organisations,
            names=self.names,
            models=tuple(sorted(self.models.items())),
        )
