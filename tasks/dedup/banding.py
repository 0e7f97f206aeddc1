"""Bands and rows of locality-sensitive hashing, chosen by the share of duplicates they overlook."""

from typing import NamedTuple


class Banding(NamedTuple):
    """`bands` slices of `rows` signature entries each; documents equal in one slice are compared."""

    bands: int
    rows: int

    def detection(self, similarity: float) -> float:
        """Probability that a pair of this Jaccard similarity is compared.

        Source: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, section 3.4.
        """
        return float(1.0 - (1.0 - similarity**self.rows) ** self.bands)


def choose_banding(threshold: float, *, num_perm: int, max_miss: float) -> Banding:
    """The banding with the fewest needless comparisons that still finds pairs at the threshold.

    Because every pair is verified, a needless comparison costs time and an overlooked pair costs correctness: the
    longest bands are taken that overlook at most `max_miss` of the pairs exactly at the threshold (those above it are
    found more often). An optimiser that weighs both alike, as datasketch's does, overlooks half of them.

    Args:
        threshold: Jaccard similarity in (0, 1].
        num_perm: Entries of a signature; bands * rows <= num_perm.
        max_miss: In (0, 1).
    """
    for rows in range(num_perm, 1, -1):
        banding = Banding(num_perm // rows, rows)
        if 1.0 - banding.detection(threshold) <= max_miss:
            return banding
    return Banding(num_perm, 1)
