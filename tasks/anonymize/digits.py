"""Which runs of digits no recognizer of numbers could take, told by what stands around them."""

from typing import Any, Final

from tasks.engine.kernel import kernel

# Longer than any account or address of a currency that is told by its check digits alone.
_MIN_DIGEST: Final = 36


@kernel
def is_in_digest(data: Any, begin: Any, start: Any, stop: Any, end: Any) -> Any:
    """Behind a letter, in a word of small hexadecimal digits that is too long to be anything but a digest."""
    if start == begin or not 97 <= data[start - 1] <= 102:
        return False
    first, last = start - 1, start
    while first > begin and _is_small_hex(data[first - 1]):
        first -= 1
    while last < end and _is_small_hex(data[last]):
        last += 1
    if last < stop or last - first < _MIN_DIGEST:
        return False
    return not (first > begin and _is_word(data[first - 1])) and not (last < end and _is_word(data[last]))


@kernel
def is_short(data: Any, begin: Any, start: Any, stop: Any, end: Any) -> Any:
    """Seven or eight digits that are a number of their own: nothing dialled, no letter, and no bracket before.

    What has as few needs a country code (+), an area code in full-width brackets, letters before it (a passport, a
    group of an IBAN) or behind them (the code of a firm), or a word behind it that says whose number it is.
    """
    i = start
    if i > begin and (data[i - 1] == 32 or data[i - 1] == 45):
        i -= 1
        if i - begin >= 4 and _is_group(data, i - 4):
            return False
    if i > begin and (data[i - 1] >= 0x80 or data[i - 1] == 43):
        return False
    if start > begin and (_is_letter(data[start - 1]) or data[start - 1] == 43):
        return False
    if stop < end and _is_letter(data[stop]):
        return False
    return not _is_said_whose(data, stop, end)


@kernel
def _is_said_whose(data: Any, i: Any, end: Any) -> Any:
    """Behind the number stands a word like "office", an extension, or what is not ASCII."""
    while i < end and (data[i] == 32 or data[i] == 9 or data[i] == 40):
        i += 1
    if i >= end:
        return False
    first = data[i] | 32
    if data[i] >= 0x80 or first == 120:
        return True
    if i + 1 >= end:
        return False
    second = data[i + 1] | 32
    # office, home, mobile, work; cell, fax, ext
    return (
        (second == 111 and (first == 104 or first == 109 or first == 119))
        or (first == 111 and second == 102)
        or (first == 99 and second == 101)
        or (first == 102 and second == 97)
        or (first == 101 and second == 120)
    )


@kernel
def _is_group(data: Any, i: Any) -> Any:
    """Four capitals or digits."""
    for k in range(i, i + 4):  # noqa: SIM110 - kernels know no generators
        if not (48 <= data[k] <= 57 or 65 <= data[k] <= 90):
            return False
    return True


@kernel
def _is_letter(byte: Any) -> Any:
    return 65 <= byte <= 90 or 97 <= byte <= 122


@kernel
def _is_word(byte: Any) -> Any:
    return 65 <= byte <= 90 or 97 <= byte <= 122 or 48 <= byte <= 57 or byte == 95


@kernel
def _is_small_hex(byte: Any) -> Any:
    return 48 <= byte <= 57 or 97 <= byte <= 102
