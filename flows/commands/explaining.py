"""Commands that say why something is as it is, and what another setting would change."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.terminal import (
    WRONG,
    AsJson,
    RecipePath,
    Root,
    Version,
    chosen_manifests,
    console,
    failure_exits,
    quick_start,
    root_of,
    stop,
)

if TYPE_CHECKING:
    from schemas.trace import Trace

# Records a path may mean that are told one after the other.
_TOLD = 20


def why(
    asked: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a document (or its beginning), file or passage; or a path.")
    ],
    root: Root = None,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of a document at every step, and which rule, value and threshold decided."""
    # All of it: looking for garbage would take a tenth of what the answer takes.
    with quick_start():
        _tell(asked, root, version, as_json=as_json)


def _tell(asked: str, root: str | None, version: str | None, *, as_json: bool) -> None:
    from flows.explained import show_trace
    from tasks.engine.store import Store
    from tasks.explain.found import find_records
    from tasks.explain.ledger import Ledger
    from tasks.explain.trace import trace_record

    place = root_of(root)
    with failure_exits():
        traces: list[Trace] = []
        more = 0
        for manifest in chosen_manifests(place, version):
            ledger = Ledger(Store(place), manifest)
            found = find_records(ledger, asked)
            traces += [trace_record(ledger, record) for record in found[: _TOLD - len(traces)]]
            more += len(found)
    if not traces:
        stop(WRONG, "no record of that id or path")
    for trace in traces:
        if as_json:
            typer.echo(trace.model_dump_json())
        else:
            show_trace(console(), trace)
    if more > len(traces) and not as_json:
        typer.echo(f"and {more - len(traces):,} more")


def what_if(
    recipe: RecipePath,
    changes: Annotated[list[str], typer.Argument(metavar="STEP.SETTING=VALUE...", help="quality.too_few_words=20")],
    as_json: AsJson = False,
) -> None:
    """Say how many documents and tokens other settings would change, from what was measured; read no text."""
    with quick_start():
        from flows.recipe import RecipeError, read_recipe
        from flows.what_if import ChangeError, compare

    with failure_exits():
        try:
            effects = compare(read_recipe(recipe), changes)
        except RecipeError as error:
            stop(WRONG, "the recipe is wrong", *(f"{field}: {message}" for field, message in error.faults))
        except ChangeError as error:
            stop(WRONG, str(error))
    if as_json:
        for effect in effects:
            typer.echo(effect.model_dump_json())
        return
    from flows.explained import show_effect

    for effect in effects:
        show_effect(console(), effect)
