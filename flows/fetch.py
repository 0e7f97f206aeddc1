"""Bring the sources that are asked of an API up to date, before anything is listed."""

from pathlib import Path

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from flows.run import Run
from schemas.sources import IssuesSource
from tasks.engine.store import Store
from tasks.ingest.live.fetch import Fetched, fetch_sources


@task(name="fetch", task_run_name="fetch-{dataset}", cache_policy=NO_CACHE, persist_result=False)
def _fetch(dataset: str, sources: list[IssuesSource], store: Store) -> list[Fetched]:  # noqa: ARG001
    """Ask every live source for what changed since the last run."""
    return fetch_sources(sources, store)


def fetch(run: Run) -> dict[str, Path]:
    """Folder of each live source of the recipe, by its key."""
    live = [source for source in run.recipe.sources if isinstance(source, IssuesSource) and source.is_live]
    if not live:
        return {}
    done = _fetch(run.recipe.dataset, live, run.store)
    for source in done:
        get_run_logger().info("%s: %d changes in %d requests", source.key, source.changed, source.requests)
    return {source.key: source.folder for source in done}
