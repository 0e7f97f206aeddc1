"""What is done while the local Prefect server starts: load what the steps of a recipe will need."""

from typing import Final

import pyarrow as pa
from pydantic import SecretStr

from flows.recipe import Recipe
from schemas.document import DOCUMENT
from tasks.engine.first_calls import FirstCalls
from tasks.engine.store import Store
from tasks.engine.workers import start_early
from tasks.publish.versions import list_versions
from tasks.quality.settings import SignalsSettings

# One text in each language, with something for every step to look at.
_TEXTS: Final = (
    "## Setup\n\nOpen the page, then write to operator@service.net or call +1 415 555 2671.\n\nIt takes a minute.",
    "## 安装\n\n打开页面，然后写信到 operator@service.net 或致电 021-5555 2671。\n\n联系人：张工。大约需要一分钟。",
)


def take_head_start(recipe: Recipe) -> None:
    """Start worker processes, or load here what they would; returns when this process has done its part.

    For a first version only: a later run may find that all its work is done.
    """
    if list_versions(Store(recipe.root), recipe.dataset):
        return
    if recipe.runner.kind == "threads":
        first_calls(recipe).make()
    elif recipe.runner.kind == "processes":
        start_early(recipe.runner.worker_count, first_calls(recipe))


def first_calls(recipe: Recipe) -> FirstCalls:
    """The steps that load most, as the recipe sets them."""
    steps = recipe.steps
    anonymize = steps.anonymize.model_copy(update={"key": SecretStr("not a key: what comes out is thrown away")})
    calls = [
        (steps.clean.enabled, "tasks.clean.clean:clean", steps.clean),
        (steps.language.enabled, "tasks.quality.language:language", steps.language),
        (steps.quality.enabled, "tasks.quality.signals:signals", SignalsSettings()),
        (steps.deduplicate.enabled, "tasks.dedup.signatures:signatures", steps.deduplicate.signing),
        (steps.anonymize.enabled, "tasks.anonymize.anonymize:anonymize", anonymize),
    ]
    return FirstCalls([(address, settings) for wanted, address, settings in calls if wanted], _documents())


def _documents() -> pa.Table:
    row = {
        "source_type": "text", "source_rank": 0, "kb": "", "n_words": 0, "raw_sha256": "", "blocks": [],
        "image_ids": [], "pii": [], "metadata": "{}",
    }  # fmt: skip
    return DOCUMENT.from_rows([{**row, "id": text, "parent_id": text, "source": text, "text": text} for text in _TEXTS])
