"""JSON one level at a time: what stands under a name stays bytes until somebody asks for it."""

import json
import math
from typing import Any, Final, TypeVar

from msgspec import DecodeError, Raw
from msgspec.json import Decoder

from tasks.extract.rows import storable

Names = dict[str, Raw]
"""An object of which only the names were read."""
Level = Names | list[Raw] | str | int | float | bool | None
"""The first level of any JSON."""

_T = TypeVar("_T")
_LEVEL: Final[Decoder[Level]] = Decoder(Level)


def first_level(text: bytes | Raw) -> Level:
    """Read the first level; the rest is only looked through.

    Raises:
        DecodeError: It is not JSON.
        RecursionError: Nested too deeply.
        UnicodeDecodeError: A name, or all of it, is not UTF-8.
    """
    return _LEVEL.decode(text)


def read_as(decoder: Decoder[_T], text: bytes | Raw) -> _T:
    """Read JSON as what it should be.

    Raises:
        UnicodeDecodeError: A string of it is not UTF-8.
    """
    try:
        return decoder.decode(text)
    except DecodeError:  # a number beyond all bounds
        return decoder.decode(mended(text))


def mended(text: bytes | Raw) -> bytes:
    """JSON by the standard, of what exporters write although it does not allow it: lone surrogates, NaN.

    Raises:
        ValueError: It is not JSON even so: `UnicodeDecodeError`, `json.JSONDecodeError`, a number that is none.
        RecursionError: Nested too deeply.
    """
    return json.dumps(_storable(json.loads(bytes(text).decode()))).encode()


def is_object(text: bytes | Raw | None) -> bool:
    """Whether it is there and an object."""
    return text is not None and _begins(text, b"{")


def is_list(text: bytes | Raw | None) -> bool:
    """Whether it is there and a list."""
    return text is not None and _begins(text, b"[")


def object_names(text: bytes | Raw | None) -> Names:
    """Names of an object; none of anything else."""
    found = _quietly(text) if is_object(text) else None
    return found if isinstance(found, dict) else {}


def elements(text: bytes | Raw | None) -> list[Raw]:
    """Elements of a list; none of anything else."""
    found = _quietly(text) if is_list(text) else None
    return found if isinstance(found, list) else []


def as_string(text: bytes | Raw | None) -> str | None:
    """A string; None for anything else."""
    found = _quietly(text) if text is not None and _begins(text, b'"') else None
    return found if isinstance(found, str) else None


def _begins(text: bytes | Raw, mark: bytes) -> bool:
    return memoryview(text)[0] == mark[0]


def _quietly(text: bytes | Raw | None) -> Level:
    try:
        return None if text is None else _LEVEL.decode(text)
    except UnicodeDecodeError:
        return None


def _storable(value: Any) -> Any:
    """`value` with every string and number in it as it can be stored."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(name): _storable(item) for name, item in value.items()}
    return value
