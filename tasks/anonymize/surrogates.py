"""What stands in the place of a value: the same for the same value wherever it occurs, in all tables of a release."""

import hmac
import re
from hashlib import sha256
from typing import Final

from tasks.anonymize.settings import AnonymizeSettings

_NAMES: Final = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CN_ID_CARD": "id",
    "BANK_CARD": "card",
    "IP_ADDRESS": "ip",
    "MAC_ADDRESS": "mac",
    "SECRET": "secret",
    "USERNAME": "user",
}
SURROGATE: Final = re.compile(r"(?:email|phone|id|card|ip|mac|secret|user)_[0-9a-f]{8}")
_SEPARATORS: Final = re.compile(r"[\s().\-]+")
_DIGITS_ONLY: Final = frozenset({"PHONE_NUMBER", "BANK_CARD"})


def surrogate(value: str, entity: str, settings: AnonymizeSettings) -> str:
    """Replacement of `value`.

    Pseudonyms are HMAC-SHA256 under the key of the run: nobody without the key can test a guess (RFC 2104).
    """
    name = _NAMES[entity]
    if settings.mode == "redact":
        return ""
    if settings.mode == "mask":
        return f"[{name.upper()}]"
    key = settings.key.get_secret_value().encode()
    digest = hmac.new(key, f"{entity}\0{_canonical(value, entity)}".encode(), sha256).hexdigest()
    return f"{name}_{digest[:8]}"


def _canonical(value: str, entity: str) -> str:
    """One form of the values that mean the same: case, separators and the country code of China set aside."""
    value = value.casefold().replace("＠", "@")
    if entity in _DIGITS_ONLY:
        value = _SEPARATORS.sub("", value)
        for prefix in ("+86", "0086"):
            value = value.removeprefix(prefix)
    return value
