"""What tells a value from something that only looks like one: checksums, ranges, and what stands beside it."""

import ipaddress
import math
import re
from collections import Counter
from datetime import date
from typing import Final

import phonenumbers

# RFC 2606 and RFC 6761: reserved, nobody's.
_EXAMPLE: Final = re.compile(
    r"(?:^|[.@＠])(?:example\.(?:com|org|net|edu|cn|com\.cn)|[a-z0-9-]+\.(?:example|test|invalid|localhost))$"
)
_ROLE: Final = re.compile(r"(?i)^(?:git|hg|svn|noreply|no-reply|users\.noreply)[@＠]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKSUM: Final = "10X98765432"
_IP_CUE: Final = re.compile(
    r"(?i)(?:\bip|addr|host|server|client|peer|gateway|dns|ping|ssh|from|地址|主机|服务器|网关)[^\n]{0,24}$"
)
_VERSION_CUE: Final = re.compile(
    r"(?i)(?:\bv|ver|version|release|rev|版本|升级到?|==|>=|<=|~=|\bchrome/|\bsafari/)[ ./:=]{0,3}$"
)
_PLACEHOLDER: Final = re.compile(
    r"(?i)^(?:x+|\*+|\.+|-+|your[_-].*|my[_-]?.*|<.*|\$.*|%.*|null|none|true|false|undefined|optional|required|string|str"
    r"|changeme|example.*|placeholder|redacted|test|password|passwd|secret|token|os\.environ.*|process\.env.*|getenv.*"
    r"|self\..*|this\..*|args\..*|config\..*|settings\..*|request\..*|[a-z_]+_[0-9a-f]{8})$"
)
# A name in code: words joined by dots or underscores, calls, attributes.
_NAME: Final = re.compile(r"[A-Za-z_]+(?:[._-][A-Za-z_]+)*$")
_MIN_ENTROPY: Final = 2.5


def is_address(found: re.Match[str], *, example: bool) -> bool:
    """An e-mail address of somebody; not git@host, not a reserved name unless `example`, not a scope like a@2.0."""
    value = found[0].lower()
    if _ROLE.match(value):
        return False
    tail = found.string[found.end() : found.end() + 1]
    return (example or not _EXAMPLE.search(value)) and not (tail == ":" and value.startswith("git"))


def is_free_number(found: re.Match[str]) -> bool:
    """A mobile number that is not a piece of something longer: a decimal, a path, an order number."""
    before, after = _around(found)
    return not before.endswith((".", "#", "/", "=0x")) and not re.match(r"[.,]\d|[A-Za-z_]", after)


def is_phone(found: re.Match[str]) -> bool:
    """A number with a country code that could be dialled (libphonenumber)."""
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(found[0], None)))
    except phonenumbers.NumberParseException:
        return False


def is_us_phone(found: re.Match[str]) -> bool:
    """A North American number that could be dialled, not a row of a table of numbers."""
    before, after = _around(found)
    if re.search(r"\d[ \t]+$", before) or re.match(r"[ \t]+\d{3}\b", after):
        return False
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(found[0], "US")))
    except phonenumbers.NumberParseException:
        return False


def is_resident_id(found: re.Match[str]) -> bool:
    """A resident identity number: a possible date of birth and the right check digit (GB 11643-1999)."""
    value = found[0].upper()
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _WEIGHTS, strict=False))
    return 1900 <= born.year <= 2100 and _CHECKSUM[total % 11] == value[17]


def is_card(found: re.Match[str]) -> bool:
    """A payment card: a known first digit and the right check digit (ISO/IEC 7812-1, Luhn)."""
    digits = [int(char) for char in found[0] if char.isdigit()]
    if len(set(digits)) < 4:
        return False
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_ipv4(found: re.Match[str], *, private: bool) -> bool:
    """An address of a machine; not a version number."""
    before, _ = _around(found)
    try:
        address = ipaddress.IPv4Address(found[0])
    except ValueError:
        return False
    if _VERSION_CUE.search(before) or address.is_unspecified or address.is_multicast or found[0].startswith("255."):
        return False
    if not private and (address.is_private or address.is_loopback or address.is_link_local):
        return False
    small = all(int(part) <= 25 for part in found[0].split("."))
    return not small or bool(_IP_CUE.search(before))


def is_ipv6(found: re.Match[str], *, private: bool) -> bool:
    """An address of a machine; not a time of day, not `::` in code."""
    value = found[0]
    if sum(char != ":" for char in value) < 4:
        return False
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return False
    return private or not (address.is_private or address.is_loopback or address.is_link_local or address.is_unspecified)


def is_mac(found: re.Match[str]) -> bool:
    """A hardware address that is not all one digit."""
    return len({char for char in found[0].lower() if char not in ":-"}) > 2


def is_secret(found: re.Match[str]) -> bool:
    """A value given to a name like `password`; not a placeholder, a variable or a word."""
    value = found["value"].rstrip(".:")
    if _PLACEHOLDER.match(value) or _NAME.fullmatch(value) or not value.isascii():
        return False
    mixed = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    return mixed and _entropy(value) >= _MIN_ENTROPY and not re.search(r"\(|\)|//|^\d+(?:\.\d+)*[a-z%]{0,3}$", value)


def is_secret_in_url(found: re.Match[str]) -> bool:
    """A password in an address; not a placeholder."""
    return not _PLACEHOLDER.match(found["value"])


def _around(found: re.Match[str]) -> tuple[str, str]:
    return found.string[max(0, found.start() - 40) : found.start()], found.string[found.end() : found.end() + 12]


def _entropy(value: str) -> float:
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
