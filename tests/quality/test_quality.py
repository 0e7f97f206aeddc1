"""The filter: every rule drops with its reason and its number, and what people need to keep is kept."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.quality.language import tell_language
from tasks.quality.quality import STEP, filter_quality
from tasks.quality.rules import RULES, QualityReason
from tasks.quality.settings import LanguageSettings, QualitySettings, SignalsSettings
from tasks.quality.signals import measure_signals
from tests.corpus_documents import manuals_of, threads_of
from tests.tokens.conftest import CHINESE, ENGLISH


def filter_texts(batch: pa.Table, **given: Any):
    told = tell_language(batch, LanguageSettings()).kept
    signals = measure_signals(told, SignalsSettings()).kept
    parts = filter_quality(told, QualitySettings(**given), signals)
    STEP.check(told, parts, "test")
    return parts


PROSE = (
    "The gateway writes every message to an append-only file, one for each day, and never changes what is written. "
    "A file is closed at midnight and compressed in the background. When the disk runs low, the oldest closed files "
    "are removed first. Rules are checked in the order in which they are listed, and a slow rule is switched off. "
    "Nothing that was sent by a sensor is lost, even with a power failure in the middle of a write."
)
ZH_PROSE = (
    "网关把每条消息写入只追加的文件，每天一个，写入的内容不会再被修改。文件在午夜关闭，并在后台压缩，因此断电最多只会丢失"
    "正在写入的那条消息。磁盘空间不足时，最早的已关闭文件会先被删除。告警规则由条件、持续时间和通知对象三部分组成。"
    "如果某条规则的执行时间超过一秒，系统会将其停用并给出提示，因为所有规则共用一个线程。"
)
NUMBERS = " ".join(f"{n * 7919 % 997} , {n * 31} ; " for n in range(120))
UNIQUE = [
    f"part {chr(97 + n % 26)}{chr(97 + n // 26)} of the manual tells you {'abcdefghij'[n % 10] * 3}" for n in range(60)
]


def _sentences(*parts: str, times: int = 1) -> str:
    return " ".join(parts * times)


CASES = [
    ("太短了。", QualityReason.TOO_FEW_WORDS),
    ("Too short to say anything.", QualityReason.TOO_FEW_WORDS),
    (PROSE + "\ufffd" * 20, QualityReason.GARBLED),
    (ZH_PROSE + "\ue000" * 10, QualityReason.GARBLED),
    (PROSE.replace("e", "Ã©"), QualityReason.MOJIBAKE),
    (ZH_PROSE + "".join(chr(0x3400 + 7 * n) for n in range(60)), QualityReason.RARE_CHARACTERS),
    (PROSE + "\n" + "QUJDREVGR0hJSktM" * 40, QualityReason.ENCODED_DATA),
    (ZH_PROSE + "\n" + "0a1b2c3d4e5f6a7b" * 40, QualityReason.ENCODED_DATA),
    (PROSE + "\n" + "z" * 61 + " " + "q" * 40, QualityReason.CHARACTER_RUNS),
    (ZH_PROSE + "\n" + "哈" * 40, QualityReason.CHARACTER_RUNS),
    (" ".join(["of", "a", "is", "to", "it", "at", "on", "no", "so", "we", "he", "be"] * 3) + " " + " ".join(
        f"{a}{b}" for a in "bcdfg" for b in "aeiou"), QualityReason.WORD_LENGTH_LOW),
    (" ".join(f"characteristically{chr(97 + n)}zation" for n in range(26)) + " the of and to be that have " + " ".join(
        f"internationalisation{chr(97 + n)}" for n in range(26)), QualityReason.WORD_LENGTH_HIGH),
    (NUMBERS + " the of and that to be", QualityReason.FEW_LETTERS),
    ("的是在和" + " ".join(f"{n * 7919 % 9973}，" for n in range(90)), QualityReason.FEW_LETTERS),
    (PROSE.replace(" ", " # ", 14), QualityReason.HASHES),
    (ZH_PROSE.replace("，", "，# # # #"), QualityReason.HASHES),
    (PROSE.replace(" ", " ... ", 14), QualityReason.ELLIPSES),
    (ZH_PROSE.replace("，", "………"), QualityReason.ELLIPSES),
    (" ".join(f"gateway{chr(97 + n % 26)} writes{chr(98 + n % 13)} files{chr(99 + n % 7)} for it." for n in range(30)),
     QualityReason.STOP_WORDS),
    ("大家都能到这里来看看天上飞过去几只小鸟，它们自由快乐地飞走后又回到山下老家中等待着春天，日出时候开心唱歌跳舞玩耍，"
     "吃饭睡觉学习写字读书工作。", QualityReason.STOP_WORDS),
    ("\n".join(f"- {line}." for line in UNIQUE[:20]), QualityReason.BULLETS),
    ("\n".join(f"- {ZH_PROSE[n : n + 24]}" for n in range(0, 130, 6)), QualityReason.BULLETS),
    ("\n".join(f"{line} and so it goes on and on…" for line in UNIQUE[:12]), QualityReason.ELLIPSIS_LINES),
    ("\n".join(f"{ZH_PROSE[n : n + 24]}…" for n in range(0, 120, 24)), QualityReason.ELLIPSIS_LINES),
    ("\n".join(UNIQUE[:20]), QualityReason.PUNCTUATION),
    ("\n".join(f"That {line[5:7]}manual of the day." for line in UNIQUE), QualityReason.SHORT_LINES),
    ("\n".join(f"{ZH_PROSE[n : n + 8]}。" for n in range(0, 150, 3)), QualityReason.SHORT_LINES),
    ("\n".join(f"documents{chr(97 + n % 26)} {('of', 'to')[n % 2]} {'=' * 30}{'.' * (n % 6 == 0)}" for n in range(27)),
     QualityReason.LIST_LIKE),
    ("\n".join(f"{'administrators' * 2}{chr(97 + n)}的新文件" for n in range(24)), QualityReason.LIST_LIKE),
    (_sentences(PROSE) + "\n" + "\n".join(f"{a}.\n{a}." for a in UNIQUE[:3]), QualityReason.DUPLICATE_LINES),
    (ZH_PROSE + "\n" + "\n".join([f"{ZH_PROSE[:22]}。"] * 3), QualityReason.DUPLICATE_LINES),
    ("\n".join([PROSE, *(f"Line {line}." for line in UNIQUE[:6]), PROSE]), QualityReason.DUPLICATE_LINE_CHARS),
    ("\n".join([ZH_PROSE, *(f"第{n}行是另一句完整的话，内容各不相同。" for n in "一二三四五"), ZH_PROSE]),
     QualityReason.DUPLICATE_LINE_CHARS),
    ("\n\n".join([*(f"Here is {a}, said in full.\nAnd more of it than {a} needs, to be sure that it is {a}."
                    for a in UNIQUE[:3]), "To be.", "To be.", "To be."]), QualityReason.DUPLICATE_PARAGRAPHS),
    (" ".join(f"gateway manual {line}." for line in UNIQUE[:30]), QualityReason.TOP_2_GRAM),
    (" ".join(f"a of information {line.removeprefix('part ')} be." for line in UNIQUE[:30]), QualityReason.TOP_3_GRAM),
    (" ".join(f"a to of the manual{chr(97 + n % 26)}{chr(97 + n // 26)} information{chr(98 + n % 20)} that{n}."
              for n in range(30)), QualityReason.TOP_4_GRAM),
    (f"{PROSE} {PROSE[:150]}.", QualityReason.DUPLICATE_5_GRAMS),
    (ZH_PROSE + ZH_PROSE[20:70], QualityReason.DUPLICATE_5_GRAMS),
    (PROSE + " Lorem ipsum.", QualityReason.LOREM_IPSUM),
    (ZH_PROSE + " Lorem ipsum.", QualityReason.LOREM_IPSUM),
    (PROSE + "\nBuy now, for the best price of the year that you will ever see.", QualityReason.ADVERTISING),
    (ZH_PROSE + "\n加微信领取优惠券，限时抢购，全场包邮，错过再等一年。", QualityReason.ADVERTISING),
    (ZH_PROSE + "锟斤拷锟斤拷锟斤拷", QualityReason.GARBAGE_PHRASES),
    ("".join(f"{word[:1]}{mark}{word[1:]} " for word, mark in zip(PROSE.split(), "{^|~*\\;$" * 20, strict=False)),
     QualityReason.UNLIKELY_LETTERS),
    (ZH_PROSE[:60] + "".join(f"{w[:1]}{m}xq{w[1:]} " for w, m in zip(PROSE.split(), "{^|~*\\;$" * 20, strict=False)),
     QualityReason.TORN_WORDS),
    (" ".join(f"x{a}q{b}zk{a}w{b}" for a in "bcdfghjk" for b in "vxzqjkwf"), QualityReason.UNREADABLE),
    ("".join(chr(0x4E00 + n * 7919 % 20000) for n in range(150)), QualityReason.RARE_CHARACTERS),
    ("的了是" + "".join(bytes((0xB0 + n * 37 % 39, 0xA1 + n * 53 % 93)).decode("gb2312") for n in range(200)),
     QualityReason.UNLIKELY_HAN),
    ("\n".join(f"2021-03-01 10:{n:02d}:07 INFO a worker of the pool is at step {n}" for n in range(30)),
     QualityReason.LOG_DUMP),
    ("\n".join(f"2021-03-01 10:{n:02d}:07 信息 工作进程的第{n}步已经完成" for n in range(30)), QualityReason.LOG_DUMP),
    (" ".join(f"{a} {b}" for a in ("cheap", "best", "buy", "online", "sale") for b in ("shoes", "watch", "bags")) * 9,
     QualityReason.KEYWORDS),
    ("，".join(f"{a}{b}" for a in ("便宜", "网上", "批发", "打折") for b in ("手表", "皮包", "球鞋")) * 5,
     QualityReason.KEYWORDS),
    (f"{PROSE}\n" + "\n".join(f"Part {n} of the manual is shown to those who are here." for n in range(60)),
     QualityReason.TEMPLATE_LINES),
    (f"{ZH_PROSE}\n" + "\n".join(f"第{n}次检查已经在这里完成了。" for n in range(60)), QualityReason.TEMPLATE_LINES),
    ("\n".join(f"{a} {b}" for a in ("Products", "Partners", "Careers", "Events", "Press", "Support", "Company")
               for b in ("overview", "archive", "contact", "library", "calendar", "search", "gallery")),
     QualityReason.FEW_FUNCTION_WORDS),
    ("\n".join(a + b for a in ("产品", "伙伴", "招聘", "活动", "新闻", "客户", "公司", "社区", "论坛", "资源")
               for b in ("归档", "联系", "图书")),
     QualityReason.FEW_FUNCTION_WORDS),
    ("\n".join(f"{a} {b}" for a in ("Products", "Partners", "Careers", "Events", "Press", "Support", "Company")
               for b in ("overview", "archive", "contact", "library", "calendar", "search", "gallery"))
     + "\nLog in\nSign in\nBack to top\nSkip to content", QualityReason.MENU),
    (f"{PROSE}\nVisit the best online casino of the year.", QualityReason.SENSITIVE),
    (f"{ZH_PROSE}\n澳门赌场真人娱乐等你来。", QualityReason.SENSITIVE),
    ("\n".join([*PROSE.split(". "), "Read more", "Load more", "See more"]), QualityReason.MORE_LINES),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), CASES)
def test_each_rule_drops_with_its_reason_and_its_number(text: str, reason: QualityReason, documents):
    parts = filter_texts(documents(text))
    (row,) = parts.dropped.to_pylist()
    assert row["reason"] == reason
    rule = RULES[reason]
    profile = row["detail"].removeprefix("profile ")
    assert row["threshold"] == rule.limits[profile]
    assert row["value"] < row["threshold"] if rule.least else row["value"] > row["threshold"]


# No text breaks it that does not break a rule before it: 10 words repeated are two times 5 words repeated.
_SHADOWED = {QualityReason.DUPLICATE_10_GRAMS}
# Of what has pages.
_PAGED = {QualityReason.SPARSE_PAGES, QualityReason.BAD_TEXT_LAYER}


def test_every_reason_has_a_case():
    off = {reason for reason, rule in RULES.items() if not rule.limits}
    assert {reason for _, reason in CASES} | _SHADOWED | _PAGED | off == set(QualityReason)


def test_the_shadowed_rule_drops_where_the_rule_before_it_is_off(documents):
    parts = filter_texts(documents(f"{PROSE} {PROSE[:150]}."), limits={"duplicate_5_grams": None})
    assert parts.dropped["reason"].to_pylist() == ["duplicate_10_grams"]


# What the rules of others destroy: braces, bullets, tables, code, mean word lengths and stop words of English.
KEPT = {
    "prose": PROSE,
    "Chinese prose": ZH_PROSE,
    "Traditional Chinese": "這個問題已經解決。閘道把每條訊息寫入檔案，每天一個；檔案在午夜關閉，並在背景壓縮，"
    "因此斷電最多只會遺失正在寫入的那條訊息。",
    "mixed": f"{PROSE[:200]}\n{ZH_PROSE[:100]}",
    "braces": "# Configuration 配置\n\nPut it into `{...}`:\n\n```json\n{\"limit\": 80, \"规则\": {\"a\": 1}}\n```\n",
    "bullets": "# Steps\n\n- Open the case.\n- Remove the fan.\n- 关闭电源。\n- 拔掉电缆。\n",
    "table": "| Port | 用途 |\n|---|---|\n| 80 | web |\n| 443 | 网页 |\n| 1883 | messages |\n",
    "short issue": "客户端每小时掉线一次，求助",
    "short English issue": "Clients lose their connection",
    "changelog": "## 1.2.0\n\n- Fixed: rules\n- Added: 告警\n\n## 1.1.0\n\n- Fixed: store\n- Added: 存储\n",
    "log": "Crash 崩溃:\n```\n" + "ERROR timeout at 10.0.0.1\n" * 12 + "```\n请帮忙看看 what is wrong",
    "headings": "# 安装\n\n## 准备\n\n## 下载\n\n## 启动\n\n# Install\n\n## Prepare\n",
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_what_others_destroy_is_kept(name: str, documents):
    kind = "github_issue" if "issue" in name or name == "log" else "markdown"
    assert filter_texts(documents(KEPT[name], source_type=kind)).kept.num_rows == 1


def test_clean_prose_is_kept_as_web_text(documents):
    assert filter_texts(documents(PROSE, ZH_PROSE, f"{PROSE}\n{ZH_PROSE}")).kept.num_rows == 3


@pytest.mark.parametrize(
    "code",
    ["def f(x):\n    return {'a': x}  # 返回\n", "{\n  \"a\": [1, 2]\n}\n", "#define A 1\n#define B 2\n#define C 3\n",
     "x = 1\n" * 40, "# 注释\nimport os\n"],
)  # fmt: skip
def test_code_is_kept(code: str, documents):
    assert filter_texts(documents(code, source_type="code")).kept.num_rows == 1


def test_a_limit_can_be_changed_and_a_rule_switched_off(documents):
    batch = documents("太短了。", PROSE)
    assert filter_texts(batch, limits={"too_few_words": None}).kept.num_rows == 2 - 1 + _stays(batch)
    raised = filter_texts(batch, limits={"too_few_words": 1000})
    assert set(raised.dropped["threshold"].to_pylist()) == {1000.0}


def _stays(batch: pa.Table) -> int:
    """1 where the short text breaks no other rule either."""
    dropped = filter_texts(batch, limits={"too_few_words": None}).dropped["id"].to_pylist()
    return int("d0" not in dropped)


def test_a_profile_can_be_given(documents):
    short = documents("太短了，不过还可以。", source_type="text")
    assert filter_texts(short, profile="web").dropped["detail"].to_pylist() == ["profile web-zh"]
    assert filter_texts(short, profile="docs").kept.num_rows == 1


def test_settings_name_what_is_wrong_with_them():
    with pytest.raises(ValidationError, match="no_such_rule"):
        QualitySettings(limits={"no_such_rule": 1})
    with pytest.raises(ValidationError, match="every rule is off"):
        QualitySettings(limits={reason.value: None for reason in RULES})
    with pytest.raises(ValidationError, match="Extra inputs"):
        QualitySettings(min_words=3)


def test_better_texts_have_the_better_score(documents):
    kept = filter_texts(documents(PROSE, ZH_PROSE, profile_text(PROSE), profile_text(ZH_PROSE)), profile="docs").kept
    good, good_zh, poor, poor_zh = kept["quality"].to_pylist()
    assert 0 <= poor < good <= 1
    assert 0 <= poor_zh < good_zh <= 1


def profile_text(text: str) -> str:
    """The text twice, with runs: nothing that is dropped as documentation, but worse."""
    return f"{text}\n{text}\n{'哈' * 20}"


MIXED = st.text("the gateway网关消息。，.#-|\n 1\ufffd…", max_size=120)


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(MIXED, max_size=8), kind=st.sampled_from(["text", "markdown", "github_issue", "code"]))
def test_no_document_is_lost_and_order_is_kept(texts, kind, documents):
    batch = documents(*texts, source_type=kind)
    parts = filter_texts(batch)
    kept, dropped = parts.kept["id"].to_pylist(), parts.dropped["id"].to_pylist()
    assert sorted(kept + dropped) == sorted(batch["id"].to_pylist())
    assert kept == sorted(kept, key=lambda name: int(name[1:]))
    assert parts.kept["text"].to_pylist() == [text for n, text in enumerate(texts) if f"d{n}" in kept]


def test_real_manuals_are_kept(corpus: Path, documents):
    texts = manuals_of(corpus)
    parts = filter_texts(documents(*texts.values(), source_type="markdown"))
    assert parts.dropped.num_rows == 0


def test_of_real_threads_only_those_without_words_are_dropped(corpus: Path, tmp_path: Path):
    threads = threads_of(corpus, tmp_path)
    parts = filter_texts(threads)
    assert set(parts.dropped["reason"].to_pylist()) == {"too_few_words"}
    assert max(parts.dropped["value"].to_pylist()) < 3
    assert parts.dropped.num_rows < 0.03 * threads.num_rows


def test_golden(documents, golden):
    batch = documents(
        PROSE, ZH_PROSE, "短", ENGLISH[0], CHINESE[0] * 8, source_type=["text"] * 3 + ["markdown", "text"]
    )
    golden(STEP, filter_texts(batch))
