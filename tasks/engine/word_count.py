"""How long a text is, in words: the measure of `document@1` and of the funnel."""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT

# One match per word: see document@1.n_words.
_WORD: Final = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
    r"|[[\p{L}\p{N}\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]+"
)


def count_words(documents: pa.Table) -> pa.Table:
    """The same documents with `n_words` set from their text."""
    text = pl.Series(pl.from_arrow(documents["text"]))
    words = text.str.count_matches(_WORD).cast(pl.Int64).to_arrow()
    return documents.set_column(documents.schema.get_field_index("n_words"), DOCUMENT.arrow.field("n_words"), words)
