"""What follows from the signals: the profile of a document, the rule it breaks, and its score.

Expressions over numbers; no text is read.
"""

from typing import Final, Literal

import polars as pl

from tasks.quality.rules import PROFILES, RULES, Guard, Profile, QualityReason, Rule
from tasks.quality.settings import QualitySettings

_THREADS: Final = ("github_issue", "email", "faq")
# Of the prose, from which share on the other language counts.
_MIXED: Final = 0.2
# Of the characters, from which on a document is a table with captions.
_TABLES: Final = 0.5

Kind = Literal["web", "docs"]
_BETWEEN: Final[tuple[tuple[Profile, Profile, Profile], ...]] = (
    ("web-en", "web-zh", "web-mixed"),
    ("docs-en", "docs-zh", "docs-mixed"),
)


def judge_signals(signals: pl.DataFrame, settings: QualitySettings, *, scored: bool = True) -> pl.DataFrame:
    """Judge every document.

    Args:
        signals: `signals@2` rows, in any number and order; the columns that `needed_signals` names are enough.
        settings: Profile and limits.
        scored: Give scores too; they take half of the time.

    Returns:
        In the same order: `profile`; `reason`, the first rule broken, `value` and `threshold` (null where none is
        broken); `score` in [0, 1].
    """
    frame = _profiled(signals, settings)
    broken = [(reason, rule, _broken(reason, rule, settings)) for reason, rule in RULES.items()]
    judged = frame.with_columns(reason=pl.coalesce(pl.when(hit).then(pl.lit(r.value)) for r, _, hit in broken))
    decided = [(pl.col("reason") == reason.value, reason, rule) for reason, rule, _ in broken]
    return judged.select(
        "profile",
        "reason",
        value=pl.coalesce(pl.when(hit).then(_value(rule)) for hit, _, rule in decided),
        threshold=pl.coalesce(pl.when(hit).then(_limit(rule, settings, r)) for hit, r, rule in decided),
        **({"score": _score(settings)} if scored else {}),
    )


def needed_signals() -> list[str]:
    """Columns of `signals@2` that `judge_signals` reads."""
    measured = {rule.signal for rule in RULES.values()} | {"han", "latin", "tables", "zh_prose", "latin_prose"}
    measured |= {guard.signal for rule in RULES.values() for guard in rule.guards}
    return ["source_type", "lang", *sorted(measured)]


def held_to(signals: pl.DataFrame, settings: QualitySettings) -> tuple[str, list[tuple[QualityReason, Rule, float]]]:
    """Profile of a document, the rules it is held to and their limits, in the order they are tried.

    Args:
        signals: Its one row.
        settings: Profile and limits.
    """
    frame = _profiled(signals, settings)
    asked = frame.select(
        "profile",
        *(
            pl.when(_asked(rule)).then(_limit(rule, settings, reason)).alias(reason.value)
            for reason, rule in RULES.items()
        ),
    )
    told = asked.row(0, named=True)
    rules = [(reason, rule, told[reason.value]) for reason, rule in RULES.items() if told[reason.value] is not None]
    return told["profile"], rules


def _profiled(signals: pl.DataFrame, settings: QualitySettings) -> pl.DataFrame:
    return signals.with_columns(profile=_profiles(settings), chinese=_chinese_share())


def _chinese_share() -> pl.Expr:
    """Share of the Chinese paragraphs in the prose of a document."""
    prose = pl.col("zh_prose") + pl.col("latin_prose")
    return pl.when(prose > 0).then(pl.col("zh_prose") / prose).otherwise((pl.col("han") > pl.col("latin")).cast(float))


def _profiles(settings: QualitySettings) -> pl.Expr:
    web, docs = _in_language("web"), _in_language("docs")
    if settings.profile == "web":
        return web
    if settings.profile == "docs":
        return docs
    if settings.profile != "auto":
        return pl.lit(settings.profile)
    return (
        pl.when((pl.col("source_type") == "code") | (pl.col("lang") == "code"))
        .then(pl.lit("code"))
        .when(pl.col("source_type").is_in(_THREADS))
        .then(pl.lit("thread"))
        .when(pl.col("tables") >= _TABLES)
        .then(pl.lit("table"))
        .when(pl.col("source_type") == "text")
        .then(web)
        .otherwise(docs)
    )


def _in_language(kind: Kind) -> pl.Expr:
    """`kind` with en, zh, mixed or other; what is in no known language is held to the rules of English."""
    lang, share = pl.col("lang").fill_null("und"), _chinese_share()
    chinese = lang.str.starts_with("zh") | ((lang == "und") & (pl.col("han") > 0.3))
    known = chinese | lang.is_in(["en", "und"])
    return (
        pl.when(~known)
        .then(pl.lit(f"{kind}-other"))
        .when(known & (share > _MIXED) & (share < 1 - _MIXED))
        .then(pl.lit(f"{kind}-mixed"))
        .when(chinese)
        .then(pl.lit(f"{kind}-zh"))
        .otherwise(pl.lit(f"{kind}-en"))
    )


def _value(rule: Rule) -> pl.Expr:
    return pl.col(rule.signal).cast(pl.Float64)


def _limit(rule: Rule, settings: QualitySettings, reason: QualityReason) -> pl.Expr:
    """Limit of the document's profile; null where it is not held to the rule.

    Between Chinese and English lies what both are held to, in proportion.
    """
    if reason in settings.limits:
        given = settings.limits[reason]
        limits = {profile: given for profile in PROFILES if profile in rule.limits or profile in rule.offered}
    else:
        limits = dict(rule.limits)
    limit = pl.col("profile").replace_strict(limits, default=None, return_dtype=pl.Float64)
    for english, chinese, mixed in _BETWEEN:
        least, most = limits.get(english), limits.get(chinese)
        if mixed not in limits and least is not None and most is not None:
            between = least + (most - least) * pl.col("chinese").cast(pl.Float64)
            limit = pl.when(pl.col("profile") == mixed).then(between).otherwise(limit)
    return limit


def _broken(reason: QualityReason, rule: Rule, settings: QualitySettings) -> pl.Expr:
    value, limit = _value(rule), _limit(rule, settings, reason)
    broken = (value < limit) if rule.least else (value > limit)
    return (broken & _asked(rule)).fill_null(False)


def _asked(rule: Rule) -> pl.Expr:
    """Whether every guard of the rule holds."""
    return pl.all_horizontal(pl.lit(True), *(_holds(guard) for guard in rule.guards))


def _holds(guard: Guard) -> pl.Expr:
    value = pl.col(guard.signal).cast(pl.Float64)
    return ((value >= guard.least) & (value <= guard.most)).fill_null(False)


def _score(settings: QualitySettings) -> pl.Expr:
    """Mean distance from the limits, in [0, 1]: 1 is as far as can be from every rule that has room."""
    slacks = []
    for reason, rule in RULES.items():
        value, limit = _value(rule), _limit(rule, settings, reason)
        slack = 1 - limit / (value + limit) if rule.least else 1 - value / limit
        slacks.append(pl.when(limit > 0).then(slack.clip(0, 1)))
    return pl.mean_horizontal(slacks).fill_null(1.0)
