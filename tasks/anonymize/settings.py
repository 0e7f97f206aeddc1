"""What a recipe's `anonymize` block can say."""

from typing import Literal

from pydantic import Field, SecretStr

from schemas.settings import StepSettings


class AnonymizeSettings(StepSettings):
    """How personal data and secrets are replaced."""

    mode: Literal["pseudonym", "mask", "redact"] = Field(
        "pseudonym", description="The same surrogate for the same value; the kind of value; or nothing."
    )
    private_addresses: bool = Field(False, description="Replace private and loopback IP addresses too.")
    example_addresses: bool = Field(False, description="Replace e-mail addresses at example.com and its like too.")
    hotlines: bool = Field(False, description="Replace public service numbers (400, 800, 95xxx) too.")
    key: SecretStr = Field(
        SecretStr(""),
        description="Filled in by the flow from the environment or the store; never part of a recipe or a release.",
        json_schema_extra={"keyed": False},
    )
    key_fingerprint: str = Field("", description="Filled in by the flow: another key gives other surrogates.")
