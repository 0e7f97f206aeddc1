"""What all commands share: arguments, how they speak and how they end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

if TYPE_CHECKING:
    from flows.recipe import Recipe

RecipePath = Annotated[Path, typer.Argument(metavar="RECIPE", help="Recipe file (YAML).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]

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


@contextmanager
def failure_exits() -> Iterator[None]:
    """Whatever is raised in the block ends the command with one line that says what and where."""
    try:
        yield
    except KeyboardInterrupt:
        stop(130, "interrupted; nothing was published, the next run continues")
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
            "nothing was published; the next run continues from here (WINNOW_TRACEBACK=1 shows more)",
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
