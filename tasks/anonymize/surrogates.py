"""What stands in the place of a value: the same for the same value wherever it occurs, in all tables of a release."""

import hmac
import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.spans import PiiSpan

_NAMES: Final = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "CN_ID_CARD": "id", "PASSPORT": "passport", "CN_USCC": "company",
    "US_SSN": "ssn", "LICENSE_PLATE": "plate", "DATE_OF_BIRTH": "birthdate", "BANK_CARD": "card", "IBAN_CODE": "iban",
    "CRYPTO": "wallet", "IP_ADDRESS": "ip", "MAC_ADDRESS": "mac", "SECRET": "secret", "USERNAME": "user", "QQ_ID": "qq",
    "WECHAT_ID": "wechat", "POSTAL_ADDRESS": "address", "PERSON": "person", "ORGANIZATION": "organization",
}  # fmt: skip
_FAMILIES: Final = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾"
# Heavenly stems and earthly branches: nobody is called so.
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
_STEMS_SHOWN: Final = 5
SURROGATE: Final = re.compile(
    rf"(?:{'|'.join(_NAMES.values())})_[0-9a-f]{{8}}|[{_FAMILIES}]某[{_STEMS}]{{{_STEMS_SHOWN}}}"
    rf"|\[(?:{'|'.join(name.upper() for name in _NAMES.values())})\]"
)
# The same, each told by a character that is quick to look for; before the first stands the name of a kind.
_MARKS: Final = (
    ("_", re.compile("_[0-9a-f]{8}")),
    ("某", re.compile(rf"某(?<=[{_FAMILIES}]某)[{_STEMS}]{{{_STEMS_SHOWN}}}")),
    ("[", re.compile(rf"\[(?:{'|'.join(name.upper() for name in _NAMES.values())})\]")),
)
_LONGEST_NAME: Final = max(len(name) for name in _NAMES.values())
_NAME_BEFORE: Final = re.compile(rf"(?:{'|'.join(_NAMES.values())})\Z")
_HAN: Final = re.compile("[㐀-鿿]")
_SEPARATORS: Final = re.compile(r"[\s().\-/]+")
_DIGITS_ONLY: Final = frozenset({"PHONE_NUMBER", "BANK_CARD", "IBAN_CODE", "US_SSN"})


def surrogate(value: str, entity: str, settings: AnonymizeSettings) -> str:
    """Replacement of `value`.

    Pseudonyms are HMAC-SHA256 under the key of the run: nobody without the key can test a guess (RFC 2104), and those
    of another key have nothing to do with them.
    """
    name = _NAMES[entity]
    if settings.mode == "redact":
        return ""
    if settings.mode == "mask":
        return f"[{name.upper()}]"
    return _pseudonym(value, entity, settings.key.get_secret_value())


@lru_cache(maxsize=65_536)
def _pseudonym(value: str, entity: str, key: str) -> str:
    digest = hmac.digest(key.encode(), f"{entity}\0{_canonical(value, entity)}".encode(), "sha256")
    if entity == "PERSON" and _HAN.search(value):
        return _chinese_name(int.from_bytes(digest[:8], "big"))
    return f"{_NAMES[entity]}_{digest.hex()[:8]}"


def outside_surrogates(text: str, spans: Iterable[PiiSpan]) -> list[PiiSpan]:
    """Those of `spans` that touch nothing that was put in the place of something."""
    spans = list(spans)
    taken = _surrogates_of(text) if spans else []
    if not taken:
        return spans
    starts = [start for start, _ in taken]

    def is_free(span: PiiSpan) -> bool:
        place = bisect_left(starts, span.end)
        return place == 0 or taken[place - 1][1] <= span.start

    return [span for span in spans if is_free(span)]


def _surrogates_of(text: str) -> list[tuple[int, int]]:
    """Where `SURROGATE` matches, in order."""
    taken = []
    for mark, pattern in _MARKS:
        end = 0
        for found in pattern.finditer(text) if mark in text else ():
            start = found.start()
            if mark == "_":
                # Its name begins where the surrogate before it has ended, not inside that one's digits.
                name = _NAME_BEFORE.search(text, max(end, start - _LONGEST_NAME), start)
                if name is None:
                    continue
                start = name.start()
            elif mark != "[":
                start -= 1
            end = found.end()
            taken.append((start, end))
    return sorted(taken)


def is_surrogate(value: str) -> bool:
    """A value that was put in the place of another."""
    return SURROGATE.fullmatch(value) is not None


def _chinese_name(number: int) -> str:
    number, family = divmod(number, len(_FAMILIES))
    given = ""
    for _ in range(_STEMS_SHOWN):
        number, stem = divmod(number, len(_STEMS))
        given += _STEMS[stem]
    return f"{_FAMILIES[family]}某{given}"


def _canonical(value: str, entity: str) -> str:
    """One form of the values that mean the same: case, blanks, separators and the country code of China set aside."""
    value = " ".join(value.casefold().replace("＠", "@").split())
    if entity in _DIGITS_ONLY:
        value = _SEPARATORS.sub("", value)
        for prefix in ("+86", "0086"):
            value = value.removeprefix(prefix)
    return value
