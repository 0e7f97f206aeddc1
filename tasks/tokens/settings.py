"""Settings of the tokenizer and of everything that is counted in its tokens (one block in the recipe)."""

from hashlib import sha256
from pathlib import Path
from typing import Self

from pydantic import Field

from schemas.settings import StepSettings


class TokensSettings(StepSettings):
    """How text becomes token ids."""

    vocab_size: int = Field(
        16000,
        ge=512,
        le=1_000_000,
        description="Pieces of the trained model; fewer where the corpus does not hold as many.",
    )
    sequence_length: int = Field(2048, ge=2, description="Tokens in a packed row.")
    sample_mb: float = Field(
        8.0, gt=0, le=512, description="Text the model is trained on, at most, in 1,000,000 bytes of UTF-8."
    )
    shard_sample_mb: float = Field(
        8.0,
        gt=0,
        le=512,
        description="Text one shard offers for that, and the document that goes over it: bounds memory.",
    )
    retrain: bool = Field(
        False,
        description="Train a model for every version. Else that of the version before is kept where it was trained as "
        "these settings say: ids stay comparable, and a changed document changes its own tokens only.",
    )
    model: str | None = Field(
        None,
        description="A SentencePiece model file to use instead of training one; relative to the recipe's folder.",
        json_schema_extra={"keyed": False},
    )
    model_sha256: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="Digest of `model`, so that another file under the same name is not mistaken for it.",
    )

    def located(self, folder: Path) -> Self:
        """The same settings with `model` as an absolute path and its digest filled in.

        Args:
            folder: What a relative `model` is relative to.

        Raises:
            OSError: The file cannot be read.
        """
        if self.model is None:
            return self
        path = (folder / self.model).resolve()
        return self.model_copy(update={"model": str(path), "model_sha256": sha256(path.read_bytes()).hexdigest()})


class ChunksSettings(StepSettings):
    """How documents become passages of a knowledge base."""

    max_chars: int = Field(750, ge=50, le=65_535, description="Longest passage, in characters.")
    min_chars: int = Field(80, ge=0, description="A shorter section joins its neighbour under the same heading.")
    parent_chars: int = Field(
        3000, ge=0, le=65_535, description="Longest parent of passages, in characters; 0 makes no parents."
    )


class SftSettings(StepSettings):
    """Which conversations a model is trained on."""

    hold_out: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the conversations whose question is in `recall_eval` left out: what the model is "
        "measured with. Which they are follows from their ids: the same in every version.",
    )


class FimSettings(StepSettings):
    """How source files are cut into prefix, middle and suffix."""

    max_cuts: int = Field(4, ge=1, le=100, description="Cuts of one file, at most.")
    chars_per_cut: int = Field(
        2000, ge=100, description="A file has one cut, and one more for every so many characters."
    )
    max_middle_chars: int = Field(1000, ge=20, description="Longest middle, in characters; of whole lines twice that.")
    context_chars: int = Field(6000, ge=100, description="Longest prefix and longest suffix, in characters.")
