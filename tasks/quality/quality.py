"""Decide from the signals which documents are worth learning from, and say which rule decided.

Rules are published ones with the thresholds published for the language; where none fits (an issue of two lines, a
table of ports, source code) they do not apply. Nothing here reads text: a changed threshold costs a pass over numbers.

Sources: Gopher (Rae et al., 2021, table A1), FineWeb (Penedo et al., 2024, 3.6), FineWeb-2 (configs/cmn_Hani.yml),
MAP-NEO (Zhang et al., 2024). What differs is written at the rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, Self

import polars as pl
import pyarrow as pa
from pydantic import Field, model_validator

from schemas.document import DOCUMENT
from schemas.settings import StepSettings
from schemas.signals import SIGNALS
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step

NAME: Final = "quality"

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
_THREADS: Final = ("github_issue", "email", "faq")


class QualitySettings(StepSettings):
    """Which rules apply, and their limits."""

    profile: Literal["auto", "web", "docs", "thread", "code"] = Field(
        "auto", description="`auto` goes by the type of the source and the language of the document."
    )
    limits: dict[QualityReason, float | None] = Field(
        default_factory=dict, description="Limit of a rule in every profile that has it; null switches the rule off."
    )

    @model_validator(mode="after")
    def _something_applies(self) -> Self:
        if all(self.limits.get(reason, 0.0) is None for reason in RULES):
            raise ValueError("every rule is off: use `enabled: false`")
        return self


def filter_quality(batch: pa.Table, settings: QualitySettings, signals: pa.Table) -> Partition:
    """Split `batch` by the first rule each document breaks.

    Args:
        batch: `document@1` rows.
        settings: Profile and limits.
        signals: `signals@1` rows of the same documents, in the same order.

    Returns:
        Kept documents in input order, `quality` set; the others as `drop@1` with what was measured and the limit.
    """
    frame = pl.DataFrame(pl.from_arrow(signals)).with_columns(profile=_profiles(settings))
    judged = frame.select(
        "profile",
        *(_broken(reason, rule, settings).alias(reason.value) for reason, rule in RULES.items()),
    )
    reason = judged.select(pl.coalesce(pl.when(pl.col(r.value)).then(pl.lit(r.value)) for r in RULES)).to_series()
    decided = [(pl.lit(reason) == r.value, rule, r) for r, rule in RULES.items()]
    measured = frame.select(
        value=pl.coalesce(pl.when(hit).then(pl.col(rule.signal).cast(pl.Float64)) for hit, rule, _ in decided),
        threshold=pl.coalesce(pl.when(hit).then(_limit(rule, settings, r)) for hit, rule, r in decided),
    )
    detail = pl.select(pl.format("profile {}", frame["profile"])).to_series()
    scored = frame.select(_score(settings)).to_series().to_arrow().cast(pa.float32())
    index = batch.schema.get_field_index("quality")
    graded = batch.set_column(index, DOCUMENT.arrow.field("quality"), scored)
    return split(
        graded,
        step=NAME,
        reason=reason,
        value=measured["value"],
        threshold=measured["threshold"],
        detail=detail,
    )


def _profiles(settings: QualitySettings) -> pl.Expr:
    chinese = pl.col("lang").fill_null("und").str.starts_with("zh") | (pl.col("han") > 0.3)
    web = pl.when(chinese).then(pl.lit("web-zh")).otherwise(pl.lit("web-en"))
    if settings.profile == "web":
        return web
    if settings.profile != "auto":
        return pl.lit(settings.profile)
    return (
        pl.when((pl.col("source_type") == "code") | (pl.col("lang") == "code"))
        .then(pl.lit("code"))
        .when(pl.col("source_type").is_in(_THREADS))
        .then(pl.lit("thread"))
        .when(pl.col("source_type") == "text")
        .then(web)
        .otherwise(pl.lit("docs"))
    )


def _limit(rule: Rule, settings: QualitySettings, reason: QualityReason) -> pl.Expr:
    """Limit of the document's profile; null where it is not held to the rule."""
    given = reason in settings.limits
    limits = {profile: settings.limits[reason] if given else limit for profile, limit in rule.limits.items()}
    return pl.col("profile").replace_strict(limits, default=None, return_dtype=pl.Float64)


def _broken(reason: QualityReason, rule: Rule, settings: QualitySettings) -> pl.Expr:
    value, limit = pl.col(rule.signal).cast(pl.Float64), _limit(rule, settings, reason)
    return ((value < limit) if rule.least else (value > limit)).fill_null(False)


def _score(settings: QualitySettings) -> pl.Expr:
    """Mean distance from the limits, in [0, 1]: 1 is as far as can be from every rule that has room."""
    slacks = []
    for reason, rule in RULES.items():
        value, limit = pl.col(rule.signal).cast(pl.Float64), _limit(rule, settings, reason)
        slack = 1 - limit / (value + limit) if rule.least else 1 - value / limit
        slacks.append(pl.when(limit > 0).then(slack.clip(0, 1)))
    return pl.mean_horizontal(slacks).fill_null(1.0)


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=QualitySettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=filter_quality,
    reasons=QualityReason,
    uses={"signals": SIGNALS},
)
