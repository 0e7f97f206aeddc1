"""Which limit a document is held to: by its source, its languages, its pages, and what a recipe says."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tasks.quality.judgement import held_to, judge_signals, needed_signals
from tasks.quality.language import tell_language
from tasks.quality.rules import RULES, QualityReason
from tasks.quality.settings import LanguageSettings, QualitySettings, SignalsSettings
from tasks.quality.signals import measure_signals
from tests.quality.test_quality import PROSE, ZH_PROSE, filter_texts

GIVEN = [
    (f"{ZH_PROSE}【公告】【公告】", 0.01, QualityReason.CORNER_BRACKETS),
    ("网关,把每条消息,写入只追加的文件,每天一个,写入的内容,不会再被修改" * 3, 0.01, QualityReason.MIXED_WIDTH),
    (f"{PROSE} {{}}", 0, QualityReason.BRACES),
    (f"{PROSE}\nPlease enable javascript.", 0.1, QualityReason.JAVASCRIPT_LINES),
    (f"{ZH_PROSE}\n请先阅读隐私政策。", 0.1, QualityReason.POLICY_LINES),
    (PROSE, 9, QualityReason.FEW_SENTENCES),
    (f"{PROSE}\nHOME PAGE NEWS AND MORE OF THAT\n12\n3 likes", 0.05, QualityReason.EDITED_WORDS),
    (PROSE, 0.9, QualityReason.UNIQUE_WORDS),
    (ZH_PROSE, 9, QualityReason.ENTROPY),
    (PROSE, 2, QualityReason.PERPLEXITY_LETTERS),
    (ZH_PROSE, 6, QualityReason.PERPLEXITY_HAN),
]


@pytest.mark.parametrize(("text", "limit", "reason"), GIVEN)
@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_a_rule_that_is_off_applies_once_a_recipe_gives_it_a_limit(text, limit, reason, kind, documents):
    batch = documents(text, source_type=kind)
    assert reason not in filter_texts(batch).dropped["reason"].to_pylist()
    only = {other.value: None for other in QualityReason} | {reason.value: limit}
    dropped = filter_texts(batch, limits=only).dropped.to_pylist()
    assert [(row["reason"], row["threshold"]) for row in dropped] == [(reason, limit)]


def test_pages_that_yield_almost_nothing_are_told(documents):
    batch = documents("Debian FAQ 1 of 9 and more", "调查问卷第一页共九页", PROSE, source_type="pdf", n_pages=[9, 9, 1])
    parts = filter_texts(batch)
    assert parts.dropped["reason"].to_pylist() == [QualityReason.SPARSE_PAGES] * 2
    assert parts.kept["id"].to_pylist() == ["d2"]


def test_the_text_layer_of_a_bad_scan_is_told_though_it_looks_like_a_listing(documents):
    words = [
        f"{w[:2]}{'xqj'[n % 3]}{'*»;'[n % 3]}{w[2:]}" if n % 4 == 0 else f"{w}vqx" for n, w in enumerate(PROSE.split())
    ]
    layer = f"```\n{' '.join(words)}\n```"
    dropped = filter_texts(documents(layer, layer, source_type=["pdf", "markdown"], n_pages=[1, None])).dropped
    assert dropped["id"].to_pylist() == ["d0"]
    assert set(dropped["reason"].to_pylist()) <= {QualityReason.BAD_TEXT_LAYER, QualityReason.UNLIKELY_LETTERS}


@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_where_languages_mix_the_limit_lies_between_theirs(kind, documents):
    limits = {}
    for name, mixed in (("en", PROSE), ("zh", ZH_PROSE), ("both", f"{PROSE}\n\n{ZH_PROSE * 3}")):
        told = tell_language(documents(mixed, source_type=kind), LanguageSettings()).kept
        frame = pl.DataFrame(pl.from_arrow(measure_signals(told, SignalsSettings()).kept))
        frame = frame.with_columns(word_entropy=pl.lit(0.0, pl.Float32), n_words=pl.lit(500, pl.Int64),
                                   function_words=pl.lit(0.05, pl.Float32))  # fmt: skip
        (row,) = judge_signals(frame.to_arrow(), QualitySettings()).to_pylist()
        limits[name] = row["threshold"] if row["reason"] == "keywords" else None
    assert limits["en"] < limits["both"] < limits["zh"]


@pytest.mark.parametrize("text", [PROSE, ZH_PROSE, f"{PROSE}\n\n{ZH_PROSE * 3}", "短", "| a | b |\n| 网 | 关 |"])
def test_what_a_document_is_held_to_is_what_it_is_judged_by(text, documents):
    told = tell_language(documents(text, source_type="markdown"), LanguageSettings()).kept
    frame = measure_signals(told, SignalsSettings()).kept
    needed = frame.select(needed_signals())
    for limits in (
        {},
        {QualityReason.TOO_FEW_WORDS: 1000},
        {QualityReason.PERPLEXITY_HAN: 1, QualityReason.ENTROPY: 9},
    ):
        settings = QualitySettings(limits=limits)
        (decided,) = judge_signals(needed, settings).to_pylist()
        profile, held = held_to(frame, settings)
        (row,) = frame.to_pylist()
        broken = [
            (reason, limit)
            for reason, rule, limit in held
            if (row[rule.signal] < limit if rule.least else row[rule.signal] > limit)
        ]
        first = broken[0] if broken else (None, None)
        assert (decided["profile"], decided["reason"], decided["threshold"]) == (profile, *first)


def test_every_rule_that_is_off_has_a_case():
    assert {reason for reason, rule in RULES.items() if not rule.limits} == {reason for _, _, reason in GIVEN}


def test_the_rules_are_documented_as_they_are():
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "docs/quality_rules.py"], capture_output=True, text=True, check=True, cwd=root,
        env={"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert run.stdout == (root / "docs/quality-rules.md").read_text("utf-8")
