"""Papers and marks of identity: resident ids, passports, companies' codes, licence plates, dates of birth."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from tasks.anonymize.families import Family
from tasks.anonymize.recognizers.rule import Rule, RuleSet, around, pattern_of

_CARD_CUE: Final = (
    r"(?:身份证|证件|公民身份|(?<![a-z])(?:national |resident |citizen )?id(?:entity|entification)?(?: card)?(?![a-z]))"
)
CN_ID_18: Final = pattern_of(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9xX](?![0-9A-Za-z])")
# Where the text says that it is one, a wrong check digit is a slip of the pen.
_UP_TO_CARD: Final = pattern_of(rf"{_CARD_CUE}[^\n0-9]{{0,20}}\Z")
_LONG: Final = re.compile("[1-9][0-9]{14,17}")
CN_ID_NAMED: Final = pattern_of(rf"{_CARD_CUE}[^\n0-9]{{0,20}}(?P<value>[1-9][0-9]{{16}}[0-9xX])(?![0-9A-Za-z])")
CN_ID_15: Final = pattern_of(rf"{_CARD_CUE}[^\n0-9]{{0,20}}(?P<value>[1-9][0-9]{{14}})(?![0-9A-Za-z])")
_PASSPORT_CUE: Final = r"(?:护照|通行证|(?<![a-z])passport)"
PASSPORT: Final = pattern_of(
    rf"{_PASSPORT_CUE}[^\n0-9]{{0,24}}?(?<![a-z0-9])(?P<value>[a-z]{{1,2}}[0-9]{{7,8}}|[0-9]{{9}})(?![0-9A-Za-z])"
)
_SEVEN: Final = re.compile("[0-9]{7}")
# Two letters may stand before the digits.
_UP_TO_PASSPORT: Final = pattern_of(rf"{_PASSPORT_CUE}[^\n0-9]{{0,26}}\Z")
USCC: Final = pattern_of(r"(?<![0-9A-Z])[1-9A-Y][1-59][0-9]{6}[0-9A-HJ-NP-RT-UW-Y]{10}(?![0-9A-Z])")
_SSN_CUE: Final = r"(?:(?<![a-z])ssn|social security)[^\n0-9]{0,24}"
_SSN: Final = r"[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}"
SSN: Final = pattern_of(rf"{_SSN_CUE}(?P<value>(?!000|666){_SSN})(?![0-9])")
_NINE: Final = re.compile(_SSN)
_UP_TO_SSN: Final = pattern_of(rf"{_SSN_CUE}\Z")
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE: Final = re.compile(
    rf"(?<![一-鿿])?[{_PROVINCES}][A-HJ-Y][·•-]?(?P<tail>[A-HJ-NP-Z0-9]{{5,6}}"
    rf"|[A-HJ-NP-Z0-9]{{4}}[学警挂港澳])(?![A-Za-z0-9_])"
)
_BIRTH_CUE: Final = (
    r"(?:出生日期|出生年月日?|出生于|出生|生日|生于|(?<![a-z])"
    r"(?:date of birth|birth ?date|birthday|d\.?o\.?b\.?|born(?: on)?)(?![a-z]))"
)
_DAY: Final = (
    r"(?:19|20)[0-9]{2}(?:[-/.][01]?[0-9][-/.][0-3]?[0-9]| ?年 ?[01]?[0-9] ?月(?: ?[0-3]?[0-9] ?[日号])?)"
    r"|[0-3]?[0-9][-/.][0-3]?[0-9][-/.](?:19|20)?[0-9]{2}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? [0-3]?[0-9](?:st|nd|rd|th)?,? (?:19|20)[0-9]{2}"
    r"|[0-3]?[0-9](?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,? (?:19|20)[0-9]{2}"
)
BIRTH: Final = pattern_of(rf"{_BIRTH_CUE}(?: ?(?:is|was|on|为|是|在))* ?[:：=]?[ \t]?(?P<value>{_DAY})(?![0-9])")

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKSUM: Final = "10X98765432"
_USCC_DIGITS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"

LITERALS: Final[Mapping[str, Family]] = {
    **{province + letter: Family.CUE for province in _PROVINCES for letter in "abcdefghjklmnopqrstuvwxy"},
    **dict.fromkeys(
        ("出生", "生日", "生于", "date of birth", "birthdate", "birth date", "birthday", "dob", "d.o.b", "born"),
        Family.CUE,
    ),
}


def rule_sets() -> Sequence[RuleSet]:
    """Rules; nothing to set."""
    return [
        RuleSet(
            "CN_ID_CARD",
            Family.NUMBER,
            [
                Rule(CN_ID_18, is_resident_id, 1.0),
                Rule(CN_ID_NAMED, score=0.8, anchor=_LONG, lead=_UP_TO_CARD),
                Rule(CN_ID_15, is_old_id, 0.8, _LONG, _UP_TO_CARD),
            ],
        ),
        RuleSet("PASSPORT", Family.NUMBER, [Rule(PASSPORT, score=0.8, anchor=_SEVEN, lead=_UP_TO_PASSPORT)]),
        RuleSet("CN_USCC", Family.NUMBER, [Rule(USCC, is_company_code, 1.0)]),
        RuleSet("US_SSN", Family.NUMBER, [Rule(SSN, score=0.9, anchor=_NINE, lead=_UP_TO_SSN)]),
        RuleSet("LICENSE_PLATE", Family.CUE, [Rule(PLATE, is_plate)]),
        RuleSet("DATE_OF_BIRTH", Family.CUE, [Rule(BIRTH, score=0.8)]),
    ]


def is_resident_id(found: re.Match[str]) -> bool:
    """A resident identity number: a possible date of birth and the right check digit (GB 11643-1999)."""
    value = found[0].upper()
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _WEIGHTS, strict=False))
    return 1900 <= born.year <= 2100 and _CHECKSUM[total % 11] == value[17]


def is_old_id(found: re.Match[str]) -> bool:
    """A resident identity number of before 1999: two digits of the year, no check digit."""
    value = found["value"]
    try:
        date(1900 + int(value[6:8]), int(value[8:10]), int(value[10:12]))
    except ValueError:
        return False
    return True


def is_company_code(found: re.Match[str]) -> bool:
    """A unified social credit code with the right check digit (GB 32100-2015)."""
    value = found[0].upper()
    if any(char not in _USCC_DIGITS for char in value) or (value.isdigit() and value[0] != "9"):
        return False
    total = sum(_USCC_DIGITS.index(char) * pow(3, place, 31) for place, char in enumerate(value[:17]))
    return _USCC_DIGITS[-total % 31] == value[17]


def is_plate(found: re.Match[str]) -> bool:
    """A licence plate (GA 36): at least one digit after the letter of the town."""
    before, _ = around(found, before=1)
    return bool(re.search("[0-9]", found["tail"])) or before in "牌为是"
