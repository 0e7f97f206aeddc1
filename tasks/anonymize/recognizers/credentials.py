"""Keys, tokens and passwords: the formats of their issuers, and values given to names that promise a secret."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from tasks.anonymize.families import Family
from tasks.anonymize.gate import MIN_RANDOM
from tasks.anonymize.recognizers.rule import Rule, RuleSet, pattern_of

_ISSUED: Final = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])",
    r"gh[pousr]_[A-Za-z0-9]{30,255}",
    r"github_pat_[A-Za-z0-9_]{40,255}",
    r"gl(?:pat|dt|ft|soat|rt|cbt|ptt|agent|imt|oas)-[A-Za-z0-9_-]{20,64}",
    r"xox[abeprs]-[A-Za-z0-9-]{10,255}",
    r"AIza[A-Za-z0-9_-]{35}",
    r"sk-(?:[A-Za-z]+-)?[A-Za-z0-9_-]{20,200}",
    r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    r"(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,128}",
    r"LTAI[A-Za-z0-9]{12,24}(?![A-Za-z0-9])",
    r"AKID[A-Za-z0-9]{32}(?![A-Za-z0-9])",
    r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])",
    r"pypi-AgE[A-Za-z0-9_-]{50,}",
)
HOOK: Final = re.compile(r"https://hooks\.slack\.com/services/(?P<value>[A-Za-z0-9/]{20,80})")
ASSIGNED: Final = pattern_of(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|account|auth|service|client|db)[_-]?key|private[_-]?key"
    r"|credential|口令|密码|密钥|令牌)"
    r"[a-z_]{0,20}[\"']?[ \t]{0,3}(?::=|=>|=|:|：|是"
    r"|为)[ \t]{0,3}(?:!!binary )?[\"']?(?P<value>[^\s\"'`<>{}()\[\],;，。；]{6,256})"
)
# Long and random, given to any name: the whole of a line of an environment file, or a string.
RANDOM_LINE: Final = re.compile(
    r"(?m)^(?:export )?[A-Za-z_][A-Za-z0-9_.]{0,60} ?= ?(?P<value>[A-Za-z0-9+/_-]{32,100}={0,2})$"
)
RANDOM_STRING: Final = re.compile(
    r"(?i:key|auth|credential|pass|pwd|sign|salt|cookie|session"
    r"|id)[A-Za-z0-9_]{0,20}[\"']?[ \t]{0,3}[:=][ \t]{0,3}([\"'])(?P<value>[A-Za-z0-9+/_-]{20,100}={0,2})\1"
)
IN_URL: Final = pattern_of(r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"'<>]{0,64}:(?P<value>[^\s:/@\"'<>]{1,128})@")
# No window is longer than a block's reach, so neither is a block.
KEY_BLOCK: Final = pattern_of(
    r"-----BEGIN (?P<kind>[A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?)-----(?:[^-\0]"
    r"|-(?!----)){0,8000}(?:-----END (?P=kind)-----)?"
)
_PLACEHOLDER: Final = pattern_of(
    r"^(?:x+|\*+|\.+|-+|your[_-]?.*|my[_-]?.*|<.*|\$.*|%.*|null|none|nil|true|false|undefined|optional|required"
    r"|string|str"
    r"|changeme|example.*|placeholder|redacted|test|password|passwd|secret|token|os\.environ.*|process\.env.*|getenv.*"
    r"|self\..*|this\..*|args\..*|config\..*|settings\..*|request\..*|[a-z_]+_[0-9a-f]{8})$"
)
# A name in code: words joined by dots or underscores, calls, attributes.
_NAME: Final = re.compile(r"[A-Za-z_]+(?:[._-][A-Za-z_]+)*$")
_DIGEST: Final = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9A-F]{32}|[0-9A-F]{40}|[0-9A-F]{64})$"
)
_UUID: Final = pattern_of(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
# Calls, addresses, numbers and numbers with a unit.
_MEASURE: Final = re.compile(
    r"\(|\)|//|^\d+(?:\.\d+)*(?:[mun]?s|[kmgt]?i?b|px|%|[uif](?:8|16|32|64)?|u?ll?)?$|^\d{1,8}(?:\.\d+)*[a-z%]{0,3}$"
)
_MIN_ENTROPY: Final = 2.5
_MIN_RANDOM_ENTROPY: Final = 4.2
# Of detect-secrets those whose values the gate can see; its e-mail, IP and entropy plugins are ours already.
_PLUGINS: Final = (
    ("azure_storage_key", "AzureStorageKeyDetector"),
    ("discord", "DiscordBotTokenDetector"),
    ("github_token", "GitHubTokenDetector"),
    ("gitlab_token", "GitLabTokenDetector"),
    ("openai", "OpenAIDetector"),
    ("pypi_token", "PypiTokenDetector"),
    ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("stripe", "StripeDetector"),
    ("square_oauth", "SquareOAuthDetector"),
    ("twilio", "TwilioKeyDetector"),
    ("telegram_token", "TelegramBotTokenDetector"),
    ("mailchimp", "MailchimpDetector"),
    ("npm", "NpmDetector"),
)

LITERALS: Final[Mapping[str, Family]] = {
    **dict.fromkeys(
        (
            "akia",
            "asia",
            "abia",
            "acca",
            "akid",
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_",
            "glpat-",
            "gldt-",
            "glft-",
            "glsoat-",
            "glrt-",
            "glcbt-",
            "glptt-",
            "glagent-",
            "glimt-",
            "gloas-",
            "xox",
            "hooks.slack",
            "aiza",
            "sk-",
            "eyj",
            "sk_",
            "pk_",
            "rk_",
            "ltai",
            "npm_",
            "pypi-",
        ),
        Family.SECRET,
    ),
    **dict.fromkeys(
        (
            "pass",
            "pwd",
            "secret",
            "token",
            "_key",
            "-key",
            "apikey",
            "accesskey",
            "accountkey",
            "authkey",
            "servicekey",
            "clientkey",
            "dbkey",
            "privatekey",
            "credential",
            "口令",
            "密码",
            "密钥",
            "令牌",
        ),
        Family.BEFORE_VALUE,
    ),
    "://": Family.BEFORE_HOST,
    "-----begin": Family.BLOCK,
}


def rule_sets() -> Sequence[RuleSet]:
    """Rules; nothing to set."""
    return [
        RuleSet(
            "SECRET",
            Family.SECRET,
            [
                Rule(re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_ISSUED)})"), score=1.0),
                Rule(HOOK, score=1.0),
                Rule(ASSIGNED, is_secret, 0.7),
            ],
        ),
        RuleSet(
            "SECRET",
            Family.RANDOM,
            [Rule(RANDOM_LINE, is_random, 0.6), Rule(RANDOM_STRING, is_random, 0.6)],
            _plugin_rules,
        ),
        RuleSet("SECRET", Family.URL, [Rule(IN_URL, is_secret_in_url, 0.9)]),
        RuleSet("SECRET", Family.BLOCK, [Rule(KEY_BLOCK, score=1.0)]),
    ]


@lru_cache(maxsize=1)
def _plugin_rules() -> Sequence[Rule]:
    """Patterns of detect-secrets' plugins; a group of theirs that holds a value becomes the span."""
    return [Rule(pattern, _holds_random_word, 0.8) for pattern in _collect()]


def _collect() -> Iterator[re.Pattern[str]]:
    import importlib

    for module, name in _PLUGINS:
        plugin = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)
        for pattern in plugin.denylist:
            yield re.compile(rf"(?<![A-Za-z0-9])(?:{pattern.pattern})", pattern.flags)


def is_secret(found: re.Match[str]) -> bool:
    """A value given to a name like `password`; not a placeholder, a variable, a word, a digest."""
    value = found["value"].rstrip(".:")
    if _PLACEHOLDER.match(value) or _NAME.fullmatch(value) or not value.isascii() or _UUID.match(value):
        return False
    mixed = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    return mixed and _entropy(value) >= _MIN_ENTROPY and not _MEASURE.search(value)


def is_random(found: re.Match[str]) -> bool:
    """Letters of both cases and digits without an order; not a digest, not a path."""
    value = found["value"]
    if _DIGEST.match(value) or value.count("/") > 3 or value.startswith(("sha", "/")) or not _holds_random_word(found):
        return False
    return _entropy(value) >= _MIN_RANDOM_ENTROPY


def is_secret_in_url(found: re.Match[str]) -> bool:
    """A password in an address; not a placeholder."""
    return not _PLACEHOLDER.match(found["value"]) and not found["value"].isdigit()


def _holds_random_word(found: re.Match[str]) -> bool:
    """As the gate has it: a run of so many characters with digits and letters of both cases."""
    return any(
        len(run) >= MIN_RANDOM and re.search("[0-9]", run) and re.search("[a-z]", run) and re.search("[A-Z]", run)
        for run in re.findall(r"[A-Za-z0-9_+/=-]+", found[0])
    )


def _entropy(value: str) -> float:
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
