"""BM25 ranks as the formula says."""

import math

import polars as pl
import pytest

from tasks.explain.recall import _first_ranks, _recall, _weights


def test_weights_are_those_of_the_formula():
    chunks = pl.DataFrame({"chunk": [0, 1, 2], "fts_tokens": ["磁盘 空间 磁盘", "disk space", "磁盘"]})
    found = {(chunk, word): weight for chunk, word, weight in _weights(chunks).iter_rows()}
    rarity = math.log((3 - 2 + 0.5) / (2 + 0.5) + 1)
    expected = rarity * 2 * 2.5 / (2 + 1.5 * (1 - 0.75 + 0.75 * 3 / 2))
    assert found[0, "磁盘"] == pytest.approx(expected)
    assert len(found) == 5


@pytest.mark.parametrize(("question", "rank"), [("磁盘空间不足", 1), ("is the disk full", 1), ("zzz", None)])
def test_the_rank_of_the_first_gold_passage(question, rank):
    chunks = pl.DataFrame(
        {"id": ["a", "b", "c"], "fts_tokens": ["磁盘 空间 不足 时", "the disk is full", "其他 other"]}
    ).with_row_index("chunk")
    gold = ["a"] if "磁盘" in question else ["b"]
    questions = pl.DataFrame({"question": [question], "gold_chunk_ids": [gold]}).with_row_index("asked")
    found = pl.concat(list(_first_ranks(questions, chunks)))["rank"].to_list()
    assert found == ([rank] if rank else [])


def test_shares_count_what_was_not_found():
    found = _recall("all", pl.Series([1, 3, None, 10]))
    assert (found.recall_at_1, found.recall_at_3, found.recall_at_10) == (0.25, 0.5, 0.75)
    assert found.mrr_at_10 == pytest.approx((1 + 1 / 3 + 0.1) / 4)
