"""Secrets on the lines below the name that promises them: YAML, INI and JSON say `password:` and indent the value."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tasks.anonymize.families import Family
from tasks.anonymize.recognizers.credentials import is_secret
from tasks.anonymize.recognizers.rule import Rule, RuleSet

# Lines below the name that are looked at.
DEPTH: Final = 3
_KEY: Final = r"[\"']?(?:[A-Za-z0-9_.-]{1,30}|[一-鿿]{1,8})[\"']?[ \t]{0,2}(?::|=|：)[ \t]{0,2}"
_HEAD: Final = (
    r"^(?P<indent>[ \t]{0,8})[\"']?[A-Za-z0-9_.一-鿿-]{0,24}?(?i:passwords?|passwd|passphrase|secrets?|credentials?"
    r"|密码|口令|密钥)[A-Za-z0-9_]{0,24}[\"']?[ \t]{0,3}(?::|=|：)[ \t]{0,3}\{?\n"
)
# What is inside is indented further. Bounded, and ASCII between, so that a window of so many bytes holds it all.
_LINE: Final = r"(?P=indent)[ \t]{1,8}[\x21-\x7e][\x20-\x7e]{0,48}\n"
_VALUE: Final = (
    rf"(?P=indent)[ \t]{{1,8}}(?:- )?(?P<key>{_KEY})?[\"']?(?P<value>[A-Za-z0-9+/=!@$%^&*~?]{{7,64}})[\"']?"
    r"(?=[ \t]{0,3},?[ \t]{0,3}(?:#|$))"
)
# They say something about a secret, and are none.
_ABOUT: Final = re.compile(
    r"(?i)name|key|type|kind|version|image|path|file|url|uri|host|port|id|ref|namespace|scope|algorithm|hash|size|length"
    r"|ttl|expir|date|time|region|policy|digest|sha|名称|类型|版本|路径|地址|长度|时间"
)
_MIN_ENCRYPTED: Final = 12

LITERALS: Final[Mapping[str, Family]] = dict.fromkeys(
    ("passw", "passphrase", "secret", "credential", "密码", "口令", "密钥"), Family.BEFORE_VALUE
)


def rule_sets() -> Sequence[RuleSet]:
    """Rules; nothing to set."""
    patterns = [re.compile(f"{_HEAD}(?:{_LINE}){{{depth}}}{_VALUE}", re.MULTILINE) for depth in range(DEPTH)]
    return [RuleSet("SECRET", Family.NEST, [Rule(pattern, is_nested_secret, 0.7) for pattern in patterns])]


def is_nested_secret(found: re.Match[str]) -> bool:
    """A value with letters and digits, or one that says it is encrypted; not what describes a secret."""
    key = (found["key"] or "").strip(" \t\"':=：").lower()
    if key == "secure":
        return len(found["value"]) >= _MIN_ENCRYPTED
    return not _ABOUT.search(key) and "/" not in found["value"] and is_secret(found)
