"""Addresses of machines: IP and MAC. Not versions, not `::` in code, not the time of day."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

from tasks.anonymize.families import Family
from tasks.anonymize.recognizers.rule import Rule, RuleSet, around, pattern_of

IPV4: Final = pattern_of(r"(?<![0-9A-Za-z.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z]|\.[0-9])")
IPV6: Final = pattern_of(r"(?<![0-9a-z:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![0-9a-z:])")
MAC: Final = pattern_of(
    r"(?<![0-9a-z:-])(?:[0-9a-f]{2}(?P<gap>[:-]))(?:[0-9a-f]{2}(?P=gap)){4}[0-9a-f]{2}(?![0-9a-z:-])"
)
_IP_CUE: Final = pattern_of(
    r"(?:\bip|addr|host|server|client|peer|gateway|dns|ping|ssh|from|contact|reach us at|地址|主机|服务器"
    r"|网关)[^\n]{0,24}$"
)
_VERSION_CUE: Final = pattern_of(
    r"(?:(?<![a-z])v|ver|version|release|rev|firmware|build|版本号?|固件|升级[到至]?|更新[到至]?|==|>=|<=|~=|\^"
    r"|chrome/|safari/)[ ./:=为是]{0,3}$"
)


def rule_sets(*, private_addresses: bool) -> Sequence[RuleSet]:
    """Rules; arguments as in `AnonymizeSettings`."""
    return [
        RuleSet(
            "IP_ADDRESS",
            Family.NUMBER | Family.HEX,
            [
                Rule(IPV4, lambda m: is_ipv4(m, private=private_addresses)),
                Rule(IPV6, lambda m: is_ipv6(m, private=private_addresses)),
            ],
        ),
        RuleSet("MAC_ADDRESS", Family.HEX, [Rule(MAC, is_mac)]),
    ]


def is_ipv4(found: re.Match[str], *, private: bool) -> bool:
    """An address of a machine; not a version number."""
    before, _ = around(found)
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
