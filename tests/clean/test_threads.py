"""Messages: what bots, mail programs, forms and spreadsheets add goes; what people wrote stays, code to the byte."""

import json
from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clean.clean import clean_documents
from tasks.clean.settings import CleanSettings
from tasks.engine.markdown_fences import fence_spans, open_fence

BREAK = "\n\n---\n\n"
HUMAN, BOT = {"is_bot": False, "kind": "comment"}, {"is_bot": True, "kind": "comment"}
OPENING = {"is_bot": False, "kind": "issue"}


def turns_of(*spoken: str | tuple[dict, str]) -> tuple[str, list[dict]]:
    """Text and blocks of a thread; the first turn opens it."""
    text, blocks = "", []
    nothing = dict.fromkeys(("level", "page", "x0", "y0", "x1", "y1", "html"))
    for index, one in enumerate(spoken):
        who, said = one if isinstance(one, tuple) else (HUMAN if index else OPENING, one)
        if text:
            fence = open_fence(text)
            text += f"\n{fence}{BREAK}" if fence else BREAK
        blocks.append(
            {"start": len(text), "end": len(text) + len(said), "kind": "turn", "attributes": json.dumps(who), **nothing}
        )
        text += said
    return text, blocks


def cleaned(documents: Callable[..., pa.Table], *threads: list) -> list[list[str]]:
    """Turns that are left of each thread, and that the text around them is breaks alone."""
    made = [turns_of(*thread) for thread in threads]
    texts, blocks = [text for text, _ in made], [found for _, found in made]
    batch = documents(*texts, source_type="github_issue", repo="o/n", blocks=blocks)
    found = []
    for row in clean_documents(batch, CleanSettings()).kept.to_pylist():
        said = [row["text"][block["start"] : block["end"]] for block in row["blocks"]]
        assert BREAK.join(said) == row["text"]
        found.append([one.strip("\n") for one in said])
    return found


def second(documents: Callable[..., pa.Table], first: str, reply: str) -> str:
    """What is left of a reply; empty where it went whole."""
    (turns,) = cleaned(documents, [first, reply])
    assert turns[0] == first
    return turns[1] if len(turns) > 1 else ""


ASKED = "Which version do you run? 你用的是哪个版本？\n\nAnd on which system? 什么系统？"

QUOTES = {
    "a leading quote of the comment before": (
        "> And on which system? 什么系统？\n\nDebian 12.",
        "Debian 12.",
    ),
    "interleaved answers keep what they answer": (
        "> Which version do you run? 你用的是哪个版本？\n\n2.3.1\n\n> And on which system? 什么系统？\n\nDebian 12",
        "> Which version do you run? 你用的是哪个版本？\n\n2.3.1\n\n> And on which system? 什么系统？\n\nDebian 12",
    ),
    "text above a line that begins with > stays": (
        "It is 2.3.1, see below. 见下。\n> not said before 从未说过\nand more",
        "It is 2.3.1, see below. 见下。\n> not said before 从未说过\nand more",
    ),
    "a fenced command with > quotes nobody": (
        "I ran this 我运行了：\n```\n> And on which system? 什么系统？\n> npm run build\n```",
        "I ran this 我运行了：\n```\n> And on which system? 什么系统？\n> npm run build\n```",
    ),
    "a quote of something else": ("> 官方文档：默认关闭\n\n所以要打开。", "> 官方文档：默认关闭\n\n所以要打开。"),
    "a line right below a quote is an answer": ("> And on which system? 什么系统？\nDebian", "Debian"),
    "a trailing quote, as mail programs put it": (
        "Debian 12.\n\nOn Mon, 3 Mar 2025 at 10:00, A <a@example.com>\nwrote:\n\n"
        "> Which version do you run?\n> 你用的是哪个版本？\n> —\n"
        "> You are receiving this because you commented.\n> Reply to this email directly, view it on GitHub\n"
        "> <https://github.example.com/o/n/issues/1#issuecomment-1>,\n> or unsubscribe\n> <https://example.com/x>\n"
        "> .\n",
        "Debian 12.",
    ),
    "the same in Chinese": (
        "系统是麒麟。\n\n在 2025年3月3日，上午10:00，用户甲 <a@example.com> 写道：\n"
        "> And on which system?\n> 什么系统？\n",
        "系统是麒麟。",
    ),
    "a mail that quotes what is not in the thread keeps it": (
        "是的。\n\n用户甲 于2025年3月3日周一 10:00写道：\n> 邮件里另外说的话\n",
        "是的。\n\n> 邮件里另外说的话",
    ),
    "a block of mail headers": (
        "升级即可。\n\n发件人: 用户甲 <a@example.com>\n发送时间: 2025年3月3日\n收件人: b@example.com\n"
        "主题: 回复\n\n另一段。",
        "升级即可。\n\n\n另一段。",
    ),
    "an original message": (
        "Upgrade.\n\n-----Original Message-----\nFrom: A <a@example.com>\nSent: Monday\nTo: B\nSubject: Re: x\n",
        "Upgrade.",
    ),
    "a sentence that says who wrote is none of a mail": (
        "On this page somebody wrote:\n> Not in this thread.\n\nIt is wrong.",
        "On this page somebody wrote:\n> Not in this thread.\n\nIt is wrong.",
    ),
    "a signature": ("Upgrade. 升级。\n\n-- \nA. B.\nExample Ltd\n", "Upgrade. 升级。"),
    "signatures of two programs": (
        "Upgrade. 升级。\n\n-- \n张三\n电话\n\n-- \nA. B.\nExample Ltd\n",
        "Upgrade. 升级。",
    ),
    "a footer of a phone": ("升级即可。\n\n发自我的手机", "升级即可。"),
    "a trailer of git": ("Fixed. 已修复。\n\nSigned-off-by: A B <a@example.com>", "Fixed. 已修复。"),
    "a command between words": ("这是重复的。\n/close\nThanks for it.", "这是重复的。\nThanks for it."),
    "a command and nothing else": ("/assign @someone\n/kind bug", ""),
    "a path is no command": ("/etc/hosts 里加一行\n/close the lid", "/etc/hosts 里加一行\n/close the lid"),
    "a notice by hand": ("Closing due to inactivity, please reopen if needed.", ""),
    "a notice in Chinese": ("由于长时间没有回复，本 issue 将自动关闭。", ""),
    "a picture stays as a reference": (
        "![错误 error](https://example.com/a.png)\nhere",
        "![错误 error](https://example.com/a.png)\nhere",
    ),
}


@pytest.mark.parametrize(("reply", "left"), QUOTES.values(), ids=QUOTES)
def test_what_a_reply_adds_stays_and_nothing_else(reply: str, left: str, documents):
    assert second(documents, ASKED, reply) == left


def test_a_bot_has_no_turn_and_people_with_odd_names_do(documents):
    (turns,) = cleaned(
        documents, ["坏了 broken", (BOT, "Build #7 failed.\n```\n日志\n```"), "试试 2.0", (BOT, "## Report")]
    )
    assert turns == ["坏了 broken", "试试 2.0"]


def test_what_a_bot_opened_keeps_its_place_and_a_translation_stays(documents):
    opening = {"is_bot": True, "kind": "issue"}
    said = (
        BOT | {"translation": True},
        "Bot detected the issue body's language is not English, translate it automatically.\n\n---\n\nBroken",
    )
    (turns,) = cleaned(documents, [(opening, "更新依赖 Bump x"), said, "好的，合并。"])
    assert [turn[:12] for turn in turns] == ["更新依赖 Bump x", "Bot detected", "好的，合并。"]


SHEET = (
    '<meta name="x"><style>\n.a {mso-number-format:General;}\n</style>\n<google-sheets-html-origin>'
    '<table border="0" style="width:1pt">'
    '<colgroup><col width="64"></colgroup><tbody><tr height="19"><td class="xl65" style="a:b" colspan="2">'
    '<span style="c:d">版本 Version</span></td><td>2.3</td></tr></tbody></table>'
)


def test_of_a_pasted_sheet_the_table_stays(documents):
    assert second(documents, ASKED, SHEET) == ('<table><tr><td colspan="2">版本 Version</td><td>2.3</td></tr></table>')
    fenced = f"`<td style='x'>` fails 失败\n```html\n{SHEET}\n```"
    code = f"{fenced}\n    <td style='x'> 缩进\n\n<pre style='x'>\n<td style='y'></pre>"
    assert second(documents, ASKED, code) == code
    written = '<details><summary>日志 log</summary>\n<div class="note" id="a">x</div></details>'
    assert second(documents, ASKED, written) == written


FORM = (
    "Thanks for taking the time! 感谢反馈！\n\n### What happened? 发生了什么\n\n{}\n\n### 步骤\n\n"
    "List every step that leads to it, one a line.\n\n{}\n\n### System\n\n{}\n\n### 日志\n\n_No response_\n\n"
    "- [x] 我已阅读说明\n"
)


def test_what_every_issue_of_a_repository_says_is_its_template(documents):
    answers = [(f"它坏了 {n} times", f"1. open {n}\n2. 点击", "Windows 11 专业版 64-bit") for n in range(8)]
    found = cleaned(documents, *([FORM.format(*answer)] for answer in answers))
    assert found[3] == [
        "### What happened? 发生了什么\n\n它坏了 3 times\n\n### 步骤\n\n\n1. open 3\n2. 点击\n\n### System\n\n"
        "Windows 11 专业版 64-bit"
    ]


def test_what_few_issues_say_is_nobodys_template(documents):
    form = FORM.format("坏了", "1. open", "Linux").replace("- [x] 我已阅读说明\n", "- [ ] todo 待办")
    found = cleaned(documents, *([form] for _ in range(4)))
    assert found[0] == [form.strip("\n")]


def test_template_comments_go_wherever_code_does_not_hold_them(documents):
    first = "<!-- Describe it.\n```\nlike this\n```\n-->\n坏了\n```\n<!-- 保留 -->\n```\n"
    (turns,) = cleaned(documents, [first])
    assert turns == ["坏了\n```\n<!-- 保留 -->\n```"]


RUBBISH = [
    "<!--", "-->" + "<!--", "<style>", "<td style=", "<code>", "` ``", "> ", "-- \n", "On 2025 @ ", "在2025年", "Cc: <",
    "/", "- [x] ", "发件人: ", "```\n<!--", "*", " \t", "Signed-off-by: <a@", "![](", "自动关闭",
]  # fmt: skip


@pytest.mark.parametrize("piece", RUBBISH)
def test_no_text_keeps_the_rules_busy(piece: str, documents):
    """60,000 characters, as many as a comment of GitHub holds: an expression that tries all ways never ends here."""
    text = piece * (60_000 // len(piece))
    made = [turns_of(f"坏了 {text} style='a'"), turns_of("坏了", f"{text}\n\n完 {text}")]
    texts, blocks = [said for said, _ in made], [found for _, found in made]
    parts = clean_documents(documents(*texts, source_type="github_issue", blocks=blocks), CleanSettings())
    assert all("坏了" in said for said in parts.kept["text"].to_pylist())


PIECES = st.sampled_from(
    ["> quoted 引用\n", "```\n", "```sh\n$ x  \n\n\n\n\n\u200b\x1b[1m码\n```\n", "正文 text\n", "<!-- 说明 -->\n",
     "/close\n", "-- \n", "On 3 Mar 2025 10:00, A wrote:\n", "发件人: a\n主题: b\n", "- [x] 我已搜索\n",
     "<td style='a'>", "`", "\n"]
)  # fmt: skip


@given(bodies=st.lists(st.lists(PIECES, min_size=1, max_size=8).map("".join), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_every_whole_fence_that_is_left_is_one_of_the_source_to_the_byte(bodies, documents):
    text, blocks = turns_of(*(body if body.strip() else "x" for body in bodies))
    batch = documents(text, source_type="github_issue", blocks=[blocks])
    parts = clean_documents(batch, CleanSettings())
    for row in parts.kept.to_pylist():
        for block in row["blocks"]:
            said = row["text"][block["start"] : block["end"]]
            for start, end in fence_spans(said):
                assert said[start:end].rstrip() in text
