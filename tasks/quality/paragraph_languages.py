"""The language of every paragraph of documents that mix languages or hold code."""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.sides import LANGUAGE_SPAN
from tasks.quality.scripts import count_scripts
from tasks.quality.settings import LanguageSettings
from tasks.quality.written_in import tell_texts

# A paragraph ends with an empty line.
# A name or a formula in another script is no other language, in characters (Latin: words).
_FEW: Final = 10
_BREAK: Final = "\n\n"
_FENCE: Final = r"(?m)^[ \t]*(?:```|~~~)"


def find_language_spans(batch: pa.Table, not_prose: str, settings: LanguageSettings) -> pa.Table:
    """`language_span@1` rows of the documents that are not in one language from end to end.

    Args:
        batch: `document@1` rows with `lang` set.
        not_prose: Pattern of what does not count.
        settings: Where Chinese, mixed and other texts part.

    Returns:
        Spans that cover their document, in order; neighbours differ. Paragraphs without words belong to the one
        before. A document in one language has none.
    """
    documents = pl.DataFrame({
        "doc_id": pl.Series(pl.from_arrow(batch["id"])),
        "lang": pl.Series(pl.from_arrow(batch["lang"])),
        "text": pl.Series(pl.from_arrow(batch["text"])),
    })  # fmt: skip
    mixing = documents.filter(_may_mix(documents))
    if mixing.is_empty():
        return LANGUAGE_SPAN.empty()
    rows = mixing.with_row_index("row").select("row", "doc_id", "lang", paragraph=pl.col("text").str.split(_BREAK))
    rows = rows.explode("paragraph").with_columns(
        size=pl.col("paragraph").str.len_chars().cast(pl.Int64) + len(_BREAK),
        fences=pl.col("paragraph").str.count_matches(_FENCE).cast(pl.Int64),
    )
    rows = rows.with_columns(
        start=(pl.col("size").cum_sum() - pl.col("size")).over("row"),
        opened=((pl.col("fences").cum_sum() - pl.col("fences")) % 2 == 1).over("row"),
    )
    code = rows["opened"] | rows["paragraph"].str.contains(r"^[ \t]*(?:```|~~~)")
    told = tell_texts(rows["paragraph"].str.replace_all(not_prose, " "), settings)
    rows = rows.with_columns(told=pl.when(code).then(pl.lit("code")).when(told != "und").then(told))
    filled = pl.col("told").forward_fill().over("row").fill_null(pl.col("told").backward_fill().over("row"))
    rows = rows.with_columns(told=filled.fill_null(pl.col("lang")), end=pl.col("start") + pl.col("size"))
    spans = rows.group_by("row", run=pl.struct("row", "told").rle_id(), maintain_order=True).agg(
        pl.col("doc_id", "told", "start").first(), pl.col("end").last()
    )
    spans = spans.with_columns(
        end=pl.col("end") - pl.when(pl.col("row") != pl.col("row").shift(-1)).then(2).otherwise(0)
    )
    last = pl.int_range(pl.len()) == pl.len() - 1
    spans = spans.with_columns(end=pl.when(last).then(pl.col("end") - len(_BREAK)).otherwise("end"))
    spans = spans.filter(pl.len().over("row") > 1)
    columns = [spans[name].to_arrow() for name in ("doc_id", "start", "end", "told")]
    return pa.table([c.cast(f.type) for c, f in zip(columns, LANGUAGE_SPAN.arrow, strict=True)], LANGUAGE_SPAN.arrow)


def _may_mix(documents: pl.DataFrame) -> pl.Series:
    """Whether a document can hold more than one language: fences, or letters of two scripts."""
    counts = count_scripts(documents["text"])
    scripts = [counts[name] >= _FEW for name in ("han", "latin", "other")]
    several = pl.select(pl.sum_horizontal(*(script.cast(pl.Int8) for script in scripts))).to_series() > 1
    fenced = documents["text"].str.contains("```", literal=True)
    return (several | fenced) & (documents["lang"] != "code")
