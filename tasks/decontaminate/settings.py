"""What a recipe's `decontaminate` block can say, and the part of it that the step sees."""

from hashlib import sha256
from pathlib import Path
from typing import Self

from pydantic import Field

from schemas.settings import Settings, StepSettings


class OverlapSettings(Settings):
    """How much of an item a document may hold."""

    max_share: float = Field(
        0.5, ge=0, lt=1, description="Share of an item's n-grams that a document may hold; with more it goes."
    )


class DecontaminateSettings(StepSettings, OverlapSettings):
    """Evaluation sets whose items must not be in a release; without any there is nothing to do."""

    against: list[str] = Field(
        default_factory=list,
        description="Files of evaluation sets: .jsonl, .parquet, .csv, .tsv or .txt (an item a line); relative to the "
        "recipe's folder.",
        json_schema_extra={"keyed": False},
    )
    against_sha256: list[str] = Field(
        default_factory=list, description="Digests of these files; filled in when the recipe is read."
    )
    fields: list[str] = Field(
        default_factory=list, description="Columns of these files that count; none means all that hold text."
    )
    ngram: int = Field(13, ge=2, le=64, description="Words (or Han, kana, hangul characters) of an n-gram.")
    min_words: int = Field(8, ge=2, description="A shorter item is not looked for; one below `ngram` is one n-gram.")

    @property
    def overlap(self) -> OverlapSettings:
        """For `decontaminate`."""
        return OverlapSettings(max_share=self.max_share)

    def located(self, folder: Path) -> Self:
        """The same settings with absolute paths and digests.

        Raises:
            OSError: A file cannot be read.
        """
        paths = [(folder / path).resolve() for path in self.against]
        digests = [sha256(path.read_bytes()).hexdigest() for path in paths]
        return self.model_copy(update={"against": [str(path) for path in paths], "against_sha256": digests})
