"""From what there is to documents worth keeping: extract, clean, language, quality."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.recipe import Recipe
from flows.run import Pending, Run
from schemas.shard import ShardRef, StepRecord
from tasks.clean.clean import STEP as CLEAN
from tasks.engine.step import Step
from tasks.extract.code import STEP as CODE
from tasks.extract.code_settings import CodeSettings
from tasks.extract.documents import STEP as DOCUMENTS
from tasks.extract.faq import STEP as FAQ
from tasks.extract.issues import STEP as ISSUES
from tasks.extract.ocr import available_engine
from tasks.extract.settings import ExtractSettings
from tasks.extract.text import STEP as TEXT
from tasks.quality.language import STEP as LANGUAGE
from tasks.quality.quality import STEP as QUALITY
from tasks.quality.settings import SignalsSettings
from tasks.quality.signals import STEP as SIGNALS

EXTRACT: Mapping[str, Step[Any]] = {"documents": DOCUMENTS, "code": CODE, "issues": ISSUES, "faq": FAQ, "text": TEXT}


def prepare(
    run: Run,
    extract_settings: ExtractSettings,
    shards: Mapping[str, Sequence[ShardRef]],
) -> list[list[StepRecord]]:
    """Records of each stage, first extraction, last what is kept; every stage has one record per shard."""
    steps = run.recipe.steps
    names = [shard.shard_id for found in shards.values() for shard in found]
    extracted: list[Any] = []
    for kind, found in shards.items():
        settings = settings_of(kind, extract_settings, run.recipe)
        extracted += run.submit(EXTRACT[kind], found, settings, [shard.shard_id for shard in found])
    stages: list[Pending] = [extracted]
    if steps.clean.enabled:
        stages.append(run.submit(CLEAN, stages[-1], steps.clean, names))
    if steps.language.enabled:
        stages.append(run.submit(LANGUAGE, stages[-1], steps.language, names))
    measured: Pending = []
    if steps.quality.enabled:
        measured = run.submit(SIGNALS, stages[-1], SignalsSettings(), names)
        stages.append(run.submit(QUALITY, stages[-1], steps.quality, names, signals=measured))
    records = [run.gather(stage) for stage in stages[:-1]]
    run.gather(measured)
    return [*records, run.gather(stages[-1])]


def settings_of(kind: str, extract_settings: ExtractSettings, recipe: Recipe) -> ExtractSettings:
    """Settings of the extraction of one kind of source: what only one needs is no part of the others' cache keys."""
    if kind == "documents" and extract_settings.ocr != "never":
        return extract_settings.model_copy(update={"ocr_engine": available_engine()})
    if kind != "code":
        return extract_settings
    return CodeSettings(**dict(extract_settings), wanted=recipe.steps.extract_code)
