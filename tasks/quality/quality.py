"""Decide from the signals which documents are worth learning from, and say which rule decided.

The rules are in `rules.py`. Nothing here reads text: a changed threshold costs a pass over numbers.
"""

from collections.abc import Iterator
from typing import Final, cast

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.signals import SIGNALS
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step
from tasks.quality.rules import RULES, Profile, QualityReason, Rule
from tasks.quality.settings import QualitySettings

NAME: Final = "quality"

_THREADS: Final = ("github_issue", "email", "faq")


def filter_quality(batch: pa.Table, settings: QualitySettings, signals: pa.Table) -> Partition:
    """Split `batch` by the first rule each document breaks.

    Args:
        batch: `document@1` rows.
        settings: Profile and limits.
        signals: `signals@1` rows of the same documents, in the same order.

    Returns:
        Kept documents in input order, `quality` set; the others as `drop@1` with what was measured and the limit.
    """
    judged = judge_signals(pl.DataFrame(pl.from_arrow(signals)), settings)
    detail = judged.select(pl.format("profile {}", pl.col("profile"))).to_series()
    index = batch.schema.get_field_index("quality")
    graded = batch.set_column(index, DOCUMENT.arrow.field("quality"), judged["score"].to_arrow().cast(pa.float32()))
    return split(
        graded,
        step=NAME,
        reason=judged["reason"],
        value=judged["value"],
        threshold=judged["threshold"],
        detail=detail,
    )


def judge_signals(signals: pl.DataFrame, settings: QualitySettings) -> pl.DataFrame:
    """What becomes of each document by its signals alone: the decision of `filter_quality`, asked again at will.

    Args:
        signals: `signals@1` rows; of the measured columns those that `needed_signals` names are enough.
        settings: Profile and limits.

    Returns:
        One row per document, in order: `profile`; `reason`, the first rule it breaks, or null; `value` and `threshold`
        of that rule; `score` in [0, 1].
    """
    frame = signals.with_columns(profile=_profiles(settings))
    judged = frame.select(_broken(reason, rule, settings).alias(reason.value) for reason, rule in RULES.items())
    reason = judged.select(pl.coalesce(pl.when(pl.col(r.value)).then(pl.lit(r.value)) for r in RULES)).to_series()
    decided = [(pl.lit(reason) == r.value, rule, r) for r, rule in RULES.items()]
    return frame.select(
        "profile",
        reason=pl.lit(reason),
        value=pl.coalesce(pl.when(hit).then(pl.col(rule.signal).cast(pl.Float64)) for hit, rule, _ in decided),
        threshold=pl.coalesce(pl.when(hit).then(_limit(rule, settings, r)) for hit, rule, r in decided),
        score=_score(settings),
    )


def needed_signals() -> list[str]:
    """Columns of `signals@1` that `judge_signals` reads."""
    return ["source_type", "lang", "han", *sorted({rule.signal for rule in RULES.values()} - {"han"})]


def held_to(profile: str, settings: QualitySettings) -> Iterator[tuple[QualityReason, Rule, float]]:
    """The rules that documents of a profile are held to, and their limits, in the order they are tried."""
    for reason, rule in RULES.items():
        limit = settings.limits.get(reason, rule.limits.get(cast(Profile, profile)))
        if profile in rule.limits and limit is not None:
            yield reason, rule, limit


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
