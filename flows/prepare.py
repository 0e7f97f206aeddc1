"""From what there is to documents worth keeping: extract, clean, language, quality."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from flows.recipe import Recipe
from flows.run import Pending, Run, untouched
from schemas.shard import ShardRef, StepRecord
from tasks.clean.clean import STEP as CLEAN
from tasks.engine.step import Step, step_at
from tasks.engine.store import Store
from tasks.extract.code_settings import CodeSettings
from tasks.extract.settings import ExtractSettings
from tasks.ingest.take_down import STEP as TAKE_DOWN
from tasks.ingest.take_down import TakeDownSettings
from tasks.quality.language import STEP as LANGUAGE
from tasks.quality.quality import STEP as QUALITY
from tasks.quality.settings import SignalsSettings
from tasks.quality.signals import STEP as SIGNALS

# By their addresses: a recipe of texts need not load what reads PDF files, nor what reads repositories.
_EXTRACT: Final[Mapping[str, str]] = {
    "documents": "tasks.extract.documents:extract_documents",
    "code": "tasks.extract.code:extract_code",
    "issues": "tasks.extract.issues:extract_issues",
    "faq": "tasks.extract.faq:extract_faq",
    "text": "tasks.extract.text:extract_text",
}


def prepare(
    run: Run,
    extract_settings: ExtractSettings,
    shards: Mapping[str, Sequence[ShardRef]],
    taken_down: Collection[str] = (),
) -> list[list[StepRecord]]:
    """Records of each stage, first extraction, last what is kept; every stage has one record per shard.

    Args:
        run: Gives workers, store and recipe.
        extract_settings: With what only this machine knows.
        shards: `inventory@1` shards by kind of source.
        taken_down: Ids of records that are not to be released.
    """
    steps = run.recipe.steps
    names = [shard.shard_id for found in shards.values() for shard in found]
    extracted: list[Any] = []
    for kind, found in shards.items():
        settings = settings_of(kind, extract_settings, run.recipe)
        extracted += run.submit(extraction(kind), found, settings, [shard.shard_id for shard in found])
    done: list[list[StepRecord]] = []
    stages: list[Pending] = [extracted]
    if taken_down:
        done = [run.gather(extracted)]
        done.append(_take_down(run, done[0], taken_down))
        stages = []
    if steps.clean.enabled:
        stages.append(run.submit(CLEAN, [*done, *stages][-1], steps.clean, names))
    if steps.language.enabled:
        stages.append(run.submit(LANGUAGE, [*done, *stages][-1], steps.language, names))
    measured: Pending = []
    if steps.quality.enabled:
        before = [*done, *stages][-1]
        measured = run.submit(SIGNALS, before, SignalsSettings(), names)
        stages.append(run.submit(QUALITY, before, steps.quality, names, signals=measured))
    records = [run.gather(stage) for stage in stages[:-1]]
    run.gather(measured)
    return [*done, *records, *(run.gather(stage) for stage in stages[-1:])]


def _take_down(run: Run, extracted: Sequence[StepRecord], ids: Collection[str]) -> list[StepRecord]:
    """The shards that hold some of these records without them, the others as they came."""
    held = {record.shard_id: _held(run.store, record, ids) for record in extracted}
    pending = [
        run.submit_one(TAKE_DOWN, record, TakeDownSettings(ids=held[record.shard_id]), record.shard_id)
        for record in extracted
        if held[record.shard_id]
    ]
    done = {record.shard_id: record for record in run.gather(pending)}
    return [done.get(record.shard_id) or untouched(record, TAKE_DOWN) for record in extracted]


def _held(store: Store, record: StepRecord, ids: Collection[str]) -> tuple[str, ...]:
    named = store.get_columns(record.kept, ["id"])["id"].to_pylist() if record.kept.rows else []
    return tuple(sorted(set(named) & set(ids)))


def extraction(kind: str) -> Step[Any]:
    """The step that reads sources of a kind."""
    return step_at(_EXTRACT[kind])


def settings_of(kind: str, extract_settings: ExtractSettings, recipe: Recipe) -> ExtractSettings:
    """Settings of the extraction of one kind of source: what only one needs is no part of the others' cache keys."""
    if kind == "documents" and extract_settings.ocr != "never":
        from tasks.extract.ocr import available_engine

        return extract_settings.model_copy(update={"ocr_engine": available_engine()})
    if kind != "code":
        return extract_settings
    return CodeSettings(**dict(extract_settings), wanted=recipe.steps.extract_code)
