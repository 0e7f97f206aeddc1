"""A takedown propagates, versions are compared and taken back, what could not be read is tried again."""

import json

from tasks.engine.store import Store
from tasks.explain.found import find_records
from tasks.explain.ledger import Ledger
from tasks.explain.quarantined import list_quarantined, replay_quarantined
from tasks.explain.recall import measure_recall
from tasks.explain.takedown import tombstones_for
from tasks.explain.trace import trace_record
from tasks.ingest.tombstones import put_tombstones, read_tombstones
from tasks.publish.diff import compare_versions
from tasks.publish.versions import latest_manifest, read_manifest
from tests.flows.conftest import ENGLISH, read_rows, write_recipe


def test_what_is_taken_down_or_asked_by_an_evaluation_set_is_not_in_the_next_version(again, winnow):
    """A file, a record of a file with several, and a document that holds an item."""
    store = Store(str(again / "out"))
    (record,) = [row for row in read_rows(again / "out/releases/support/v1", "documents") if row["source"] == "doc-1"]
    done = winnow("remove", "存储.md")
    assert done.returncode == 0, done.stderr
    assert "versions hold some of them until their folders are deleted: v1" in done.stdout
    tombstones = tombstones_for(Ledger(store, latest_manifest(store, "support")), record["id"])
    assert (tombstones.files, tombstones.records) == (frozenset(), {record["id"]})
    assert put_tombstones(store, tombstones) == 1
    assert put_tombstones(store, tombstones) == 0
    (again / "exam.jsonl").write_text(json.dumps({"question": ENGLISH}), encoding="utf-8")
    tokens = {"vocab_size": 600, "sequence_length": 128}
    write_recipe(again, steps={"tokens": tokens, "decontaminate": {"against": ["exam.jsonl"]}})

    result = json.loads(winnow("run", "recipe.yaml", "--json").stdout.splitlines()[-1])
    assert result["version"] == "v2"
    (step,) = [step for step in result["steps"] if step["name"] == "take_down"]
    assert step["reasons"] == {"taken_down": 1}
    second = again / "out/releases/support/v2"
    for table in ("documents", "pretrain_text"):
        assert {row["source"] for row in read_rows(second, table)}.isdisjoint({"存储.md", "doc-1", "store.md"})
    assert record["id"] not in {row["doc_id"] for row in read_rows(second, "chunks")}

    first, latest = read_manifest(store, "support", "v1"), latest_manifest(store, "support")
    diff = compare_versions(store, first, latest)
    assert {row.source: row.why for row in diff.documents["removed"]} == {
        "存储.md": None, "doc-1": "take_down: taken_down", "store.md": "decontaminate: contaminated",
    }  # fmt: skip
    assert (diff.counts["added"], diff.counts["removed"]) == (0, 3)
    assert "removed 3" in winnow("diff", "v1", "v2").stdout
    ledger = Ledger(store, latest)
    (trace,) = [trace_record(ledger, found) for found in find_records(ledger, record["id"])]
    assert trace.steps[-1].reason == "taken_down"
    assert "v1 is the newest version again" in winnow("rollback").stdout
    assert latest_manifest(store, "support").version == "v1"


def test_a_takedown_is_lifted_and_what_does_not_exist_is_refused(again, winnow):
    store = Store(str(again / "out"))
    put_tombstones(store, tombstones_for(Ledger(store, latest_manifest(store, "support")), "存储.md"))
    assert len(read_tombstones(store)) == 1
    assert "may come back" in winnow("remove", "存储.md", "--undo").stdout
    assert len(read_tombstones(store)) == 0
    for command in (["remove", "no-such-thing"], ["rollback", "--to", "v9"], ["diff", "v1", "v9"]):
        assert winnow(*command).returncode == 2


def test_quarantined_records_are_listed_and_their_shards_are_tried_again(again, winnow):
    store = Store(str(again / "out"))
    ledger = Ledger(store, latest_manifest(store, "support"))
    (row,) = list_quarantined(ledger)
    assert (row["cause"], row["step"]) == ("empty", "extract_documents")
    assert row["source"].startswith("扫描phone_")
    (entry,) = ledger.entries(side="quarantined")
    assert store.find(entry.step, entry.key)
    assert "empty" in winnow("quarantine").stdout
    assert replay_quarantined(ledger) == 1
    assert store.find(entry.step, entry.key) is None
    assert store.names("inventory") == []


def test_recall_is_measured_by_the_questions_of_the_version(released, winnow):
    store = Store(str(released.folder / "out"))
    everything, *groups = measure_recall(store, latest_manifest(store, "support"))
    assert everything.group == "all"
    assert everything.questions == sum(group.questions for group in groups) == 3
    assert {group.group for group in groups} >= {"en verbatim", "zh verbatim"}
    # Each question stands in the passage that answers it; the shortest of three passages may come before it.
    assert everything.recall_at_3 == 1.0
    assert 0.6 < everything.recall_at_1 <= everything.mrr_at_10 <= 1.0


def test_recall_of_a_folder_is_printed(again, winnow):
    done = winnow("recall", "out/releases/support/v1", "--json")
    assert json.loads(done.stdout)[0]["questions"] == 3
    assert winnow("recall", "out/releases/support/v7").returncode == 2
