"""What all commands share: arguments, how they speak and how they end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

if TYPE_CHECKING:
    from flows.recipe import Recipe
    from schemas.manifest import Manifest

RecipePath = Annotated[Path, typer.Argument(metavar="RECIPE", help="Recipe file (YAML).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]

Root = Annotated[
    str | None,
    typer.Option(
        envvar="WINNOW_ROOT",
        help="Root of a recipe (folder or URL), or the recipe itself; default: recipe.yaml here, else this folder.",
    ),
]
Version = Annotated[str | None, typer.Option("--version", help="A version, such as v3; default: the newest one.")]

FAILED: Final = 1
WRONG: Final = 2


def checked_recipe(path: Path) -> "Recipe":
    """The recipe in a file, its sources found; ends the command where something is wrong, naming every field."""
    from flows.recipe import RecipeError, read_recipe
    from tasks.ingest.places import SourceError, check_places

    try:
        recipe = read_recipe(path)
        check_places(recipe.sources, path.resolve().parent)
    except RecipeError as error:
        stop(WRONG, "the recipe is wrong", *(f"{field}: {message}" for field, message in error.faults))
    except SourceError as error:
        stop(WRONG, "the recipe is wrong", *(f"sources.{index}: {message}" for index, message in error.faults))
    return recipe


def root_of(given: str | None) -> str:
    """The root that `--root` means: the one given, that of the recipe given, or what lies here."""
    path = Path("recipe.yaml") if given is None and Path("recipe.yaml").is_file() else Path(given or ".")
    if path.suffix not in {".yaml", ".yml"}:
        return given or "."
    import yaml

    try:
        root = str(yaml.safe_load(path.read_text(encoding="utf-8"))["root"])
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError):
        stop(WRONG, f"{path} is no recipe with a root")
    return root if "://" in root else str((path.resolve().parent / root).resolve())


def chosen_manifests(root: str, version: str | None) -> "list[Manifest]":
    """The newest version of every dataset below a root, or the version of that name."""
    from tasks.engine.store import Store
    from tasks.publish.versions import latest_manifest, list_datasets, read_manifest

    store = Store(root)
    datasets = list_datasets(store)
    found = [read_manifest(store, name, version) if version else latest_manifest(store, name) for name in datasets]
    chosen = [manifest for manifest in found if manifest]
    if not chosen:
        stop(WRONG, f"no version{f' {version}' if version else ''} below {root}; give --root")
    return chosen


@contextmanager
def quick_start() -> Iterator[None]:
    """While the block runs, load what a command needs in half the time; see `tasks.engine.lean`."""
    from tasks.engine.lean import loading, start_lean

    with loading():
        start_lean()
        yield


@contextmanager
def failure_exits(*, publishes: bool = False) -> Iterator[None]:
    """Whatever is raised in the block ends the command with one line that says what and where.

    Args:
        publishes: The command makes versions: say that it made none.
    """
    unmade = "nothing was published; the next run continues" if publishes else "nothing was changed"
    try:
        yield
    except KeyboardInterrupt:
        stop(130, f"interrupted; {unmade}")
    except typer.Exit:
        raise
    except Exception as error:
        if os.environ.get("WINNOW_TRACEBACK"):
            raise
        where = getattr(error, "__notes__", [])
        stop(
            FAILED,
            f"failed: {type(error).__name__}: {error}",
            *where,
            f"{unmade} (WINNOW_TRACEBACK=1 shows more)",
        )


def console(*, stderr: bool = False) -> Any:
    """A terminal to write tables to."""
    from rich.console import Console

    return Console(stderr=stderr)


def stop(code: int, *lines: str) -> NoReturn:
    """End the command; the first line says what is wrong, further ones where."""
    for index, line in enumerate(lines):
        typer.echo(line if index == 0 else f"  {line}", err=True)
    raise typer.Exit(code)
