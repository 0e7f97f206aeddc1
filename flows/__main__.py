"""The `winnow` command.

Prefect, pyarrow and the parsers are imported by the commands that need them: help is there at once.
"""

import atexit
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flows.recipe import Recipe
    from schemas.manifest import Manifest

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn manuals, code and issue threads, Chinese and English, into one versioned Parquet release.",
)
RecipePath = Annotated[Path, typer.Argument(metavar="RECIPE", help="Recipe file (YAML).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]

_FAILED, _WRONG = 1, 2


@app.command()
def run(recipe: RecipePath, as_json: AsJson = False) -> None:
    """Make a release, or find that nothing has changed."""
    from tasks.engine.lean import loading, start_lean

    with ExitStack() as stack:
        with loading():
            server = _own_server()
            start_lean()
            wait_for_server, load_the_rest = stack.enter_context(_prefect(_checked_recipe(recipe), server))
            from flows.curate import curate
            from flows.head_start import load_prefect
            from flows.report import progress_bar, show_result
            from flows.run import observe

            load_prefect()

        console = _console(stderr=True)
        load_the_rest()
        wait_for_server()
        with progress_bar(console) as bar, observe(bar), _failure_exits():
            result = curate(str(recipe.resolve()))
    if as_json:
        counts = {"documents": result.tables.get("documents", 0), "tables": result.tables}
        typer.echo(
            json.dumps({**result.model_dump(mode="json", exclude={"tables"}), "counts": counts}, ensure_ascii=False)
        )
    else:
        show_result(_console(stderr=False), result)


@app.command()
def plan(recipe: RecipePath, as_json: AsJson = False) -> None:
    """Say what a run would read and what of it is already done; write nothing."""
    checked = _checked_recipe(recipe)
    from flows.plan import make_plan, plan_table

    with _failure_exits():
        planned = make_plan(checked, recipe.resolve().parent)
    if as_json:
        typer.echo(json.dumps([row.model_dump() for row in planned], ensure_ascii=False))
    else:
        _console(stderr=False).print(plan_table(planned))


@app.command()
def versions(
    root: Annotated[str, typer.Argument(help="Root of a recipe: folder or URL.")], as_json: AsJson = False
) -> None:
    """List the versions below a root."""
    found = [manifest for _, manifest in _manifests(root)]
    rows = [
        {"dataset": m.dataset, "version": m.version, "created_at": m.created_at, "files": len(m.files),
         "rows": sum(file.rows for file in m.files), "bytes": sum(file.bytes for file in m.files)}
        for m in found
    ]  # fmt: skip
    if as_json:
        typer.echo(json.dumps(rows))
        return
    from rich.table import Table

    table = Table(*(rows[0] if rows else ["no version below this root"]))
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()))
    _console(stderr=False).print(table)


@app.command()
def show(
    version: Annotated[str, typer.Argument(help="Folder of a version, or its name with --root.")],
    root: Annotated[str | None, typer.Option(help="Root of a recipe: folder or URL.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a version holds and what became of every record."""
    manifest = _find_version(version, root)
    if as_json:
        typer.echo(manifest.model_dump_json())
        return
    from flows.report import show_manifest

    show_manifest(_console(stderr=False), manifest)


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help="recipe, manifest, or a table of a release.")],
) -> None:
    """Print the JSON Schema of a recipe or manifest, or the columns of a table."""
    from pydantic import BaseModel

    from flows.recipe import Recipe
    from schemas.manifest import Manifest
    from schemas.release import RELEASE

    models: dict[str, type[BaseModel]] = {"recipe": Recipe, "manifest": Manifest}
    if name in models:
        typer.echo(json.dumps(models[name].model_json_schema(), indent=2, ensure_ascii=False))
    elif name in RELEASE:
        columns = [
            {"name": f.name, "type": str(f.type), "nullable": f.nullable, **_described(f)} for f in RELEASE[name].arrow
        ]
        typer.echo(json.dumps({"table": name, "columns": columns}, indent=2, ensure_ascii=False))
    else:
        _stop(_WRONG, f"no schema is called {name!r}; there are: {', '.join([*models, *RELEASE])}")


def main() -> None:
    """Entry point of the `winnow` command."""
    # Prefect reads it when it is imported: the terminal shows our words, its own log has all of Prefect's.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    # Read by pyarrow's allocator when it is loaded, in worker processes too: what a step frees goes back at once. It
    # would be kept for reuse, up to 70 MB a process, and came out no faster.
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "0")
    # Registered first, so called last: Prefect has sent its log, open files are closed.
    code = [_FAILED]
    atexit.register(_leave, code)
    try:
        app()
    except SystemExit as left:
        code[0] = left.code if isinstance(left.code, int) else _FAILED
        raise


def _leave(code: list[int]) -> None:
    """End now: taking the interpreter apart frees half a gigabyte piece by piece, which the system does at once."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code[0])


def _checked_recipe(path: Path) -> "Recipe":
    from flows.recipe import RecipeError, read_recipe
    from tasks.ingest.places import SourceError, find_places

    try:
        recipe = read_recipe(path)
        find_places(recipe.sources, path.resolve().parent)
    except RecipeError as error:
        _stop(_WRONG, "the recipe is wrong", *(f"{field}: {message}" for field, message in error.faults))
    except SourceError as error:
        _stop(_WRONG, "the recipe is wrong", *(f"sources.{index}: {message}" for index, message in error.faults))
    return recipe


def _manifests(root: str) -> "Iterator[tuple[str, Manifest]]":
    from tasks.engine.store import Store
    from tasks.publish.versions import list_datasets, list_versions, read_manifest

    store = Store(root)
    for dataset in list_datasets(store):
        for name in list_versions(store, dataset):
            if manifest := read_manifest(store, dataset, name):
                yield name, manifest


def _find_version(version: str, root: str | None) -> "Manifest":
    from schemas.manifest import Manifest

    if root is None:
        path = Path(version) / "manifest.json"
        if not path.is_file():
            _stop(_WRONG, f"{version} is not the folder of a version; give --root to look it up by name")
        return Manifest.model_validate_json(path.read_bytes())
    found = [manifest for name, manifest in _manifests(root) if name == version]
    if len(found) != 1:
        _stop(_WRONG, f"{len(found)} versions below {root} are called {version}")
    return found[0]


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


@contextmanager
def _failure_exits() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        _stop(130, "interrupted; nothing was published, the next run continues")
    except Exception as error:
        if os.environ.get("WINNOW_TRACEBACK"):
            raise
        where = getattr(error, "__notes__", [])
        _stop(
            _FAILED,
            f"failed: {type(error).__name__}: {error}",
            *where,
            "nothing was published; the next run continues from here (WINNOW_TRACEBACK=1 shows more)",
        )


def _described(field: Any) -> dict[str, str]:
    found = (field.metadata or {}).get(b"description")
    return {"description": found.decode()} if found else {}


def _console(*, stderr: bool) -> Any:
    from rich.console import Console

    return Console(stderr=stderr)


def _stop(code: int, *lines: str) -> Any:
    for index, line in enumerate(lines):
        typer.echo(line if index == 0 else f"  {line}", err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    main()
