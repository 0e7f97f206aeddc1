"""The rules of `quality`: what is measured, and the limit in each profile.

Rules are published ones with the thresholds published for the language; where none fits (an issue of two lines, a
table of ports, source code) they do not apply.

Sources: Gopher (Rae et al., 2021, table A1), FineWeb (Penedo et al., 2024, 3.6), FineWeb-2 (configs/cmn_Hani.yml),
MAP-NEO (Zhang et al., 2024). What differs is written at the rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

# Which rules a document is held to. `web`: text nobody vouches for. `docs`: manuals and pages that a team wrote
# itself: headings, tables and lists are what they are made of. `thread`: issues, mails and FAQ: short is no fault.
Profile = Literal["web-en", "web-zh", "docs", "thread", "code"]
_PROFILES: Final[tuple[Profile, ...]] = ("web-en", "web-zh", "docs", "thread", "code")


class QualityReason(StrEnum):
    """Why a document was dropped, in the order the rules are tried."""

    TOO_FEW_WORDS = "too_few_words"
    GARBLED = "garbled"
    MOJIBAKE = "mojibake"
    RARE_CHARACTERS = "rare_characters"
    ENCODED_DATA = "encoded_data"
    CHARACTER_RUNS = "character_runs"
    WORD_LENGTH_LOW = "word_length_low"
    WORD_LENGTH_HIGH = "word_length_high"
    FEW_LETTERS = "few_letters"
    HASHES = "hashes"
    ELLIPSES = "ellipses"
    STOP_WORDS = "stop_words"
    BULLETS = "bullets"
    ELLIPSIS_LINES = "ellipsis_lines"
    PUNCTUATION = "punctuation"
    SHORT_LINES = "short_lines"
    LIST_LIKE = "list_like"
    DUPLICATE_LINES = "duplicate_lines"
    DUPLICATE_LINE_CHARS = "duplicate_line_chars"
    DUPLICATE_PARAGRAPHS = "duplicate_paragraphs"
    TOP_2_GRAM = "top_2_gram"
    TOP_3_GRAM = "top_3_gram"
    TOP_4_GRAM = "top_4_gram"
    DUPLICATE_5_GRAMS = "duplicate_5_grams"
    DUPLICATE_10_GRAMS = "duplicate_10_grams"
    LOREM_IPSUM = "lorem_ipsum"
    ADVERTISING = "advertising"
    GARBAGE_PHRASES = "garbage_phrases"


@dataclass(frozen=True)
class Rule:
    """One measured number and its limit in each profile; a profile without a limit is not held to the rule.

    Args:
        signal: Column of `signals@1`.
        least: Whether the limit is the least allowed; else it is the most.
        limits: By profile.
    """

    signal: str
    limits: Mapping[Profile, float]
    least: bool = False


def _all(limit: float) -> dict[Profile, float]:
    return dict.fromkeys(_PROFILES, limit)


def _web(english: float, chinese: float) -> dict[Profile, float]:
    return {"web-en": english, "web-zh": chinese}


_R = QualityReason
RULES: Final[Mapping[QualityReason, Rule]] = {
    # Gopher asks for 50; a Han character is one word here, so Chinese needs more of them to say as much.
    _R.TOO_FEW_WORDS: Rule("n_words", {"web-en": 50, "web-zh": 60, "docs": 5, "thread": 3, "code": 3}, least=True),
    _R.GARBLED: Rule("garbled", _all(0.02)),
    _R.MOJIBAKE: Rule("mojibake", _all(0.02)),
    _R.RARE_CHARACTERS: Rule("rare_han", {"web-zh": 0.15, "docs": 0.3, "thread": 0.3}),
    _R.ENCODED_DATA: Rule("encoded_chars", {**_web(0.3, 0.3), "docs": 0.5, "thread": 0.9, "code": 0.5}),
    _R.CHARACTER_RUNS: Rule("runs", {**_web(0.1, 0.1), "docs": 0.3}),
    _R.WORD_LENGTH_LOW: Rule("mean_word_chars", {"web-en": 3}, least=True),
    _R.WORD_LENGTH_HIGH: Rule("mean_word_chars", {"web-en": 10}),
    # Gopher's 0.8 is of words between spaces; here punctuation marks are tokens too.
    _R.FEW_LETTERS: Rule("alpha_words", _web(0.5, 0.5), least=True),
    _R.HASHES: Rule("hash_per_word", _web(0.1, 0.1)),
    _R.ELLIPSES: Rule("ellipsis_per_word", _web(0.1, 0.1)),
    _R.STOP_WORDS: Rule("stop_words", _web(2, 1), least=True),
    _R.BULLETS: Rule("bullet_lines", _web(0.9, 0.9)),
    _R.ELLIPSIS_LINES: Rule("ellipsis_lines", _web(0.3, 0.3)),
    # Not for Chinese, whose lines are often wrapped or end in no mark: FineWeb-2's 0.106 drops manuals.
    _R.PUNCTUATION: Rule("punctuated_lines", {"web-en": 0.12}, least=True),
    _R.SHORT_LINES: Rule("short_lines", _web(0.67, 0.8)),
    _R.LIST_LIKE: Rule("newline_per_word", _web(0.3, 0.178)),
    _R.DUPLICATE_LINES: Rule("dup_lines", {**_web(0.3, 0.287), "docs": 0.6}),
    _R.DUPLICATE_LINE_CHARS: Rule("dup_line_chars", {**_web(0.2, 0.2), "docs": 0.6}),
    _R.DUPLICATE_PARAGRAPHS: Rule("dup_paragraphs", {**_web(0.3, 0.3), "docs": 0.6}),
    _R.TOP_2_GRAM: Rule("top_2_gram", {**_web(0.2, 0.256), "docs": 0.5}),
    _R.TOP_3_GRAM: Rule("top_3_gram", _web(0.18, 0.201)),
    _R.TOP_4_GRAM: Rule("top_4_gram", _web(0.16, 0.171)),
    _R.DUPLICATE_5_GRAMS: Rule("dup_5_gram", {**_web(0.15, 0.198), "docs": 0.7}),
    _R.DUPLICATE_10_GRAMS: Rule("dup_10_gram", {**_web(0.10, 0.127), "docs": 0.6}),
    _R.LOREM_IPSUM: Rule("lorem_ipsum", {**_web(0, 0), "docs": 2}),
    _R.ADVERTISING: Rule("ad_lines", {**_web(0.2, 0.2), "thread": 0.5}),
    _R.GARBAGE_PHRASES: Rule("garbage_chars", _all(0.02)),
}
