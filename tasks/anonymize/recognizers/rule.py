r"""Rules: patterns, each with a check that says no to what only looks right.

Digits and letters are told from their neighbours by what they are, never by `\b`: Han characters are word characters
to a regular expression, so an address that touches them has no boundary.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tasks.anonymize.families import Family

Accept = Callable[[re.Match[str]], bool]

# Not part of a longer number, decimal fraction, identifier or hexadecimal run.
NO_DIGIT_BEFORE: Final = r"(?<![0-9A-Za-z_])(?<![0-9][.,\-])"
_LONGEST_LEAD: Final = 128
NO_DIGIT_AFTER: Final = r"(?![0-9A-Za-z_])(?![.,\-][0-9])"


@dataclass(frozen=True)
class Rule:
    """A pattern and what a match must pass.

    Args:
        pattern: Group "value" is the span, else the whole match.
        accept: Says no to what only looks like one; sees at most 320 bytes to either side on the same line.
        score: Confidence, in [0, 1].
        anchor: With `lead`, a faster way to the same matches: each holds one of these, and
        lead: finds, in what ends there, where the match begins.
    """

    pattern: re.Pattern[str]
    accept: Accept = field(default=lambda _: True)
    score: float = 0.9
    anchor: re.Pattern[str] | None = None
    lead: re.Pattern[str] | None = None

    def find(self, text: str) -> Iterator[re.Match[str]]:
        """Matches that pass, in order."""
        if self.anchor is None or self.lead is None:
            yield from filter(self.accept, self.pattern.finditer(text))
            return
        done = 0
        for anchor in self.anchor.finditer(text):
            at = anchor.start()
            lead = self.lead.search(text, max(done, at - _LONGEST_LEAD), at)
            found = self.pattern.match(text, lead.start()) if lead else None
            if found:
                done = found.end()
                if self.accept(found):
                    yield found


@dataclass(frozen=True)
class RuleSet:
    """What finds one kind of value.

    Args:
        entity: Kind, e.g. EMAIL_ADDRESS.
        families: Each match holds an anchor of one of these, or stands in reach of one on the same line.
        rules: Any of them finds it.
        late: More of them, made when there is a first window.
    """

    entity: str
    families: Family
    rules: Sequence[Rule]
    late: Callable[[], Sequence[Rule]] = tuple


def pattern_of(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Compiled; without case unless said otherwise."""
    return re.compile(pattern, flags)


def around(found: re.Match[str], *, before: int = 40, after: int = 12) -> tuple[str, str]:
    """What stands before and after a match, on the same line."""
    left = found.string[max(0, found.start() - before) : found.start()]
    right = found.string[found.end() : found.end() + after]
    return left[left.rfind("\n") + 1 :], right.partition("\n")[0]
