"""What was measured of all documents of a version, from side tables alone: words, tokens, and who they are."""

from typing import Final

import polars as pl
import pyarrow as pa

from tasks.explain.ledger import Ledger

_WHO: Final = ["id", "source_type", "lang", "n_words"]


def read_measured(ledger: Ledger, signals: list[str]) -> pl.DataFrame:
    """One row per document that `signals` measured, with its shard, these signals, and `tokens`.

    `tokens` are counted where the document is released. Of the others they are estimated: words times the tokens a word
    of the same language has in the version.
    """
    names = list(dict.fromkeys([*_WHO, *signals]))
    frames = [
        pl.DataFrame(pl.from_arrow(ledger.store.get_columns(entry.ref, names))).with_columns(shard=pl.lit(entry.shard))
        for entry in ledger.entries(step="signals", side="kept")
    ]
    if not frames:
        return pl.DataFrame(schema={**dict.fromkeys(names, pl.String), "shard": pl.String, "tokens": pl.Float64})
    return _with_tokens(pl.concat(frames), _counted(ledger))


def _counted(ledger: Ledger) -> pl.DataFrame:
    entries = ledger.entries(side="token_counts")
    if not entries:
        return pl.DataFrame(schema={"id": pl.String, "counted": pl.Int64})
    table: pa.Table = ledger.columns(entries, ["id", "n_tokens"])
    return pl.DataFrame(pl.from_arrow(table)).rename({"n_tokens": "counted"}).unique("id")


def _with_tokens(frame: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(counted, on="id", how="left", maintain_order="left")
    known = pl.col("counted").is_not_null()
    rate = pl.col("counted").sum() / pl.col("n_words").filter(known).sum()
    # One token a word where the version has none to go by.
    estimated = pl.col("n_words") * pl.coalesce(_finite(rate.over("lang")), _finite(rate), pl.lit(1.0))
    return joined.with_columns(tokens=pl.coalesce(pl.col("counted").cast(pl.Float64), estimated), released=known).drop(
        "counted"
    )


def _finite(value: pl.Expr) -> pl.Expr:
    return pl.when(value.is_finite() & (value > 0)).then(value)


def sources_of(ledger: Ledger, ids: pl.DataFrame) -> dict[str, str]:
    """Where documents come from, as the version says it: without personal data.

    Args:
        ledger: Of the version.
        ids: Columns `id` and `shard`: a few.
    """
    found: dict[str, str] = {}
    for (shard,), group in ids.group_by("shard"):
        wanted = set(group["id"])
        entries = [entry for entry in ledger.entries(shard=str(shard), side="kept") if _says_source(entry.ref.table)]
        # The last table of documents, and what is said of those that were dropped.
        documents = [entry for entry in entries if entry.ref.table.startswith("document@")][-1:]
        for entry in [*documents, *(entry for entry in entries if entry.step == "seal_dropped")]:
            table = ledger.store.get_columns(entry.ref, ["id", "source"])
            pairs = zip(table["id"].to_pylist(), table["source"].to_pylist(), strict=True)
            found |= {name: source for name, source in pairs if name in wanted}
    return found


def _says_source(table: str) -> bool:
    return table.startswith(("document@", "drop@"))
