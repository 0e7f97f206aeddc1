"""Payment cards, IBANs and addresses of crypto-currencies, by their check digits."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from tasks.anonymize.families import Family
from tasks.anonymize.recognizers.rule import Rule, RuleSet, around, pattern_of

CARD: Final = pattern_of(
    r"(?<![0-9A-Za-z._-])(?<![0-9],)(?:[1-9][0-9]{11,18}"
    r"|[2-6][0-9]{3}(?P<gap>[ -])[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{4}"
    r"(?:(?P=gap)[0-9]{3}(?![ -][0-9]))?|3[0-9]{3}(?P<gap2>[ -])[0-9]{6}(?P=gap2)[0-9]{4,5})(?![0-9A-Za-z_]|[.,-][0-9])"
)
# Issuer ranges (ISO/IEC 7812) with the lengths they use.
_ISSUERS: Final = (
    (r"62|81", range(16, 20)),
    (r"4", (16, 19)),
    (r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)", (16,)),
    (r"3[47]", (15,)),
    (r"3(?:0[0-5]|095|6|[89])", (14, 16)),
    (r"6(?:011|4[4-9]|5)", (16, 19)),
    (r"35(?:2[89]|[3-8])", (16, 19)),
    (r"(?:2131|1800)", (15,)),
    (r"(?:436742|427020|622|603367|95588|9558)", (16, 18, 19)),
)
# Lengths that other numbers share: only where a card is spoken of.
_CUED_ISSUERS: Final = ((r"4", (13,)), (r"35", (16,)), (r"5[06-8]|6[0-9]", range(12, 20)))
_CARD_CUE: Final = re.compile(
    r"(?i)(?:card|visa|mastercard|amex|maestro|debit|credit|卡号|银行卡|信用卡|借记卡|账号|帐号|付款|退款)[^\n]{0,24}$"
)
IBAN: Final = pattern_of(r"(?<![A-Za-z0-9])[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?![A-Za-z0-9])")
# Lengths by country (SWIFT IBAN registry), the countries most met with.
_IBAN_LENGTHS: Final = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI NL",
        19: "SI",
        20: "AT BA EE KZ LT LU",
        21: "CH HR LI LV",
        22: "BG DE GB GE IE ME RS",
        23: "AE GI IL",
        24: "AD CZ ES MD RO SA SE SK",
        25: "PT",
        26: "IS TR",
        27: "FR GR IT MC",
        28: "AL CY HU PL",
        29: "UA",
        31: "MT",
    }.items()
    for country in countries.split()
}
BITCOIN: Final = pattern_of(r"(?<![A-Za-z0-9])[13][a-km-zA-HJ-NP-Z1-9]{25,34}(?![A-Za-z0-9])", 0)
BECH32: Final = pattern_of(r"(?<![A-Za-z0-9])bc1[ac-hj-np-z02-9]{25,87}(?![A-Za-z0-9])")
_ETHER: Final = r"(?:wallet|钱包|ethereum|以太坊?|(?<![a-z])eth(?![a-z]))[^\n]{0,40}"
ETHEREUM: Final = pattern_of(rf"{_ETHER}?(?P<value>0x[0-9a-f]{{40}})(?![0-9a-f])")
_WALLET: Final = pattern_of("0x[0-9a-f]{40}")
_UP_TO_WALLET: Final = pattern_of(rf"{_ETHER}\Z")
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_SUMS: Final = (1, 0x2BC830A3)

LITERALS: Final[Mapping[str, Family]] = {
    **dict.fromkeys(("bc1", "wallet", "钱包", "ethereum", "以太"), Family.WALLET),
}


def rule_sets() -> Sequence[RuleSet]:
    """Rules; nothing to set."""
    return [
        RuleSet("BANK_CARD", Family.NUMBER, [Rule(CARD, is_card)]),
        RuleSet("IBAN_CODE", Family.NUMBER, [Rule(IBAN, is_iban, 1.0)]),
        RuleSet(
            "CRYPTO",
            Family.NUMBER | Family.WALLET | Family.RANDOM,
            [
                Rule(BITCOIN, is_bitcoin, 1.0),
                Rule(BECH32, is_bech32, 1.0),
                Rule(ETHEREUM, score=0.8, anchor=_WALLET, lead=_UP_TO_WALLET),
            ],
        ),
    ]


def is_card(found: re.Match[str]) -> bool:
    """A payment card: a range of an issuer and the right check digit (ISO/IEC 7812-1, Luhn)."""
    text = re.sub("[ -]", "", found[0])
    if len(set(text)) < 4 or not _passes_luhn(text):
        return False
    if _is_issued(text, _ISSUERS):
        return True
    before, _ = around(found)
    return bool(_CARD_CUE.search(before)) and _is_issued(text, _CUED_ISSUERS)


def _is_issued(text: str, issuers: Sequence[tuple[str, Sequence[int]]]) -> bool:
    return any(len(text) in lengths and re.match(prefix, text) for prefix, lengths in issuers)


def _passes_luhn(text: str) -> bool:
    digits = [int(char) for char in text]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(found: re.Match[str]) -> bool:
    """An account number with the right length for its country and the right check digits (ISO 13616)."""
    value = found[0].replace(" ", "").upper()
    if len(value) != _IBAN_LENGTHS.get(value[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1


def is_bitcoin(found: re.Match[str]) -> bool:
    """A Base58Check address of version 0 or 5."""
    number = 0
    for char in found[0]:
        number = number * 58 + _BASE58.index(char)
    try:
        raw = number.to_bytes(25, "big")
    except OverflowError:
        return False
    return raw[0] in {0, 5} and sha256(sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def is_bech32(found: re.Match[str]) -> bool:
    """A segregated witness address with the right checksum (BIP 173, BIP 350)."""
    value = found[0].lower()
    data = [3, 3, 0, 2, 3, *(_BECH32.index(char) for char in value[3:])]
    check = 1
    for part in data:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ part
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> place & 1 else 0
    return check in _BECH32_SUMS
