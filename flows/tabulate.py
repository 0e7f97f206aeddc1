"""From the documents that stay to the tables of a release: boilerplate, anonymize, tokens, chunks, conversations."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.boilerplate import take_out_boilerplate
from flows.outcomes import outcomes
from flows.run import Pending, Run
from schemas.evaluation import EVALUATION_GRAM
from schemas.settings import StepSettings
from schemas.shard import ShardRef, StepRecord
from tasks.anonymize.anonymize import STEP as ANONYMIZE
from tasks.anonymize.seal import STEP as SEAL
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.union import STEP as KNOWN_VALUES
from tasks.decontaminate.decontaminate import STEP as DECONTAMINATE
from tasks.decontaminate.evaluation import evaluation_grams
from tasks.engine.step import Step
from tasks.publish.documents import STEP as DOCUMENTS
from tasks.publish.images import STEP as IMAGES
from tasks.publish.pretrain_text import STEP as PRETRAIN_TEXT
from tasks.publish.repositories import STEP as REPOSITORIES
from tasks.tokens.chunks import STEP as CHUNKS
from tasks.tokens.code_fim import STEP as FIM
from tasks.tokens.kto import STEP as KTO
from tasks.tokens.pairs import STEP as PAIRS
from tasks.tokens.preference import STEP as PREFERENCE
from tasks.tokens.qa_pairs import STEP as QA_PAIRS
from tasks.tokens.recall_eval import STEP as RECALL_EVAL
from tasks.tokens.sft import STEP as SFT
from tasks.tokens.tokenizer import STEP as TOKENIZER
from tasks.tokens.tokenizer_sample import STEP as TOKENIZER_SAMPLE
from tasks.tokens.tokens import STEP as TOKENS

# Tables that are made from documents alone.
_FROM_DOCUMENTS: Mapping[str, Step[Any]] = {
    "documents": DOCUMENTS,
    "pretrain_text": PRETRAIN_TEXT,
    "preference": PREFERENCE,
    "kto": KTO,
    "pairs": PAIRS,
    "code_fim": FIM,
}
# Tables that also point into chunks.
_FROM_CHUNKS: Mapping[str, Step[Any]] = {"qa_pairs": QA_PAIRS, "recall_eval": RECALL_EVAL}


def tabulate(
    run: Run,
    anonymize_settings: AnonymizeSettings,
    before: Sequence[StepRecord],
    kinds: Sequence[str],
    pictures: Sequence[ShardRef | None],
    tokenizer: ShardRef | None = None,
) -> tuple[list[list[StepRecord]], dict[str, list[ShardRef]]]:
    """Make every table the recipe asks for.

    Args:
        run: Gives workers, store and recipe.
        anonymize_settings: With their key.
        before: Records of the last step, with the documents that stay, one per shard.
        kinds: Of the source of each shard.
        pictures: The pictures of each shard, where it has any.
        tokenizer: The one to keep (`tokenizer@1`); None makes one.

    Returns:
        Records of each stage that documents went through (boilerplate, decontaminate, anonymize, seal: those that are
        on), and the shards of each table; those of `dropped` and `quarantined` whether they are asked for or not.
    """
    outputs = set[str](run.recipe.outputs)
    stages = [take_out_boilerplate(run, before, kinds)] if run.recipe.steps.boilerplate.enabled else []
    names = [record.shard_id for record in before]
    if run.recipe.steps.decontaminate.enabled and run.recipe.steps.decontaminate.against:
        stages.append(_decontaminated(run, [before, *stages][-1], names))
    kept = [record.kept for record in [before, *stages][-1]]
    final, anonymized = _anonymized(run, anonymize_settings, kept, names)
    made: dict[str, Pending] = {
        table: run.submit(step, final, run.recipe.steps.code_fim if step is FIM else StepSettings(), names)
        for table, step in _FROM_DOCUMENTS.items()
        if table in outputs
    }
    if "repositories" in outputs:
        made["repositories"] = [run.submit_one(REPOSITORIES, final, StepSettings(), "repositories")]
    if "images" in outputs:
        made["images"] = _with_pictures(run, final, names, pictures)
    made |= _with_tokens(run, final, names, outputs, tokenizer) if run.recipe.steps.tokens.enabled else {}
    sealed = run.gather(final) if anonymized else []
    tables = {table: [record.kept for record in run.gather(pending)] for table, pending in made.items()}
    if "pii_spans" in outputs:
        tables["pii_spans"] = [record.sides["pii_spans"] for record in anonymized]
    tables = {table: shards for table, shards in tables.items() if table in outputs}
    return [*stages, *([anonymized, sealed] if anonymized else [])], tables | outcomes(run, anonymize_settings)


def _decontaminated(run: Run, before: Sequence[StepRecord], names: Sequence[str]) -> list[StepRecord]:
    """Without documents that hold items of evaluation sets."""
    settings = run.recipe.steps.decontaminate
    grams = run.store.put_table(evaluation_grams(settings), EVALUATION_GRAM, "evaluation")
    held = [grams] * len(before)
    return run.gather(run.submit(DECONTAMINATE, before, settings.overlap, names, evaluation=held))


def _anonymized(
    run: Run, settings: AnonymizeSettings, kept: Sequence[ShardRef], names: Sequence[str]
) -> tuple[Pending, list[StepRecord]]:
    """Documents without personal data, and the records of finding it; `kept` where that is off.

    What one shard is known to hold is looked for in all: the only place where shards wait for each other.
    """
    if not settings.enabled:
        return kept, []
    records = run.gather(run.submit(ANONYMIZE, kept, settings, names))
    if not records:
        return kept, []
    sides = [record.sides["known_values"] for record in records]
    known = run.submit_one(KNOWN_VALUES, sides, StepSettings(), "known_values")
    sealed = run.submit(SEAL, records, settings, names, known=[known] * len(records))
    run.gather([known])
    return sealed, records


def _with_pictures(run: Run, final: Pending, names: Sequence[str], pictures: Sequence[ShardRef | None]) -> Pending:
    chosen = [index for index, found in enumerate(pictures) if found and found.rows]
    shards, sides = [final[index] for index in chosen], [pictures[index] for index in chosen]
    return run.submit(IMAGES, shards, StepSettings(), [names[index] for index in chosen], images=sides)


def _with_tokens(
    run: Run, final: Pending, names: Sequence[str], outputs: set[str], tokenizer: ShardRef | None
) -> dict[str, Pending]:
    settings = run.recipe.steps.tokens
    kept = {"released": tokenizer} if tokenizer else {}
    samples = [] if kept else run.submit(TOKENIZER_SAMPLE, final, settings, names)
    model = run.submit_one(TOKENIZER, samples, settings, "tokenizer", **kept)
    models = [model] * len(final)
    made: dict[str, Any] = {"tokenizer_sample": samples, "tokenizer": [model]}
    if "pretrain_tokens" in outputs:
        made["pretrain_tokens"] = run.submit(TOKENS, final, settings, names, tokenizer=models)
    if outputs.isdisjoint({"chunks", "sft", *_FROM_CHUNKS}) or not run.recipe.steps.chunks.enabled:
        return made
    passages = run.submit(CHUNKS, final, run.recipe.steps.chunks, names, tokenizer=models)
    made["chunks"] = passages
    for table, step in _FROM_CHUNKS.items():
        if table in outputs:
            made[table] = run.submit(step, final, StepSettings(), names, chunks=passages)
    if "sft" in outputs:
        made["sft"] = run.submit(SFT, final, run.recipe.steps.sft, names, chunks=passages, tokenizer=models)
    return made
