"""What follows from the signals: the profile of a document, the rule it breaks, and its score.

Arithmetic over columns of numbers; no text is read. A null is nan here: it breaks no rule and holds no guard.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.quality.rules import PROFILES, RULES, Profile, QualityReason, Rule
from tasks.quality.settings import QualitySettings

_THREADS: Final = ("github_issue", "email", "faq")
# Of the prose, from which share on the other language counts.
_MIXED: Final = 0.2
# Of the characters, from which on a document is a table with captions.
_TABLES: Final = 0.5
_WEB: Final[tuple[Profile, ...]] = ("web-en", "web-zh", "web-mixed", "web-other")
_DOCS: Final[tuple[Profile, ...]] = ("docs-en", "docs-zh", "docs-mixed", "docs-other")
_ENGLISH, _CHINESE, _BOTH, _OTHER = range(4)

Numbers = npt.NDArray[np.float64]


class _Measured(NamedTuple):
    """Signals of documents, with what they are held to."""

    signals: pa.Table
    profile: npt.NDArray[np.intp]  # place in `PROFILES`
    chinese: Numbers  # share of the Chinese paragraphs in the prose

    def column(self, name: str) -> Numbers:
        return _numbers(self.signals, name)


def judge_signals(signals: pa.Table, settings: QualitySettings, *, scored: bool = True) -> pa.Table:
    """Judge every document.

    Args:
        signals: `signals@2` rows, in any number and order; the columns that `needed_signals` names are enough.
        settings: Profile and limits.
        scored: Give scores too; they take half of the time.

    Returns:
        In the same order: `profile`; `reason`, the first rule broken, `value` and `threshold` (null where none is
        broken); `score` in [0, 1].
    """
    measured = _profiled(signals, settings)
    size = signals.num_rows
    decided = np.full(size, -1, np.int32)
    values, thresholds = np.full(size, np.nan), np.full(size, np.nan)
    slacks, asked = np.zeros(size), np.zeros(size)
    for place, (rule, value, limit) in enumerate(_limited(measured, settings)):
        if rule is None:
            continue
        broken = ((value < limit) if rule.least else (value > limit)) & (decided < 0)
        if broken.any():
            broken &= _is_asked(rule, measured)
            decided[broken] = place
            values[broken], thresholds[broken] = value[broken], limit[broken]
        if scored:
            _add_slack(rule, value, limit, slacks, asked)
    columns = {
        "profile": _words(measured.profile, PROFILES),
        "reason": _words(decided, [reason.value for reason in RULES]),
        "value": pa.array(values, mask=decided < 0),
        "threshold": pa.array(thresholds, mask=decided < 0),
    }
    if scored:
        columns["score"] = pa.array(np.where(asked > 0, slacks / np.maximum(asked, 1), 1.0))
    return pa.table(columns)


def needed_signals() -> list[str]:
    """Columns of `signals@2` that `judge_signals` reads."""
    measured = {rule.signal for rule in RULES.values()} | {"han", "latin", "tables", "zh_prose", "latin_prose"}
    measured |= {guard.signal for rule in RULES.values() for guard in rule.guards}
    return ["source_type", "lang", *sorted(measured)]


def held_to(signals: pa.Table, settings: QualitySettings) -> tuple[str, list[tuple[QualityReason, Rule, float]]]:
    """Profile of a document, the rules it is held to and their limits, in the order they are tried.

    Args:
        signals: Its one row.
        settings: Profile and limits.
    """
    measured = _profiled(signals, settings)
    held = [
        (reason, rule, float(limit[0]))
        for reason, (rule, _, limit) in zip(RULES, _limited(measured, settings), strict=True)
        if rule is not None and not np.isnan(limit[0]) and _is_asked(rule, measured)[0]
    ]
    return PROFILES[measured.profile[0]], held


def _numbers(signals: pa.Table, name: str) -> Numbers:
    column = signals[name].cast(pa.float64()).combine_chunks()
    found: Numbers = column.fill_null(np.nan).to_numpy(zero_copy_only=False)
    return found


def _words(places: npt.NDArray[Any], words: Sequence[str]) -> pa.Array:
    """The words at some places; null at places below 0."""
    return pa.array(np.asarray(words)).take(pa.array(places, mask=places < 0))


def _profiled(signals: pa.Table, settings: QualitySettings) -> _Measured:
    # As measured: in single precision.
    zh, latin = (_numbers(signals, name).astype(np.float32) for name in ("zh_prose", "latin_prose"))
    led = _numbers(signals, "han") > _numbers(signals, "latin")
    prose = zh + latin
    share = np.where(prose > 0, zh / np.where(prose > 0, prose, np.float32(1)), led)
    chinese = share.astype(np.float64)
    return _Measured(signals, _profiles(signals, settings, chinese), chinese)


def _profiles(signals: pa.Table, settings: QualitySettings, chinese: Numbers) -> npt.NDArray[np.intp]:
    language = _languages(signals, chinese)
    web, docs = (_places(profiles)[language] for profiles in (_WEB, _DOCS))
    if settings.profile == "web":
        return web
    if settings.profile == "docs":
        return docs
    if settings.profile != "auto":
        return np.full(signals.num_rows, PROFILES.index(settings.profile))
    kind = signals["source_type"]
    found = np.where(_is_one_of(kind, ["text"]), web, docs)
    found[_numbers(signals, "tables") >= _TABLES] = PROFILES.index("table")
    found[_is_one_of(kind, _THREADS)] = PROFILES.index("thread")
    found[_is_one_of(kind, ["code"]) | _is_one_of(signals["lang"], ["code"])] = PROFILES.index("code")
    return found


def _places(profiles: Sequence[Profile]) -> npt.NDArray[np.intp]:
    return np.array([PROFILES.index(profile) for profile in profiles])


def _is_one_of(column: pa.ChunkedArray, values: Sequence[str]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = pc.is_in(column, pa.array(values, column.type)).to_numpy()
    return found


def _languages(signals: pa.Table, chinese_share: Numbers) -> npt.NDArray[np.intp]:
    """en, zh, mixed or other; what is in no known language is held to the rules of English."""
    lang = pc.fill_null(signals["lang"], "und")
    unknown = _is_one_of(lang, ["und"])
    starts: npt.NDArray[np.bool_] = pc.starts_with(lang, "zh").to_numpy()
    chinese = starts | (unknown & (_numbers(signals, "han") > 0.3))
    known = chinese | unknown | _is_one_of(lang, ["en"])
    mixed = (chinese_share > _MIXED) & (chinese_share < 1 - _MIXED)
    found = np.where(chinese, _CHINESE, _ENGLISH)
    found[mixed] = _BOTH
    found[~known] = _OTHER
    return found


def _limited(measured: _Measured, settings: QualitySettings) -> Iterator[tuple[Rule | None, Numbers, Numbers]]:
    """Every rule with its values and the limit of each document; no rule where no profile is held to it.

    Between Chinese and English lies what both are held to, in proportion.
    """
    used = np.unique(measured.profile)
    nothing = np.empty(0)
    for reason, rule in RULES.items():
        limits = _limits_of(reason, rule, settings)
        by_profile = np.array([limits.get(profile, np.nan) for profile in PROFILES])
        slope = np.zeros(len(PROFILES))
        for english, chinese, mixed, _ in (_WEB, _DOCS):
            if mixed not in limits and english in limits and chinese in limits:
                place = PROFILES.index(mixed)
                by_profile[place] = limits[english]
                slope[place] = limits[chinese] - limits[english]
        if np.isnan(by_profile[used]).all():
            yield None, nothing, nothing
            continue
        limit = by_profile[measured.profile]
        if slope[used].any():
            limit += slope[measured.profile] * measured.chinese
        yield rule, measured.column(rule.signal), limit


def _limits_of(reason: QualityReason, rule: Rule, settings: QualitySettings) -> dict[Profile, float]:
    if reason not in settings.limits:
        return dict(rule.limits)
    given = settings.limits[reason]
    if given is None:
        return {}
    return {profile: given for profile in PROFILES if profile in rule.limits or profile in rule.offered}


def _is_asked(rule: Rule, measured: _Measured) -> npt.NDArray[np.bool_]:
    """Whether every guard of the rule holds."""
    holds = np.ones(len(measured.profile), np.bool_)
    for guard in rule.guards:
        value = measured.column(guard.signal)
        holds &= (value >= guard.least) & (value <= guard.most)
    return holds


def _add_slack(rule: Rule, value: Numbers, limit: Numbers, slacks: Numbers, asked: Numbers) -> None:
    """Add the distance from a limit, in [0, 1]: the mean of all is 1 as far as can be from every rule that has room."""
    has_room = (limit > 0) & ~np.isnan(value)
    limit, value = np.where(has_room, limit, 1.0), np.where(has_room, value, 1.0)
    slack = 1 - limit / (value + limit) if rule.least else 1 - value / limit
    slacks += np.where(has_room, np.clip(slack, 0, 1), 0.0)
    asked += has_room
