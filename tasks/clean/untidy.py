"""Which documents need tidying, and those that only end in blanks: column by column, no Python per document."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from schemas.document import DOCUMENT
from tasks.clean.mojibake import MISREAD
from tasks.clean.settings import CleanSettings
from tasks.clean.tidying import INVISIBLE, MANY_LINES, TRAILING
from tasks.clean.variants import HAN, WIDE
from tasks.engine.utf8 import utf8_column

# What NFC can write in another way.
_COMPOSABLE: Final = r"[^\x00-\u02ff\u2000-\u206f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_LEADING: Final = r"\A\s*\n"
_FOREIGN, _CONTROL, _LINES, _LEAD, _TAIL = 1, 2, 4, 8, 16


class Untidy(NamedTuple):
    """One flag a document each.

    Args:
        invisible: Has controls or zero-width characters.
        misread: Has what text in the wrong encoding has.
        touched: A pass may find something in it.
        tail: Nothing but the blanks it ends in.
    """

    invisible: pl.Series
    misread: pl.Series
    touched: pl.Series
    tail: pl.Series


def find_untidy(text: pl.Series, is_code: pl.Series, settings: CleanSettings) -> Untidy:
    """Look at every document once; source code needs nothing.

    ASCII is looked at byte by byte, which takes a tenth of what the expressions take that decide all others.
    """
    seen = np.zeros(len(text), np.uint8)
    column = utf8_column(pa.chunked_array([text.to_arrow().cast(pa.large_string())]))
    _look(column.data, column.offsets, is_code.to_numpy(), seen)
    found = {name: pl.Series((seen & bit) > 0) for name, bit in (("control", _CONTROL), ("lines", _LINES))}
    lead, tail = pl.Series((seen & _LEAD) > 0), pl.Series((seen & _TAIL) > 0)
    misread = composed = varied = pl.repeat(False, len(text), eager=True)
    invisible, lines = found["control"], found["lines"]
    foreign = pl.Series((seen & _FOREIGN) > 0)
    if foreign.any():
        rows = foreign.arg_true()
        some = text.filter(foreign).str
        variants = [WIDE] * (settings.width == "letters") + [HAN] * (settings.script == "simplified")
        invisible = invisible.scatter(rows, some.contains(INVISIBLE))
        misread = misread.clone().scatter(rows, some.contains(MISREAD))
        composed = composed.clone().scatter(rows, some.contains(_COMPOSABLE))
        lines = lines.scatter(rows, some.contains(f"{TRAILING}|{MANY_LINES}"))
        lead = lead.scatter(rows, some.contains(_LEADING))
        tail = tail.scatter(rows, some.contains(r"\s\z"))
        if variants:
            varied = varied.clone().scatter(rows, some.contains("|".join(variants)))
    inside = invisible | (misread & settings.repair_encoding) | composed | varied | lines | lead
    return Untidy(invisible, misread, inside | tail, tail & ~inside)


@njit(cache=True, nogil=True)
def _look(data: Any, offsets: Any, skipped: Any, seen: Any) -> None:
    """Bits of `seen`: another alphabet, ASCII controls, blank line ends or many lines, blanks at both ends."""
    for row in range(len(seen)):
        start, end = offsets[row], offsets[row + 1]
        if skipped[row] or start == end:
            continue
        bits, ends, leading, last = 0, 0, True, 0
        for position in range(start, end):
            byte = data[position]
            if byte >= 0x80:
                bits |= 1
                break
            if byte == 10:
                ends += 1
                if ends == 4 or last == 32 or last == 9:
                    bits |= 4
                if leading:
                    bits |= 8
            else:
                ends = 0
                if (byte < 32 and not 9 <= byte <= 13) or byte == 11 or byte == 127:
                    bits |= 2
                leading = leading and (byte == 32 or 9 <= byte <= 13)
            last = byte
        else:
            if last == 32 or 9 <= last <= 13:
                bits |= 16
        seen[row] = 1 if bits & 1 else bits


def without_tails(batch: pa.Table, chosen: pl.Series) -> tuple[pa.Table, npt.NDArray[np.int64], pl.Series]:
    """`batch`, the chosen documents without the blanks they end in, and their blocks no longer than they are.

    Returns:
        The documents; their lengths in code points, of all; and which of the chosen were left as they are, because
        one of their blocks lies in those blanks.
    """
    text = pl.Series(pl.from_arrow(batch["text"]))
    cut = text.str.strip_chars_end()
    lengths = cut.str.len_chars().cast(pl.Int64).to_numpy()
    blocks = batch["blocks"].combine_chunks()
    flat, parents = blocks.flatten(), pc.list_parent_indices(blocks).to_numpy()
    start, end = (pc.struct_field(flat, name).to_numpy() for name in ("start", "end"))
    limit = lengths[parents]
    wanted = chosen.to_numpy().copy()
    wanted[parents[(start < end) & (start >= limit)]] = False
    moving = wanted[parents]
    moved = {
        "start": np.where(moving, np.minimum(start, limit), start),
        "end": np.where(moving, np.minimum(end, limit), end),
    }
    kinds = list(flat.type)
    fields = [pa.array(moved[kind.name]) if kind.name in moved else pc.struct_field(flat, kind.name) for kind in kinds]
    inner = pa.StructArray.from_arrays(fields, fields=kinds)
    offsets = blocks.offsets
    both = {
        "text": text.zip_with(~pl.Series(wanted), cut).to_arrow().cast(pa.large_string()),
        "blocks": pa.LargeListArray.from_arrays(pc.subtract(offsets, offsets[0]), inner, type=blocks.type),
    }
    for name, column in both.items():
        batch = batch.set_column(batch.schema.get_field_index(name), DOCUMENT.arrow.field(name), column)
    return batch, lengths, chosen & ~pl.Series(wanted)
