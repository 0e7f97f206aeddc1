"""Tidy many documents at once: the columns around the loop of `tidy_kernel`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.sides import TEXT_MAP
from tasks.clean.tidy_kernel import tidy_all
from tasks.engine.edits import Edit
from tasks.engine.utf8 import utf8_column

_TIDIED = pa.schema([*(DOCUMENT.arrow.field(name) for name in ("text", "blocks")), *TEXT_MAP.arrow])


def tidy_columns(
    batch: pa.Table, spans: Mapping[int, Sequence[Edit]], cut_only: npt.NDArray[np.bool_]
) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
    """Cut spans, then blank line ends and spare lines.

    Args:
        batch: `document@1` rows.
        spans: What is cut out of a row, in order, none overlapping another.
        cut_only: Of each row, whether nothing else goes.

    Returns:
        Text, blocks (moved along) and `text_map@1` of every row; and whether its text changed.
    """
    column = utf8_column(batch["text"])
    sizes = np.diff(column.offsets)
    blocks = batch["blocks"].combine_chunks()
    flat = blocks.flatten()
    counts = np.zeros(len(sizes) + 1, np.int64)
    for row, cut in spans.items():
        counts[row + 1] = len(cut)
    span_offsets = np.cumsum(counts)
    edits = np.array([edit[:2] for row in sorted(spans) for edit in spans[row]], np.int64).reshape(-1, 2)
    block_offsets = np.asarray(blocks.offsets) - blocks.offsets[0].as_py()
    moved = np.empty((3, len(flat)), np.int64)
    moved[0], moved[1] = (pc.struct_field(flat, name).to_numpy() for name in ("start", "end"))
    moved[2] = np.where(moved[0] == moved[1], 2, 1)  # an empty block is not cut by what is around it
    # Of two characters that are cut apart one between them stays, and the other way round.
    most = int(max(sizes[~cut_only].max(initial=0) // 2, counts.max())) + 2
    scratch = np.empty((6, most), np.int32), np.empty((2, 3, most), np.int32)
    out, ends, run_ends = np.empty(sizes.sum(), np.uint8), *(np.zeros(len(sizes) + 1, np.int64) for _ in range(2))
    lengths = np.zeros((2, len(sizes)), np.int64)
    runs = np.empty((3, int(sizes[~cut_only].sum() // 2 + counts.sum()) + 2 * len(sizes)), np.int32)
    tidy_all(
        column.data, column.offsets, cut_only, span_offsets, np.ascontiguousarray(edits.T), block_offsets, moved,
        *scratch, out, ends, lengths, runs, run_ends,
    )  # fmt: skip
    text = pa.Array.from_buffers(
        pa.large_string(), len(sizes), [None, pa.py_buffer(ends), pa.py_buffer(out[: ends[-1]])]
    )
    places = pa.array(run_ends)
    maps = [pa.LargeListArray.from_arrays(places, pa.array(part[: run_ends[-1]], pa.int64())) for part in runs]
    columns = [
        text,
        _blocks(flat, moved, block_offsets, blocks.type),
        batch["id"].combine_chunks(),
        pa.array(lengths[0]),
    ]
    return pa.Table.from_arrays([*columns, *maps], schema=_TIDIED), lengths[0] != lengths[1]


def _blocks(
    flat: pa.StructArray, moved: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64], kind: pa.DataType
) -> pa.Array:
    """Lists of the blocks that are left, where they are now."""
    kept = np.flatnonzero(moved[2])
    left = flat.take(pa.array(kept)) if len(kept) < len(flat) else flat
    ends = np.concatenate([[0], np.cumsum(moved[2] > 0)])[offsets]
    places = {"start": moved[0, kept], "end": np.maximum(moved[0], moved[1])[kept]}
    fields = [
        pa.array(places[part.name]) if part.name in places else pc.struct_field(left, part.name)
        for part in kind.value_type
    ]
    inner = pa.StructArray.from_arrays(fields, fields=list(kind.value_type))
    return pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), inner, type=kind)


def replaced(tidied: pa.Table, rows: Sequence[int], others: Sequence[Mapping[str, Any]]) -> pa.Table:
    """`tidied` with others in `rows`, which are in order."""
    if not rows:
        return tidied
    table = pa.Table.from_pylist(list(others), schema=tidied.schema)
    pieces, position = [], 0
    for place, row in enumerate(rows):
        pieces += [tidied.slice(position, row - position), table.slice(place, 1)]
        position = row + 1
    return pa.concat_tables([*pieces, tidied.slice(position)]).combine_chunks()
