"""What is done while the local Prefect server starts: load what the steps of a recipe will need."""

import threading
from collections.abc import Callable
from importlib import import_module
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
_EARLY: Final = (
    "tasks.clean.clean:clean",
    "tasks.quality.language:language",
    "tasks.quality.signals:signals",
    "tasks.dedup.signatures:signatures",
)
_LATE: Final = "tasks.anonymize.anonymize:anonymize"


def take_head_start(recipe: Recipe) -> Callable[[], None]:
    """Start worker processes, or load here what they would.

    For a first version only: a later run may find that all its work is done.

    Returns:
        What is to be called when all else is loaded: in this process anonymization, which is needed last, loads beside
        the first steps.
    """
    if list_versions(Store(recipe.root), recipe.dataset):
        return _nothing
    if recipe.runner.kind == "threads":
        calls = first_calls(recipe)
        calls.only(*_EARLY).make()
        return threading.Thread(target=calls.only(_LATE).make, daemon=True).start
    if recipe.runner.kind == "processes":
        start_early(recipe.runner.worker_count, first_calls(recipe))
    return _nothing


def load_prefect() -> None:
    """What Prefect would load when the first flow, and the first task, is called: by then its server waits for it."""
    for name in ("fastapi.encoders", "prefect.flow_engine", "prefect.task_engine"):
        import_module(name)


def _nothing() -> None:
    pass


def first_calls(recipe: Recipe) -> FirstCalls:
    """The steps that load most, as the recipe sets them."""
    steps = recipe.steps
    anonymize = steps.anonymize.model_copy(update={"key": SecretStr("not a key: what comes out is thrown away")})
    calls = [
        (steps.clean.enabled, _EARLY[0], steps.clean),
        (steps.language.enabled, _EARLY[1], steps.language),
        (steps.quality.enabled, _EARLY[2], SignalsSettings()),
        (steps.deduplicate.enabled, _EARLY[3], steps.deduplicate.signing),
        (steps.anonymize.enabled, _LATE, anonymize),
    ]
    return FirstCalls([(address, settings) for wanted, address, settings in calls if wanted], _documents())


def _documents() -> pa.Table:
    row = {
        "source_type": "text", "source_rank": 0, "kb": "", "n_words": 0, "raw_sha256": "", "blocks": [],
        "image_ids": [], "pii": [], "metadata": "{}",
    }  # fmt: skip
    return DOCUMENT.from_rows([{**row, "id": text, "parent_id": text, "source": text, "text": text} for text in _TEXTS])
