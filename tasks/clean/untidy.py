"""Which documents need tidying: column by column, no Python per document."""

from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numba import njit

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
        inside: It may lose or change other characters than blanks and line ends.
    """

    invisible: pl.Series
    misread: pl.Series
    touched: pl.Series
    inside: pl.Series


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
    inside = invisible | (misread & settings.repair_encoding) | composed | varied
    return Untidy(invisible, misread, inside | lines | lead | tail, inside)


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
