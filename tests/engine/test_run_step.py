"""A step on a shard: cached under everything that decides it, and no record lost."""

from pathlib import Path

import pyarrow as pa
import pytest

from schemas.document import DOCUMENT
from schemas.outcomes import DROP
from schemas.table import SchemaError
from tasks.engine.run_step import cache_key, run_step
from tasks.engine.step import LostRowsError, Partition, Step
from tasks.engine.store import Store
from tests.engine import steps_for_tests as steps
from tests.engine.steps_for_tests import LengthSettings

TEXTS = ("a long English text", "长一点的中文文本", "no", "短", "mixed 混合 text")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


@pytest.fixture
def shard(store, documents):
    return store.put_table(documents(*TEXTS), DOCUMENT, "manual-1")


def test_what_is_dropped_says_which_value_broke_which_limit(store, shard):
    record = run_step(steps.LENGTH, shard, LengthSettings(), store)
    dropped = store.get_table(record.dropped, DROP).to_pylist()
    assert [(row["id"], row["reason"], row["value"], row["threshold"]) for row in dropped] == [
        ("d2", "too_short", 2.0, 3.0),
        ("d3", "too_short", 1.0, 3.0),
    ]
    assert record.rows_in == 5 == record.kept.rows + record.dropped.rows


def test_the_same_work_is_done_once(store, shard):
    first = run_step(steps.LENGTH, shard, LengthSettings(), store)
    again = run_step(steps.LENGTH, shard, LengthSettings(), store)
    assert not first.cached
    assert again == first.model_copy(update={"cached": True})


def test_settings_version_and_input_decide_the_name_of_an_output_and_nothing_else_does(store, shard, documents):
    key = cache_key(steps.LENGTH, shard, LengthSettings(), {})
    renamed = shard.model_copy(update={"shard_id": "manual-2"})
    other = store.put_table(documents("other", "别的"), DOCUMENT, "manual-1")
    raised = Step(**{**vars(steps.LENGTH), "version": 2})
    assert cache_key(steps.LENGTH, renamed, LengthSettings(), {}) == key
    assert cache_key(steps.LENGTH, other, LengthSettings(), {}) != key
    assert cache_key(steps.LENGTH, shard, LengthSettings(min_chars=4), {}) != key
    assert cache_key(raised, shard, LengthSettings(), {}) != key
    assert cache_key(steps.LENGTH, shard, LengthSettings(), {"side": other}) != key


def test_a_record_stands_for_what_its_step_kept(store, shard):
    record = run_step(steps.LENGTH, shard, LengthSettings(), store)
    assert cache_key(steps.DIES, record, LengthSettings(), {}) == cache_key(
        steps.DIES, record.kept, LengthSettings(), {}
    )


@pytest.mark.parametrize("step", [steps.LOSES, steps.DOUBLES, steps.UNDECLARED, steps.LOSES_PARENTS])
def test_a_step_that_loses_doubles_or_cannot_explain_a_row_fails_and_commits_nothing(step, store, shard):
    with pytest.raises(LostRowsError, match=step.name):
        run_step(step, shard, LengthSettings(), store)
    assert store.find(step.name, cache_key(step, shard, LengthSettings(), {})) is None


def test_a_step_that_writes_other_columns_fails_and_names_them(store, shard):
    wrong = Step(
        name="wrong", version=1, settings=LengthSettings, reads=DOCUMENT, writes=DOCUMENT,
        run=lambda batch, _: Partition(batch.drop_columns(["lang"])),
    )  # fmt: skip
    with pytest.raises(SchemaError, match="missing column 'lang'"):
        run_step(wrong, shard, LengthSettings(), store)


def test_an_empty_shard_goes_through(store, documents):
    empty = store.put_table(DOCUMENT.empty(), DOCUMENT, "empty")
    record = run_step(steps.LENGTH, empty, LengthSettings(), store)
    assert (record.rows_in, record.kept.rows, record.dropped.rows) == (0, 0, 0)


def test_words_are_counted_in_both_languages(documents):
    table = documents("two words", "两个字ok", "", " 3.14 x")
    assert table["n_words"] == pa.chunked_array([[2, 4, 0, 3]])
