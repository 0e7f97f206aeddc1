"""Names of people outside of running Chinese: after titles and cues, in signatures, before addresses; and firms."""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final

from tasks.anonymize.families import Family
from tasks.anonymize.recognizers.rule import Rule, RuleSet

HAN_NAME: Final = "winnow_han_person"
# Of a name that was read in a sentence, and of one that is somebody's in any.
HAN_SCORES: Final = (0.8, 0.9)
# Of names in Latin letters that were read in a sentence.
LATIN_NAME: Final = "winnow_latin_person"
LATIN_SCORE: Final = 0.6
_UPPER: Final = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĘĚĞĢĪİĶŁĻŃŇŌŐŒŘŚŠŞŢŤŪŮŰŹŻŽ"
# Latin ones: in "Alice Miller说" the name ends before the Han. Bounded, as what is looked at is.
_LATIN: Final = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_BEFORE, _AFTER = rf"(?<![{_LATIN}0-9_])", rf"(?![{_LATIN}0-9_])"
_WORD: Final = rf"[{_UPPER}][{_LATIN}]{{0,30}}(?:['’-][{_UPPER}]?[{_LATIN}]{{1,30}})?"
# The blanks inside a name never break a line.
_FULL: Final = rf"{_WORD}(?: (?:[{_UPPER}]\.?|van|von|der|den|de|da|di|del|la|le|el|bin|al)){{0,2}}(?: {_WORD}){{1,2}}"
WITH_ADDRESS: Final = re.compile(
    rf"(?<![{_LATIN}0-9_.])(?P<value>{_FULL}|{_WORD}(?: [{_UPPER}]\.)?) {{1,3}}[<(](?=[\w.%+-]{{1,64}}[@＠])"
)
TITLED: Final = re.compile(rf"{_BEFORE}(?:Mr|Mrs|Ms|Dr|Prof|Miss)\.? {{1,2}}(?P<value>{_FULL}|{_WORD}){_AFTER}")
CUED: Final = re.compile(
    rf"{_BEFORE}(?i:(?:my|his|her|full|first|last|customer|contact|real|given|family) ?name(?: is|:)|name:|i am|i'm"
    r"|this is|author:|user:|your (?:(?:first|last|full) )?name\?"
    r"|(?:authored|written|directed|composed|translated) by:?"
    r"|maintainer:|maintained by|contact person:|contact:|attn:?|dear|(?:signed-off|reviewed"
    r"|acked|tested|"
    r"reported|suggested|co-authored|co-developed)-by:)"
    rf"[ \t]{{1,8}}(?P<value>{_FULL}){_AFTER}"
)
# Who an invoice goes to, on a line of its own; who somebody works for, or honours.
BILLED: Final = re.compile(
    rf"{_BEFORE}(?i:(?:billing|shipping|mailing|delivery) address:)[ \t]{{1,8}}(?P<value>{_FULL})(?=[ \t]{{0,8}}\n)"
)
HONOURED: Final = re.compile(rf"{_BEFORE}(?i:assistant to|tribute to) (?P<value>{_FULL}){_AFTER}")
# Where even a single word can only be a name.
CALLED: Final = re.compile(
    rf"{_BEFORE}(?i:(?:my|his|her) (?:(?:first|last|maiden|real|full) )?name is|(?:call|calls) me"
    rf"|your (?:first |last |full )?name\?) (?P<value>{_FULL}|{_WORD}){_AFTER}"
)
_CARING: Final = (
    "doctor", "physician", "surgeon", "dentist", "nurse", "therapist", "psychiatrist", "psychologist", "pediatrician",
    "attorney", "lawyer", "wife", "husband", "colleague", "coworker",
)  # fmt: skip
CARING: Final = re.compile(
    rf"{_BEFORE}(?:{'|'.join(_CARING)})(?:,| is| was|:| named| called)? (?P<value>{_FULL}){_AFTER}"
)
# However its letters are written: what has an age in years has a name.
_SUBJECT: Final = (
    rf"(?:^|(?<=[.!?] ))(?P<value>[{_LATIN}'’-]{{2,30}}(?: [{_LATIN}'’.-]{{1,30}}){{1,3}}?)"
    r",?(?: is| was)? an? [0-9]{1,3}"
)
AGED: Final = re.compile(rf"{_SUBJECT}-year-old", re.MULTILINE)
_AGE: Final = re.compile("-year-old")
_UP_TO_AGE: Final = re.compile(rf"{_SUBJECT}\Z", re.MULTILINE)
SIGNED: Final = re.compile(
    rf"(?m)(?:^|[.!] )(?i:(?:best|kind|warm)?(?: ?regards)|sincerely|cheers|many thanks|thanks|thank you"
    rf"|yours(?: truly)?),?\n+"
    rf"[-– ]{{0,3}}(?P<value>{_FULL}|{_WORD})[ \t]*$"
)
ORGANISATION: Final = re.compile(
    rf"(?P<value>{_BEFORE}{_WORD}(?:,? (?:and |& )?{_WORD}){{0,4}},? (?:Inc|Ltd|LLC|GmbH|Corp|Corporation|Company"
    rf"|Limited|PLC|S\.A){_AFTER}"
    r"|[一-鿿]{2,20}(?:有限公司|股份公司|集团公司|事务所))"
)
_NOT_NAMES: Final = frozenset(
    word
    for words in (
        "The This That These Those It We You They He She Sure Not Using Trying Getting Happy Sorry Just Also",
        "All None New Any Name Names Sir Madam Team Everyone All Customer User Users Reader Readers Support",
        "Sales Hello Hi Thanks Thank Please Public Private Server Client Windows Linux Mac Python Java",
        "Unknown Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May",
        "June July August September October November December",
    )
    for word in words.split()
)
_MONTHS_TOO: Final = frozenset({"April", "May", "June", "August"})
_OBJECTS: Final = ("", "me ", "us ", "him ", "her ", "them ")

LITERALS: Final[Mapping[str, Family]] = {
    **dict.fromkeys(
        (
            "mr.",
            "mr ",
            "mrs",
            "ms.",
            "ms ",
            "dr.",
            "dr ",
            "prof",
            "miss ",
            "name is",
            "name:",
            "i am",
            "i'm",
            "this is",
            "author:",
            "authored by",
            "directed by",
            "composed by",
            "translated by",
            "written by",
            "user:",
            "name?",
            "call me",
            "calls me",
            "maintainer:",
            "maintained by",
            "contact person:",
            "contact:",
            "attn",
            "dear ",
            "signed-off-by:",
            "reviewed-by:",
            "acked-by:",
            "tested-by:",
            "reported-by:",
            "suggested-by:",
            "authored-by:",
            "developed-by:",
            "regards",
            "sincerely",
            "cheers",
            "thanks",
            "thank you",
            "yours",
            "yours truly",
            "billing address:",
            "shipping address:",
            "mailing address:",
            "delivery address:",
            "assistant to",
            "tribute to",
        ),
        Family.BEFORE_NAME,
    ),
    "-year-old": Family.NAME,
    **{f"{who}{word}": Family.BEFORE_NAME for who, word in product(_CARING, ("", " is", " was", " named", " called"))},
    **{
        f"{verb} {thing}{word}": Family.DIAL
        for verb, thing, word in product(
            ("call", "called", "ring", "text", "reach", "reached", "contact", "contacted"),
            _OBJECTS,
            ("at", "on", "by", "via"),
        )
    },
    **dict.fromkeys(
        (
            "phone",
            "mobile",
            "tel:",
            "tel.",
            "tel ",
            "tel：",
            "tel#",
            "cell",
            "fax",
            "whatsapp",
            "my registered",
            "联系电话",
            "联系方式",
            "电话",
            "手机",
            "致电",
            "传真",
            "来电",
        ),
        Family.DIAL,
    ),
    **dict.fromkeys(
        (" inc", " ltd", " llc", " gmbh", " corp", " company", " limited", " plc", " s.a", "公司", "事务所"),
        Family.FIRM,
    ),
}


def rule_sets(*, organisations: bool) -> Sequence[RuleSet]:
    """Rules; arguments as in `AnonymizeSettings`."""
    return [
        RuleSet("PERSON", Family.AT, [Rule(WITH_ADDRESS, is_name, 0.9)]),
        RuleSet(
            "PERSON",
            Family.NAME,
            [
                Rule(TITLED, is_name, 0.8),
                Rule(CUED, is_name, 0.7),
                Rule(BILLED, is_name, 0.7),
                Rule(HONOURED, is_name, 0.6),
                Rule(CALLED, is_name, 0.7),
                Rule(CARING, is_name, 0.9),
                Rule(AGED, is_aged, 0.9, _AGE, _UP_TO_AGE),
                Rule(SIGNED, is_name, 0.7),
            ],
        ),
        *([RuleSet("ORGANIZATION", Family.FIRM, [Rule(ORGANISATION, score=0.6)])] if organisations else []),
    ]


def is_name(found: re.Match[str]) -> bool:
    """Words with capitals that are not what sentences and forms begin with."""
    words = re.findall(r"\w+", found["value"])
    # April is a month, April Miller is somebody.
    words = words[1:] if len(words) > 1 and words[0] in _MONTHS_TOO else words
    return not any(word in _NOT_NAMES for word in words)


def is_aged(found: re.Match[str]) -> bool:
    """Every word has a capital somewhere: not "the patient", "my brother"."""
    words = found["value"].split()
    return is_name(found) and all(word != word.lower() for word in words)
