"""What a recipe's `deduplicate` block can say, and the parts of it that each step sees.

A step is given only the settings that decide its output, so that a changed threshold does not sign anything again.
"""

from typing import Literal

from pydantic import Field

from schemas.settings import Settings, StepSettings
from tasks.dedup.banding import Banding, choose_banding


class FoldingSettings(Settings):
    """Differences between two texts that do not count."""

    fold_case: bool = Field(True, description="A and a are equal.")
    fold_width: bool = Field(True, description="Compatibility forms are equal: Ａ and A, ﬁ and fi, é however encoded.")
    fold_traditional: bool = Field(True, description="Traditional and Simplified characters are equal: 體 and 体.")
    fold_punctuation: bool = Field(True, description="Punctuation and symbols are left out of shingles.")
    fold_whitespace: bool = Field(True, description="Whitespace is left out of shingles.")


class SigningSettings(FoldingSettings):
    """How a document becomes a signature."""

    shingle_size: int = Field(5, ge=1, le=32, description="Words, or Han, kana and hangul characters, in a shingle.")
    num_perm: int = Field(128, ge=16, le=1024, description="Entries of the MinHash signature.")
    bands: int = Field(25, ge=1)
    rows: int = Field(5, ge=1, description="Entries of a band.")
    seed: int = Field(1, ge=0, lt=2**32, description="Of the permutations, as datasketch draws them.")
    anchor_share: int = Field(0, ge=0, description="One shingle in so many is an anchor for containment; 0 is none.")


class LinkingSettings(Settings):
    """Which documents are compared, and which of two stays."""

    bands: int
    keep_latest: bool = False
    find_contained: bool = False
    min_containment: float = 0.9


class VerifyingSettings(Settings):
    """What makes two documents duplicates."""

    similarity: Literal["shingles", "edits"] = "shingles"
    threshold: float
    min_containment: float = 0.9
    drop_contained: bool = False


class ShingleSetSettings(FoldingSettings):
    """What two linked documents are compared by."""

    similarity: Literal["shingles", "edits"] = "shingles"
    shingle_size: int = 5


class DeduplicateSettings(StepSettings, FoldingSettings):
    """Duplicates: what counts as one, and which of two documents stays."""

    threshold: float = Field(
        0.7, gt=0, le=1, description="Jaccard similarity of two shingle sets from which on one goes."
    )
    shingle_size: int = Field(5, ge=1, le=32, description="Words, or Han, kana and hangul characters, in a shingle.")
    num_perm: int = Field(128, ge=16, le=1024, description="Entries of the MinHash signature.")
    max_miss: float = Field(
        0.02, gt=0, lt=1, description="Share of pairs exactly at the threshold that banding may overlook."
    )
    seed: int = Field(1, ge=0, lt=2**32, description="Of the permutations, as datasketch draws them.")
    keep_latest: bool = Field(False, description="Of two duplicates of one source, the newer one stays.")

    @property
    def banding(self) -> Banding:
        """Bands and rows for the threshold."""
        return choose_banding(self.threshold, num_perm=self.num_perm, max_miss=self.max_miss)

    @property
    def folding(self) -> dict[str, bool]:
        """Values of the `FoldingSettings`."""
        return {name: getattr(self, name) for name in FoldingSettings.model_fields}

    @property
    def signing(self) -> SigningSettings:
        """For `signatures`."""
        bands, rows = self.banding
        return SigningSettings(
            **self.folding,
            shingle_size=self.shingle_size,
            num_perm=self.num_perm,
            bands=bands,
            rows=rows,
            seed=self.seed,
        )

    @property
    def linking(self) -> LinkingSettings:
        """For `candidates`."""
        return LinkingSettings(bands=self.banding.bands, keep_latest=self.keep_latest)

    @property
    def shingling(self) -> ShingleSetSettings:
        """For `shingle_sets`."""
        return ShingleSetSettings(**self.folding, shingle_size=self.shingle_size)

    @property
    def verifying(self) -> VerifyingSettings:
        """For `verify`, `clusters` and `deduplicate`."""
        return VerifyingSettings(threshold=self.threshold)
