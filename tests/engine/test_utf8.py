"""Places in characters are found in the bytes of a column."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.engine.utf8 import byte_spans, utf8_column

_TEXT = st.text(st.sampled_from("a\né推🎉"), max_size=12)


@settings(deadline=None)
@given(
    texts=st.lists(_TEXT, min_size=1, max_size=4),
    places=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 12)), max_size=8),
    in_order=st.booleans(),
)
def test_a_span_of_characters_is_the_same_text_in_bytes(texts, places, in_order):
    spans = [(row, *sorted((start, end))) for row, start, end in places if row < len(texts)]
    spans = sorted(spans) if in_order else spans
    column = utf8_column(pa.chunked_array([pa.array(texts, pa.large_string())]))
    rows, starts, ends = np.array(spans, np.int64).reshape(-1, 3).T
    first, last = byte_spans(column, rows, starts, ends)
    said = [column.data[start:end].tobytes().decode() for start, end in zip(first, last, strict=True)]
    assert said == [texts[row][start:end] for row, start, end in spans]
