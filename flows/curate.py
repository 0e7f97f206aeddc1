"""The whole run: from the sources of a recipe to a release."""

import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from flows.deduplicate import deduplicate
from flows.fetch import fetch
from flows.prepare import prepare
from flows.publish import publish, recipe_values
from flows.recipe import Recipe, read_recipe
from flows.released import released_ids, released_tokenizer
from flows.run import Run
from flows.runners import start_runner
from flows.tabulate import tabulate
from schemas.manifest import Manifest, SourceTotals
from schemas.outcomes import QUARANTINE
from schemas.run_result import QuarantinedInput, RunResult
from schemas.shard import ShardRef, StepRecord
from schemas.tokenizer import TOKEN_COUNT
from tasks.anonymize.key import with_key
from tasks.engine.store import Store, digest_of
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import Inventory, take_inventory
from tasks.ingest.places import locations
from tasks.ingest.tombstones import read_tombstones
from tasks.publish.accounts import add_up, check_chain
from tasks.publish.versions import latest_manifest, version_folder

# Quarantined inputs named in a result; all of them are in the release.
_NAMED: Final = 1000


def _run_name() -> str:
    recipe = read_recipe(Path(flow_run.parameters["recipe"]))
    latest = latest_manifest(Store(recipe.root), recipe.dataset)
    return f"{recipe.dataset}-v{int(latest.version[1:]) + 1 if latest else 1}"


@task(name="inventory", task_run_name="inventory-{dataset}", cache_policy=NO_CACHE, persist_result=False)
def inventory(
    dataset: str,  # noqa: ARG001
    recipe: Recipe,
    folder: Path,
    store: Store,
    fetched: Mapping[str, Path],
    removed: frozenset[str],
) -> Inventory:
    """List what there is to read; only what changed since the last run is read for it."""
    return take_inventory(
        recipe.sources, folder, store, shard_bytes=int(recipe.shard_mb * 1e6), fetched=fetched, removed=removed
    )


@flow(name="curate", flow_run_name=_run_name, validate_parameters=False)
def curate(recipe: str) -> RunResult:
    """Make a release, or find that there is nothing to change.

    Args:
        recipe: Path of a recipe file.
    """
    path, started = Path(recipe).resolve(), time.perf_counter()
    checked = read_recipe(path)
    with start_runner(checked.runner) as runner:
        result = _curate(Run(checked, runner), path.parent)
    return result.model_copy(update={"seconds": round(time.perf_counter() - started, 2)})


def _curate(run: Run, folder: Path) -> RunResult:
    recipe, dataset, log = run.recipe, run.recipe.dataset, get_run_logger()
    progress = cast(UUID, create_progress_artifact(0.0, key=_key("progress", dataset), description="Stages of the run"))
    fetched = fetch(run)
    tombstones = read_tombstones(run.store)
    found = inventory(dataset, recipe, folder, run.store, fetched, tombstones.files)
    log.info("inventory: %d shards", sum(len(shards) for shards in found.shards.values()))
    update_progress_artifact(progress, 5.0)
    stages = run.subflow(prepare, extract_settings(recipe, folder, fetched), found.shards, tombstones.records)
    update_progress_artifact(progress, 50.0)
    inputs = inputs_digest(run, found)
    released = released_ids(run.store, dataset, inputs)
    if recipe.steps.deduplicate.enabled:
        stages += run.subflow(deduplicate, [record.kept for record in stages[-1]], released)
    update_progress_artifact(progress, 65.0)
    settings = with_key(recipe.steps.anonymize, run.store)
    pictures = [record.sides.get("images") for record in stages[0]]
    tokenizer = released_tokenizer(run.store, dataset, inputs, recipe.steps.tokens)
    kinds = [kind for kind, shards in found.shards.items() for _ in shards]
    last, tables = run.subflow(tabulate, settings, stages[-1], kinds, pictures, tokenizer)
    check_chain(_named([*stages, *last]))
    update_progress_artifact(progress, 90.0)
    sources = [SourceTotals.model_validate(source, from_attributes=True) for source in found.sources]
    asked = {name: refs for name, refs in tables.items() if name in set[str](recipe.outputs)}
    manifest, new = run.subflow(publish, sources, asked, inputs, released, tokenizer)
    update_progress_artifact(progress, 100.0)
    create_table_artifact(funnel(run), key=_key("funnel", dataset), description=f"{dataset} {manifest.version}")
    log.info("%s %s: %s", dataset, manifest.version, "published" if new else "nothing has changed")
    return _result(run, manifest, sources, tables["quarantined"], published=new)


def inputs_digest(run: Run, found: Inventory) -> str:
    """Digest of everything that decides a release, other than the release before it."""
    shards = {kind: [ref.digest for ref in refs] for kind, refs in found.shards.items()}
    versions = {record.step: record.version for record in run.records}
    return digest_of({"shards": shards, "recipe": recipe_values(run), "versions": versions})


def funnel(run: Run) -> list[dict[str, Any]]:
    """What every step did, as rows of a table."""
    return [total.model_dump(exclude={"reasons"}) for total in add_up(run.records, run.store)]


def extract_settings(recipe: Recipe, folder: Path, fetched: Mapping[str, Path] | None = None) -> ExtractSettings:
    """Settings of extraction with what only this machine knows: where sources lie, passwords."""
    passwords = {
        source.key: os.environ[source.password_env]
        for source in recipe.sources
        if source.kind == "documents" and source.password_env
    }
    places = {"locations": locations(recipe.sources, folder, fetched=fetched), "passwords": passwords}
    return recipe.steps.extract.model_copy(update=places)


def _named(stages: Sequence[Sequence[StepRecord]]) -> list[tuple[str, Sequence[StepRecord]]]:
    return [(records[0].step if records else "nothing", records) for records in stages]


def _result(
    run: Run,
    manifest: Manifest,
    sources: Sequence[SourceTotals],
    quarantined: Sequence[ShardRef],
    *,
    published: bool,
) -> RunResult:
    rows: dict[str, int] = {}
    for file in manifest.files:
        rows[file.table] = rows.get(file.table, 0) + file.rows
    tables = [run.store.get_table(ref, QUARANTINE) for ref in quarantined]
    listed = pa.concat_tables(tables).slice(0, _NAMED).to_pylist() if tables else []
    counts = [record.sides["token_counts"] for record in run.records if "token_counts" in record.sides]
    tokens = [pc.sum(run.store.get_table(ref, TOKEN_COUNT, ["n_tokens"])["n_tokens"]).as_py() or 0 for ref in counts]
    return RunResult(
        dataset=manifest.dataset,
        version=manifest.version,
        published=published,
        path=f"{run.recipe.root}/{version_folder(manifest.dataset, manifest.version)}",
        tables=rows,
        sources=list(sources),
        steps=add_up(run.records, run.store),
        quarantined=[QuarantinedInput.model_validate(row) for row in listed],
        n_tokens=sum(tokens) if counts else None,
    )


def _key(name: str, dataset: str) -> str:
    return re.sub("[^a-z0-9-]+", "-", f"{name}-{dataset}".lower()).strip("-")
