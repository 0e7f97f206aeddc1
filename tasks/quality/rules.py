"""The rules of `quality`: what is measured, and the limit in each profile.

Published rules have the thresholds published for the language; where none fits (an issue of two lines, a table of
ports, source code) they do not apply. What is given as documentation is held to rules of our own instead, that ask
whether the text says anything at all: they were set between clean manuals and what is left of them after corruption
(benchmarks/eval_quality.py prints both). Where each limit comes from: docs/quality-rules.md.

Sources: Gopher (Rae et al., 2021, table A1), C4 (Raffel et al., 2020), RefinedWeb (Penedo et al., 2023), FineWeb
(Penedo et al., 2024, 3.6), FineWeb-2 (configs/cmn_Hani.yml), MAP-NEO (Zhang et al., 2024), RedPajama-V2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, get_args

# Which rules a document is held to. `web`: text nobody vouches for. `docs`: manuals and pages that a team wrote
# itself: headings, tables and lists are what they are made of. `table`: mostly tables. `thread`: issues, mails and FAQ:
# short is no fault. `mixed`: Chinese and English paragraphs; a limit that is not given lies between those of the two
# languages, in proportion to their paragraphs.
Profile = Literal[
    "web-en", "web-zh", "web-mixed", "web-other", "docs-en", "docs-zh", "docs-mixed", "docs-other", "table", "thread",
    "code",
]  # fmt: skip
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)


class QualityReason(StrEnum):
    """Why a document was dropped, in the order the rules are tried."""

    TOO_FEW_WORDS = "too_few_words"
    SPARSE_PAGES = "sparse_pages"
    GARBLED = "garbled"
    MOJIBAKE = "mojibake"
    GARBAGE_PHRASES = "garbage_phrases"
    RARE_CHARACTERS = "rare_characters"
    ENCODED_DATA = "encoded_data"
    CHARACTER_RUNS = "character_runs"
    UNLIKELY_LETTERS = "unlikely_letters"
    TORN_WORDS = "torn_words"
    UNREADABLE = "unreadable"
    BAD_TEXT_LAYER = "bad_text_layer"
    UNLIKELY_HAN = "unlikely_han"
    LOG_DUMP = "log_dump"
    KEYWORDS = "keywords"
    TEMPLATE_LINES = "template_lines"
    FEW_FUNCTION_WORDS = "few_function_words"
    MENU = "menu"
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
    SENSITIVE = "sensitive"
    ADVERTISING = "advertising"
    MORE_LINES = "more_lines"
    # Off until a recipe gives them a limit.
    CORNER_BRACKETS = "corner_brackets"
    MIXED_WIDTH = "mixed_width"
    BRACES = "braces"
    JAVASCRIPT_LINES = "javascript_lines"
    POLICY_LINES = "policy_lines"
    FEW_SENTENCES = "few_sentences"
    EDITED_WORDS = "edited_words"
    UNIQUE_WORDS = "unique_words"
    ENTROPY = "entropy"
    PERPLEXITY_LETTERS = "perplexity_letters"
    PERPLEXITY_HAN = "perplexity_han"


@dataclass(frozen=True)
class Guard:
    """What must hold for a rule to be asked: `signal` in [`least`, `most`]; a signal that is null holds nothing."""

    signal: str
    least: float = float("-inf")
    most: float = float("inf")


@dataclass(frozen=True)
class Rule:
    """One measured number and its limit in each profile; a profile without a limit is not held to the rule.

    Args:
        signal: Column of `signals@2`.
        limits: By profile.
        least: Whether the limit is the least allowed; else it is the most.
        guards: All of them must hold.
        offered: Profiles that have the rule once a recipe gives it a limit; those with a limit are among them.
    """

    signal: str
    limits: Mapping[Profile, float] = field(default_factory=lambda: MappingProxyType({}))
    least: bool = False
    guards: tuple[Guard, ...] = ()
    offered: tuple[Profile, ...] = ()


def _all(limit: float) -> dict[Profile, float]:
    return dict.fromkeys(PROFILES, limit)


def _web(english: float, chinese: float) -> dict[Profile, float]:
    return {"web-en": english, "web-zh": chinese}


def _web_and_docs(web_en: float, web_zh: float, docs: float) -> dict[Profile, float]:
    """The published limits for the web, one of ours for documents whose repetition is their form."""
    return {**_web(web_en, web_zh), "web-other": web_en, **_docs(docs, docs), "docs-other": docs}


def _docs(english: float, chinese: float) -> dict[Profile, float]:
    return {"docs-en": english, "docs-zh": chinese}


def _prose(english: float, chinese: float) -> dict[Profile, float]:
    """Documents and web alike: does the text say anything in its language?"""
    return {**_web(english, chinese), **_docs(english, chinese)}


_PROSE: Final[tuple[Profile, ...]] = ("web-en", "web-zh", "docs-en", "docs-zh")
_R = QualityReason
# In a few words nothing can be told from repetition, or from its absence.
_LINES: Final = Guard("n_lines", least=10)
_WORDS: Final = Guard("n_words", least=30)
_LATIN: Final = Guard("latin", least=0.3)
_HAN: Final = Guard("han", least=0.2)
_SOME_HAN: Final = Guard("han", least=0.03)

RULES: Final[Mapping[QualityReason, Rule]] = {
    # Gopher asks for 50; a Han character is one word here, so Chinese needs more of them to say as much.
    _R.TOO_FEW_WORDS: Rule(
        "n_words",
        {
            "web-en": 50,
            "web-zh": 60,
            "web-other": 50,
            **_docs(3, 3),
            "docs-other": 3,
            "table": 3,
            "thread": 3,
            "code": 3,
        },
        least=True,
    ),
    # A page of a manual has hundreds of characters, a slide fifty; a scan whose text was not found has its stamp.
    _R.SPARSE_PAGES: Rule(
        "page_chars",
        {**_docs(20, 15), "docs-other": 20, "table": 15},
        least=True,
        guards=(Guard("page_chars", least=0),),
    ),
    _R.GARBLED: Rule("garbled", _all(0.02)),
    _R.MOJIBAKE: Rule("mojibake", _all(0.02)),
    _R.GARBAGE_PHRASES: Rule("garbage_chars", _all(0.02)),
    _R.RARE_CHARACTERS: Rule(
        "rare_han", {"web-zh": 0.15, **_docs(0.3, 0.3), "table": 0.3, "thread": 0.3}, guards=(_HAN,)
    ),
    _R.ENCODED_DATA: Rule("encoded_chars", {**_web_and_docs(0.3, 0.3, 0.5), "table": 0.5, "thread": 0.9, "code": 0.5}),
    _R.CHARACTER_RUNS: Rule("runs", {**_web(0.1, 0.1), "web-other": 0.1, **_docs(0.3, 0.3), "docs-other": 0.3}),
    # Ours. Clean English of manuals costs 2.8 to 4.4 bits a letter, a bad scan 4.5 to 6.6; what is torn tells it from
    # identifiers.
    _R.UNLIKELY_LETTERS: Rule(
        "letter_bits",
        {"web-en": 4.4, "docs-en": 4.4, "web-other": 5, "docs-other": 5, "table": 5},
        guards=(_WORDS, _LATIN, Guard("torn_words", least=0.08)),
    ),
    # The Latin words of a Chinese text are names and options: they cost more than English, and are torn less.
    _R.TORN_WORDS: Rule(
        "torn_words",
        dict.fromkeys(("web-zh", "web-mixed", "docs-zh", "docs-mixed"), 0.2),
        guards=(_WORDS, _LATIN, Guard("letter_bits", least=5.1)),
    ),
    # Whole words, and no language has them: misread bytes, encrypted or packed data.
    _R.UNREADABLE: Rule(
        "letter_bits",
        {"web-en": 5.6, "docs-en": 5.6, "table": 5.6},
        guards=(_WORDS, Guard("latin", least=0.2), Guard("function_words", most=0.12), Guard("han", most=0.1)),
    ),
    # In a PDF a milder case is the text layer of a scan: nobody writes like that.
    _R.BAD_TEXT_LAYER: Rule(
        "letter_bits",
        {"docs-en": 4.2},
        guards=(_WORDS, _LATIN, Guard("torn_words", least=0.015), Guard("page_chars", least=0)),
    ),
    # Ours. Clean Chinese of manuals costs 7.5 to 8.7 bits a character, noise 11.4 and more.
    _R.UNLIKELY_HAN: Rule("han_bits", {**_prose(11.2, 11.2), "table": 11.2, "thread": 13}, guards=(_WORDS, _SOME_HAN)),
    _R.LOG_DUMP: Rule("log_lines", {**_web_and_docs(0.6, 0.6, 0.6), "table": 0.6}, guards=(_LINES,)),
    # RedPajama-V2 and MAP-NEO drop below 3 nats whatever the text says; with next to no function words more is too few.
    _R.KEYWORDS: Rule(
        "word_entropy",
        _prose(3.4, 3.9),
        least=True,
        guards=(Guard("n_words", least=150), Guard("function_words", most=0.08)),
    ),
    _R.TEMPLATE_LINES: Rule("template_lines", {**_web_and_docs(0.5, 0.5, 0.75), "table": 0.75}, guards=(_LINES,)),
    # Ours. Prose has 20 to 40 %, a reference of options 5 %; forms and tables that no one drew as a table have numbers.
    _R.FEW_FUNCTION_WORDS: Rule(
        "function_words",
        _prose(0.03, 0.006),
        least=True,
        guards=(Guard("prose_words", least=40), Guard("digits", most=0.3)),
    ),
    # "Log in" and "Contact us" have a function word: where no line ends like a sentence, a few more are too few.
    _R.MENU: Rule(
        "function_words",
        {"web-en": 0.042, "docs-en": 0.042},
        least=True,
        guards=(Guard("prose_words", least=40), Guard("digits", most=0.3), Guard("punctuated_lines", most=0.02)),
    ),
    _R.WORD_LENGTH_LOW: Rule("mean_word_chars", {"web-en": 3}, least=True),
    _R.WORD_LENGTH_HIGH: Rule("mean_word_chars", {"web-en": 10}),
    # Gopher's 0.8 is of words between spaces; here punctuation marks are tokens too.
    _R.FEW_LETTERS: Rule("alpha_words", {**_web(0.5, 0.5), "web-other": 0.5}, least=True),
    _R.HASHES: Rule("hash_per_word", {**_web(0.1, 0.1), "web-other": 0.1}),
    _R.ELLIPSES: Rule("ellipsis_per_word", {**_web(0.1, 0.1), "web-other": 0.1}),
    _R.STOP_WORDS: Rule("stop_words", _web(2, 1), least=True),
    _R.BULLETS: Rule("bullet_lines", {**_web(0.9, 0.9), "web-other": 0.9}),
    _R.ELLIPSIS_LINES: Rule("ellipsis_lines", {**_web(0.3, 0.3), "web-other": 0.3}),
    # Not for Chinese, whose lines are often wrapped or end in no mark: FineWeb-2's 0.106 drops manuals.
    _R.PUNCTUATION: Rule("punctuated_lines", {"web-en": 0.12}, least=True, offered=("web-en", "web-zh")),
    _R.SHORT_LINES: Rule("short_lines", {**_web(0.67, 0.8), "web-other": 0.67}),
    _R.LIST_LIKE: Rule("newline_per_word", {**_web(0.3, 0.178), "web-other": 0.3}),
    _R.DUPLICATE_LINES: Rule("dup_lines", {**_web_and_docs(0.3, 0.287, 0.6), "table": 0.5}, guards=(_WORDS,)),
    _R.DUPLICATE_LINE_CHARS: Rule("dup_line_chars", _web_and_docs(0.2, 0.2, 0.6), guards=(_WORDS,)),
    _R.DUPLICATE_PARAGRAPHS: Rule("dup_paragraphs", _web_and_docs(0.3, 0.3, 0.6), guards=(_WORDS,)),
    _R.TOP_2_GRAM: Rule("top_2_gram", _web_and_docs(0.2, 0.256, 0.5), guards=(_WORDS,)),
    _R.TOP_3_GRAM: Rule("top_3_gram", _web(0.18, 0.201)),
    _R.TOP_4_GRAM: Rule("top_4_gram", _web(0.16, 0.171)),
    _R.DUPLICATE_5_GRAMS: Rule("dup_5_gram", {**_web_and_docs(0.15, 0.198, 0.66), "table": 0.66}, guards=(_WORDS,)),
    _R.DUPLICATE_10_GRAMS: Rule("dup_10_gram", _web_and_docs(0.10, 0.127, 0.6), guards=(_WORDS,)),
    _R.LOREM_IPSUM: Rule("lorem_ipsum", _web_and_docs(0, 0, 2)),
    _R.SENSITIVE: Rule("sensitive_lines", {**_web_and_docs(0.05, 0.05, 0.2), "thread": 0.5}),
    _R.ADVERTISING: Rule("ad_lines", {**_web(0.2, 0.2), "web-other": 0.2, "thread": 0.5}, offered=_PROSE),
    # RefinedWeb and MAP-NEO take such lines out; a page of little else is a list of links.
    _R.MORE_LINES: Rule("more_lines", _web(0.3, 0.3), offered=_PROSE),
    _R.CORNER_BRACKETS: Rule("corner_brackets", offered=_PROSE),
    _R.MIXED_WIDTH: Rule("mixed_width", offered=_PROSE),
    # C4's: what has a brace, or fewer than five sentences, goes. A manual has both.
    _R.BRACES: Rule("braces", offered=_PROSE),
    _R.JAVASCRIPT_LINES: Rule("javascript_lines", offered=_PROSE),
    _R.POLICY_LINES: Rule("policy_lines", offered=_PROSE),
    _R.FEW_SENTENCES: Rule("n_sentences", least=True, offered=_PROSE),
    # RefinedWeb's 0.05: headings of one word are among what it counts.
    _R.EDITED_WORDS: Rule("edited_words", offered=_PROSE),
    # MAP-NEO's; both fall with the length of a text.
    _R.UNIQUE_WORDS: Rule("unique_words", least=True, offered=_PROSE),
    _R.ENTROPY: Rule("word_entropy", least=True, offered=_PROSE),
    # CCNet's idea: bits of a letter, whatever else the text has.
    _R.PERPLEXITY_LETTERS: Rule("letter_bits", guards=(_WORDS, _LATIN), offered=("web-en", "docs-en")),
    _R.PERPLEXITY_HAN: Rule("han_bits", guards=(_WORDS, _HAN), offered=("web-zh", "docs-zh")),
}
