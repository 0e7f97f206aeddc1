"""Read evaluation sets and make the table of their n-grams."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from schemas.evaluation import EVALUATION_GRAM
from tasks.decontaminate.settings import DecontaminateSettings


class EvaluationError(ValueError):
    """An evaluation set that cannot be read; names the file and what is wrong."""


def evaluation_grams(settings: DecontaminateSettings) -> pa.Table:
    """`evaluation_gram@1` rows of all items of all sets that are long enough, sorted by hash.

    Every text of a row (a question, each choice, the answer) counts by itself: a document that holds the question is
    contaminated, whatever else the row says.

    Args:
        settings: Files, fields and lengths.

    Raises:
        EvaluationError: A file cannot be read, or holds no text.
    """
    frames = [_grams(Path(path), settings) for path in settings.against]
    empty = pl.DataFrame(pl.from_arrow(EVALUATION_GRAM.empty()))
    merged = pl.concat([empty, *frames]).sort("hash", "length", "set_name", "item", "part")
    return EVALUATION_GRAM.conform(merged.to_arrow())


def _grams(path: Path, settings: DecontaminateSettings) -> pl.DataFrame:
    from tasks.decontaminate.grams import hash_grams, hash_words

    items = list(_items(path, settings.fields))
    if not items:
        raise EvaluationError(f"{path.name}: no text in it")
    words, offsets = hash_words(pa.chunked_array([pa.array([text for _, text in items], pa.large_string())]))
    counts = np.diff(offsets)
    places = np.array([place for place, _ in items], np.int64)
    parts = []
    for length in sorted({min(int(count), settings.ngram) for count in counts if count >= settings.min_words}):
        grams, owners = hash_grams(words, offsets, length)
        fits = np.minimum(counts, settings.ngram)[owners] == length
        parts.append(pl.DataFrame({"hash": grams[fits], "text": owners[fits], "length": length}))
    if not parts:
        return pl.DataFrame(pl.from_arrow(EVALUATION_GRAM.empty()))
    found = pl.concat(parts).unique(["hash", "text"]).with_columns(n_grams=pl.len().over("text").cast(pl.Int64))
    return found.select(
        "hash",
        pl.col("length").cast(pl.Int32),
        set_name=pl.lit(path.name),
        item=pl.Series(places[found["text"].to_numpy()]),
        part=pl.col("text").cast(pl.Int64),
        n_grams="n_grams",
    )


def _items(path: Path, fields: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Row, from 1, and text of everything that counts."""
    frame = _read(path)
    missing = [name for name in fields if name not in frame.columns]
    if missing:
        raise EvaluationError(f"{path.name}: has no column {missing[0]!r}; there are {', '.join(frame.columns)}")
    kinds = (pl.String, pl.List(pl.String))
    for name in fields or [name for name, kind in frame.schema.items() if kind in kinds]:
        for place, value in enumerate(frame[name].to_list(), 1):
            for text in value if isinstance(value, list) else [value]:
                if text:
                    yield place, str(text)


def _read(path: Path) -> pl.DataFrame:
    try:
        match path.suffix:
            case ".parquet":
                return pl.read_parquet(path)
            case ".jsonl" | ".ndjson":
                return pl.read_ndjson(path, infer_schema_length=None)
            case ".csv" | ".tsv":
                return pl.read_csv(path, separator="," if path.suffix == ".csv" else "\t", infer_schema=False)
            case ".txt":
                return pl.DataFrame({"text": path.read_text(encoding="utf-8").splitlines()})
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path.name}: cannot be read ({type(error).__name__})") from None
    raise EvaluationError(f"{path.name}: is not .jsonl, .parquet, .csv, .tsv or .txt")
