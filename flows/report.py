"""What a run shows on the terminal: progress while it works, the funnel when it is done."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from schemas.manifest import Manifest, StepTotals
from schemas.run_result import RunResult
from schemas.shard import StepRecord

_QUARANTINED_SHOWN = 20


class ProgressBar:
    """Shards done of shards given to steps, and documents read per second."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bar = progress.add_task("inventory", total=None, rate="")
        self._expected = 0
        self._documents = 0
        self._started = time.monotonic()

    def expect(self, shards: int) -> None:
        """See `flows.run.Observer`."""
        self._expected += shards
        self._progress.update(self._bar, total=self._expected)

    def finish(self, record: StepRecord) -> None:
        """See `flows.run.Observer`."""
        if record.step.startswith("extract"):
            self._documents += record.kept.rows
        rate = self._documents / max(0.1, time.monotonic() - self._started)
        self._progress.update(
            self._bar, advance=1, description=record.step, rate=f"{self._documents:,} documents, {rate:,.0f}/s"
        )


@contextmanager
def progress_bar(console: Console) -> Iterator[ProgressBar]:
    """A progress bar on `console` while the block runs."""
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description:<20}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=console, transient=True) as progress:
        yield ProgressBar(progress)


def show_result(console: Console, result: RunResult) -> None:
    """The funnel, the tables, and where they are."""
    _print_funnel(console, result.steps)
    if result.quarantined:
        console.print(_quarantined_table(result))
    console.print(_tables_table(result.tables))
    if result.n_tokens is not None:
        console.print(f"{result.n_tokens:,} tokens in the released documents")
    verb = "published" if result.published else "nothing has changed since"
    console.print(f"[bold]{verb} {result.dataset} {result.version}[/bold] in {result.seconds:,.1f} s")
    console.print(result.path, soft_wrap=True, highlight=False)


def show_manifest(console: Console, manifest: Manifest) -> None:
    """What a version holds and how it came about."""
    console.print(f"[bold]{manifest.dataset} {manifest.version}[/bold], {manifest.created_at}")
    _print_funnel(console, manifest.steps)
    rows: dict[str, int] = {}
    for file in manifest.files:
        rows[file.table] = rows.get(file.table, 0) + file.rows
    console.print(_tables_table(rows))


def funnel_table(steps: Sequence[StepTotals]) -> Table:
    """What went in and what stayed, step by step, for the steps that documents go through."""
    # Without lines: millions of words fit a terminal of 80 columns.
    table = Table(title="What became of every record", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("step", no_wrap=True)
    for name in ("in", "kept", "dropped", "quarantined", "words", "cached"):
        table.add_column(name, justify="right", no_wrap=True)
    for step in steps:
        if step.words_kept == 0 and not step.reasons and not step.name.startswith("extract"):
            continue
        table.add_row(
            step.name,
            f"{step.rows_in:,}",
            f"{step.rows_kept:,}",
            *(f"{n:,}" if n else "·" for n in (step.rows_dropped, step.rows_quarantined)),
            f"{step.words_kept:,}",
            f"{step.cached_shards}/{step.shards}",
        )
    return table


def reasons_table(steps: Sequence[StepTotals]) -> Table | None:
    """Why records were dropped or quarantined, most frequent first; None where all were kept."""
    table = Table(title="Why records are not in the release", title_justify="left")
    table.add_column("step", no_wrap=True)
    table.add_column("reason")
    table.add_column("records", justify="right", no_wrap=True)
    for step in steps:
        for reason, count in sorted(step.reasons.items(), key=lambda found: (-found[1], found[0])):
            table.add_row(step.name, reason, f"{count:,}")
    return table if table.row_count else None


def _print_funnel(console: Console, steps: Sequence[StepTotals]) -> None:
    console.print(funnel_table(steps))
    if reasons := reasons_table(steps):
        console.print(reasons)


def _quarantined_table(result: RunResult) -> Table:
    table = Table(title="Could not be processed", title_justify="left")
    for name in ("source", "cause", "what to do"):
        table.add_column(name, overflow="fold")
    for row in result.quarantined[:_QUARANTINED_SHOWN]:
        table.add_row(row.source, row.cause, row.message or "")
    more = sum(step.rows_quarantined for step in result.steps) - _QUARANTINED_SHOWN
    if more > 0:
        table.caption = f"and {more:,} more in the table `quarantined`"
    return table


def _tables_table(tables: dict[str, int]) -> Table:
    table = Table(title="Released tables", title_justify="left")
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, rows in tables.items():
        table.add_row(name, f"{rows:,}")
    return table
