"""Tidy many documents at once: the columns around the loop of `tidy_kernel`."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.sides import TEXT_MAP
from tasks.clean.tidy_kernel import tidy_all
from tasks.engine.edits import Edit
from tasks.engine.utf8 import utf8_column


class Tidied(NamedTuple):
    """Documents after their edits.

    Args:
        text: Of each.
        blocks: Of each, moved along.
        maps: `text_map@1` rows, of those that changed.
        mapped: Whether each changed.
    """

    text: pa.Array
    blocks: pa.Array
    maps: pa.Table
    mapped: npt.NDArray[np.bool_]


def tidy_columns(
    batch: pa.Table, rows: npt.NDArray[np.int64], spans: Mapping[int, Sequence[Edit]], cut_only: npt.NDArray[np.bool_]
) -> Tidied:
    """Cut spans, then blank line ends and spare lines.

    Args:
        batch: `document@1` rows.
        rows: Those to tidy, in order.
        spans: What is cut out of a row, in order, none overlapping another.
        cut_only: Of each of `rows`, whether nothing else goes.
    """
    column = utf8_column(batch["text"])
    sizes = np.diff(column.offsets)[rows]
    blocks = batch["blocks"].take(pa.array(rows)).combine_chunks()
    flat = blocks.flatten()
    span_offsets = np.cumsum([0, *(len(spans.get(row, ())) for row in rows.tolist())])
    edits = np.array([edit[:2] for row in rows.tolist() for edit in spans.get(row, ())], np.int64).reshape(-1, 2)
    block_offsets = np.asarray(blocks.offsets) - blocks.offsets[0].as_py()
    moved = np.empty((3, len(flat)), np.int64)
    moved[0], moved[1] = (pc.struct_field(flat, name).to_numpy() for name in ("start", "end"))
    moved[2] = np.where(moved[0] == moved[1], 2, 1)  # an empty block is not cut by what is around it
    # Of two characters that are cut apart one between them stays, and the other way round.
    most = int(max(sizes.max(initial=0) // 2, np.diff(span_offsets).max(initial=0))) + 2
    scratch = np.empty((6, most), np.int32), np.empty((2, 3, most), np.int32)
    out, ends, run_ends = np.empty(sizes.sum(), np.uint8), *(np.zeros(len(rows) + 1, np.int64) for _ in range(2))
    lengths = np.zeros((2, len(rows)), np.int64)
    runs = np.empty((3, int(sizes.sum()) // 2 + len(rows)), np.int32)
    tidy_all(
        column.data, column.offsets, rows, cut_only, span_offsets, np.ascontiguousarray(edits.T), block_offsets, moved,
        *scratch, out, ends, lengths, runs, run_ends,
    )  # fmt: skip
    text = pa.Array.from_buffers(
        pa.large_string(), len(rows), [None, pa.py_buffer(ends), pa.py_buffer(out[: ends[-1]])]
    )
    mapped = lengths[0] != lengths[1]
    maps = _maps(batch["id"].take(pa.array(rows)), lengths[0], runs, run_ends, mapped)
    return Tidied(text, _blocks(flat, moved, block_offsets, blocks.type), maps, mapped)


def _blocks(
    flat: pa.StructArray, moved: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64], kind: pa.DataType
) -> pa.Array:
    """Lists of the blocks that are left, where they are now."""
    kept = np.flatnonzero(moved[2])
    left = flat.take(pa.array(kept))
    ends = np.concatenate([[0], np.cumsum(moved[2] > 0)])[offsets]
    places = {"start": moved[0, kept], "end": np.maximum(moved[0], moved[1])[kept]}
    fields = [
        pa.array(places[part.name]) if part.name in places else pc.struct_field(left, part.name)
        for part in kind.value_type
    ]
    inner = pa.StructArray.from_arrays(fields, fields=list(kind.value_type))
    return pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), inner, type=kind)


def _maps(
    ids: pa.ChunkedArray, lengths: npt.NDArray[np.int64], runs: npt.NDArray[np.int32], ends: npt.NDArray[np.int64],
    mapped: npt.NDArray[np.bool_],
) -> pa.Table:  # fmt: skip
    """`text_map@1` of the documents that are `mapped`."""
    offsets = pa.array(ends, pa.int64())
    lists = [pa.LargeListArray.from_arrays(offsets, pa.array(part[: ends[-1]])) for part in runs]
    every = pa.Table.from_arrays([ids, pa.array(lengths), *lists], names=TEXT_MAP.arrow.names)
    return TEXT_MAP.conform(every.filter(pa.array(mapped)))


def replaced(batch: pa.Table, rows: Sequence[int], text: Sequence[pa.Array], blocks: Sequence[pa.Array]) -> pa.Table:
    """`batch` with new text and blocks in `rows`: arrays that follow each other."""
    order = np.arange(batch.num_rows)
    order[np.asarray(rows, np.int64)] = batch.num_rows + np.arange(len(rows))
    for name, arrays in (("text", text), ("blocks", blocks)):
        field = DOCUMENT.arrow.field(name)
        both = pa.chunked_array([*batch[name].chunks, *arrays], field.type)
        column = both.combine_chunks().take(pa.array(order))
        batch = batch.set_column(batch.schema.get_field_index(name), field, column)
    return batch
