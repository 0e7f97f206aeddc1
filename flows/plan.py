"""What a run would do: which shards are there, and which steps are already done for them. Writes nothing."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from rich.table import Table

from flows.curate import extract_settings
from flows.prepare import extraction, settings_of
from flows.recipe import Recipe
from schemas.settings import Settings
from schemas.shard import ShardRef
from tasks.clean.clean import STEP as CLEAN
from tasks.engine.run_step import find_record
from tasks.engine.step import Step
from tasks.engine.store import Store
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import Inventory, take_inventory
from tasks.ingest.live.fetch import fetched_folders
from tasks.ingest.tombstones import read_tombstones
from tasks.quality.language import STEP as LANGUAGE


class PlannedSource(BaseModel):
    """What a run would do with one kind of source.

    Attributes:
        to_extract: Shards that are new or changed, of all.
        to_clean: Shards that would go through `clean` and `language` again.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    shards: int
    files: int
    bytes: int
    to_extract: int
    to_clean: int


def make_plan(recipe: Recipe, folder: Path) -> list[PlannedSource]:
    """Take the inventory aside and look up what the store of the recipe has for it.

    No API is asked: of a live source it is what the last run fetched.

    Raises:
        SourceError: Sources cannot be read; all of them are named.
    """
    with tempfile.TemporaryDirectory() as aside, tempfile.TemporaryDirectory() as nothing:
        live = {source.key: Path(nothing) for source in recipe.sources if source.kind == "issues" and source.is_live}
        fetched = live | fetched_folders(recipe.sources, Store(recipe.root))
        settings = extract_settings(recipe, folder, fetched)
        removed = read_tombstones(Store(recipe.root)).files
        shard_bytes = int(recipe.shard_mb * 1e6)
        found = take_inventory(
            recipe.sources, folder, Store(aside), shard_bytes=shard_bytes, fetched=fetched, removed=removed
        )
        return [_planned(kind, shards, found, recipe, settings) for kind, shards in found.shards.items()]


def plan_table(planned: Sequence[PlannedSource]) -> Table:
    """The plan for a terminal."""
    table = Table(*PlannedSource.model_fields)
    for row in planned:
        values = row.model_dump().values()
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in values))
    return table


def _planned(
    kind: str, shards: Sequence[ShardRef], found: Inventory, recipe: Recipe, settings: ExtractSettings
) -> PlannedSource:
    store, steps = Store(recipe.root), recipe.steps
    extracted = _done(shards, extraction(kind), settings_of(kind, settings, recipe), store)
    cleaned = _done(extracted, CLEAN, steps.clean, store) if steps.clean.enabled else extracted
    known = _done(cleaned, LANGUAGE, steps.language, store) if steps.language.enabled else cleaned
    sources = [source for source in found.sources if source.kind == kind]
    return PlannedSource(
        kind=kind,
        shards=len(shards),
        files=sum(source.files for source in sources),
        bytes=sum(source.bytes for source in sources),
        to_extract=len(shards) - len(extracted),
        to_clean=len(shards) - len(known),
    )


def _done(shards: Sequence[ShardRef], step: Step[Any], settings: Settings, store: Store) -> list[ShardRef]:
    records = [find_record(step, shard, settings, store) for shard in shards]
    return [record.kept for record in records if record]
