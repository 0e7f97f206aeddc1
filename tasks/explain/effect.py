"""How other settings of a step would change a version, from its side tables: no text is read."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from schemas.effect import Effect, Moved, Sample
from schemas.signature import NAME, RANK, SIMILAR
from tasks.dedup.settings import DeduplicateSettings
from tasks.explain.ledger import Ledger
from tasks.explain.measured import read_measured, sources_of
from tasks.quality.judgement import judge_signals, needed_signals
from tasks.quality.settings import QualitySettings

_SAMPLES: Final = 3  # of documents that move from one decision to another
_DECIDED_BY_PAIRS: Final = frozenset({"threshold", "min_edit_similarity", "min_containment", "containment"})


class NotMeasuredError(ValueError):
    """A setting whose effect cannot be told from what was measured; says what can be, or what to do."""


def quality_effect(ledger: Ledger, now: QualitySettings, then: QualitySettings, changes: Sequence[str]) -> Effect:
    """What other rules or limits of `quality` would keep and drop.

    Args:
        ledger: Of the version.
        now: Settings of the recipe.
        then: The same with changes.
        changes: As they were asked for.

    Raises:
        NotMeasuredError: The version has no signals: `quality` was off.
    """
    frame = read_measured(ledger, needed_signals())
    if frame.is_empty():
        raise NotMeasuredError("quality was off when the version was made: nothing was measured")
    before, after = (_judged(frame, settings) for settings in (now, then))
    decided = frame.with_columns(
        now=before["reason"],
        then=after["reason"],
        value=pl.coalesce(after["value"], before["value"]),
        threshold=pl.coalesce(after["threshold"], before["threshold"]),
    )
    note = "What quality would keep besides may still be dropped as a duplicate: only a run tells."
    return _effect(ledger, "quality", decided, changes, note)


def duplicates_effect(
    ledger: Ledger, now: DeduplicateSettings, then: DeduplicateSettings, changes: Sequence[str]
) -> Effect:
    """What another similarity, from which on a document goes, would keep and drop.

    Args:
        ledger: Of the version.
        now: Settings of the recipe.
        then: The same with changes.
        changes: As they were asked for.

    Raises:
        NotMeasuredError: Pairs below the limit of the version were not measured, or another way of comparing is asked
            for.
    """
    made = DeduplicateSettings.model_validate(ledger.manifest.recipe["steps"]["deduplicate"])
    for settings in (now, then):
        _check_measured(made, settings)
    frame = read_measured(ledger, [])
    before, after = (_clustered(ledger, settings) for settings in (now, then))
    if before is None or after is None:
        raise NotMeasuredError("deduplicate was off when the version was made: no pair was measured")
    decided = (
        frame.join(before, on="id", how="left", maintain_order="left")
        .join(after, on="id", how="left", maintain_order="left", suffix="_then")
        .rename({"reason": "now", "reason_then": "then"})
        .filter(pl.col("id").is_in(_searched(ledger).implode()))
        .with_columns(value=pl.coalesce("similarity_then", "similarity"), threshold=pl.lit(then.dropping.threshold))
    )
    return _effect(ledger, "deduplicate", decided, changes, "Of the documents that quality kept for the version.")


def _check_measured(made: DeduplicateSettings, asked: DeduplicateSettings) -> None:
    others = {name for name in type(made).model_fields if getattr(made, name) != getattr(asked, name)}
    if unknown := others - _DECIDED_BY_PAIRS:
        raise NotMeasuredError(f"deduplicate.{min(unknown)} decides which documents are compared: only a run tells")
    for name in ("threshold", "min_edit_similarity", "min_containment"):
        if getattr(asked, name) < getattr(made, name):
            limit = getattr(made, name)
            raise NotMeasuredError(f"deduplicate.{name}: pairs below {limit} were not measured: only a run tells")
    if made.containment == "ignore" != asked.containment:
        raise NotMeasuredError("deduplicate.containment was `ignore`: containment was not measured")


def _judged(frame: pl.DataFrame, settings: QualitySettings) -> pl.DataFrame:
    if settings.enabled:
        return pl.DataFrame(pl.from_arrow(judge_signals(frame.to_arrow(), settings, scored=False)))
    empty = {"reason": pl.String, "value": pl.Float64, "threshold": pl.Float64}
    return pl.DataFrame({name: [None] * frame.height for name in empty}, schema=empty)


def _searched(ledger: Ledger) -> pl.Series:
    names = ledger.entries(step="ranks", side="names")[-1:]
    return pl.Series(pl.from_arrow(ledger.columns(names, ["id"])["id"]))


def _clustered(ledger: Ledger, settings: DeduplicateSettings) -> pl.DataFrame | None:
    """Documents that go, by the measured pairs that reach the limits."""
    from tasks.dedup.clusters import cluster
    from tasks.engine.lean import load_compiler

    load_compiler()
    ranks, names = (ledger.entries(step="ranks", side=side)[-1:] for side in ("kept", "names"))
    if not ranks:
        return None
    empty = pl.DataFrame(schema={"id": pl.String, "reason": pl.String, "similarity": pl.Float64})
    if not settings.enabled:
        return empty
    pairs = pl.DataFrame(
        pl.from_arrow(ledger.columns(ledger.entries(step="verify", side="kept"), SIMILAR.arrow.names))
        if ledger.entries(step="verify", side="kept")
        else pl.from_arrow(SIMILAR.empty())
    )
    limit = pl.when("inside").then(settings.min_containment).otherwise(settings.dropping.threshold)
    passed = SIMILAR.conform(pairs.filter(pl.col("similarity") >= limit).to_arrow())
    store = ledger.store
    parts = cluster(
        passed, settings.clustering, store.get_table(ranks[0].ref, RANK), store.get_table(names[0].ref, NAME)
    )
    found = pl.DataFrame(pl.from_arrow(parts.kept)).filter(pl.col("reason").is_not_null())
    return found.select("id", "reason", "similarity")


def _effect(ledger: Ledger, step: str, decided: pl.DataFrame, changes: Sequence[str], note: str) -> Effect:
    moved = decided.filter(pl.col("now").is_null() != pl.col("then").is_null())
    other = decided.filter(pl.col("now") != pl.col("then"))
    kept_now, kept_then = (decided.filter(pl.col(name).is_null()) for name in ("now", "then"))
    return Effect(
        dataset=ledger.manifest.dataset,
        version=ledger.manifest.version,
        step=step,
        changes=list(changes),
        documents=decided.height,
        kept_now=kept_now.height,
        kept_then=kept_then.height,
        words_now=kept_now["n_words"].sum(),
        words_then=kept_then["n_words"].sum(),
        tokens_now=round(kept_now["tokens"].sum()),
        tokens_then=round(kept_then["tokens"].sum()),
        other_reason=other.height,
        moved=_moved(moved),
        samples=_samples(ledger, moved),
        note=note,
    )


def _moved(moved: pl.DataFrame) -> list[Moved]:
    groups = moved.group_by("now", "then").agg(
        pl.len().alias("documents"), pl.col("n_words").sum(), pl.col("tokens").sum()
    )
    rows = groups.sort(["documents", "now", "then"], descending=[True, False, False], nulls_last=True).to_dicts()
    return [
        Moved(
            now=row["now"],
            then=row["then"],
            documents=row["documents"],
            words=row["n_words"],
            tokens=round(row["tokens"]),
            by_source_type=_counts(moved, row, "source_type"),
            by_lang=_counts(moved, row, "lang"),
        )
        for row in rows
    ]


def _counts(moved: pl.DataFrame, row: dict[str, Any], name: str) -> dict[str, int]:
    same = [pl.col(side).eq_missing(pl.lit(row[side], pl.String)) for side in ("now", "then")]
    counts = moved.filter(*same)[name].fill_null("und").value_counts().sort(name)
    return {str(key): int(count) for key, count in counts.iter_rows()}


def _samples(ledger: Ledger, moved: pl.DataFrame) -> list[Sample]:
    """The documents nearest to the limit, of each way to move."""
    distance = ((pl.col("value") - pl.col("threshold")) / pl.max_horizontal(pl.col("threshold").abs(), 1e-9)).abs()
    chosen = moved.sort(distance, "id").group_by("now", "then", maintain_order=True).head(_SAMPLES)
    sources = sources_of(ledger, chosen.select("id", "shard"))
    return [
        Sample(
            source=sources.get(row["id"]),
            words=row["n_words"],
            **{name: row[name] for name in ("id", "source_type", "lang", "now", "then", "value", "threshold")},
        )
        for row in chosen.to_dicts()
    ]
