"""Commands that make a release, or say what making one would do."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from flows.commands.terminal import WRONG, AsJson, RecipePath, checked_recipe, console, failure_exits, stop

if TYPE_CHECKING:
    from flows.recipe import Recipe

# Prefect names them for notices to people, pictures of flows and servers of its own: half a second of a run.
_UNNEEDED: Final = (
    "prefect.blocks.notifications",
    "prefect.blocks.webhook",
    "graphviz",
    "fastapi.applications",
    "fastapi.param_functions",
    "fastapi.routing",
)

Cron = Annotated[str | None, typer.Option(help='Such as "0 3 * * *", in UTC; without it, runs are started by hand.')]


def run(recipe: RecipePath, as_json: AsJson = False) -> None:
    """Make a release, or find that nothing has changed."""
    from tasks.engine.lean import loading, start_lean, unneeded

    with ExitStack() as stack:
        with loading(), unneeded(*_UNNEEDED):
            server = _own_server()
            start_lean()
            wait_for_server, load_the_rest = stack.enter_context(_prefect(checked_recipe(recipe), server))
            from flows.curate import curate
            from flows.head_start import load_prefect
            from flows.report import progress_bar, show_result
            from flows.run import observe

            load_prefect()

        terminal = console(stderr=True)
        load_the_rest()
        wait_for_server()
        with progress_bar(terminal) as bar, observe(bar), failure_exits(publishes=True):
            result = curate(str(recipe.resolve()))
    if as_json:
        counts = {"documents": result.tables.get("documents", 0), "tables": result.tables}
        typer.echo(
            json.dumps({**result.model_dump(mode="json", exclude={"tables"}), "counts": counts}, ensure_ascii=False)
        )
    else:
        show_result(console(), result)


def plan(recipe: RecipePath, as_json: AsJson = False) -> None:
    """Say what a run would read and what of it is already done; write nothing."""
    checked = checked_recipe(recipe)
    from flows.plan import make_plan, plan_table

    with failure_exits():
        planned = make_plan(checked, recipe.resolve().parent)
    if as_json:
        typer.echo(json.dumps([row.model_dump() for row in planned], ensure_ascii=False))
    else:
        console().print(plan_table(planned))


def serve(recipe: RecipePath, cron: Cron = None) -> None:
    """Run the recipe at set times from this process, until it is interrupted; needs a Prefect server."""
    checked = checked_recipe(recipe)
    from flows.schedule import NoServerError, serve_recipe

    typer.echo(f"{checked.dataset}: {f'runs at {cron}' if cron else 'runs when asked to'}; Ctrl+C ends it", err=True)
    with failure_exits():
        try:
            serve_recipe(checked, recipe, cron=cron)
        except NoServerError as error:
            stop(WRONG, str(error))


def deploy(
    recipe: RecipePath,
    pool: Annotated[str, typer.Option(help="Prefect work pool whose workers do the runs.")],
    cron: Cron = None,
) -> None:
    """Register the recipe with a Prefect server, for the workers of a work pool."""
    checked = checked_recipe(recipe)
    from flows.schedule import NoServerError, deploy_recipe

    with failure_exits():
        try:
            name = deploy_recipe(checked, recipe, pool=pool, cron=cron)
        except NoServerError as error:
            stop(WRONG, str(error))
    typer.echo(f"registered {name} for {pool}")


def _own_server() -> str | None:
    """API URL of a server of our own, which loads from now on; None where one is configured."""
    from flows.local_server import start_server

    return None if "PREFECT_API_URL" in os.environ else start_server()


@contextmanager
def _prefect(recipe: "Recipe", own_server: str | None) -> "Iterator[tuple[Callable[[], None], Callable[[], None]]]":
    """Prefect with a server, the configured one or our own; gives what waits for it, and what loads the rest."""
    from flows.head_start import take_head_start
    from flows.local_server import let_serve, wait_until_up

    let_serve()
    load_the_rest = take_head_start(recipe)
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )

    # Prefect joins the heartbeat's thread at the end of every flow: a second each.
    updates: dict[Any, Any] = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    if own_server:
        # No browser talks to it, so no request can be forged; every client would first ask for a token.
        updates |= {PREFECT_API_URL: own_server, PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False}
    with temporary_settings(updates):
        yield (lambda: wait_until_up(own_server) if own_server else None), load_the_rest
