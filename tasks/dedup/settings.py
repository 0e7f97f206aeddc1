"""What a recipe's `deduplicate` block can say, and the parts of it that each step sees.

A step is given only the settings that decide its output, so that a changed threshold does not sign anything again.
"""

import math
from typing import Final, Literal

from pydantic import Field

from schemas.settings import Settings, StepSettings
from tasks.dedup.banding import Banding, choose_banding

Similarity = Literal["shingles", "edits"]

# Band hashes that one task sorts: about 200 MB.
_HASHES_PER_PART: Final = 4_000_000
# Tokens of a shingle that survives edits; and one shingle in so many is an anchor.
_EDIT_SHINGLE: Final = 2
_ANCHOR_SHARE: Final = 16


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


class RankingSettings(Settings):
    """Which of two twins stays."""

    keep_latest: bool = False


class LinkingSettings(Settings):
    """Which documents are compared."""

    part: int = Field(0, ge=0, description="The share of all hashes that a task looks at: this part …")
    parts: int = Field(1, ge=1, description="… of so many.")


class ShingleSetSettings(FoldingSettings):
    """What two linked documents are compared by."""

    similarity: Similarity = "shingles"
    shingle_size: int = 5


class VerifyingSettings(Settings):
    """What makes two documents duplicates."""

    similarity: Similarity = "shingles"
    threshold: float
    min_containment: float = 0.9
    part: int = 0
    parts: int = 1


class ClusteringSettings(Settings):
    """What becomes of pairs that passed."""

    drop_contained: bool = False


class DroppingSettings(Settings):
    """The limits, for the record of what was dropped."""

    threshold: float
    min_containment: float = 0.9


class DeduplicateSettings(StepSettings, FoldingSettings):
    """Duplicates: what counts as one, and which of two documents stays."""

    similarity: Similarity = Field(
        "shingles",
        description="What two documents are compared by: the shingles they share, or the tokens that edits leave in "
        "place (finds revised texts, costs five to eight times as much).",
    )
    threshold: float = Field(
        0.7, gt=0, le=1, description="Jaccard similarity of two shingle sets from which on one goes."
    )
    min_edit_similarity: float = Field(
        0.75, ge=0.6, le=1, description="Similarity `edits`: share of tokens left in place from which on one goes."
    )
    shingle_size: int = Field(5, ge=1, le=32, description="Words, or Han, kana and hangul characters, in a shingle.")
    num_perm: int = Field(128, ge=16, le=1024, description="Entries of the MinHash signature.")
    max_miss: float = Field(
        0.02, gt=0, lt=1, description="Share of pairs exactly at the threshold that banding may overlook."
    )
    seed: int = Field(1, ge=0, lt=2**32, description="Of the permutations, as datasketch draws them.")
    keep_latest: bool = Field(
        False, description="Of two duplicates of one source, the newer one stays, released or not."
    )
    containment: Literal["ignore", "report", "drop"] = Field(
        "report", description="What becomes of a document most of which is inside a longer one."
    )
    min_containment: float = Field(
        0.9, gt=0.5, le=1, description="Share of a document's shingles from which on it counts as contained."
    )

    @property
    def banding(self) -> Banding:
        """Bands and rows for the threshold."""
        return choose_banding(self.candidate_threshold, num_perm=self.num_perm, max_miss=self.max_miss)

    @property
    def candidate_threshold(self) -> float:
        """Jaccard similarity that pairs at the limit have.

        An edit of one token breaks every shingle it is in: of two texts with a share s of their tokens in place,
        s**n of the n-token shingles are expected to be equal.
        """
        if self.similarity == "shingles":
            return self.threshold
        shared = self.min_edit_similarity**_EDIT_SHINGLE
        return shared / (2 - shared)

    @property
    def _shingling(self) -> dict[str, int | bool]:
        folding = {name: getattr(self, name) for name in FoldingSettings.model_fields}
        return {**folding, "shingle_size": _EDIT_SHINGLE if self.similarity == "edits" else self.shingle_size}

    @property
    def _limit(self) -> float:
        return self.threshold if self.similarity == "shingles" else self.min_edit_similarity

    @property
    def signing(self) -> SigningSettings:
        """For `signatures`."""
        bands, rows = self.banding
        return SigningSettings(
            **self._shingling,
            num_perm=self.num_perm,
            bands=bands,
            rows=rows,
            seed=self.seed,
            anchor_share=0 if self.containment == "ignore" else _ANCHOR_SHARE,
        )

    @property
    def ranking(self) -> RankingSettings:
        """For `ranks`."""
        return RankingSettings(keep_latest=self.keep_latest)

    def linking(self, documents: int) -> list[LinkingSettings]:
        """For `candidates`: one per part."""
        parts = max(1, math.ceil(documents * self.banding.bands / _HASHES_PER_PART))
        return [LinkingSettings(part=part, parts=parts) for part in range(parts)]

    @property
    def listing(self) -> ShingleSetSettings:
        """For `shingle_sets`."""
        return ShingleSetSettings(**self._shingling, similarity=self.similarity)

    def verifying(self, documents: int) -> list[VerifyingSettings]:
        """For `verify`: one per part."""
        return [
            VerifyingSettings(
                similarity=self.similarity,
                threshold=self._limit,
                min_containment=self.min_containment,
                part=linking.part,
                parts=linking.parts,
            )
            for linking in self.linking(documents)
        ]

    @property
    def clustering(self) -> ClusteringSettings:
        """For `clusters`."""
        return ClusteringSettings(drop_contained=self.containment == "drop")

    @property
    def dropping(self) -> DroppingSettings:
        """For `deduplicate`."""
        return DroppingSettings(threshold=self._limit, min_containment=self.min_containment)
