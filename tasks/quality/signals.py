"""Measure every document once; what follows from the numbers is decided by `quality`, and can be decided again.

One compiled pass per document over the Arrow buffer: no Python per document, none per word. The rules that are
published for words are measured in words; a Han character is a word of half the weight (see word_signals).
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.signals import (
    CHARACTER_SIGNALS,
    COUNTS,
    LINE_SIGNALS,
    MEASURED,
    PHRASE_SIGNALS,
    REPEAT_SIGNALS,
    SIGNALS,
    WORD_SIGNALS,
)
from tasks.engine.kernel import kernel
from tasks.engine.step import Accounting, Partition, Step
from tasks.engine.utf8 import utf8_column
from tasks.quality.character_signals import measure_characters
from tasks.quality.characters import key_table
from tasks.quality.decoding import decode
from tasks.quality.likelihood import LetterModels, letter_models, measure_likelihood
from tasks.quality.line_counts import increments
from tasks.quality.line_signals import NEWLINES, measure_lines
from tasks.quality.phrase_signals import measure_phrases
from tasks.quality.phrases import Automaton, phrase_automaton
from tasks.quality.prose_signals import function_words
from tasks.quality.repeat_signals import measure_n_grams
from tasks.quality.routing import FENCE
from tasks.quality.scratch import MAX_POINTS, Scratch, scratch_for
from tasks.quality.settings import SignalsSettings
from tasks.quality.word_signals import find_tokens, measure_vocabulary, stop_word_hashes

NAME: Final = "signals"

# Where the signals of each pass begin in a row of the result.
_WORDS: Final = len(CHARACTER_SIGNALS)
_LINES: Final = _WORDS + len(WORD_SIGNALS)
_REPEATS: Final = _LINES + len(LINE_SIGNALS)
_PHRASES: Final = _REPEATS + len(REPEAT_SIGNALS)
_ROUTES: Final = _PHRASES + len(PHRASE_SIGNALS)
_PROSE: Final = _ROUTES + 6
_BITS: Final = _PROSE + 2  # and torn words among them


def measure_signals(batch: pa.Table, settings: SignalsSettings) -> Partition:  # noqa: ARG001 - every step has settings
    """Signals of every document, in input order, as `signals@2` rows."""
    # Fences in what came from a PDF are guesses: a bad text layer looks like a listing.
    measured = measure(batch["text"], pc.not_equal(batch["source_type"], "pdf").to_numpy(zero_copy_only=False))
    columns = [measured[:, i].astype(np.int64 if name in COUNTS else np.float32) for i, name in enumerate(MEASURED)]
    carried = [batch[name].combine_chunks() for name in ("id", "source_type", "kb", "lang")]
    pages = np.maximum(batch["n_pages"].combine_chunks().fill_null(0).to_numpy(zero_copy_only=False), 0)
    page_chars = (measured[:, 0] / np.maximum(pages, 1)).astype(np.float32)
    carried.append(pa.array(page_chars, mask=pages == 0))
    return Partition(pa.Table.from_arrays([*carried, *(pa.array(c) for c in columns)], schema=SIGNALS.arrow))


def measure(text: pa.ChunkedArray, fenced: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float64]:
    """Signals of each text of a `large_string` column, shape (texts, len(MEASURED)), columns as in `MEASURED`.

    Args:
        text: Without nulls.
        fenced: Whether fences of each text say what is code; default: of all.
    """
    if fenced is None:
        fenced = np.ones(len(text), np.bool_)
    column = utf8_column(text)
    out = np.zeros((len(column.offsets) - 1, len(MEASURED)))
    scratch = scratch_for(column.longest)
    tables = Tables(key_table(), increments(), stop_word_hashes(), function_words())
    _measure_all(column.data, column.offsets, fenced, tables, phrase_automaton(), letter_models(), scratch, out)
    return out


class Tables(NamedTuple):
    """What kernels look up: keys and counts of characters; hashes of words, as `token_hash` gives them."""

    keys: npt.NDArray[np.uint8]
    increments: npt.NDArray[np.uint64]
    stop_words: npt.NDArray[np.uint64]
    function_words: npt.NDArray[np.uint64]


@kernel
def _measure_all(
    data: Any,
    offsets: Any,
    fenced: Any,
    tables: Tables,
    automaton: Automaton,
    models: LetterModels,
    scratch: Scratch,
    out: Any,
) -> None:
    for row in range(len(offsets) - 1):
        text = data[offsets[row] : offsets[row + 1]]
        if text.size > MAX_POINTS:
            text = text[: _character_start(text, MAX_POINTS)]
        n = decode(text, tables.keys, scratch.points, scratch.keys)
        signals = out[row]
        fence_marks = measure_characters(n, tables.keys, scratch, signals)
        fences = fenced[row] and fence_marks >= FENCE
        lines, repeats, prose = signals[_LINES:], signals[_REPEATS:], signals[_ROUTES:]
        newlines = measure_lines(n, fences, tables.increments, scratch, lines, repeats, prose)
        tokens = find_tokens(n, tables.function_words, scratch, signals[_WORDS:], signals[_PROSE:])
        lines[NEWLINES] = newlines / max(tokens, 1)
        measure_likelihood(n, scratch, models, signals[_BITS:])
        candidates = measure_vocabulary(tokens, tables.stop_words, scratch, signals[_WORDS:])
        measure_n_grams(tokens, candidates, n, scratch, repeats)
        measure_phrases(text, automaton, lines[0], float(n), scratch.hits, signals[_PHRASES:])


@kernel
def _character_start(text: Any, position: int) -> int:
    while text[position] & 0xC0 == 0x80:
        position -= 1
    return position


STEP: Final = Step(
    name=NAME,
    version=6,
    settings=SignalsSettings,
    reads=DOCUMENT,
    writes=SIGNALS,
    run=measure_signals,
    accounting=Accounting.ROWS,
)
