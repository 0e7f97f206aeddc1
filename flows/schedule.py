"""Run a recipe at set times: from this process, or by a worker of a Prefect work pool."""

from pathlib import Path
from typing import cast

from prefect.deployments.runner import RunnerDeployment
from prefect.settings import PREFECT_API_URL
from prefect.types.entrypoint import EntrypointType

from flows.curate import curate
from flows.recipe import Recipe


class NoServerError(RuntimeError):
    """Nobody keeps schedules: no Prefect server is configured."""


def serve_recipe(recipe: Recipe, path: Path, *, cron: str | None) -> None:
    """Register the recipe, then wait for its runs and do them here, one after the other, until interrupted.

    Args:
        recipe: Checked.
        path: Of the recipe.
        cron: When to run; None waits for runs that are started by hand.

    Raises:
        NoServerError: There is none.
    """
    _check_server()
    curate.serve(
        name=recipe.dataset,
        cron=cron,
        parameters={"recipe": str(path.resolve())},
        limit=1,
        print_starting_message=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def deploy_recipe(recipe: Recipe, path: Path, *, pool: str, cron: str | None) -> str:
    """Register the recipe for the workers of a work pool, which need Winnow installed and the recipe at the same path.

    Args:
        recipe: Checked.
        path: Of the recipe.
        pool: Name of the work pool.
        cron: When to run; None waits for runs that are started by hand.

    Returns:
        Name of the deployment: `prefect deployment run` takes it.

    Raises:
        NoServerError: There is none.
    """
    _check_server()
    deployment = cast(
        RunnerDeployment,
        curate.to_deployment(
            name=recipe.dataset,
            cron=cron,
            parameters={"recipe": str(path.resolve())},
            work_pool_name=pool,
            concurrency_limit=1,
            entrypoint_type=EntrypointType.MODULE_PATH,
        ),
    )
    deployment.apply()
    return f"{curate.name}/{recipe.dataset}"


def _check_server() -> None:
    # The server of a single run ends with it, and keeps no schedule.
    if not PREFECT_API_URL.value():
        raise NoServerError("no server keeps schedules: `prefect server start`, then set PREFECT_API_URL")
