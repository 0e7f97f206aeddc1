"""What a recipe's `boilerplate` block can say, and the part of it that each step sees."""

from pydantic import Field

from schemas.settings import Settings, StepSettings


class CuttingSettings(Settings):
    """Which repeated passages go."""

    min_words: int = Field(
        5,
        ge=1,
        description="Words (or Han characters) of a line that goes by itself; a shorter one goes only where three "
        "repeated lines or more stand together, as in a menu.",
    )
    keep_first: bool = Field(
        True, description="A passage stays in one document of its source, so that nothing is said nowhere."
    )


class RepetitionSettings(Settings):
    """What counts as repeated."""

    min_documents: int = Field(10, ge=2, description="Documents of a source that a passage must be in …")
    min_share: float = Field(0.005, ge=0, le=1, description="… and the share of them …")
    enough_documents: int = Field(500, ge=2, description="… or so many, whatever the share.")


class BoilerplateSettings(StepSettings, CuttingSettings, RepetitionSettings):
    """Passages that repeat over many documents of a source: notices, menus, templates. FAQ and code are left alone."""

    min_source_documents: int = Field(
        50, ge=2, description="Sources are looked at from so many documents on: what few have may be what they say."
    )

    @property
    def cutting(self) -> CuttingSettings:
        """For `boilerplate`."""
        return CuttingSettings(**{name: getattr(self, name) for name in CuttingSettings.model_fields})

    @property
    def repetition(self) -> RepetitionSettings:
        """For `repeated_passages`."""
        return RepetitionSettings(**{name: getattr(self, name) for name in RepetitionSettings.model_fields})
