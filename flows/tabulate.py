"""From the documents that stay to the tables of a release: anonymize, tokens, chunks, conversations."""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect import Task

from flows.run import Pending, Run
from schemas.settings import StepSettings
from schemas.shard import ShardRef, StepRecord
from tasks.anonymize.anonymize import anonymize
from tasks.anonymize.seal import seal
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.union import known_values
from tasks.publish.documents import documents
from tasks.publish.images import images
from tasks.publish.pretrain_text import pretrain_text
from tasks.tokens.chunks import chunks
from tasks.tokens.qa_pairs import qa_pairs
from tasks.tokens.recall_eval import recall_eval
from tasks.tokens.sft import sft
from tasks.tokens.tokenizer import tokenizer
from tasks.tokens.tokenizer_sample import tokenizer_sample
from tasks.tokens.tokens import tokens

# Tables that are made from documents alone.
_FROM_DOCUMENTS: Mapping[str, Task[..., StepRecord]] = {"documents": documents, "pretrain_text": pretrain_text}
# Tables that also point into chunks.
_FROM_CHUNKS: Mapping[str, Task[..., StepRecord]] = {"qa_pairs": qa_pairs, "recall_eval": recall_eval}


def tabulate(
    run: Run,
    anonymize_settings: AnonymizeSettings,
    kept: Sequence[ShardRef],
    pictures: Sequence[ShardRef | None],
) -> tuple[list[StepRecord], list[StepRecord], dict[str, list[ShardRef]]]:
    """Make every table the recipe asks for.

    Args:
        run: Gives workers, store and recipe.
        anonymize_settings: With their key.
        kept: Shards of documents.
        pictures: The pictures of each shard, where it has any.

    Returns:
        Records of `anonymize` and of `seal` (none where they are off), and the shards of each table.
    """
    outputs = set[str](run.recipe.outputs)
    names = [shard.shard_id for shard in kept]
    final, anonymized = _anonymized(run, anonymize_settings, kept, names)
    made: dict[str, Pending] = {
        table: run.submit(task, final, StepSettings(), names)
        for table, task in _FROM_DOCUMENTS.items()
        if table in outputs
    }
    if "images" in outputs:
        made["images"] = _with_pictures(run, final, names, pictures)
    made |= _with_tokens(run, final, names, outputs) if run.recipe.steps.tokens.enabled else {}
    sealed = run.gather(final) if anonymized else []
    tables = {table: [record.kept for record in run.gather(pending)] for table, pending in made.items()}
    if "pii_spans" in outputs:
        tables["pii_spans"] = [record.sides["pii_spans"] for record in anonymized]
    return anonymized, sealed, {table: shards for table, shards in tables.items() if table in outputs}


def _anonymized(
    run: Run, settings: AnonymizeSettings, kept: Sequence[ShardRef], names: Sequence[str]
) -> tuple[Pending, list[StepRecord]]:
    """Documents without personal data, and the records of finding it; `kept` where that is off.

    What one shard is known to hold is looked for in all: the only place where shards wait for each other.
    """
    if not settings.enabled:
        return kept, []
    records = run.gather(run.submit(anonymize, kept, settings, names))
    if not records:
        return kept, []
    run.expect(1)
    sides = [record.sides["known_values"] for record in records]
    known = known_values.submit(sides, StepSettings(), run.store, None, "known_values")
    sealed = run.submit(seal, records, settings, names, known=[known] * len(records))
    run.gather([known])
    return sealed, records


def _with_pictures(run: Run, final: Pending, names: Sequence[str], pictures: Sequence[ShardRef | None]) -> Pending:
    chosen = [index for index, found in enumerate(pictures) if found and found.rows]
    shards, sides = [final[index] for index in chosen], [pictures[index] for index in chosen]
    return run.submit(images, shards, StepSettings(), [names[index] for index in chosen], images=sides)


def _with_tokens(run: Run, final: Pending, names: Sequence[str], outputs: set[str]) -> dict[str, Pending]:
    settings = run.recipe.steps.tokens
    samples = run.submit(tokenizer_sample, final, settings, names)
    run.expect(1)
    model = tokenizer.submit(samples, settings, run.store, None, "tokenizer")
    models = [model] * len(final)
    made: dict[str, Any] = {"tokenizer_sample": samples, "tokenizer": [model]}
    if "pretrain_tokens" in outputs:
        made["pretrain_tokens"] = run.submit(tokens, final, settings, names, tokenizer=models)
    if outputs.isdisjoint({"chunks", "sft", *_FROM_CHUNKS}) or not run.recipe.steps.chunks.enabled:
        return made
    passages = run.submit(chunks, final, run.recipe.steps.chunks, names, tokenizer=models)
    made["chunks"] = passages
    for table, task in _FROM_CHUNKS.items():
        if table in outputs:
            made[table] = run.submit(task, final, StepSettings(), names, chunks=passages)
    if "sft" in outputs:
        made["sft"] = run.submit(sft, final, StepSettings(), names, chunks=passages, tokenizer=models)
    return made
