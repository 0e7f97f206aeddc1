"""In which other forms a value that one document holds may stand, there or in another."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from tasks.anonymize.people import NOT_PEOPLE, is_distinct

# Shorter ones are encoded or decoded to what could be anything.
_MIN_SECRET: Final = 8
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4}){3,32}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_PLAIN: Final = re.compile(r"[\x21-\x7e]{8,128}")


def forms_of_handle(handle: str) -> Iterator[str]:
    """How others speak of somebody who took part in a thread; a handle that is a word is told by an address only."""
    yield f"github.com/{handle}"
    if is_distinct(handle) and handle.lower() not in NOT_PEOPLE:
        yield f"@{handle}"


def forms_of_secret(value: str) -> Iterator[str]:
    """The same secret in base64, as manifests of Kubernetes and `!!binary` of YAML hold it, or out of it."""
    if len(value) >= _MIN_SECRET and "\n" not in value:
        yield base64.b64encode(value.encode()).decode().rstrip("=")
    if _BASE64.fullmatch(value):
        try:
            plain = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return
        if _PLAIN.fullmatch(plain):
            yield plain
