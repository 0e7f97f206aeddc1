"""Find values again by their fingerprints: what one document was known to hold, in all others, without writing it down.

A text is a row of words (runs of ASCII letters, digits and underscores) and single characters. A value begins and ends
where a word does, so `li` is never found in `library`. One compiled pass: only where a value's first word stands is
anything more than a word hashed. Memory is sixteen bytes a value.
"""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.anonymize.spans import PiiSpan
from tasks.engine.kernel import kernel
from tasks.engine.utf8 import utf8_column

# Longer values (keys, long addresses) are told by their own format wherever they stand.
MAX_BYTES: Final = 128
_PRIME: Final = 1099511628211


@dataclass(frozen=True)
class Fingerprints:
    """Values by their fingerprints, and what they are.

    Args:
        seed: Secret, of the run's key.
        values: Sorted fingerprints.
        firsts: Sorted fingerprints of first words.
        entities: Entity of each value.
    """

    seed: np.uint64
    values: npt.NDArray[np.uint64]
    firsts: npt.NDArray[np.uint64]
    entities: Mapping[int, str]

    def find(self, data: Any, offsets: Any) -> npt.NDArray[np.int64]:
        """Rows of text, first byte and last byte + 1 (of the buffer), in order; the longest value at each place."""
        if not self.values.size:
            return np.empty((0, 3), np.int64)
        out = np.empty((1024, 3), np.int64)
        firsts, values = _low_bits(self.firsts), _low_bits(self.values)
        while True:
            count = _scan(data, offsets, self.seed, self.values, self.firsts, values, firsts, out)
            if count <= out.shape[0]:
                return out[:count]
            out = np.empty((count, 3), np.int64)

    def find_in(self, texts: Sequence[str]) -> list[list[PiiSpan]]:
        """Spans of known values in each text."""
        data, offsets = utf8_column(pa.chunked_array([pa.array(texts, pa.large_string())]))
        found: list[list[PiiSpan]] = [[] for _ in texts]
        for item, start, end in self.find(data, offsets).tolist():
            left = len(data[offsets[item] : start].tobytes().decode())
            value = data[start:end].tobytes()
            entity, said = self.entity(value), value.decode()
            # What has to go of a mention or an address is the handle.
            kept = len(said) - len(re.split("[@/]", said)[-1]) if entity == "USERNAME" else 0
            found[item].append(PiiSpan(left + kept, left + len(said), entity, 0.5, "winnow_known"))
        return found

    def entity(self, value: bytes) -> str:
        """What a value that was found is."""
        return self.entities[int(fingerprint(np.frombuffer(value, np.uint8), self.seed))]


def _low_bits(prints: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Which values of their low sixteen bits occur: nearly every word is told from them by that alone."""
    table = np.zeros(1 << 16, np.bool_)
    table[prints & np.uint64(0xFFFF)] = True
    return table


def seed_of(key: str) -> np.uint64:
    """The secret start of all fingerprints of a run."""
    return np.uint64(int.from_bytes(hmac.digest(key.encode(), b"known values", "sha256")[:8], "big"))


def prints_of(value: str, seed: np.uint64) -> tuple[int, int] | None:
    """Fingerprints of a value and of its first word; None where it is too long to be looked for."""
    data = np.frombuffer(value.encode(), np.uint8)
    if not 0 < data.size <= MAX_BYTES:
        return None
    end = int(_word_end(data, 0, data.size))
    return int(fingerprint(data, seed)), int(fingerprint(data[:end], seed))


def fingerprints(rows: Iterable[tuple[int, int, str]], seed: np.uint64) -> Fingerprints:
    """Of rows of value, first word and entity."""
    table = sorted(set(rows))
    values = np.array(sorted({value for value, _, _ in table}), np.uint64)
    firsts = np.array(sorted({first for _, first, _ in table}), np.uint64)
    return Fingerprints(seed, values, firsts, {value: entity for value, _, entity in table})


@kernel
def fingerprint(data: Any, seed: Any) -> Any:
    """FNV-1a from a secret start."""
    key = seed
    for i in range(data.size):
        key = (key ^ np.uint64(data[i])) * np.uint64(_PRIME)
    return key


@kernel
def _is_word(byte: Any) -> Any:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122 or byte == 95


@kernel
def _word_end(data: Any, i: Any, end: Any) -> Any:
    j = i + 1
    if _is_word(data[i]):
        while j < end and _is_word(data[j]):
            j += 1
    else:
        while j < end and data[j] & 0xC0 == 0x80:
            j += 1
    return j


@kernel
def _holds(table: Any, low_bits: Any, key: Any) -> Any:
    if not low_bits[key & np.uint64(0xFFFF)]:
        return False
    place = np.searchsorted(table, key)
    return place < table.size and table[place] == key


@kernel
def _longest(data: Any, i: Any, j: Any, end: Any, key: Any, values: Any, low_values: Any) -> Any:
    """Where the longest value that begins at `i` ends; its first word ends at `j` and has the fingerprint `key`."""
    found = 0
    while True:
        if _holds(values, low_values, key):
            found = j
        # No value goes on in another line.
        if j >= end or j - i >= MAX_BYTES or data[j] == 10:
            return found
        k = _word_end(data, j, end)
        while j < k:
            key = (key ^ np.uint64(data[j])) * np.uint64(_PRIME)
            j += 1


@kernel
def _scan(
    data: Any, offsets: Any, seed: Any, values: Any, firsts: Any, low_values: Any, low_firsts: Any, out: Any
) -> Any:
    count = 0
    for item in range(offsets.size - 1):
        i, end = offsets[item], offsets[item + 1]
        while i < end:
            j = _word_end(data, i, end)
            key = seed
            for k in range(i, j):
                key = (key ^ np.uint64(data[k])) * np.uint64(_PRIME)
            found = 0
            if _holds(firsts, low_firsts, key):
                found = _longest(data, i, j, end, key, values, low_values)
            if found:
                if count < out.shape[0]:
                    out[count, 0], out[count, 1], out[count, 2] = item, i, found
                count += 1
                i = found
            else:
                i = j
    return count


def read_known(known: pa.Table | None, key: str) -> Fingerprints:
    """The fingerprints in `known_value@1` rows that were made under this key; none where there is no table."""
    columns = () if known is None else (known[name].to_pylist() for name in ("id", "first", "entity"))
    rows = zip(*columns, strict=True)
    return fingerprints(((int(value, 16), int(first, 16), entity) for value, first, entity in rows), seed_of(key))
