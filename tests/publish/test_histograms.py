"""Histograms of signals add up over shards, count every document once, and have the same bins in every version."""

from pathlib import Path

import pytest

from schemas.signals import MEASURED, SIGNALS
from tasks.engine.store import Store
from tasks.publish.histograms import signal_stats


def _shard(store: Store, *rows):
    base = {"source_type": "markdown", "kb": "手册", "lang": "zh", **dict.fromkeys(MEASURED, 0)}
    table = SIGNALS.from_rows([{**base, "id": str(place), **row} for place, row in enumerate(rows)])
    return store.put_table(table, SIGNALS, "s")


def test_every_document_is_in_one_bin_of_every_signal(tmp_path: Path):
    store = Store(str(tmp_path))
    shards = [_shard(store, {"han": 0.51, "n_words": 3}, {"han": 1.0}), _shard(store, {"kb": "faq", "han": 0.49})]
    stats = signal_stats(store, shards)
    assert {table for table, _, _, _ in stats} == {"signals"}
    for name in MEASURED:
        assert sum(value for _, metric, _, value in stats if metric == name) == 3
    found = {key: value for _, metric, key, value in stats if metric == "han"}
    assert found == {"手册/markdown [0.5, 0.55)": 1, "手册/markdown [1, ∞)": 1, "faq/markdown [0.45, 0.5)": 1}
    words = {key: value for _, metric, key, value in stats if metric == "n_words"}
    assert words == {"手册/markdown [2, 4)": 1, "手册/markdown [0, 1)": 1, "faq/markdown [0, 1)": 1}


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_where_shards_end_changes_nothing(parts, tmp_path: Path):
    store = Store(str(tmp_path))
    rows = [{"han": place / 7, "n_chars": 3**place} for place in range(6)]
    size = 6 // parts
    shards = [_shard(store, *rows[at : at + size]) for at in range(0, 6, size)]
    assert signal_stats(store, shards) == signal_stats(store, [_shard(store, *rows)])


def test_without_signals_there_is_nothing(tmp_path: Path):
    assert signal_stats(Store(str(tmp_path)), []) == []
