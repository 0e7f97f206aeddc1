"""Commands that show what there is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.terminal import WRONG, AsJson, Root, chosen_manifests, console, failure_exits, root_of, stop

if TYPE_CHECKING:
    from schemas.manifest import Manifest


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
    console().print(table)


def show(
    version: Annotated[str, typer.Argument(help="Folder of a version, or its name with --root; with --page a PDF.")],
    root: Annotated[str | None, typer.Option(help="Root of a recipe: folder or URL.")] = None,
    page: Annotated[int | None, typer.Option(help="Draw this page of the PDF with what is found on it.", min=1)] = None,
    out: Annotated[Path | None, typer.Option(help="Where the picture goes; beside the PDF by default.")] = None,
    password: Annotated[str | None, typer.Option(help="Of an encrypted PDF.", envvar="WINNOW_PASSWORD")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a version holds and what became of every record; or what is found on a page of a PDF."""
    if page is not None:
        from flows.commands.page import show_page

        show_page(Path(version), page, out, password)
        return
    manifest = _find_version(version, root)
    if as_json:
        typer.echo(manifest.model_dump_json())
        return
    from flows.report import show_manifest

    show_manifest(console(), manifest)


def diff(
    before: Annotated[str, typer.Argument(metavar="V1", help="A version, such as v1.")],
    after: Annotated[str, typer.Argument(metavar="V2", help="A later one.")],
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """List documents that were added, removed or changed between two versions."""
    from flows.explained import show_diff
    from tasks.engine.store import Store
    from tasks.publish.diff import compare_versions

    place = root_of(root)
    old, new = ({m.dataset: m for m in chosen_manifests(place, version)} for version in (before, after))
    datasets = sorted(old.keys() & new.keys())
    if not datasets:
        stop(WRONG, f"no dataset below {place} has both versions")
    for dataset in datasets:
        with failure_exits():
            found = compare_versions(Store(place), old[dataset], new[dataset])
        if as_json:
            typer.echo(found.model_dump_json())
        else:
            show_diff(console(), found)


def recall(
    version: Annotated[str, typer.Argument(help="Folder of a version, or its name with --root.")],
    root: Annotated[str | None, typer.Option(help="Root of a recipe: folder or URL.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well the passages of a version are found by its questions (BM25)."""
    manifest = _find_version(version, root)
    place = root or str(Path(version).resolve().parents[2])
    from flows.explained import recall_table
    from tasks.engine.store import Store
    from tasks.explain.recall import measure_recall

    with failure_exits():
        measured = measure_recall(Store(place), manifest)
    if not measured:
        stop(WRONG, f"{manifest.dataset} {manifest.version} has no questions with passages: see `outputs`")
    if as_json:
        typer.echo(json.dumps([row.model_dump() for row in measured], ensure_ascii=False))
    else:
        console().print(recall_table(measured))


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
        stop(WRONG, f"no schema is called {name!r}; there are: {', '.join([*models, *RELEASE])}")


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
            stop(WRONG, f"{version} is not the folder of a version; give --root to look it up by name")
        return Manifest.model_validate_json(path.read_bytes())
    found = [manifest for name, manifest in _manifests(root) if name == version]
    if len(found) != 1:
        stop(WRONG, f"{len(found)} versions below {root} are called {version}")
    return found[0]


def _described(field: Any) -> dict[str, str]:
    found = (field.metadata or {}).get(b"description")
    return {"description": found.decode()} if found else {}
