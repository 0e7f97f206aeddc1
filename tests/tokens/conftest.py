"""A small bilingual corpus and the tokenizer trained on it."""

import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from schemas.tokenizer import TOKENIZER_SAMPLE
from tasks.tokens.settings import TokensSettings
from tasks.tokens.tokenizer import make_tokenizer

ENGLISH = (
    "The gateway writes every message to an append-only file, one for each day.",
    "A file is closed at midnight and compressed in the background.",
    "Rules are checked in the order in which they are listed.",
    "A rule that takes longer than a second is switched off and reported.",
    "Test a rule on the messages of the last day before you switch it on.",
    "Set `session_seconds: 0` in gateway.yaml, then restart the service.",
)
CHINESE = (
    "网关把每条消息写入只追加的文件，每天一个。",
    "文件在午夜关闭并在后台压缩，因此断电最多只会丢失正在写入的那条消息。",
    "告警规则由条件、持续时间和通知对象三部分组成。",
    "如果某条规则的执行时间超过一秒，系统会将其停用并给出提示。",
    "启用之前，请先用最近一天的消息试运行。",
    "磁盘空间不足5%时，最早的已关闭文件会先被删除！",
)
CODE = ("def check(rules):\n    for rule in rules:\n\tyield rule.limit > 80\n", "x = {'a': 1}  # 注释 comment")
SENTENCES = (*ENGLISH, *CHINESE, *CODE, "把 rule.limit 设为 80，then run `make test`。")

# Who speaks in a thread, and a question with its answer.
REPORTER = {"role": "NONE", "reporter": True, "maintainer": False, "is_bot": False}
MAINTAINER = {"role": "MEMBER", "reporter": False, "maintainer": True, "is_bot": False}
OTHER = {"role": "NONE", "reporter": False, "maintainer": False, "is_bot": False}
BOT = {"role": "NONE", "reporter": False, "maintainer": False, "is_bot": True}
ASKED = (REPORTER, "All clients lose their connection. 客户端全部掉线。")
ANSWERED = (MAINTAINER, "Set `session_seconds: 0` and restart. 把该值设为 0 后重启。")


def mixed_text(seed: int, sentences: int) -> str:
    """Sentences of both languages in random order, in paragraphs."""
    chance = random.Random(seed)
    return "".join(chance.choice(SENTENCES) + chance.choice(("", " ", "\n", "\n\n")) for _ in range(sentences))


@pytest.fixture(scope="session")
def samples() -> pa.Table:
    """`tokenizer_sample@1` rows of both languages."""
    return TOKENIZER_SAMPLE.from_rows([{"id": f"{seed:02}", "text": mixed_text(seed, 40)} for seed in range(20)])


@pytest.fixture(scope="session")
def tokenizer(samples: pa.Table) -> pa.Table:
    """One `tokenizer@1` row, trained on `samples`."""
    return make_tokenizer(samples, TokensSettings(vocab_size=800)).kept


@pytest.fixture
def turns() -> Callable[..., tuple[str, list[dict[str, Any]]]]:
    """`turns((attributes, "said"), …)`: text and blocks of a thread as extraction makes them."""
    return thread


def thread(*spoken: tuple[dict[str, Any], str]) -> tuple[str, list[dict[str, Any]]]:
    """Text and blocks of a thread; attributes are JSON, as in `document@1`."""
    import json

    text, blocks = "", []
    for who, said in spoken:
        text += "\n\n---\n\n" if text else ""
        nothing = dict.fromkeys(("level", "page", "x0", "y0", "x1", "y1", "html"))
        blocks.append(
            {"start": len(text), "end": len(text) + len(said), "kind": "turn", "attributes": json.dumps(who), **nothing}
        )
        text += said
    return text, blocks
