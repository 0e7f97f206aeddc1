"""The books: what every step did, added up, and nothing lost between two steps."""

from pathlib import Path

import pytest

from schemas.document import DOCUMENT
from tasks.engine.run_step import run_step
from tasks.engine.step import LostRowsError
from tasks.engine.store import Store
from tasks.publish.accounts import add_up, check_chain
from tests.engine import steps_for_tests as steps
from tests.engine.steps_for_tests import LengthSettings


def _records(store: Store, documents):
    shards = [
        store.put_table(documents(*texts), DOCUMENT, f"s{n}")
        for n, texts in enumerate([("long text", "x"), ("长的文本", "短", "y")])
    ]
    return [run_step(steps.LENGTH, shard, LengthSettings(), store) for shard in shards]


def test_shards_add_up_to_a_step_with_its_reasons(tmp_path: Path, documents):
    store = Store(str(tmp_path))
    (total,) = add_up(_records(store, documents), store)
    assert (total.rows_in, total.rows_kept, total.rows_dropped, total.rows_quarantined) == (5, 2, 3, 0)
    assert total.reasons == {"too_short": 3}
    assert (total.shards, total.cached_shards) == (2, 0)
    assert (total.words_in, total.words_kept) == (9, 6)


def test_time_of_work_found_in_the_store_is_not_counted_again(tmp_path: Path, documents):
    store = Store(str(tmp_path))
    _records(store, documents)
    (total,) = add_up(_records(store, documents), store)
    assert (total.cached_shards, total.cpu_s, total.wall_s) == (2, 0, 0)


def test_documents_that_vanish_between_two_steps_are_an_error(tmp_path: Path, documents):
    store = Store(str(tmp_path))
    first = _records(store, documents)
    second = [run_step(steps.DIES, record, LengthSettings(), store) for record in first]
    check_chain([("length", first), ("dies", second)])
    with pytest.raises(LostRowsError, match="length kept 2 documents, dies was given 1"):
        check_chain([("length", first), ("dies", second[:1])])
