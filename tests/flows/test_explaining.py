"""What became of a record is told step by step, and what another setting would change is told without a text."""

import json
import shutil

import pytest

from flows.recipe import RecipeError, read_recipe
from flows.what_if import ChangeError, compare
from schemas.release import RELEASE
from schemas.signals import MEASURED
from tasks.engine.store import Store
from tasks.explain.found import find_records
from tasks.explain.ledger import Ledger, NoLedgerError
from tasks.explain.trace import trace_record
from tasks.publish.versions import latest_manifest
from tests.flows.conftest import FOOTER, ISSUE, read_rows


@pytest.fixture(scope="module")
def ledger(released) -> Ledger:
    store = Store(str(released.folder / "out"))
    return Ledger(store, latest_manifest(store, "support"))


def _traces(ledger, asked):
    return [trace_record(ledger, found) for found in find_records(ledger, asked)]


@pytest.mark.parametrize("name", ["store.md", "存储.md"])
def test_a_released_document_is_found_by_path_and_by_id_and_told_step_by_step(ledger, released, name):
    (trace,) = _traces(ledger, name)
    row = next(row for row in read_rows(released.version, "documents") if row["id"] == trace.id)
    assert (trace.outcome, trace.source, trace.lang, trace.kb) == ("released", name, row["lang"], "manual")
    assert [step.step for step in trace.steps if step.outcome == "kept"] == [
        "extract_documents", "clean", "language", "quality", "deduplicate", "boilerplate", "anonymize", "seal",
    ]  # fmt: skip
    assert trace.rules
    assert not any(rule.broken for rule in trace.rules)
    assert trace.signals["n_chars"] > 100
    assert trace.tokens > 10
    assert [found.id for found in find_records(ledger, trace.id)] == [trace.id]
    assert [found.id for found in find_records(ledger, trace.id[:10])] == [trace.id]


def test_a_duplicate_names_what_stays_and_what_stays_names_the_duplicate(ledger, released):
    (dropped,) = read_rows(released.version, "dropped")
    (gone,) = _traces(ledger, dropped["id"])
    last = gone.steps[-1]
    assert (gone.outcome, last.step, last.reason, last.kept_id) == (
        "dropped", "deduplicate", "near_duplicate", dropped["kept_id"],
    )  # fmt: skip
    assert last.value >= last.threshold
    (kept,) = _traces(ledger, last.kept_id)
    assert [(twin.id, twin.reason) for twin in kept.twins] == [(gone.id, "near_duplicate")]


def test_a_quarantined_file_is_told_as_the_release_tells_it(ledger, released):
    (row,) = read_rows(released.version, "quarantined")
    (trace,) = _traces(ledger, "扫描13812345678.pdf")
    assert (trace.outcome, trace.id, trace.source) == ("quarantined", row["id"], row["source"])
    assert (trace.steps[-1].reason, trace.steps[-1].detail) == ("empty", row["message"])


def test_removed_spans_and_replaced_values_are_counted_and_never_quoted(ledger):
    (code,) = _traces(ledger, "rules.py")
    (clean,) = [step for step in code.steps if step.step == "clean"]
    assert [(span.start, span.reason) for span in clean.removed] == [(0, "licence_header")]
    (thread,) = [trace for trace in _traces(ledger, "issues.json") or _traces(ledger, "7")]
    said = thread.model_dump_json()
    assert thread.personal_data
    for value in ("ops.team@corp-mail.net", ISSUE["user"]["login"], "session_seconds"):
        assert value not in said


def test_what_all_manuals_say_is_left_to_one_of_them_and_the_others_tell_of_it(ledger, released):
    texts = [row["text"] for row in read_rows(released.version, "documents") if row["kb"] == "manual"]
    assert sum(FOOTER in text for text in texts) == 1
    steps = [step for name in ("store.md", "存储.md") for step in _traces(ledger, name)[0].steps]
    (span,) = [span for step in steps for span in step.removed]
    assert span.reason == "repeated_line"
    assert span.detail.endswith("in 2 of 2 documents")


def test_a_passage_leads_to_its_document(ledger, released):
    chunk = read_rows(released.version, "chunks")[0]
    (trace,) = _traces(ledger, chunk["id"])
    assert (trace.id, trace.through) == (chunk["doc_id"], "chunks")


def test_every_released_dropped_and_quarantined_id_is_explained(ledger, released):
    outcomes = {"documents": "released", "dropped": "dropped", "quarantined": "quarantined"}
    for table, outcome in outcomes.items():
        assert table in RELEASE
        for row in read_rows(released.version, table):
            (trace,) = _traces(ledger, row["id"])
            assert (trace.outcome, trace.source) == (outcome, row["source"])


def test_what_nobody_knows_is_not_found(ledger):
    assert find_records(ledger, "no-such-file.md") == []


def test_the_command_tells_people_and_programs(released, again, winnow):
    shown = winnow("why", "store.md")
    assert shown.returncode == 0, shown.stderr
    assert "extract_documents@" in shown.stdout
    told = json.loads(winnow("why", "store.md", "--root", "out", "--json").stdout)
    assert told["outcome"] == "released"
    assert winnow("why", "nothing-like-it").returncode == 2


def test_stats_have_a_histogram_of_every_signal_and_say_which_questions_are_trained_on(released):
    rows = read_rows(released.version, "stats")
    measured = [row for row in rows if row["table"] == "signals"]
    assert {row["metric"] for row in measured} == set(MEASURED)
    assert any(row["key"].startswith("manual/markdown [") for row in measured)
    assert [row["value"] for row in rows if row["metric"] == "rows_answered_in_sft"] == [3.0]


def test_a_version_without_a_ledger_says_so(released):
    store = Store(str(released.folder / "out"))
    manifest = latest_manifest(store, "support").model_copy(update={"ledger": None})
    with pytest.raises(NoLedgerError, match="run the recipe again"):
        Ledger(store, manifest)


def _compare(folder, *changes):
    return compare(read_recipe(folder / "recipe.yaml"), changes)


def test_the_settings_of_the_recipe_decide_as_the_run_decided(released):
    quality, duplicates = _compare(released.folder, "quality.profile=auto", "deduplicate.threshold=0.7")
    assert quality.kept_now == quality.kept_then == quality.documents
    assert not quality.moved
    assert duplicates.kept_now == len(read_rows(released.version, "documents"))
    assert duplicates.documents - duplicates.kept_now == len(read_rows(released.version, "dropped"))


def test_a_limit_moves_documents_and_names_those_nearest_to_it(released):
    (effect,) = _compare(released.folder, "quality.too_few_words=100")
    (moved,) = [moved for moved in effect.moved if moved.then == "too_few_words"]
    assert effect.kept_now - effect.kept_then == moved.documents > 0
    assert sum(moved.by_lang.values()) == sum(moved.by_source_type.values()) == moved.documents
    assert effect.tokens_now - effect.tokens_then == moved.tokens > 0
    values = [sample.value for sample in effect.samples]
    assert values == sorted(values, reverse=True)
    assert all(sample.source and sample.value < sample.threshold == 100 for sample in effect.samples)
    assert _compare(released.folder, "quality.limits.too_few_words=100")[0].moved == effect.moved


def test_a_higher_similarity_brings_the_duplicate_back(released):
    (effect,) = _compare(released.folder, "deduplicate.threshold=1.0")
    (moved,) = effect.moved
    assert (moved.now, moved.then, moved.documents) == ("near_duplicate", None, 1)


@pytest.mark.parametrize("change", ["quality.too_few_words=100", "deduplicate.threshold=1.0"])
def test_no_text_is_needed(released, again, change):
    """With every text gone from the store the answer is the same."""
    expected = _compare(released.folder, change)
    objects = again / "out" / "objects"
    for ref in (path for path in objects.rglob("*.parquet")):
        if ref.parts[-3] == "inventory" or ref.parts[-3].endswith("_rows"):
            ref.unlink()
    shutil.rmtree(again / "out" / "releases" / "support" / "v1" / "data")
    store = Store(str(again / "out"))
    for path in (objects / "document").rglob("*.parquet"):
        _without_text(path)
    assert latest_manifest(store, "support")
    assert _compare(again, change) == expected


def _without_text(path):
    import polars as pl

    pl.read_parquet(path).with_columns(text=pl.lit("")).write_parquet(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("quality", "STEP.SETTING=VALUE"),
        ("chunks.max_chars=100", "only a run tells"),
        ("deduplicate.threshold=0.5", "were not measured"),
        ("deduplicate.shingle_size=3", "only a run tells"),
    ],
)
def test_what_was_not_measured_is_refused_and_says_why(released, change, said):
    with pytest.raises(ChangeError, match=said):
        _compare(released.folder, change)


def test_a_setting_that_does_not_exist_is_named(released):
    with pytest.raises(RecipeError, match=r"quality\.min_char"):
        _compare(released.folder, "quality.min_char=3")
