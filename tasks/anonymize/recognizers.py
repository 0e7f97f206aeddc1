r"""Recognizers of personal data and secrets, as Presidio's judges: each finds one kind of value, in every language.

Digits and letters are told from their neighbours by what they are, never by `\\b`: Han characters are word characters
to a regular expression, so an address that touches them has no boundary.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from presidio_analyzer import EntityRecognizer, RecognizerResult

from tasks.anonymize import checks
from tasks.anonymize.gate import Family

Accept = Callable[[re.Match[str]], bool]


@dataclass(frozen=True)
class Rule:
    """A pattern and what a match must pass.

    Args:
        pattern: Group "value" is the span, else the whole match.
        accept: Says no to what only looks like one.
        score: Confidence, in [0, 1].
    """

    pattern: re.Pattern[str]
    accept: Accept = field(default=lambda _: True)
    score: float = 0.9


class RuleRecognizer(EntityRecognizer):
    """Finds one kind of entity by rules.

    Args:
        entity: Kind, e.g. EMAIL_ADDRESS.
        language: Presidio keeps one recognizer per language.
        rules: Any of them finds it.
    """

    def __init__(self, entity: str, language: str, rules: list[Rule]) -> None:
        super().__init__([entity], name=f"winnow_{entity.lower()}", supported_language=language)
        self._entity = entity
        self._rules = rules

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:  # noqa: ARG002
        """Spans of this entity in `text`."""
        return list(self._find(text))

    def _find(self, text: str) -> Iterator[RecognizerResult]:
        for rule in self._rules:
            for found in rule.pattern.finditer(text):
                if rule.accept(found):
                    start, end = found.span("value" if "value" in rule.pattern.groupindex else 0)
                    yield RecognizerResult(self._entity, start, end, rule.score)


def _re(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(pattern, flags)


# Not part of a longer number, decimal fraction, identifier or hexadecimal run.
_NO_DIGIT_BEFORE: Final = r"(?<![0-9A-Za-z_])(?<![0-9][.,\-])"
_NO_DIGIT_AFTER: Final = r"(?![0-9A-Za-z_])(?![.,\-][0-9])"

EMAIL: Final = _re(
    r"(?<![a-z0-9._%+-])[a-z0-9](?:[a-z0-9._%+-]{0,62}[a-z0-9_+-])?[@＠](?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z]{2,24}(?![a-z0-9])"
)
CN_MOBILE: Final = _re(
    rf"{_NO_DIGIT_BEFORE}(?:\(?(?:\+|00)?86\)?[- ]?)?1[3-9][0-9](?:[0-9]{{8}}|[- ][0-9]{{4}}[- ][0-9]{{4}})(?![0-9])"
)
CN_LANDLINE: Final = _re(
    rf"{_NO_DIGIT_BEFORE}(?:(?:\+|00)?86[- ]?)?\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})\)?[- ][2-9][0-9]{{6,7}}"
    r"(?:(?:-|转|ext\.?)\s?[0-9]{1,5})?(?![0-9])"
)
HOTLINE: Final = _re(rf"{_NO_DIGIT_BEFORE}(?:[48]00[- ]?[0-9]{{3}}[- ]?[0-9]{{4}}|95[0-9]{{3,4}}){_NO_DIGIT_AFTER}")
INTERNATIONAL: Final = _re(r"(?<![0-9A-Za-z+])\+[1-9][0-9]{0,3}(?:[ ().-]{0,2}[0-9]){6,13}(?![0-9])")
US_PHONE: Final = _re(
    rf"{_NO_DIGIT_BEFORE}(?:1[-. ])?(?:\([2-9][0-9]{{2}}\) ?|[2-9][0-9]{{2}}[-. ])[2-9][0-9]{{2}}[-. ][0-9]{{4}}"
    r"(?![0-9])(?![.\-][0-9])"
)
CN_ID_18: Final = _re(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9xX](?![0-9A-Za-z])")
CN_ID_15: Final = _re(r"(?:身份证|证件|identity card|id card)[^\n0-9]{0,12}(?P<value>[1-9][0-9]{14})(?![0-9])")
CARD: Final = _re(
    r"(?<![0-9A-Za-z.,_-])[3-6][0-9]{3}(?:[ -]?[0-9]{4}){2,3}(?:[ -]?[0-9]{1,3})?(?![0-9A-Za-z]|[.-][0-9])"
)
IPV4: Final = _re(r"(?<![0-9A-Za-z.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z]|\.[0-9])")
IPV6: Final = _re(r"(?<![0-9a-z:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![0-9a-z:])")
MAC: Final = _re(r"(?<![0-9a-z:-])(?:[0-9a-f]{2}(?P<gap>[:-]))(?:[0-9a-f]{2}(?P=gap)){4}[0-9a-f]{2}(?![0-9a-z:-])")
MENTION: Final = _re(
    r"(?<![A-Za-z0-9_@/.`'\"=])@(?P<value>[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?)(?![A-Za-z0-9_(./-])"
)
_SECRETS: Final = (
    r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])",
    r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{30,255}",
    r"(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{40,255}",
    r"(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,64}",
    r"(?<![A-Za-z0-9])xox[abeprs]-[A-Za-z0-9-]{10,255}",
    r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}",
    r"(?<![A-Za-z0-9])sk-(?:[A-Za-z]+-)?[A-Za-z0-9_-]{20,200}",
    r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    r"(?<![A-Za-z0-9])(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,128}",
    r"(?<![A-Za-z0-9])LTAI[A-Za-z0-9]{12,24}(?![A-Za-z0-9])",
)
ASSIGNED: Final = _re(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|口令|密码|密钥|令牌)"
    r"[a-z_]{0,20}[\"']?\s{0,3}(?::=|=>|=|:|：|是|为)\s{0,3}[\"']?(?P<value>[^\s\"'`<>{}()\[\],;，。；]{6,256})"
)
IN_URL: Final = _re(r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"'<>]{1,64}:(?P<value>[^\s:/@\"'<>]{1,128})@")
KEY_BLOCK: Final = _re(
    r"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY(?: BLOCK)?)-----.*?(?:-----END (?P=kind)-----|\Z)", re.DOTALL
)

# Literals that lead the gate to what has no shape of its own.
LITERALS: Final[Mapping[str, Family]] = {
    **dict.fromkeys(("＠",), Family.AT),
    **dict.fromkeys(
        ("akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "aiza", "sk-", "eyj",
         "sk_", "pk_", "rk_", "ltai", "pass", "pwd", "secret", "token", "api_key", "api-key", "apikey", "access_key",
         "access-key", "accesskey", "private_key", "private-key", "credential", "口令", "密码", "密钥", "令牌", "://"),
        Family.SECRET,
    ),
    "private key": Family.BLOCK,
}  # fmt: skip


def rules(*, private_addresses: bool, example_addresses: bool, hotlines: bool) -> Mapping[str, list[Rule]]:
    """Rules by entity; arguments as in `AnonymizeSettings`."""
    return {
        "EMAIL_ADDRESS": [Rule(EMAIL, lambda m: checks.is_address(m, example=example_addresses), 1.0)],
        "PHONE_NUMBER": [
            Rule(CN_MOBILE, checks.is_free_number),
            Rule(CN_LANDLINE, lambda m: hotlines or not HOTLINE.fullmatch(m[0])),
            Rule(INTERNATIONAL, checks.is_phone),
            Rule(US_PHONE, checks.is_us_phone, 0.6),
            *([Rule(HOTLINE)] if hotlines else []),
        ],
        "CN_ID_CARD": [Rule(CN_ID_18, checks.is_resident_id, 1.0), Rule(CN_ID_15, score=0.8)],
        "BANK_CARD": [Rule(CARD, checks.is_card)],
        "IP_ADDRESS": [
            Rule(IPV4, lambda m: checks.is_ipv4(m, private=private_addresses)),
            Rule(IPV6, lambda m: checks.is_ipv6(m, private=private_addresses)),
        ],
        "MAC_ADDRESS": [Rule(MAC, checks.is_mac)],
        "SECRET": [
            *(Rule(re.compile(pattern), score=1.0) for pattern in _SECRETS),
            Rule(ASSIGNED, checks.is_secret, 0.7),
            Rule(IN_URL, checks.is_secret_in_url, 0.9),
            Rule(KEY_BLOCK, score=1.0),
        ],
    }
