"""What follows a literal of the gate: some count only before a capital, a digit, a sign of assignment, or an @.

Each check lets pass at least what the pattern behind the literal does: what it refuses, no pattern could match.
"""

from typing import Any, Final

from tasks.anonymize.families import STANDS_FOR, Family
from tasks.engine.kernel import kernel

_NAME: Final = int(Family.BEFORE_NAME)
_VALUE: Final = int(Family.BEFORE_VALUE)
_HOUSE: Final = int(Family.BEFORE_HOUSE)
_HOST: Final = int(Family.BEFORE_HOST)
_FOR_NAME: Final = int(STANDS_FOR[Family.BEFORE_NAME])
_FOR_VALUE: Final = int(STANDS_FOR[Family.BEFORE_VALUE])
_FOR_HOUSE: Final = int(STANDS_FOR[Family.BEFORE_HOUSE])
_FOR_HOST: Final = int(STANDS_FOR[Family.BEFORE_HOST])
_ALL: Final = _NAME | _VALUE | _HOUSE | _HOST
# Bytes of the longest name and password in an address, with the colon between.
_LONGEST_LOGIN: Final = 4 * (64 + 1 + 128)


@kernel
def stand_for(data: Any, i: Any, end: Any, family: Any) -> Any:
    """Families of an anchor that ends at i, with those that only count before something resolved."""
    kept = family & ~_ALL
    if family & _NAME and _is_before_capital(data, i, end):
        kept |= _FOR_NAME
    if family & _VALUE and _is_before_sign(data, i, end):
        kept |= _FOR_VALUE
    if family & _HOUSE and _is_before_digit(data, i, end):
        kept |= _FOR_HOUSE
    if family & _HOST and _is_before_at(data, i, end):
        kept |= _FOR_HOST
    return kept


@kernel
def _is_before_capital(data: Any, i: Any, end: Any) -> Any:
    """Blanks, line ends, punctuation and dashes only; then a capital, perhaps one with a mark."""
    while i < end:
        byte = data[i]
        if 65 <= byte <= 90 or 0xC3 <= byte <= 0xC5:
            return True
        if byte == 0xE2 and i + 2 < end and data[i + 1] == 0x80:
            i += 3
        elif byte < 48 or 57 < byte < 65:
            i += 1
        else:
            return False
    return False


@kernel
def _is_before_sign(data: Any, i: Any, end: Any) -> Any:
    """The rest of a word, a quotation mark, blanks; then : or =, or what is not ASCII."""
    while i < end and (97 <= data[i] <= 122 or 65 <= data[i] <= 90 or data[i] == 95 or 48 <= data[i] <= 57):
        i += 1
    if i < end and (data[i] == 34 or data[i] == 39):
        i += 1
    while i < end and (data[i] == 32 or data[i] == 9):
        i += 1
    return i < end and (data[i] == 58 or data[i] == 61 or data[i] >= 0x80)


@kernel
def _is_before_digit(data: Any, i: Any, end: Any) -> Any:
    while i < end and data[i] == 32:
        i += 1
    return i < end and 48 <= data[i] <= 57


@kernel
def _is_before_at(data: Any, i: Any, end: Any) -> Any:
    """No blank, quotation mark, slash or bracket stands before the @."""
    top = min(end, i + _LONGEST_LOGIN)
    while i < top:
        byte = data[i]
        if byte == 64:
            return True
        if byte <= 32 or byte == 34 or byte == 39 or byte == 47 or byte == 60 or byte == 62:
            return False
        i += 1
    return False
