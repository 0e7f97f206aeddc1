"""What became of a record, and what another setting would change, for a terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from schemas.effect import Effect
from schemas.trace import StepTrace, Trace

if TYPE_CHECKING:
    from tasks.explain.recall import Recall
    from tasks.publish.diff import VersionDiff

_TWINS_SHOWN = 10
# Of an id: enough for `winnow why`.
_ID_SHOWN = 12


def show_trace(console: Console, trace: Trace) -> None:
    """Who it is, every step, then the numbers that decided."""
    through = f" (asked for one of its {trace.through})" if trace.through else ""
    console.print(f"[bold]{trace.id}[/bold]{through} in {trace.dataset} {trace.version}: [bold]{trace.outcome}[/bold]")
    about = [trace.source, trace.source_type, trace.lang or "und", trace.kb or ""]
    console.print(escape(" · ".join(part for part in about if part)), soft_wrap=True, highlight=False)
    console.print(_steps_table(trace.steps))
    if trace.rules:
        console.print(_rules_table(trace))
    if trace.signals:
        told = (f"{name} {value:.4g}" for name, value in trace.signals.items() if value)
        console.print(f"All signals that are not 0: {', '.join(told)}", highlight=False)
    if trace.cluster:
        console.print(f"Cluster {trace.cluster}")
    for twin in trace.twins[:_TWINS_SHOWN]:
        console.print(f"  {twin.id} went for it: {twin.reason}, {twin.similarity:.3f}")
    if len(trace.twins) > _TWINS_SHOWN:
        console.print(f"  and {len(trace.twins) - _TWINS_SHOWN:,} more")
    if trace.personal_data:
        found = (f"{kind} {count}" for kind, count in trace.personal_data.items())
        console.print(f"Personal data replaced: {', '.join(found)}")
    if trace.tokens is not None:
        console.print(f"{trace.tokens:,} tokens")


def show_effect(console: Console, effect: Effect) -> None:
    """Totals, what moves where, and documents to look at."""
    console.print(f"[bold]{', '.join(effect.changes)}[/bold], asked of {effect.dataset} {effect.version}")
    console.print(_totals_table(effect))
    if effect.other_reason:
        console.print(f"{effect.other_reason:,} documents are dropped in both cases, for different reasons")
    if not effect.moved:
        console.print("No document would be treated otherwise.")
        return
    console.print(_moved_table(effect))
    console.print(_samples_table(effect))
    console.print(effect.note)


def show_diff(console: Console, diff: "VersionDiff") -> None:
    """Counts, the first documents of each kind, and tables whose rows changed."""
    counts = ", ".join(f"{count:,} {name}" for name, count in diff.counts.items())
    console.print(f"[bold]{diff.dataset} {diff.before} → {diff.after}[/bold]: documents: {counts}")
    for name, documents in diff.documents.items():
        if not documents:
            continue
        table = Table("id", "source", "type", "why", title=f"{name} {diff.counts[name]:,}", title_justify="left")
        for row in documents:
            table.add_row(row.id[:_ID_SHOWN], escape(row.source), row.source_type, row.why or "")
        console.print(table)
    for name, (before, after) in diff.rows.items():
        if before != after:
            console.print(f"{name}: {before:,} → {after:,} rows")
    if diff.settings:
        console.print(f"settings differ: {', '.join(diff.settings)}")


def recall_table(measured: "Iterable[Recall]") -> Table:
    """Recall by group of questions."""
    table = Table("questions of", "questions", "recall@1", "recall@3", "recall@10", "MRR@10", box=SIMPLE_HEAD)
    for row in measured:
        shares = (row.recall_at_1, row.recall_at_3, row.recall_at_10, row.mrr_at_10)
        table.add_row(row.group, f"{row.questions:,}", *(f"{share:.3f}" for share in shares))
    return table


def _steps_table(steps: Iterable[StepTrace]) -> Table:
    table = Table("step", "what", "words", "why", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for step in steps:
        words = f"{step.words:,}" if step.words is not None else ""
        what = f"{step.outcome} {step.rows:,} rows" if step.rows is not None else step.outcome
        table.add_row(f"{step.step}@{step.version}", what, words, escape(_reason(step)))
        for span in step.removed:
            detail = f", {span.detail}" if span.detail else ""
            table.add_row("", "removed", "", escape(f"[{span.start}, {span.end}) {span.reason}{detail}"))
    return table


def _reason(step: StepTrace) -> str:
    parts = [step.reason or ""]
    if step.value is not None:
        parts.append(f"{step.value:.4g}" + (f", limit {step.threshold:.4g}" if step.threshold is not None else ""))
    if step.kept_id:
        parts.append(f"kept: {step.kept_id}")
    parts.append(step.detail or "")
    return "; ".join(part for part in parts if part)


def _rules_table(trace: Trace) -> Table:
    table = Table(title=f"Rules of quality, profile {trace.profile}", title_justify="left", box=SIMPLE_HEAD)
    for name in ("rule", "signal", "value", "limit", ""):
        table.add_column(name, justify="right" if name in {"value", "limit"} else "left")
    for rule in trace.rules:
        limit = f"{'≥' if rule.least else '≤'} {rule.limit:.4g}"
        table.add_row(rule.rule, rule.signal, f"{rule.value:.4g}", limit, "broken" if rule.broken else "")
    return table


def _totals_table(effect: Effect) -> Table:
    table = Table("", "documents", "words", "tokens", box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    rows = (
        ("kept now", effect.kept_now, effect.words_now, effect.tokens_now),
        ("kept then", effect.kept_then, effect.words_then, effect.tokens_then),
        (
            "difference",
            effect.kept_then - effect.kept_now,
            effect.words_then - effect.words_now,
            effect.tokens_then - effect.tokens_now,
        ),
    )
    for name, *numbers in rows:
        table.add_row(name, *(f"{number:,}" for number in numbers))
    table.caption = f"of {effect.documents:,} documents; tokens of what is not released are estimated"
    return table


def _moved_table(effect: Effect) -> Table:
    table = Table("now", "then", "documents", "words", "tokens", "type", "language", box=SIMPLE_HEAD)
    for moved in effect.moved:
        numbers = (f"{number:,}" for number in (moved.documents, moved.words, moved.tokens))
        table.add_row(
            moved.now or "kept", moved.then or "kept", *numbers, _most(moved.by_source_type), _most(moved.by_lang)
        )
    return table


def _most(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered[:4])


def _samples_table(effect: Effect) -> Table:
    table = Table(title="Nearest to the limit", title_justify="left", box=SIMPLE_HEAD)
    for name in ("id", "source", "words", "now → then", "value", "limit"):
        table.add_column(name, overflow="fold")
    for row in effect.samples:
        numbers = ("" if number is None else f"{number:.4g}" for number in (row.value, row.threshold))
        moves = f"{row.now or 'kept'} → {row.then or 'kept'}"
        table.add_row(row.id[:_ID_SHOWN], escape(row.source or ""), f"{row.words:,}", moves, *numbers)
    return table
