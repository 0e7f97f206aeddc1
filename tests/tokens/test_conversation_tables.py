"""Tables made of threads, manuals and lists of questions: what they hold, in which order, what is held out."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.settings import StepSettings
from tasks.tokens.chunks import ROWS as _CHUNKS
from tasks.tokens.chunks import cut_chunks
from tasks.tokens.qa_pairs import STEP as QA_STEP
from tasks.tokens.qa_pairs import make_pairs
from tasks.tokens.recall_eval import STEP as RECALL_STEP
from tasks.tokens.recall_eval import make_questions
from tasks.tokens.settings import ChunksSettings, SftSettings
from tasks.tokens.sft import STEP as SFT_STEP
from tasks.tokens.sft import make_conversations
from tests.corpus_documents import threads_of
from tests.tokens.conftest import ANSWERED, ASKED, MAINTAINER, REPORTER, thread


def _tables(batch, tokenizer):
    chunks = cut_chunks(batch, ChunksSettings(), tokenizer=tokenizer).kept
    sft = make_conversations(batch, SftSettings(), chunks=chunks, tokenizer=tokenizer)
    pairs = make_pairs(batch, StepSettings(), chunks=chunks)
    recall = make_questions(batch, StepSettings(), chunks=chunks)
    for step, parts in ((SFT_STEP, sft), (QA_STEP, pairs), (RECALL_STEP, recall)):
        step.check(batch, parts, "test")
    return chunks, sft, pairs, recall


@pytest.fixture(scope="module")
def batch(documents):
    faq = [thread(({"role": "user", "is_bot": False}, question),
                  ({"role": "assistant", "is_bot": False, "accept_signal": "faq"}, answer))
           for question, answer in (("备份多久一次？", "每天凌晨两点一次。"), ("多长时间备份？", "每天凌晨两点一次。"),
                                    ("Is there a fan?", "No, the case is the `heat sink` of 2 kg."))]  # fmt: skip
    asked = thread(ASKED, ANSWERED, (REPORTER, "谢谢，已解决"))
    open_thread = thread((REPORTER, "What is </s>? 是什么"), (MAINTAINER, "A mark.\n```\n1\n```"))
    all_of_them = [*faq, asked, open_thread]
    return documents(
        *(text for text, _ in all_of_them),
        blocks=[blocks for _, blocks in all_of_them],
        source_type=["faq"] * 3 + ["github_issue"] * 2,
        title=[None] * 3 + ["掉线 offline", None],
        lang=["zh", "zh", "en", "zh-en", "zh-en"],
    )


def test_gold_passages_exist_and_hold_the_answer(batch, tokenizer):
    chunks, sft, pairs, recall = _tables(batch, tokenizer)
    texts = dict(zip(chunks["id"].to_pylist(), chunks["text"].to_pylist(), strict=True))
    assert pairs.kept.num_rows == 4
    assert recall.kept.num_rows == 4
    for row in [*pairs.kept.to_pylist(), *recall.kept.to_pylist()]:
        assert row["gold_chunk_ids"]
        assert any(row["answer"][:20] in texts[name] for name in row["gold_chunk_ids"])
        for fact in row.get("must_contain", []):
            assert any(fact in texts[name] for name in row["gold_chunk_ids"])
    for row in sft.kept.to_pylist():
        assert row["evidence_chunk_ids"]
        assert set(row["evidence_chunk_ids"]) <= set(texts)


def test_a_faq_that_asks_twice_is_one_pair_with_a_variant(batch, tokenizer):
    _, _, pairs, _ = _tables(batch, tokenizer)
    (row,) = [row for row in pairs.kept.to_pylist() if row["question"] == "备份多久一次？"]
    assert row["variants"] == ["多长时间备份？"]
    assert len(row["gold_chunk_ids"]) == 2
    assert row["question_token"] == "备份 多久 一次 ？"


def test_threads_that_were_answered_alike_stay_apart(documents, tokenizer):
    threads = [
        thread((REPORTER, asked), (MAINTAINER, "Set it to 0. 设为 0。")) for asked in ("It fails.", "启动失败。")
    ]
    batch = documents(*(text for text, _ in threads), blocks=[b for _, b in threads], source_type="github_issue")
    _, _, pairs, _ = _tables(batch, tokenizer)
    assert pairs.kept["question"].to_pylist() == ["It fails.", "启动失败。"]
    assert pairs.kept["variants"].to_pylist() == [[], []]


def test_conversations_count_what_they_hold(batch, tokenizer):
    _, sft, _, _ = _tables(batch, tokenizer)
    rows = {row["id"]: row for row in sft.kept.to_pylist()}
    assert [rows[f"d{n}"]["accept_signal"] for n in range(5)] == ["faq", "faq", "faq", "reporter_confirmed", None]
    assert rows["d4"]["has_code"]
    assert not rows["d3"]["has_code"]
    assert rows["d3"]["n_turns"] == len(rows["d3"]["messages"]) == 2
    assert all(row["n_tokens"] > 0 for row in rows.values())
    assert "</s>" not in json.dumps(rows["d4"]["messages"])


def test_manuals_are_no_conversations(documents, tokenizer):
    _, sft, pairs, recall = _tables(documents("A manual. 手册。"), tokenizer)
    assert sft.kept.num_rows == pairs.kept.num_rows == recall.kept.num_rows == 0


def test_golden(batch, tokenizer, golden):
    _, sft, pairs, recall = _tables(batch, tokenizer)
    golden(SFT_STEP, sft)
    golden(QA_STEP, pairs)
    golden(RECALL_STEP, recall)


def test_what_a_model_is_measured_with_is_held_out_and_more_of_it_by_a_larger_share(batch, tokenizer):
    chunks, sft, _, recall = _tables(batch, tokenizer)
    everything = sft.kept["id"].to_pylist()
    asked = {row["id"] for row in sft.kept.to_pylist() if row["accepted"] and row["evidence_chunk_ids"]}
    assert recall.kept.num_rows == len(asked) < len(everything)
    left = {
        share: make_conversations(batch, SftSettings(hold_out=share), chunks=chunks, tokenizer=tokenizer).kept["id"]
        for share in (0, 0.25, 0.5, 0.75, 1)
    }
    assert left[0].to_pylist() == everything
    assert left[1].to_pylist() == [name for name in everything if name not in asked]
    ids = [set(found.to_pylist()) for found in left.values()]
    assert all(more >= fewer for more, fewer in itertools.pairwise(ids))
    again = make_conversations(batch.slice(1), SftSettings(hold_out=0.5), chunks=chunks, tokenizer=tokenizer).kept["id"]
    assert set(again.to_pylist()) == ids[2] - {batch["id"][0].as_py()}


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(5)))
def test_the_order_of_threads_changes_no_conversation(order, batch, tokenizer):
    rows = make_conversations(batch.take(list(order)), SftSettings(), chunks=_CHUNKS.empty(), tokenizer=tokenizer).kept
    again = make_conversations(batch, SftSettings(), chunks=_CHUNKS.empty(), tokenizer=tokenizer).kept
    assert sorted(rows.to_pylist(), key=lambda row: row["id"]) == sorted(again.to_pylist(), key=lambda row: row["id"])


def test_real_threads_obey_what_trainers_ask_for(corpus: Path, tmp_path: Path, tokenizer):
    batch = threads_of(corpus, tmp_path)
    _, sft, pairs, recall = _tables(batch, tokenizer)
    assert sft.kept.num_rows > 200
    for row in sft.kept.to_pylist():
        roles = [message["role"] for message in row["messages"]]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert all(message["content"].strip() for message in row["messages"])
    assert 100 < pairs.kept.num_rows < sft.kept.num_rows
    assert 0 < recall.kept.num_rows <= pairs.kept.num_rows
