"""Find personal data in columns of text, one text at a time where the judge fails on many."""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from tasks.anonymize.deadline import time_limit
from tasks.anonymize.judge import Judge
from tasks.anonymize.spans import PiiSpan

# A whole shard is judged at once first; at less than this many bytes a second something is wrong with it.
_LEAST_SPEED: Final = 200_000


class Finder:
    """The judge, with a limit on its time; says which text it failed on instead of failing.

    Args:
        judge: Finds personal data in a column.
        timeout_s: Longest analysis of one text.
    """

    def __init__(self, judge: Judge, timeout_s: float) -> None:
        self._judge = judge
        self._timeout_s = timeout_s

    def find_column(self, column: pa.ChunkedArray) -> Sequence[list[PiiSpan] | None]:
        """Spans of every text; None where the analysis failed or took too long."""
        filled = pc.fill_null(column, "")
        try:
            with time_limit(self._timeout_s + filled.nbytes / _LEAST_SPEED):
                return self._judge.find(filled)
        except Exception:  # noqa: BLE001 - whatever a recognizer raises, some document is to blame: find out which
            return [self._find_alone(filled.slice(row, 1)) for row in range(len(filled))]

    def _find_alone(self, column: pa.ChunkedArray) -> list[PiiSpan] | None:
        try:
            with time_limit(self._timeout_s):
                return self._judge.find(column)[0]
        except Exception:  # noqa: BLE001 - fails closed: the document is quarantined
            return None

    def find(self, texts: Sequence[str]) -> Sequence[list[PiiSpan] | None]:
        """The same for a list of texts."""
        return self.find_column(pa.chunked_array([pa.array(texts, pa.large_string())]))
