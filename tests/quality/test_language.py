"""The language of a document: by its prose, however short, whatever code and addresses stand in it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.quality.language import STEP, tell_language
from tasks.quality.settings import LanguageSettings
from tests.corpus_documents import manuals_of, threads_of
from tests.tokens.conftest import CHINESE, ENGLISH, mixed_text


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("网关把每条消息写入只追加的文件", "zh"),
        ("好", "zh"),
        ("安装 Docker", "zh"),
        ("用 Python 写的脚本", "zh"),
        ("這個問題已經解決，謝謝您的幫忙", "zh-Hant"),
        ("裡面的東西", "zh-Hant"),
        ("The gateway writes every message to a file.", "en"),
        ("OK", "en"),
        ("Don’t “quote” – ever…", "en"),
        ("v1.2.3", "en"),
        ("请运行 docker compose up", "zh-en"),
        ("错误 ERROR: connection refused at 10.0.0.1", "zh-en"),
        ("", "und"),
        ("123 456", "und"),
        ("😀😀", "und"),
        ("这是日志：\n```\nerror one\nerror two at line three\n```\n请看一下", "zh"),
        ("```\n网关 启动 失败\n```\nWhat does this message mean?", "en"),
        ("见 https://example.com/a/very/long/path/to/a/page", "zh"),
        ("运行 `docker compose up -d --remove-orphans` 即可", "zh"),
        ("これは日本語のテキストです。ファイルを開く", "ja"),
        ("한국어 문서입니다. 파일을 엽니다", "ko"),
        ("Bonjour, ceci est un document en français sur la passerelle.", "fr"),
        ("Dies ist ein deutscher Text über das Gateway und seine Regeln.", "de"),
        ("Это русский текст о шлюзе и его правилах", "ru"),
    ],
)
def test_the_language_of_a_text(text: str, lang: str, documents):
    parts = tell_language(documents(text), LanguageSettings())
    assert parts.kept["lang"].to_pylist() == [lang]


def test_source_files_are_code_whatever_their_comments_say(documents):
    batch = documents("# 注释\nx = 1", "def f():\n    return 1", source_type="code")
    assert tell_language(batch, LanguageSettings()).kept["lang"].to_pylist() == ["code", "code"]


def test_shares_are_settings(documents):
    batch = documents("网关 writes 消息 to files")
    assert tell_language(batch, LanguageSettings(chinese=0.4)).kept["lang"].to_pylist() == ["zh"]
    assert tell_language(batch, LanguageSettings(chinese=0.9, mixed=0.8)).kept["lang"].to_pylist() == ["en"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_every_document_gets_a_language_and_nothing_else_changes(documents, texts):
    batch = documents(*texts)
    kept = tell_language(batch, LanguageSettings()).kept
    assert kept["lang"].null_count == 0
    assert kept.drop_columns(["lang"]).equals(batch.drop_columns(["lang"]))
    again = tell_language(kept, LanguageSettings()).kept
    assert again.equals(kept)


def test_real_manuals_have_the_language_of_their_folder(corpus: Path, documents):
    texts = manuals_of(corpus)
    langs = tell_language(documents(*texts.values()), LanguageSettings()).kept["lang"].to_pylist()
    for name, lang in zip(texts, langs, strict=True):
        chinese = any(mark in name for mark in ("zh-CN", "zh_CN", "gitblog"))
        assert lang.startswith("zh") if chinese else lang == "en", name


def test_real_threads_have_the_language_of_their_project(corpus: Path, tmp_path: Path):
    threads = tell_language(threads_of(corpus, tmp_path), LanguageSettings()).kept
    for repo, lang in zip(threads["repo"].to_pylist(), threads["lang"].to_pylist(), strict=True):
        if repo in {"tlswg/tls13-spec", "bitcoin-core/gui"}:
            assert lang == "en"
        elif repo.startswith("acsigcn/"):
            assert lang in {"zh", "zh-en"}


def test_golden(documents, golden):
    batch = documents(ENGLISH[0], CHINESE[0], mixed_text(1, 6), "x = 1", source_type=["text", "text", "text", "code"])
    parts = tell_language(batch, LanguageSettings())
    STEP.check(batch, parts, "golden")
    golden(STEP, parts)
