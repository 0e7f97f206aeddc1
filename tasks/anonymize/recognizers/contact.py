"""E-mail addresses, telephone numbers, WeChat and QQ ids."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import phonenumbers

from tasks.anonymize.families import Family
from tasks.anonymize.ordinary import is_ordinary
from tasks.anonymize.recognizers.rule import NO_DIGIT_AFTER, NO_DIGIT_BEFORE, Rule, RuleSet, around, pattern_of

EMAIL: Final = pattern_of(
    r"(?<![a-z0-9._%+-])[a-z0-9_](?:[a-z0-9._%+'-]{0,62}[a-z0-9_+-])?[@＠](?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z]{2,24}(?![a-z0-9])"
)
_AT: Final = re.compile("[@＠]")
_LOCAL: Final = pattern_of(r"(?<![a-z0-9._%+-])[a-z0-9_](?:[a-z0-9._%+'-]{0,62}[a-z0-9_+-])?\Z")
# RFC 2606 and RFC 6761 reserve these; the rest are what manuals write where a reader's own address goes.
_EXAMPLE: Final = pattern_of(
    r"(?:[.@＠]example\.(?:com|org|net|edu)|[.@＠](?:[a-z0-9-]+\.)*(?:example|test|invalid|localhost|local)"
    r"|[@＠](?:your-?)?(?:domain|company|organization|email|mail|host|server|site|website|xxx?|foo|bar)\.(?:com|org"
    r"|net|tld|cn)"
    r"|[@＠]users\.noreply\.github\.com)$"
)
# A password and a host, not an address.
_IN_URL: Final = re.compile(r"://[^\s/@]{0,64}:$")
_ROLE: Final = pattern_of(
    r"^(?:git|hg|svn|noreply|no-reply|donotreply|do-not-reply|gitlab|gitea|ssh|postgres|root)[@＠]"
)

CN_MOBILE: Final = pattern_of(
    rf"{NO_DIGIT_BEFORE}(?:\(?(?:\+|00)?86\)?[- ]?)?1[3-9][0-9](?:[0-9]{{8}}|[- ][0-9]{{4}}[- ][0-9]{{4}})(?![0-9])"
)
CN_LANDLINE: Final = pattern_of(
    rf"{NO_DIGIT_BEFORE}(?:(?:\+|00)?86[- ]?)?[(（]?0(?:10|2[0-9]|[3-9][0-9]{{2}})[)）]?[- ]?[2-9][0-9]{{6,7}}"
    r"(?:(?:-|转|ext\.?) ?[0-9]{1,5})?(?![0-9A-Za-z_])(?![.\-][0-9])"
)
HOTLINE: Final = pattern_of(
    rf"{NO_DIGIT_BEFORE}(?:[48]00[- ]?[0-9]{{3}}[- ]?[0-9]{{4}}|95[0-9]{{3,4}}){NO_DIGIT_AFTER}"
)
INTERNATIONAL: Final = pattern_of(
    r"(?<![0-9A-Za-z+])\+[1-9][0-9]{0,3}(?:[ ().-]{0,2}[0-9]){6,13}(?: ?(?:x|ext\.? ?)[0-9]{1,6})?(?![0-9])"
)
US_PHONE: Final = pattern_of(
    rf"{NO_DIGIT_BEFORE}(?:(?:001|1)[-. ])?(?:\([2-9][0-9]{{2}}\) ?|[2-9][0-9]{{2}}[-. ])[2-9][0-9]{{2}}[-. ][0-9]{{4}}"
    r"(?: ?(?:x|ext\.? ?)[0-9]{1,6})?(?![0-9])(?![.\-][0-9])"
)
_NUMBER: Final = (
    r"[+(]{0,2}[0-9](?:[ ()./-]{0,2}[0-9]){5,14}(?: ?(?:x|ext\.? ?)[0-9]{1,6})?(?![0-9A-Za-z_])(?![.,-][0-9])"
)
# Any number that somebody is said to be reached at.
CUED: Final = pattern_of(
    r"(?:(?<![a-z])(?:tele)?phone|(?<![a-z])(?:tel|mobile|cell|fax|whatsapp)(?![a-z])"
    r"|(?<![a-z])(?:call|ring|text|reach|contact)(?:ed)?(?: (?:me|us|him|her|them))? (?:at|on|by|via)"
    r"|my registered|联系电话|联系方式|电话|手机号?|致电|传真|来电)"
    r"(?: ?(?:numbers?|no\.?|num|is|was|at|on|of|号码?|为|是|至))*[ \t]{0,3}[:：=#,]?[ \t]{0,3}\n?[ \t]{0,3}"
    rf"(?P<value>{_NUMBER})"
)
CUED_AFTER: Final = pattern_of(
    rf"{NO_DIGIT_BEFORE}(?P<value>{_NUMBER})[ \t]{{1,3}}[(（]?(?:office|mobile|cell|fax|home|work|手机|办公"
    rf"|传真)(?![a-z])"
)
QQ: Final = pattern_of(
    r"(?:(?<![a-z])qq|(?<![a-z])扣扣|企鹅号)(?: ?(?:号码?|群号?|id|number|is|为|是))*[ \t]{0,2}[:：=]?[ \t]{0,2}"
    r"(?P<value>[1-9][0-9]{4,10})(?![0-9A-Za-z_])(?![.][0-9])"
)
WECHAT: Final = pattern_of(
    r"(?:微信|薇信|(?<![a-z])(?:wechat|weixin|vx|v信|wxid)(?![a-z]))(?P<named> ?(?:号码?|账号|帐号|id|is|为|是|同号"
    r"|联系|加|搜索))*"
    r"[ \t]{0,2}(?P<colon>[:：=]?)[ \t]{0,2}(?P<value>[a-z][a-z0-9_-]{5,19})(?![a-z0-9_(./@-])"
)
# In running text; a thread's own people are known by their handles.
HANDLE: Final = pattern_of(r"(?<![a-z0-9_@/.`'\"=])@(?P<value>[a-z0-9](?:[a-z0-9_-]{2,37}[a-z0-9]))(?![a-z0-9_(./-])")
# Who is quoted in a mail, between the time and an address; people with full names are found by those.
QUOTED: Final = re.compile(
    r"(?:AM|PM|:[0-9]{2})(?:[,，] {0,2}| {1,2})(?P<value>[A-Za-z0-9](?:[A-Za-z0-9_-]{1,37}[A-Za-z0-9])) {1,2}"
    r"(?=<?[A-Za-z0-9_.+-]{1,64}[@＠])"
)
_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}[-/. ][01]?[0-9][-/. ][0-3]?[0-9]$")

LITERALS: Final[Mapping[str, Family]] = {
    "＠": Family.AT,
    **dict.fromkeys(("qq", "扣扣", "企鹅号", "微信", "薇信", "wechat", "weixin", "vx", "v信", "wxid"), Family.CUE),
}  # fmt: skip


def rule_sets(*, example_addresses: bool, hotlines: bool) -> Sequence[RuleSet]:
    """Rules; arguments as in `AnonymizeSettings`."""

    def is_called(found: re.Match[str]) -> bool:
        return is_dialled(found) and (hotlines or not HOTLINE.fullmatch(found["value"]))

    return [
        RuleSet(
            "EMAIL_ADDRESS",
            Family.AT,
            [Rule(EMAIL, lambda m: is_address(m, example=example_addresses), 1.0, _AT, _LOCAL)],
        ),
        RuleSet(
            "PHONE_NUMBER",
            Family.NUMBER,
            [
                Rule(CN_MOBILE, is_free_number),
                Rule(CN_LANDLINE, lambda m: is_landline(m) and (hotlines or not HOTLINE.fullmatch(m[0]))),
                Rule(INTERNATIONAL, is_phone),
                Rule(US_PHONE, lambda m: is_us_phone(m) and (hotlines or not HOTLINE.fullmatch(m[0])), 0.6),
                Rule(CUED_AFTER, is_called, 0.7),
                *([Rule(HOTLINE)] if hotlines else []),
            ],
        ),
        RuleSet("PHONE_NUMBER", Family.DIAL, [Rule(CUED, is_called, 0.8)]),
        RuleSet("QQ_ID", Family.CUE, [Rule(QQ)]),
        RuleSet("WECHAT_ID", Family.CUE, [Rule(WECHAT, is_wechat)]),
        RuleSet("USERNAME", Family.MENTION, [Rule(HANDLE, is_handle, 0.6)]),
        RuleSet("USERNAME", Family.AT, [Rule(QUOTED, is_quoted, 0.8)]),
    ]


def is_address(found: re.Match[str], *, example: bool) -> bool:
    """An e-mail address of somebody; not git@host, not a reserved name unless `example`, not a scope like a@2.0."""
    value = found[0].lower()
    if _ROLE.match(value):
        return False
    before, _ = around(found, before=80)
    if "://" in before and _IN_URL.search(before):
        return False
    tail = found.string[found.end() : found.end() + 1]
    return (example or not _EXAMPLE.search(value)) and not (tail == ":" and value.startswith("git"))


def is_free_number(found: re.Match[str]) -> bool:
    """A mobile number that is not a piece of something longer: a decimal, a path, an order number."""
    before, after = around(found)
    return not before.endswith((".", "#", "/", "=0x")) and not re.match(r"[.,]\d|[A-Za-z_]|-\d{2,}", after)


def is_landline(found: re.Match[str]) -> bool:
    """A number with an area code; one that is written without a break only after a cue."""
    if re.search(r"[-)） ]", found[0][2:6]):
        return True
    before, _ = around(found, before=12)
    return bool(re.search(r"(?i)(?:电话|传真|座机|固话|tel|phone|fax)[^0-9]{0,6}$", before))


def is_phone(found: re.Match[str]) -> bool:
    """A number with a country code that could be dialled (libphonenumber)."""
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(found[0], None)))
    except phonenumbers.NumberParseException:
        return False


def is_us_phone(found: re.Match[str]) -> bool:
    """A North American number that could be dialled, not a row of a table of numbers."""
    before, after = around(found)
    if re.search(r"\d[ \t]+$", before) or re.match(r"[ \t]+\d{3}\b(?!\.\d+%)", after):
        return False
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(found[0].removeprefix("001"), "US")))
    except phonenumbers.NumberParseException:
        return False


def is_dialled(found: re.Match[str]) -> bool:
    """A number of seven to fifteen digits, not a date, not an amount."""
    value = found["value"]
    digits = re.sub(r"\D", "", re.split(r"(?i)x|ext", value)[0])
    return 7 <= len(digits) <= 15 and not _DATE.match(value) and len(set(digits)) > 2


def is_wechat(found: re.Match[str]) -> bool:
    """An id, not a word after the name of the program."""
    value = found["value"]
    if found["named"] or found["colon"]:
        return not value.lower().startswith(("http", "wechat-", "weixin-"))
    return bool(re.search(r"[0-9]", value))


def is_handle(found: re.Match[str]) -> bool:
    """A handle with a number in it, or one that stands in Chinese text; not a decorator, a scale, a scope."""
    value = found["value"]
    before, after = around(found, before=2, after=2)
    if re.search(r"[0-9]{3}", value) and re.search(r"(?i)[a-z]{2}", value):
        return True
    return "_" in value and bool(re.search("[一-鿿，。]", before + after))


def is_quoted(found: re.Match[str]) -> bool:
    """A handle, not a word like "from"."""
    return not is_ordinary(found["value"])
