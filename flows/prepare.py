"""From what there is to documents worth keeping: extract, clean, language, quality."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.run import Pending, Run
from schemas.shard import ShardRef, StepRecord
from tasks.clean.clean import clean
from tasks.extract.code import STEP as CODE
from tasks.extract.code import extract_code
from tasks.extract.documents import STEP as DOCUMENTS
from tasks.extract.documents import extract_documents
from tasks.extract.faq import STEP as FAQ
from tasks.extract.faq import extract_faq
from tasks.extract.issues import STEP as ISSUES
from tasks.extract.issues import extract_issues
from tasks.extract.settings import ExtractSettings
from tasks.extract.text import STEP as TEXT
from tasks.extract.text import extract_text
from tasks.quality.language import language
from tasks.quality.quality import quality
from tasks.quality.signals import SignalsSettings, signals

EXTRACT = {
    "documents": extract_documents,
    "code": extract_code,
    "issues": extract_issues,
    "faq": extract_faq,
    "text": extract_text,
}

EXTRACT_STEPS = {"documents": DOCUMENTS, "code": CODE, "issues": ISSUES, "faq": FAQ, "text": TEXT}


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
        extracted += run.submit(EXTRACT[kind], found, extract_settings, [shard.shard_id for shard in found])
    stages: list[Pending] = [extracted]
    if steps.clean.enabled:
        stages.append(run.submit(clean, stages[-1], steps.clean, names))
    if steps.language.enabled:
        stages.append(run.submit(language, stages[-1], steps.language, names))
    measured: Pending = []
    if steps.quality.enabled:
        measured = run.submit(signals, stages[-1], SignalsSettings(), names)
        stages.append(run.submit(quality, stages[-1], steps.quality, names, signals=measured))
    records = [run.gather(stage) for stage in stages[:-1]]
    run.gather(measured)
    return [*records, run.gather(stages[-1])]
