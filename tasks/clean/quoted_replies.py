"""Find quotes that only repeat what the thread already says.

A quote is a run of lines that begin with ">". The lines around it are never part of it, although CommonMark adds the
line below ("lazy continuation"): people answer there. A quote goes when it repeats earlier comments and either opens
the message or trails behind it. Quotes with answers between them stay, each says what the words below it answer; and
so does a quote of anything that is not in the thread.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tasks.clean.thread_rules import Span, without

# To be looked for at the beginning of a line.
_QUOTE: Final = re.compile(r"[ ]{0,3}>[^\n]*(?:\n|\Z)(?:[ ]{0,3}>[^\n]*(?:\n|\Z)|[ \t]*\n(?=[ ]{0,3}>))*")
_QUOTED_LINE: Final = re.compile(r"\n[ ]{0,3}>")
_ASCII_BLANKS: Final = b"\t\x0b\x0c\r\x1c\x1d\x1e\x1f >"
# Share of a quote's characters that must have been said: mail programs break and escape a few.
_SAID: Final = 0.8
# Shorter lines are found anywhere.
_LEAST: Final = 4


def squeezed_lines(text: str) -> list[str]:
    """Lines of `text` without white space and quote marks, as quotes are compared."""
    if text.isascii():  # of bytes they are taken out in a fifth of the time
        return text.encode().translate(None, _ASCII_BLANKS).decode().split("\n")
    return ["".join(line.split()).replace(">", "") for line in text.split("\n")]


def squeeze(text: str) -> str:
    """The same in one line."""
    if text.isascii():
        return text.encode().translate(None, _ASCII_BLANKS + b"\n").decode()
    return "".join(text.split()).replace(">", "")


class Heard:
    """What was said before in a thread, as quotes are compared with it: squeezed when the first of them is."""

    def __init__(self, text: str) -> None:
        self._squeezed = ""
        self._added = [text]

    def add(self, text: str) -> None:
        """Add a comment."""
        self._added.append(text)

    @property
    def squeezed(self) -> str:
        """Everything, in order."""
        if self._added:
            self._squeezed += "".join(map(squeeze, self._added))
            self._added.clear()
        return self._squeezed


def repeated_quotes(text: str, heard: Heard, code: list[tuple[int, int]], marks: int = -1) -> list[Span]:
    """Quotes of a message that repeat what was said before.

    Args:
        text: The message.
        heard: Everything said before it.
        code: Where its code is: a ">" there quotes nobody.
        marks: Bits of the rules it has words of (`thread_rules.MARKS`).
    """
    quotes = [
        found
        for found in _quotes(text)
        if not (code and any(start < found.end() and found.start() < end for start, end in code))
    ]
    if not quotes:
        return []
    if any(text[before.end() : after.start()].strip() for before, after in pairwise(quotes)):
        return []  # each is answered
    above = without(text[: quotes[0].start()], "mail_attribution", marks)
    if above.strip() and text[quotes[-1].end() :].strip():
        return []  # in the middle: what is above it leads to it
    said = heard.squeezed
    return [(found.start(), found.end(), "quoted_reply") for found in quotes if _is_repeated(found[0], said, marks)]


def _quotes(text: str) -> Iterator[re.Match[str]]:
    found = _QUOTE.match(text)
    while True:
        if found:
            yield found
        line = _QUOTED_LINE.search(text, found.end() - 1 if found else 0)
        if not line:
            return
        found = _QUOTE.match(text, line.start() + 1)


def _is_repeated(quote: str, heard: str, marks: int) -> bool:
    said = total = 0
    for squeezed in squeezed_lines(without(without(quote, "mail_attribution", marks), "mail_footer", marks)):
        if len(squeezed) >= _LEAST:
            total += len(squeezed)
            said += len(squeezed) if squeezed in heard else 0
    return said >= _SAID * total if total else squeeze(quote) in heard
