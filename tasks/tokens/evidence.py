"""Which passages of a document lie where an answer stands."""

import polars as pl
import pyarrow as pa


class ChunksByDocument:
    """Child chunks by document.

    Args:
        chunks: `chunks` rows.
    """

    def __init__(self, chunks: pa.Table) -> None:
        columns = chunks.select(["doc_id", "id", "char_start", "char_end", "level", "text"])
        self._rows: dict[str, list[tuple[str, int, int, str]]] = {}
        children = pl.DataFrame(pl.from_arrow(columns)).filter(pl.col("level") == 1)
        for doc_id, chunk_id, start, end, _, text in children.iter_rows():
            self._rows.setdefault(doc_id, []).append((chunk_id, start, end, text))

    def overlapping(self, doc_id: str, start: int, end: int) -> list[str]:
        """Ids of the chunks that share a character with `[start, end)`."""
        return [name for name, low, high, _ in self._rows.get(doc_id, []) if low < end and high > start]

    def texts(self, doc_id: str, ids: list[str]) -> str:
        """What these chunks say."""
        return "\n".join(text for name, _, _, text in self._rows.get(doc_id, []) if name in ids)
