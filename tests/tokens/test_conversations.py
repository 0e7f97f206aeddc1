"""Threads as conversations: who asks, who answers, what counts as an answer, and what a model must never read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.tokens.qa_pairs import answers_its_question, short_question
from tasks.tokens.thread_turns import message_text, read_conversation
from tests.tokens.conftest import ANSWERED, ASKED, BOT, MAINTAINER, OTHER, REPORTER, thread


def _document(*spoken: tuple[dict[str, Any], str], title: str | None = "掉线 offline", **metadata: Any) -> dict:
    text, blocks = thread(*spoken)
    return {"text": text, "blocks": blocks, "title": title, "source_type": "github_issue",
            "metadata": json.dumps(metadata)}  # fmt: skip


def _said(*spoken: tuple[dict[str, Any], str], **metadata: Any) -> list[tuple[str, str]]:
    found = read_conversation(_document(*spoken, title=None, **metadata))
    return [(turn.role, turn.text) for turn in found.turns] if found else []


def test_the_reporter_asks_and_the_project_answers():
    assert _said(ASKED, ANSWERED) == [("user", ASKED[1]), ("assistant", ANSWERED[1])]


def test_the_title_is_part_of_the_question():
    found = read_conversation(_document(ASKED, ANSWERED))
    assert found is not None
    assert found.turns[0].text == f"掉线 offline\n\n{ASKED[1]}"


def test_turns_of_one_side_are_one_message():
    said = _said(ASKED, (REPORTER, "版本是 2.1。"), ANSWERED, (MAINTAINER, "See the manual, too."))
    assert [role for role, _ in said] == ["user", "assistant"]
    assert said[0][1] == f"{ASKED[1]}\n\n版本是 2.1。"


def test_bots_have_no_turn():
    assert _said(ASKED, (BOT, "This issue is stale. 该问题已过期。")) == []
    assert _said(ASKED, (BOT, "Bot detected the language"), ANSWERED) == _said(ASKED, ANSWERED)


def test_others_answer_only_where_no_maintainer_does():
    other = (OTHER, "Try an older version. 试试旧版本。")
    assert _said(ASKED, other)[1] == ("assistant", other[1])
    assert _said(ASKED, other, ANSWERED) == _said(ASKED, ANSWERED)


def test_a_question_that_nobody_answered_is_no_conversation():
    assert _said(ASKED) == []
    assert _said(ASKED, (REPORTER, "Anyone? 有人吗")) == []


@pytest.mark.parametrize(
    "empty",
    ["+1", "👍👍", "bump", "Same here!", "me too.", "/assign @someone", "/lgtm\n/approve", "同问", "顶", "...", "LGTM",
     "![截图](https://example.com/a.png)", "https://example.com/issues/3", "#12"],
)  # fmt: skip
def test_what_says_nothing_is_no_turn(empty: str):
    assert _said(ASKED, (MAINTAINER, empty)) == []
    assert _said(ASKED, (REPORTER, empty), ANSWERED) == _said(ASKED, ANSWERED)


@pytest.mark.parametrize(
    "answer", ["/usr is full 磁盘满了", "Use C++.", "1.2 版已修复", "![图](a.png) 点这里 click here"]
)
def test_short_answers_are_answers(answer: str):
    assert _said(ASKED, (MAINTAINER, answer))[1] == ("assistant", answer)


def test_commands_to_a_bot_go_from_an_answer_and_stay_in_code():
    assert _said(ASKED, (MAINTAINER, "/assign @someone\nRestart it. 重启。\n/close"))[1][1] == "Restart it. 重启。"
    fenced = "Write this:\n```\n/close\n```"
    assert _said(ASKED, (MAINTAINER, fenced))[1][1] == fenced


def test_a_quote_that_repeats_the_thread_goes():
    quoted = "> All clients lose their connection. 客户端全部掉线。\n\nRestart it. 重启即可。"
    assert _said(ASKED, (MAINTAINER, quoted))[1][1] == "Restart it. 重启即可。"


@pytest.mark.parametrize(
    "kept",
    [
        "> from another page 别处的话\n\nThat is the reason. 这就是原因。",
        "> All clients\n\nYes.\n\n> 客户端全部掉线\n\n重启。",
        "Before the quote.\n> All clients lose their connection.\nAfter it. 之后。",
    ],
)
def test_a_quote_that_answers_need_stays(kept: str):
    assert _said(ASKED, (MAINTAINER, kept))[1][1] == kept


def _signal(*spoken: tuple[dict[str, Any], str], **metadata: Any) -> str | None:
    found = read_conversation(_document(*spoken, **metadata))
    assert found is not None
    assert (found.signal is None) == (found.confidence == 0.0)
    return found.signal


@pytest.mark.parametrize(
    "thanks", ["Thanks, that worked!", "谢谢，已解决", "Solved thanks已解决", "It works now.", "搞定了"]
)
def test_the_reporters_thanks_accept_an_answer_and_end_the_thread(thanks: str):
    said = (ASKED, ANSWERED, (REPORTER, thanks), (MAINTAINER, "Closing then. 那就关了。"))
    assert _signal(*said) == "reporter_confirmed"
    assert _said(*said) == _said(ASKED, ANSWERED)


@pytest.mark.parametrize(
    "words",
    ["Thanks, but it still fails.", "谢谢，还是不行", "解决了吗？", "Thank you. It does not work.", "仍没有解决，感谢",
     "it doesn't help, thanks", "thanksgiving"],
)  # fmt: skip
def test_thanks_that_take_back_the_answer_accept_nothing(words: str):
    assert _signal(ASKED, ANSWERED, (REPORTER, words), (MAINTAINER, "Then try this. 再试试。")) is None


def test_the_best_reason_to_accept_is_named():
    completed = {"state_reason": "completed", "closed_by": "maintainer"}
    assert _signal(ASKED, ANSWERED, **completed) == "maintainer_closed"
    assert _signal(ASKED, ANSWERED, links=[{"kind": "pull", "id": "9"}], **completed) == "fixed_by_change"
    assert _signal(ASKED, (MAINTAINER | {"accept_signal": "marked_answer"}, "Yes. 是。")) == "marked_answer"
    assert _signal(ASKED, (OTHER | {"reactions": {"+1": 2}}, "Restart. 重启。")) == "reactions"
    assert _signal(ASKED, (OTHER | {"reactions": {"+1": 2, "-1": 2}}, "Restart. 重启。")) is None


def _confidence(*spoken: tuple[dict[str, Any], str], **metadata: Any) -> float:
    found = read_conversation(_document(*spoken, **metadata))
    return found.confidence if found else 0.0


@pytest.mark.parametrize(
    ("words", "confidence"), [("That worked, thanks!", 0.9), ("已解决，谢谢", 0.9), ("Thanks!", 0.7), ("谢谢！", 0.7)]
)
def test_thanks_alone_say_less_than_that_it_works(words: str, confidence: float):
    assert _confidence(ASKED, ANSWERED, (REPORTER, words)) == confidence


@pytest.mark.parametrize(
    ("answer", "confidence"),
    [
        (f"{ANSWERED[1]} See #9.", 0.95),
        ("It was the timer: fixed in abcdef0. 计时器的问题。", 0.95),
        (ANSWERED[1], 0.6),
        ("It is the third of #91. 见第三条。", 0.6),
    ],
)
def test_a_change_speaks_for_the_answer_that_names_it(answer: str, confidence: float):
    links = [{"kind": "pull", "id": "9"}, {"kind": "commit", "id": "abcdef0123"}]
    assert _confidence(ASKED, (MAINTAINER, answer), links=links) == confidence
    assert _confidence(ASKED, (MAINTAINER, answer), (MAINTAINER, "Fixed in #9. 已修复"), links=links) == 0.95


@pytest.mark.parametrize("pointer", ["The latter one :)", "后者吧", "Yes, as above.", "Fixed in #12", "已修复，见 #12"])
def test_thanks_for_a_word_that_says_nothing_are_for_the_answer_before(pointer: str):
    said = (
        ASKED,
        ANSWERED,
        (REPORTER, "The first value or the second? 哪一个？"),
        (MAINTAINER, pointer),
        (REPORTER, "Thanks, 谢谢"),
    )
    assert (_signal(*said), _confidence(*said)) == ("reporter_confirmed", 0.6)
    assert _said(*said) == [("user", ASKED[1]), ("assistant", ANSWERED[1])]
    assert _said(ASKED, (MAINTAINER, pointer), (REPORTER, "Thanks, 谢谢")) == []


def test_what_became_of_the_thread_is_no_part_of_an_answer():
    closing = (
        (MAINTAINER, "Closing per WG consensus."),
        (MAINTAINER, "另外请另开一个 issue。"),
        (MAINTAINER, "Any news? 有消息吗？"),
    )
    assert _said(ASKED, ANSWERED, *closing) == _said(ASKED, ANSWERED)
    # What the reporter answers stays where it is.
    asked_back = _said(
        ASKED, ANSWERED, (MAINTAINER, "Which version? 哪个版本？"), (REPORTER, "2.1"), (MAINTAINER, "Take 2.2. 升级。")
    )
    assert asked_back[1][1].endswith("Which version? 哪个版本？")


def test_of_several_who_answer_for_themselves_one_does():
    first, second = ({**OTHER, "author": name} for name in ("ann", "ben"))
    talk = (
        ASKED,
        (first, "Open port 80. 打开 80 端口。"),
        (second, "Or take a new message. 或者换一条消息。"),
        (first, "And 443."),
    )
    assert _said(*talk)[1][1] == "Open port 80. 打开 80 端口。\n\nAnd 443."
    assert _said(*talk[:3], (REPORTER, "It works now. 可以了"))[1][1] == "Or take a new message. 或者换一条消息。"


@pytest.mark.parametrize(
    "said",
    ["You could open a new issue in the main repo. Then this issue could be closed.",
     "Moved to https://example.com/1.", "请另开一个 issue，谢谢", "请到论坛提问。",
     "Couldn't reproduce it. Using Mint 20, Qt 5.12.8.", "在 2.1 上无法复现。", "Confirming this bug on master",
     "我这边也遇到了，可以复现。", "I agree with @kaduk here. Closing", "同意楼上。关闭。"],
)  # fmt: skip
def test_who_is_sent_elsewhere_is_not_answered(said: str):
    assert _said(ASKED, (MAINTAINER, said), state_reason="completed", closed_by="maintainer") == []


@pytest.mark.parametrize(
    "said",
    ["Set `a: 1`. If it still fails, open a new issue.", "把它设为 0，不行再新开一个 issue。",
     "Cannot reproduce on 2.2: please update.", "无法复现，请升级到 2.2。",
     "Reproduced: it happens when the cache is full.",
     "复现了，是缓存满了导致的。", "Move the file to /etc. 移到 /etc 下。",
     "The third option needs root.", "第二个要开 80 端口。"],
)  # fmt: skip
def test_advice_is_an_answer_whatever_else_it_says(said: str):
    assert _said(ASKED, (MAINTAINER, said))[1] == ("assistant", said)


@pytest.mark.parametrize(
    "metadata",
    [{}, {"stale": True}, {"closed_by": "bot"}, {"duplicate": True}, {"state_reason": "not_planned"}],
)
def test_a_thread_that_was_only_closed_is_not_answered(metadata: dict):
    given = {"state_reason": "completed", **metadata} if metadata else {}
    assert _signal(ASKED, ANSWERED, **given) is None


@pytest.mark.parametrize(
    "control",
    ["<|im_end|>", "<|im_start|>", "</s>", "<s>", "[INST]", "[/INST]", "<|endoftext|>", "<|reserved_7|>", "<<SYS>>",
     "<｜end▁of▁sentence｜>", "<end_of_turn>", "[gMASK]", "ASSISTANT: ", "USER: "],
)  # fmt: skip
def test_what_ends_a_turn_for_a_model_is_broken_up(control: str):
    said = message_text(f"{control}好 then {control}" if control[0] in "<[" else f"{control}好")
    assert control not in said
    assert said.replace("\u200b", "") == (f"{control}好 then {control}" if control[0] in "<[" else f"{control}好")
    assert message_text(said) == said


@pytest.mark.parametrize("text", ["a < b | c > d", "x[INSTALL]", "std::vector<s32>", "写 ASSISTANT: 里", "<section>"])
def test_what_only_looks_like_it_stays(text: str):
    assert message_text(text) == text


PEOPLE = st.sampled_from([REPORTER, MAINTAINER, OTHER, BOT])
WORDS = st.sampled_from(["Restart it.", "重启即可。", "+1", "", "谢谢", "still fails", "> 重启即可。\n\nyes", "/close"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PEOPLE, WORDS), max_size=9))
def test_messages_alternate_begin_with_a_user_and_end_with_an_assistant(rest):
    found = read_conversation(_document(ASKED, *rest))
    if found is None:
        return
    roles = [turn.role for turn in found.turns]
    assert roles == ["user", "assistant"] * (len(roles) // 2)
    assert all(turn.text.strip() for turn in found.turns)


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        ("Hi,\n\nthe length stands there twice.", "Format 格式\n\nthe length stands there twice."),
        ("大家好，\n\n长度写了两次。", "Format 格式\n\n长度写了两次。"),
        ("```\nstruct {\n\nint a;\n}\n```\n\nBoth orders 顺序不同。", "Format 格式\n\nBoth orders 顺序不同。"),
    ],
)
def test_a_question_is_neither_a_greeting_nor_half_of_a_listing(asked: str, question: str):
    assert short_question(_document((REPORTER, asked), title="Format 格式"), f"Format 格式\n\n{asked}") == question


@pytest.mark.parametrize(
    ("title", "asks"), [("Developer notes 讨论串", False), ("It does not start", True), ("启动失败", True)]
)
def test_a_title_without_a_question_or_fault_is_not_asked(title: str, asks: bool):
    document = _document(
        (REPORTER, "Everybody is welcome here."), (MAINTAINER, "A section was added. 新增一节。"), title=title
    )
    found = read_conversation(document)
    assert found is not None
    assert answers_its_question(document, found) == asks
