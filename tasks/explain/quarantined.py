"""What a version could not process, and how to let the next run try it again."""

from typing import Any

from tasks.explain.ledger import Ledger


def list_quarantined(ledger: Ledger) -> list[dict[str, Any]]:
    """Rows of `quarantine@1`, as the release says them: without personal data where `anonymize` was on."""
    entries = ledger.entries(step="seal_quarantined", side="kept") or ledger.entries(side="quarantined")
    rows = ledger.columns(entries, ["id", "source", "step", "cause", "message"]).to_pylist()
    return sorted(rows, key=lambda row: (row["source"], row["id"]))


def replay_quarantined(ledger: Ledger) -> int:
    """Forget the work of every shard that quarantined something; how many there are.

    What is read again and comes out the same finds all later work done. What the inventory measured is forgotten too: a
    file that could not be opened looks the same from outside when it can be.
    """
    entries = ledger.entries(side="quarantined")
    for entry in entries:
        ledger.store.delete(f"records/{entry.step}/{entry.key}.json")
    if entries:
        ledger.store.delete("inventory")
    return len({entry.shard for entry in entries})
