"""Commands that look after what was released: what could not be read, an older version, a takedown."""

import json
from typing import Annotated

import typer

from flows.commands.terminal import (
    WRONG,
    AsJson,
    Root,
    Version,
    chosen_manifests,
    console,
    failure_exits,
    quick_start,
    root_of,
    stop,
)

Dataset = Annotated[str | None, typer.Option(help="Name of the dataset, where a root has several.")]


def quarantine(
    root: Root = None,
    version: Version = None,
    replay: Annotated[bool, typer.Option("--replay", help="Let the next run try them again.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what could not be processed, and why; or let the next run try again what may have been mended."""
    with quick_start():
        from tasks.engine.store import Store
        from tasks.explain.ledger import Ledger
        from tasks.explain.quarantined import list_quarantined, replay_quarantined

    place = root_of(root)
    with failure_exits():
        ledgers = [Ledger(Store(place), manifest) for manifest in chosen_manifests(place, version)]
        if replay:
            shards = sum(replay_quarantined(ledger) for ledger in ledgers)
            typer.echo(f"{shards:,} shards with quarantined records will be worked on again by the next run")
            return
        rows = [row for ledger in ledgers for row in list_quarantined(ledger)]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    from rich.table import Table

    table = Table("id", "source", "step", "cause", "what to do")
    for row in rows:
        table.add_row(row["id"][:12], row["source"], row["step"], row["cause"], row["message"] or "")
    console().print(table if rows else "nothing is quarantined")


def rollback(
    root: Root = None,
    to: Annotated[str | None, typer.Option(help="A version, such as v3; default: the one before the newest.")] = None,
    dataset: Dataset = None,
) -> None:
    """Make an older version the newest one again; nothing is deleted."""
    from tasks.engine.store import Store
    from tasks.publish.versions import list_versions, set_latest

    place = root_of(root)
    found = [manifest for manifest in chosen_manifests(place, None) if dataset in {None, manifest.dataset}]
    if len(found) != 1:
        stop(WRONG, f"{len(found)} datasets below {place} are meant: give --dataset")
    (latest,), store = found, Store(place)
    versions = list_versions(store, latest.dataset)
    earlier = versions[: versions.index(latest.version)]
    target = to or (earlier[-1] if earlier else None)
    if target not in versions:
        stop(
            WRONG,
            f"{latest.dataset} has no version {to or f'before {latest.version}'}; there are {', '.join(versions)}",
        )
    with failure_exits():
        set_latest(store, latest.dataset, str(target))
    typer.echo(f"{latest.dataset}: {target} is the newest version again (was {latest.version})")


def remove(
    asked: Annotated[str, typer.Argument(metavar="SOURCE|ID", help="Path or id of what is to go; see `why`.")],
    root: Root = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let it come back.")] = False,
) -> None:
    """Take something down: no later version has it, whatever the sources hold."""
    with quick_start():
        from tasks.engine.store import Store
        from tasks.explain.ledger import Ledger
        from tasks.explain.takedown import tombstones_for, versions_with
        from tasks.ingest.tombstones import lift_tombstones, put_tombstones

    place = root_of(root)
    store = Store(place)
    with failure_exits():
        meant = [
            (manifest, tombstones_for(Ledger(store, manifest), asked)) for manifest in chosen_manifests(place, None)
        ]
        meant = [(manifest, tombstones) for manifest, tombstones in meant if len(tombstones)]
        if not meant:
            stop(WRONG, "no record of that id or path in the newest version")
        for manifest, tombstones in meant:
            if undo:
                lift_tombstones(store, tombstones)
                typer.echo(f"{manifest.dataset}: {len(tombstones):,} may come back with the next run")
                continue
            put_tombstones(store, tombstones)
            held = versions_with(store, manifest.dataset, tombstones)
            typer.echo(
                f"{manifest.dataset}: {len(tombstones.files):,} files and {len(tombstones.records):,} records are "
                "taken down; run the recipe for a version without them"
            )
            if held:
                typer.echo(f"these versions hold some of them until their folders are deleted: {', '.join(held)}")
