"""Follow one record through the steps of a run, by the tables they wrote. No text is read."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from schemas.signals import SIGNALS
from schemas.trace import RemovedSpan, RuleTrace, StepTrace, Trace, Twin
from tasks.explain.found import Found
from tasks.explain.ledger import Entry, Ledger

_SPANS: Final = "removed_span"
# How `boilerplate` names what it took out.
_PASSAGE: Final = "passage "
_ORIGIN: Final = ["source", "source_type", "lang", "kb"]
# Tables of a release that name the document a row came from.
_MADE: Final = ("chunks", "images")


class LostRecordError(LookupError):
    """A record that the run had, and that none of its steps says a last word about."""


def trace_record(ledger: Ledger, found: Found) -> Trace:
    """What became of a record, step by step.

    Args:
        ledger: Of the version.
        found: The record.

    Raises:
        LostRecordError: The tables contradict each other.
    """
    entries = ledger.entries(shard=found.shard, filled=False)
    steps: list[StepTrace] = []
    for _, tables in groupby(entries, key=lambda entry: entry.place):
        sides = {entry.side: entry for entry in tables}
        step = _step(ledger, sides, found.id)
        if step:
            steps.append(step)
    last = next((step for step in reversed(steps) if step.outcome in {"dropped", "quarantined"}), None)
    if not steps:
        raise LostRecordError(f"{found.id}: no step of shard {found.shard} knows it")
    sealed = _sealed(ledger, found, last.outcome) if last else None
    origin = sealed or _origin(ledger, entries, found.id)
    if last and sealed:
        said = {"detail": sealed.get("message") or sealed.get("detail")}
        steps[steps.index(last)] = last.model_copy(update=said)
    return Trace(
        dataset=ledger.manifest.dataset,
        version=ledger.manifest.version,
        id=found.id,
        through=found.through,
        **{name: origin.get(name) for name in _ORIGIN},
        outcome="released" if last is None else "dropped" if last.outcome == "dropped" else "quarantined",
        steps=steps,
        **_measured(ledger, entries, found.id),
        **_cluster(ledger, found.id),
        personal_data=_personal_data(ledger, entries, found.id),
        tokens=_tokens(ledger, entries, found.id),
    )


def _step(ledger: Ledger, sides: dict[str, Entry], name: str) -> StepTrace | None:
    kept = sides["kept"]
    at = {"step": kept.step, "version": kept.version}
    for outcome, column in (("dropped", "reason"), ("quarantined", "cause")):
        if sides[outcome].ref.rows and (rows := ledger.rows_of(sides[outcome], name)):
            row = rows[0]
            told = {key: row.get(key) for key in ("value", "threshold", "kept_id")}
            removed = _removed(ledger, sides, name)
            detail = row.get("detail") or row.get("message")
            return StepTrace(**at, outcome=outcome, reason=row[column], detail=detail, removed=removed, **told)
    if not kept.ref.rows:
        return None
    if kept.ref.table.startswith("document@"):
        rows = ledger.rows_of(kept, name, names=["n_words"])
        removed = _removed(ledger, sides, name)
        return StepTrace(**at, outcome="kept", words=rows[0]["n_words"], removed=removed) if rows else None
    if kept.ref.table.startswith("signals@") and ledger.rows_of(kept, name, names=["id"]):
        return StepTrace(**at, outcome="measured")
    if kept.step in _MADE and (rows := ledger.rows_of(kept, name, column="doc_id", names=["id"])):
        return StepTrace(**at, outcome="made", rows=len(rows))
    return None


def _removed(ledger: Ledger, sides: dict[str, Entry], name: str) -> list[RemovedSpan]:
    spans = [entry for entry in sides.values() if entry.ref.table.startswith(f"{_SPANS}@") and entry.ref.rows]
    rows = [row for entry in spans for row in ledger.rows_of(entry, name, column="doc_id")]
    told = _repetitions(ledger) if any((row["detail"] or "").startswith(_PASSAGE) for row in rows) else {}
    found = [
        RemovedSpan(
            start=row["start"], end=row["end"], reason=row["reason"], detail=told.get(row["detail"], row["detail"])
        )
        for row in rows
    ]
    return sorted(found, key=lambda span: (span.start, span.end))


def _repetitions(ledger: Ledger) -> dict[str, str]:
    """In how many documents each repeated passage is, by what a removed span calls it."""
    tables = ledger.entries(step="repeated_passages", side="kept")
    rows = ledger.columns(tables, ["hash", "n_documents", "n_all"]).to_pylist()
    names = {row["hash"]: f"{_PASSAGE}{row['hash']:016x}" for row in rows}
    return {
        names[row["hash"]]: f"{names[row['hash']]}, in {row['n_documents']:,} of {row['n_all']:,} documents"
        for row in rows
    }


def _sealed(ledger: Ledger, found: Found, outcome: str) -> dict[str, Any] | None:
    """What the release says of a record that is not in it: without personal data."""
    entries = ledger.entries(step=f"seal_{outcome}", side="kept", shard=found.shard)
    return next((row for entry in entries for row in ledger.rows_of(entry, found.id)), None)


def _origin(ledger: Ledger, entries: list[Entry], name: str) -> dict[str, Any]:
    """Where a document comes from, as the last step that had it says; a quarantined file as its quarantine says."""
    held = [entry for entry in reversed(entries) if entry.side == "kept" and entry.ref.table.startswith("document@")]
    held += [entry for entry in entries if entry.side in {"dropped", "quarantined"} and entry.ref.rows]
    for entry in held:
        names = _ORIGIN if entry.side == "kept" else None
        if rows := ledger.rows_of(entry, name, names=names):
            return dict(rows[0])
    raise LostRecordError(f"{name}: is in no table of its shard")


def _measured(ledger: Ledger, entries: list[Entry], name: str) -> dict[str, Any]:
    """Signals and rules; nothing where quality was off or the record never came to it."""
    tables = [entry for entry in entries if entry.ref.table.startswith("signals@") and entry.side == "kept"]
    row = next((row for entry in tables for row in ledger.rows_of(entry, name)), None)
    if row is None:
        return {}
    # Loaded here: half of what looks at a record never came to quality.
    import pyarrow as pa

    from tasks.quality.judgement import held_to
    from tasks.quality.settings import QualitySettings

    settings = QualitySettings.model_validate(ledger.manifest.recipe["steps"]["quality"])
    profile, held = held_to(pa.Table.from_pylist([row], SIGNALS.arrow), settings)
    rules = [
        RuleTrace(
            rule=reason.value,
            signal=rule.signal,
            value=row[rule.signal],
            limit=limit,
            least=rule.least,
            broken=row[rule.signal] < limit if rule.least else row[rule.signal] > limit,
        )
        for reason, rule, limit in held
    ]
    signals = {key: float(value) for key, value in row.items() if isinstance(value, int | float)}
    return {"profile": profile, "rules": rules, "signals": signals}


def _cluster(ledger: Ledger, name: str) -> dict[str, Any]:
    """The cluster of a document, and those that went because it stays."""
    # The last round decided.
    tables = ledger.entries(step="clusters", side="kept")[-1:]
    rows = [row for entry in tables for row in ledger.rows_of(entry, name, column="keeper_id")]
    twins = [
        Twin(id=row["id"], reason=row["reason"], similarity=row["similarity"]) for row in rows if row["id"] != name
    ]
    own = next((row for entry in tables for row in ledger.rows_of(entry, name)), None)
    return {"cluster": own["cluster_id"] if own else None, "twins": twins}


def _personal_data(ledger: Ledger, entries: list[Entry], name: str) -> dict[str, int]:
    tables = [entry for entry in entries if entry.side == "pii_spans" and entry.ref.rows]
    found = Counter(row["entity"] for entry in tables for row in ledger.rows_of(entry, name, names=["entity"]))
    return dict(sorted(found.items()))


def _tokens(ledger: Ledger, entries: list[Entry], name: str) -> int | None:
    tables = [entry for entry in entries if entry.side == "token_counts" and entry.ref.rows]
    rows: Iterator[Any] = (row for entry in tables for row in ledger.rows_of(entry, name, names=["n_tokens"]))
    return next((row["n_tokens"] for row in rows), None)
