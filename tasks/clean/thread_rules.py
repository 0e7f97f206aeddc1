"""What mail programs, templates, platforms and spreadsheets add to a message: the rules, one expression each.

They look at a message as it stands; `threads` keeps them out of code. No word boundary of `re` is used: it does not
exist between Chinese and Latin letters.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

Span = tuple[int, int, str]
"""`[start, end)` in code points of the message, and the reason."""

_QUOTED: Final = r"(?:[ \t]*>)*[ \t]*"
_END: Final = r"[ \t]*(?:\n|\Z)"

# The line (or two: mail programs break it) that introduces a quoted mail. It names a person and a time.
_LATIN_ATTRIBUTION: Final = (
    rf"(?:On|Am|Le)[ ](?=[^\n]{{0,120}}(?:\d{{4}}|\d:\d\d|@))[^\n]{{5,200}}?(?:\n{_QUOTED}[^\n]{{0,100}}?)?"
    r"(?:wrote|schrieb|a écrit)[ ]?:"
    r"|-{2,}[ ]?(?:Original Message|Forwarded message)[ ]?-{2,}"
)
_CHINESE_ATTRIBUTION: Final = (
    r"[^\n]{0,100}?(?:于|在|於)[ \t]*\d{4}[ \t]*[年/.-][^\n]{4,120}?(?:写道|寫道|写到)[ \t]*[:：]?"
    r"|-{2,}[ ]?(?:原始邮件|原始郵件|转发的邮件|轉寄郵件)[ ]?-{2,}"
)
_ATTRIBUTION: Final = re.compile(rf"^{_QUOTED}(?:{_LATIN_ATTRIBUTION}|{_CHINESE_ATTRIBUTION}){_END}", re.MULTILINE)
# Chinese lines begin with anything: to look for them in a text without a Han character took most of the time.
_ASCII_ATTRIBUTION: Final = re.compile(rf"^{_QUOTED}(?:{_LATIN_ATTRIBUTION}){_END}", re.MULTILINE)
_HEADER: Final = (
    r"(?:From|Sent|Date|To|Cc|Subject|Reply-To|发件人|发送时间|发送日期|日期|时间|收件人|抄送|主题|寄件者|寄件人|寄件日期"
    r"|收件者|副本|主旨)"
)
# The same as a block of header lines, two at least, the sender first.
_MAIL_HEADER: Final = re.compile(
    rf"^{_QUOTED}\**(?:From|发件人|寄件者|寄件人)\**[ \t]*[:：][^\n]*\n"
    rf"(?:{_QUOTED}\**{_HEADER}\**[ \t]*[:：][^\n]*(?:\n|\Z)){{1,7}}",
    re.MULTILINE,
)
_FOOTER_LINE: Final = (
    r"(?:Reply to this email[^\n]*|<?https?://[^\n]*|or (?:mute|unsubscribe)[^\n]*|Message ID:[^\n]*|<[^\n]*|\.[ ]*$)"
)
# "Sent from my phone", and the footer of notification mails, its rule above and its address below.
_FOOTER: Final = re.compile(
    rf"^(?:{_QUOTED}(?:—|--)[ ]*\n)?{_QUOTED}(?:"
    r"Sent from (?:my|Mail for|Outlook|Yahoo|ProtonMail|Samsung|Gmail)[^\n]{0,60}|Get Outlook for [^\n]{0,30}"
    r"|发自我的[^\n]{1,30}|来自我的[^\n]{1,20}(?:手机|邮箱)[^\n]{0,20}|從我的[^\n]{1,20}傳送|发自[^\n]{0,12}(?:邮箱|客户端)[^\n]{0,20}"
    rf"|You are receiving this because [^\n]{{0,200}}(?:\n{_QUOTED}{_FOOTER_LINE})*"
    rf"|Reply to this email directly[^\n]{{0,300}}(?:\n{_QUOTED}{_FOOTER_LINE})*"
    rf"|您收到此(?:邮件|电子邮件)是因为[^\n]{{0,100}}"
    rf"){_END}",
    re.MULTILINE,
)
# A signature after the standard delimiter (RFC 3676, 4.3), short, with nothing below it but a quote. Without its blank
# it is one below an empty line only: below a line it makes a heading.
_SIGNATURE: Final = re.compile(
    r"(?:^-- |(?<=\n\n)--)\n(?:(?![ \t]*>)[^\n]{1,80}(?:\n|\Z)){1,6}(?=\s*(?:>|\Z))", re.MULTILINE
)
_SIGNATURE_CHARS: Final = 4 + 6 * 81
# Who signed a commit off, as git writes it.
_TRAILER: Final = re.compile(
    r"^(?:(?:Signed-off|Co-authored|Reviewed|Acked|Tested|Reported|Suggested)-by|Cc):[ ][^\n]{0,200}"
    r"<[^\n@<>]{1,100}@[^\n<>]{1,100}>"
    rf"{_END}|^Change-Id: I[0-9a-f]{{40}}{_END}",
    re.MULTILINE,
)
# Instructions of an issue template; with its line ends only where it has lines of its own.
_COMMENT: Final = re.compile(
    r"^[ \t]*(?P<mark>\*\*|__|)<!--.*?-->(?P=mark)[ \t]*\n+|^[ \t]*<!--.*?-->[ \t]*"
    r"|(?P<pair>\*\*|__|)<!--.*?-->(?P=pair)",
    re.DOTALL | re.MULTILINE,
)
# What every form asks everybody to tick.
_PLEDGE: Final = re.compile(
    r"^[ \t]*[-*] \[[ xX]\][ ](?=[^\n]{0,200}(?:(?:searched|checked|read|reviewed)[^\n]{0,80}"
    r"(?:issues?|documentation|docs|FAQ|guide)|[Cc]ode of [Cc]onduct"
    r"|我(?:已经?|確認|确认)[^\n]{0,30}(?:搜索|搜尋|阅读|閱讀|查看|检查|确认|遵守)))[^\n]*(?:\n|\Z)",
    re.MULTILINE,
)
# Lines that talk to a bot: commands with a few words behind them, with names, and those with anything.
_ORDERS: Final = (
    *("accept", "approve", "lgtm", "close", "reopen", "hold", "unhold", "retest", "rerun", "rebase", "help"),
    *("good-first-issue", "ok-to-test", "check-cla", "check-pr"),
)
_ORDERS_WITH_NAMES: Final = (
    *("assign", "unassign", "cc", "uncc", "label", "unlabel", "kind", "area", "sig", "priority", "triage", "milestone"),
    *("test", "lifecycle", "invite"),
)
_BOTS: Final = ("@dependabot", "@mergifyio", "@bors", "@homu")
_COMMAND_WORDS: Final = (
    *(f"\n/{order}" for order in (*_ORDERS, *_ORDERS_WITH_NAMES, "remove-")),
    *(f"\n{bot} " for bot in (*_BOTS, "bors", "homu")),
)
_COMMAND: Final = re.compile(
    rf"^[ \t]*(?:/(?:{'|'.join(_ORDERS)})(?:[ \t]+(?:cancel|completed|not-planned))?"
    rf"|/(?:{'|'.join(_ORDERS_WITH_NAMES)}|remove-[a-z-]+)(?:[ \t]+@?[\w./-]+){{0,5}}"
    rf"|(?:{'|'.join(_BOTS)})[ ][^\n]{{1,60}}"
    rf"|(?:bors|homu)[ ](?:r[+-]|try|retry)[^\n]{{0,40}}){_END}",
    re.MULTILINE,
)
# What tells a paste from a spreadsheet, word processor or web page from HTML somebody wrote; lower case.
_PASTE: Final = (
    *("google-sheets-html-origin", "startfragment", "mso-", "xmlns:o=", "xmlns:x=", "data-sheets"),
    *('style="', "style='"),
)
# What it brings along: nothing of it is said by anybody.
_STYLE: Final = re.compile(
    r"<meta\b[^>]*>|<(?:col|link)\b[^>]*>|</?(?:html|head|body|colgroup|span|font|o:p|tbody|thead|google-sheets-html-origin)\b[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_SHEET: Final = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL)
_TAG: Final = re.compile(r"<(?:table|tr|td|th|p|div|b|i|u|h[1-6]|ul|ol|li|img|a|br)\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"\s+([\w:-]+)(?:=(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?")
_PRESENTATION: Final = re.compile(
    r"style|width|height|v?align|bgcolor|border|cell(?:spacing|padding)|dir|face|nowrap|data-sheets-.*|x:\w+|lang",
    re.IGNORECASE,
)
_OFFICE_CLASS: Final = re.compile(r"[\"']?(?:xl|et|mso|oa)\w*[\"']?", re.IGNORECASE)

# Words of which a find of each rule has one, in its first line or the second: only there an expression is tried.
_WORDS: Final = {
    "template_comment": ("<!--",),
    "mail_attribution": (
        *("wrote:", "wrote :", "schrieb:", "schrieb :", "écrit:", "écrit :", "写道", "寫道", "写到"),
        *("Original Message", "Forwarded message", "原始邮件", "原始郵件", "转发的邮件", "轉寄郵件"),
    ),
    "mail_header": ("\nFrom", "*From", "发件人", "寄件者", "寄件人"),
    "mail_footer": (
        *("Sent from ", "Outlook for ", "发自", "来自我的", "從我的", "receiving this", "Reply to this email directly"),
        "您收到此",
    ),
    "trailer": ("-by: ", "\nCc: ", "\nChange-Id: "),
    "pledge": ("- [ ] ", "- [x] ", "- [X] ", "* [ ] ", "* [x] ", "* [X] "),
    "slash_command": _COMMAND_WORDS,
    "signature": ("-- \n", "\n--\n"),
    "html_paste": _PASTE,
}
MARKS: Final = {reason: 1 << place for place, reason in enumerate(_WORDS)}
"""Bit of each reason: a message has a word of its rule."""
MARKERS: Final = {MARKS[reason]: words for reason, words in _WORDS.items()}
"""Words by that bit, as `marker_words` takes them."""
_WITHIN_LINES: Final = {reason: [word.lstrip("\n") for word in words] for reason, words in _WORDS.items()}
# All begin with a line, but that of comments.
_RULES: Final = {
    "template_comment": _COMMENT,
    "mail_attribution": _ATTRIBUTION,
    "mail_header": _MAIL_HEADER,
    "mail_footer": _FOOTER,
    "trailer": _TRAILER,
    "pledge": _PLEDGE,
    "slash_command": _COMMAND,
}


def without(text: str, reason: str, marks: int = -1) -> str:
    """`text` without what a rule finds; `marks` as `rule_spans` takes them."""
    if not marks & MARKS[reason]:
        return text
    pieces, position = [], 0
    for found in _finds(text, reason):
        pieces.append(text[position : found.start()])
        position = found.end()
    return "".join([*pieces, text[position:]]) if pieces else text


def rule_spans(text: str, marks: int = -1) -> list[Span]:
    """What the rules find in a message, in no order; spans may overlap.

    Args:
        text: The message.
        marks: Bits of the reasons it has a word of (`MARKS`).
    """
    spans = [
        (found.start(), found.end(), reason)
        for reason in _RULES
        if marks & MARKS[reason]
        for found in _finds(text, reason)
    ]
    if marks & MARKS["html_paste"] and "<" in text and any(word in text.lower() for word in _PASTE):
        spans += _paste_spans(text)
    if marks & MARKS["signature"] and ("-- \n" in text or "\n--\n" in text):
        return [*spans, *_signatures(text, spans)]
    return spans


def _finds(text: str, reason: str) -> Iterator[re.Match[str]]:
    """What the expression of a rule finds in a text, looked for where its words are."""
    rule = _RULES[reason]
    if rule is _COMMENT:
        # What is opened behind the last end of a comment would be looked for to the end of the text each time.
        yield from rule.finditer(text, 0, _comments_end(text))
        return
    if rule is _ATTRIBUTION and text.isascii():
        rule = _ASCII_ATTRIBUTION
    end = 0
    for start in sorted(set(_line_starts(text, _WITHIN_LINES[reason]))):
        if start >= end and (found := rule.match(text, start)):
            yield found
            end = found.end()


def _line_starts(text: str, words: Sequence[str]) -> Iterator[int]:
    """Where lines with one of the words begin, and the lines above them."""
    for word in words:
        at = text.find(word)
        while at >= 0:
            line = text.rfind("\n", 0, at) + 1
            yield line
            yield text.rfind("\n", 0, max(0, line - 1)) + 1
            stop = text.find("\n", at)
            at = text.find(word, stop) if stop >= 0 else -1


def _signatures(text: str, others: Iterable[Span]) -> Iterator[Span]:
    """Signatures, which have nothing below them once the others are cut."""
    for start, end, _ in others:
        text = text[:start] + "\n" * (end - start) + text[end:]
    for last in _SIGNATURE.finditer(text):
        found: re.Match[str] | None = last
        while found:
            yield found.start(), found.end(), "signature"
            found = _signature_above(text, found.start())


def _signature_above(text: str, end: int) -> re.Match[str] | None:
    """The signature that has nothing below it once the one at `end` is cut: mail programs stack them."""
    while end and text[end - 1].isspace():
        end -= 1
    stop = min(end + 1, len(text))
    return _SIGNATURE.search(text, max(0, stop - _SIGNATURE_CHARS), stop)


def _comments_end(text: str) -> int:
    """Behind the last comment, with the marks and line ends that go with it."""
    end = text.rfind("-->") + 3
    while 3 <= end < len(text) and text[end] in " \t\n*_":
        end += 1
    return max(0, end if end > 2 else 0)


def _paste_spans(text: str) -> Iterator[Span]:
    """How pasted HTML looks: styles, and tags and attributes of presentation; the table stays, and what is in it."""
    for found in (*_SHEET.finditer(text, 0, text.rfind("</style>") + 8), *_STYLE.finditer(text)):
        yield found.start(), found.end(), "html_paste"
    for tag in _TAG.finditer(text):
        start = tag.start(1)
        for found in _ATTRIBUTE.finditer(tag[1]):
            name, value = found[1], found[2] or ""
            if _PRESENTATION.fullmatch(name) or (name.lower() == "class" and _OFFICE_CLASS.fullmatch(value)):
                yield start + found.start(), start + found.end(), "html_paste"
