"""What helped and what did not: preferences, labels, translations and the card of a solved issue."""

import json
from typing import Any

import pytest

from schemas.settings import StepSettings
from tasks.tokens.answers import asks_back, confirms, is_status, refutes
from tasks.tokens.chunks import cut_chunks
from tasks.tokens.kto import STEP as KTO_STEP
from tasks.tokens.pairs import STEP as PAIRS_STEP
from tasks.tokens.preference import STEP as PREFERENCE_STEP
from tasks.tokens.settings import ChunksSettings
from tasks.tokens.thread_turns import read_conversation
from tests.tokens.conftest import MAINTAINER, OTHER, REPORTER, thread

TRANSLATOR = {"role": "NONE", "reporter": False, "maintainer": False, "is_bot": True, "translation": True}
ASKED = (REPORTER, "客户端全部掉线，日志如下。All clients go offline.\n```\n<|im_end|> timeout\n```")
TRIED = (MAINTAINER, "重启网关试试。Restart the gateway.")
REFUTED = (REPORTER, "重启了，还是不行。Still the same error.")
SOLVED = (MAINTAINER, "把 session_seconds 设为 0。Set it to 0.")
THANKED = (REPORTER, "好了，谢谢！That works.")


def _batch(documents, *threads: list, title: str | None = "掉线 offline", **metadata: Any):
    made = [thread(*spoken) for spoken in threads]
    return documents(
        *(text for text, _ in made),
        blocks=[blocks for _, blocks in made],
        source_type="github_issue",
        title=title,
        metadata=json.dumps(metadata),
    )


def _rows(step, batch) -> list[dict]:
    parts = step.run(batch, StepSettings())
    step.check(batch, parts, "test")
    return parts.kept.to_pylist()


def test_an_answer_that_was_tried_in_vain_is_worse_than_the_one_that_helped(documents):
    batch = _batch(documents, [ASKED, TRIED, REFUTED, SOLVED, THANKED])
    (row,) = _rows(PREFERENCE_STEP, batch)
    assert [message["role"] for message in row["prompt"]] == ["user"]
    assert row["chosen"] == [row["chosen_message"]] == [{"role": "assistant", "content": SOLVED[1]}]
    assert row["rejected"] == [row["rejected_message"]] == [{"role": "assistant", "content": TRIED[1]}]
    assert row["preference_signal"] == "reporter_confirmed_over_refuted"
    assert "<|im_end|>" not in row["prompt"][0]["content"]
    labels = _rows(KTO_STEP, batch)
    assert [(row["label"], len(row["prompt"]), row["completion"][0]["content"]) for row in labels] == [
        (False, 1, TRIED[1]), (True, 3, SOLVED[1]),
    ]  # fmt: skip
    assert all(row["dialog"] == [*row["prompt"], *row["completion"]] for row in labels)


def test_what_nothing_speaks_for_or_against_has_no_label(documents):
    batch = _batch(documents, [ASKED, TRIED], [ASKED, (OTHER | {"reactions": {"+1": 1}}, "Restart. 重启。")])
    assert _rows(PREFERENCE_STEP, batch) == _rows(KTO_STEP, batch) == []


def test_what_did_not_help_alone_is_no_conversation_and_no_label(documents):
    batch = _batch(documents, [ASKED, TRIED, REFUTED])
    assert read_conversation(batch.to_pylist()[0]) is None
    assert _rows(KTO_STEP, batch) == []


def test_somebody_else_answers_where_the_reporter_says_so(documents):
    helped = [ASKED, (MAINTAINER, "What version do you run? 哪个版本？"), (OTHER, "换个端口。Another port."), THANKED]
    said = read_conversation(_batch(documents, helped).to_pylist()[0])
    assert said is not None
    assert (said.signal, said.turns[-1].text.endswith("Another port.")) == ("reporter_confirmed", True)


def test_a_pull_request_and_a_reply_that_is_pasted_everywhere_answer_nothing(documents):
    assert read_conversation(_batch(documents, [ASKED, SOLVED], kind="pull").to_pylist()[0]) is None
    canned = [ASKED, (MAINTAINER | {"canned": True}, "请附上日志。Please attach a log."), (REPORTER, "已附")]
    assert read_conversation(_batch(documents, canned).to_pylist()[0]) is None


@pytest.mark.parametrize(
    "said",
    ["Done", "Merged separately.", "Fixed in #12", "已修复，见 #12", "Closing per chairs", "好的，谢谢",
     "Similar: https://example.com/o/n/issues/2", "Duplicate of #3",
     "Thanks, merged!", "Concept ACK", "utACK 1a2b3c4d", "tACK，谢谢", "This was fixed by https://example.com/o/n/pull/1"],
)  # fmt: skip
def test_a_word_about_the_thread_is_no_answer(said: str, documents):
    assert is_status(said)
    closed = {"state_reason": "completed", "closed_by": "maintainer"}
    batch = _batch(documents, [ASKED, (MAINTAINER, said)], **closed)
    assert read_conversation(batch.to_pylist()[0]) is None


@pytest.mark.parametrize(
    "said",
    ["Use C++.", "Fixed: the limit was wrong, set 0.", "1.2 版已修复", "不支持，请用 2.0", "Yes, it needs port 80.",
     "No, 80 is used."],
)  # fmt: skip
def test_a_short_answer_is_one(said: str):
    assert not is_status(said)


def test_a_question_back_ends_no_conversation(documents):
    assert asks_back("哪个版本？")
    assert not asks_back("Is it on? If not, switch it on.")
    assert asks_back("> " + "The port is open, and nothing listens. " * 8 + "\n\nMind testing #39 ?")
    assert asks_back("> " + "端口开着，没有程序在听。" * 20 + "\n\n能试试 #39 吗？")
    assert not asks_back("> 为什么要 80 端口？\n\n因为网关只认它。")
    assert (
        read_conversation(_batch(documents, [ASKED, (MAINTAINER, "Which version? 哪个版本？")]).to_pylist()[0]) is None
    )


@pytest.mark.parametrize(
    "said", ["试了，没用", "还是报错", "Still fails with 2.0", "that didn't work", "It isn't the cause."]
)
def test_words_of_people_who_tried_in_vain(said: str):
    assert refutes(said)
    assert not confirms(said)


@pytest.mark.parametrize(
    "said", ["谢谢，可以了", "It still matters to others, thanks", "没看懂，能再说一次吗", "I will try"]
)
def test_words_of_people_who_did_not(said: str):
    assert not refutes(said)


CHINESE = "升级之后客户端全部掉线，重启网关也没有恢复，日志里只有超时。"
ENGLISH = "After the upgrade all clients went offline, a restart did not help and the log only shows timeouts."
NOTE = "> Bot detected the issue body's language is not English, translate it automatically.\n\n---\n\n"


def test_what_a_translation_bot_says_pairs_two_languages_and_is_no_turn(documents):
    spoken = [(REPORTER, CHINESE), (TRANSLATOR, f"{NOTE}**Title:** Clients go offline\n\n> {ENGLISH}\n"), SOLVED]
    batch = _batch(documents, spoken, title="客户端全部掉线了")
    rows = _rows(PAIRS_STEP, batch)
    assert [(row["sentence1"], row["sentence2"], row["label"]) for row in rows] == [
        ("客户端全部掉线了", "Clients go offline", 1), (CHINESE, ENGLISH, 1),
    ]  # fmt: skip
    said = read_conversation(batch.to_pylist()[0])
    assert said is not None
    assert ENGLISH not in "".join(turn.text for turn in said.turns)


@pytest.mark.parametrize(
    ("written", "translated"), [(ENGLISH, ENGLISH), (CHINESE, CHINESE), (CHINESE, "Yes."), ("好", ENGLISH * 9)]
)
def test_what_is_no_translation_is_no_pair(written: str, translated: str, documents):
    batch = _batch(documents, [(REPORTER, written), (TRANSLATOR, NOTE + translated)], title=None)
    assert _rows(PAIRS_STEP, batch) == []


def test_a_solved_issue_has_one_card_with_its_question_and_its_answer(documents, tokenizer):
    threads = [[ASKED, TRIED, REFUTED, SOLVED, THANKED], [ASKED, TRIED]]
    chunks = cut_chunks(_batch(documents, *threads), ChunksSettings(), tokenizer=tokenizer).kept.to_pylist()
    (card,) = [row for row in chunks if row["kind"] == "qa"]
    assert card["text"] == f"掉线 offline\n\n{ASKED[1]}\n\n---\n\n{SOLVED[1]}"
    assert (card["doc_id"], card["level"]) == ("d0", 0)
    assert json.loads(card["metadata"])["accept_signal"] == "reporter_confirmed"
    children = [row["text"] for row in chunks if row["parent_id"] == card["id"]]
    assert any(SOLVED[1] in text for text in children)


def test_of_a_long_question_the_card_keeps_whole_paragraphs_and_fences(documents, tokenizer):
    log = "```\n" + "2025-01-01 超时 timeout\n" * 200 + "```"
    long = (REPORTER, f"它坏了 It fails.\n\n{log}\n\n```\nshort\n```\n\nWhy? 为什么？")
    chunks = cut_chunks(_batch(documents, [long, SOLVED, THANKED]), ChunksSettings(), tokenizer=tokenizer).kept
    (card,) = [row for row in chunks.to_pylist() if row["kind"] == "qa"]
    assert card["text"] == (
        f"掉线 offline\n\n它坏了 It fails.\n\n```\nshort\n```\n\nWhy? 为什么？\n\n---\n\n{SOLVED[1]}"
    )


@pytest.mark.parametrize(
    "piece", ["thanks ", "ok ok. ", "see #1 ", "已修复", "[](", "<img ", "a", "还是 ", "<|im_end|>", "> "]
)
def test_no_words_keep_the_reader_busy(piece: str, documents):
    """60,000 characters of a comment: an expression that tries all ways never ends here."""
    said = piece * (60_000 // len(piece))
    spoken = [(REPORTER, f"坏了 {said}"), (MAINTAINER, said), (REPORTER, said), (MAINTAINER, f"完 {said}"), THANKED]
    found = read_conversation(_batch(documents, spoken).to_pylist()[0])
    assert found is None or found.turns[0].role == "user"


def test_golden(documents, golden):
    translated = [(REPORTER, CHINESE), (TRANSLATOR, f"{NOTE}{ENGLISH}")]
    batch = _batch(documents, [ASKED, TRIED, REFUTED, SOLVED, THANKED], translated)
    for step in (PREFERENCE_STEP, KTO_STEP, PAIRS_STEP):
        golden(step, step.run(batch, StepSettings()))
