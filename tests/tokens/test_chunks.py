"""Passages: within their length, at their place, under their headings, whole where a cut would break them."""

import json
import logging
from pathlib import Path
from typing import Any

import jieba
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.engine.markdown_fences import open_fence
from tasks.tokens.chunks import STEP, cut_chunks
from tasks.tokens.encoder import Encoder
from tasks.tokens.settings import ChunksSettings
from tests.tokens.conftest import CHINESE, ENGLISH, mixed_text

jieba.setLogLevel(logging.WARNING)

TABLE = "| Port | 用途 |\n|---|---|\n" + "".join(f"| {8000 + n} | 服务 {n} |\n" for n in range(40))
FENCE = "```yaml\n" + "".join(f"key_{n}: 值{n}\n\n" for n in range(60)) + "```"
MANUAL = f"""# Gateway 网关手册

{ENGLISH[0]} {ENGLISH[1]}

{CHINESE[0]}{CHINESE[1]}

## Rules 规则

{" ".join(ENGLISH[2:])}

### Ports

The ports are:

{TABLE}
## 配置

{"".join(CHINESE[2:])}

{FENCE}

Last words. 结束。
"""


def _cut(batch: pa.Table, tokenizer: pa.Table, **lengths: int) -> list[dict[str, Any]]:
    parts = cut_chunks(batch, ChunksSettings(**lengths), tokenizer=tokenizer)
    STEP.check(batch, parts, "test")
    return parts.kept.to_pylist()


def _check(rows: list[dict[str, Any]], text: str, max_chars: int) -> None:
    """What is true of the passages of any document."""
    children = [row for row in rows if row["level"] == 1]
    assert [row["chunk_index"] for row in rows] == list(range(len(rows)))
    assert len({row["id"] for row in rows}) == len(rows)
    covered = bytearray(len(text))
    for row in rows:
        assert row["text"].strip()
        assert row["n_chars"] == len(row["text"])
        part = json.loads(row["metadata"]).get("part")
        if part is None:
            assert text[row["char_start"] : row["char_end"]] == row["text"]
        prefix = " > ".join(row["heading_path"])
        assert row["embed_text"] == (f"{prefix}\n{row['text']}" if prefix else row["text"])
    for row in children:
        assert row["n_chars"] <= max_chars
        covered[row["char_start"] : row["char_end"]] = b"\1" * (row["char_end"] - row["char_start"])
    assert not "".join(c for c, seen in zip(text, covered, strict=True) if not seen).strip(" \n\t\u3000-*_")
    assert [row["prev_id"] for row in children] == [None, *(row["id"] for row in children[:-1])][: len(children)]
    assert [row["next_id"] for row in children] == [*(row["id"] for row in children[1:]), None][: len(children)]
    parents = {row["id"]: row for row in rows if row["level"] == 0}
    for row in children:
        if row["parent_id"]:
            parent = parents[row["parent_id"]]
            assert parent["char_start"] <= row["char_start"] <= row["char_end"] <= parent["char_end"]
    for name in parents:
        assert sum(row["parent_id"] == name for row in children) > 1


@pytest.mark.parametrize("max_chars", [100, 300, 750])
def test_a_manual_falls_into_passages_that_hold_all_of_it(max_chars: int, documents, tokenizer):
    rows = _cut(documents(MANUAL, source_type="markdown"), tokenizer, max_chars=max_chars)
    _check(rows, MANUAL, max_chars)


def test_passages_know_their_headings(documents, tokenizer):
    rows = _cut(documents(MANUAL, source_type="markdown"), tokenizer, max_chars=750, min_chars=0)
    paths = {tuple(row["heading_path"]) for row in rows}
    assert ("Gateway 网关手册", "Rules 规则", "Ports") in paths
    assert ("Gateway 网关手册", "配置") in paths
    (ports,) = [row for row in rows if row["text"].startswith("### Ports") and row["level"] == 1]
    assert "| 8000 | 服务 0 |" in ports["text"]


def test_a_table_that_is_cut_repeats_its_head_and_no_row_is_cut(documents, tokenizer):
    rows = _cut(documents(TABLE, source_type="markdown"), tokenizer, max_chars=200)
    parts = [row for row in rows if row["level"] == 1]
    assert len(parts) > 2
    for row in parts:
        assert row["kind"] == "table"
        assert row["text"].startswith("| Port | 用途 |\n|---|---|\n| ")
        assert row["text"].endswith(" |")
    said = [line for row in parts for line in row["text"].split("\n")[2:]]
    assert said == TABLE.strip().split("\n")[2:]


def test_a_fence_that_is_cut_is_a_fence_in_every_part(documents, tokenizer):
    rows = _cut(documents(FENCE, source_type="markdown"), tokenizer, max_chars=200)
    parts = [row for row in rows if row["level"] == 1]
    assert len(parts) > 2
    for row in parts:
        assert row["kind"] == "code"
        assert row["text"].startswith("```yaml\n")
        assert row["text"].endswith("\n```")
        assert not open_fence(row["text"])


@pytest.mark.parametrize("long", [TABLE, FENCE])
def test_a_heading_is_never_alone_where_something_follows_it(long: str, documents, tokenizer):
    rows = _cut(documents(f"# 手册\n\n## Ports 端口\n\n{long}", source_type="markdown"), tokenizer, max_chars=200)
    parts = [row for row in rows if row["level"] == 1]
    assert parts[0]["text"].startswith("# 手册\n\n## Ports 端口\n\n" + long[:9])
    assert all(row["heading_path"] == ["手册", "Ports 端口"] for row in parts)
    _check(rows, f"# 手册\n\n## Ports 端口\n\n{long}", 200)


def test_a_line_between_two_turns_is_no_passage(documents, tokenizer, turns):
    text, blocks = turns(({}, ENGLISH[0]), ({}, CHINESE[0]), ({}, "---\n- item 项"))
    rows = _cut(documents(text, source_type="github_issue", blocks=[blocks]), tokenizer, min_chars=0)
    assert [row["text"] for row in rows if row["level"] == 1] == [ENGLISH[0], CHINESE[0], "---\n- item 项"]


def test_what_fits_is_not_cut(documents, tokenizer):
    small_table, small_fence = "| a | 甲 |\n|---|---|\n| 1 | 一 |", "```\nx = 1\n\n# 注释\n```"
    text = f"{ENGLISH[0]}\n\n{small_table}\n\n{CHINESE[0]}\n\n{small_fence}"
    rows = _cut(documents(text, source_type="markdown"), tokenizer, max_chars=80)
    for whole in (small_table, small_fence):
        assert sum(whole in row["text"] for row in rows if row["level"] == 1) == 1


def test_chinese_is_cut_at_the_ends_of_sentences(documents, tokenizer):
    text = "".join(CHINESE)
    rows = [row for row in _cut(documents(text), tokenizer, max_chars=60) if row["level"] == 1]
    assert len(rows) > 1
    assert all(row["text"][-1] in "。！" for row in rows)


def test_code_is_cut_between_functions(documents, tokenizer):
    text = "\n\n".join(f"def rule_{n}(value):\n    # 第{n}条规则\n    return value > {n}" for n in range(30))
    rows = _cut(documents(text, source_type="code", path="rules.py"), tokenizer, max_chars=150)
    _check(rows, text, 150)
    assert all(row["text"].startswith("def ") for row in rows if row["level"] == 1)
    assert {row["kind"] for row in rows} == {"code"}
    assert json.loads(rows[0]["metadata"]) == {"path": "rules.py"}


def test_another_speaker_begins_another_passage(documents, tokenizer, turns):
    text, blocks = turns(({}, "How often? 多久一次？"), ({}, "Every night. 每晚。"))
    rows = _cut(documents(text, source_type="github_issue", blocks=[blocks]), tokenizer, min_chars=0)
    said = [row["text"] for row in rows if row["level"] == 1]
    assert any(part.startswith("How often?") and "Every night" not in part for part in said)


def test_a_repeated_passage_is_canonical_once(documents, tokenizer):
    rows = _cut(documents(CHINESE[0], CHINESE[0], ENGLISH[0]), tokenizer)
    assert [row["is_canonical"] for row in rows] == [True, False, True]


def test_pages_and_boxes_are_those_of_the_blocks(documents, tokenizer):
    text = f"{ENGLISH[0]}\n\n{CHINESE[0]}"
    place = {"kind": "paragraph", "level": None, "x0": 10.0, "x1": 90.0, "html": None, "attributes": None}
    blocks = [
        {"start": 0, "end": len(ENGLISH[0]), "page": 1, "y0": 5.0, "y1": 9.0, **place},
        {"start": len(ENGLISH[0]) + 2, "end": len(text), "page": 2, "y0": 1.0, "y1": 3.0, **place},
    ]
    (row,) = _cut(documents(text, source_type="pdf", blocks=[blocks]), tokenizer)
    assert (row["page_start"], row["page_end"]) == (1, 2)
    assert [(box["page"], box["y0"]) for box in row["bboxes"]] == [(1, 5.0), (2, 1.0)]


def test_words_and_tokens_are_those_of_jieba_and_of_the_model(documents, tokenizer):
    rows = _cut(documents(MANUAL, source_type="markdown"), tokenizer, max_chars=200)
    processor = Encoder(tokenizer).processor
    for row in rows:
        assert row["fts_tokens"] == " ".join(jieba.lcut_for_search(row["embed_text"]))
        assert row["n_tokens"] == len(processor.encode(row["text"]))


def test_ids_stay_when_another_document_changes(documents, tokenizer):
    before = _cut(documents(MANUAL, CHINESE[0], source_type="markdown"), tokenizer)
    after = _cut(documents(MANUAL, CHINESE[1], source_type="markdown"), tokenizer)
    ids = [[row["id"] for row in rows if row["doc_id"] == "d0"] for rows in (before, after)]
    assert ids[0] == ids[1]


LINES = st.lists(
    st.sampled_from([
        "# 标题 one", "## Two", "Title\n=====", "text 正文。More text here.", "| a | b |", "|---|---|", "| 1 | 二 |",
        "```", "~~~", "    indented", "", "", "- item 项", "<table>", "</table>", "x" * 130, "字" * 130, "![图](a.png)",
    ]),
    max_size=25,
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(lines=LINES, max_chars=st.integers(50, 200), min_chars=st.sampled_from([0, 40]))
def test_any_markdown_falls_into_passages_that_hold_all_of_it(lines, max_chars, min_chars, documents, tokenizer):
    text = "\n".join(lines).strip()
    if text:
        rows = _cut(documents(text, source_type="markdown"), tokenizer, max_chars=max_chars, min_chars=min_chars)
        _check(rows, text, max_chars)


def test_real_documents_fall_into_passages_that_hold_all_of_them(corpus: Path, documents, tokenizer):
    texts = [path.read_text(encoding="utf-8").strip() for path in sorted((corpus / "docs").glob("*.md"))]
    texts = [text.replace("\r\n", "\n") for text in texts]
    rows = _cut(documents(*texts, source_type="markdown"), tokenizer)
    by_document: dict[str, list] = {}
    for row in rows:
        by_document.setdefault(row["doc_id"], []).append(row)
    for index, text in enumerate(texts):
        _check(by_document[f"d{index}"], text, 750)
    assert not [row["id"] for row in rows if open_fence(row["text"]) and row["level"] == 1 and not row["heading_path"]]


def test_no_documents_have_no_passages(documents, tokenizer):
    assert _cut(documents(), tokenizer) == []


def test_golden(documents, tokenizer, golden):
    text = f"# 手册 Manual\n\n{ENGLISH[0]}\n\n{CHINESE[0]}\n\n## Ports\n\n{TABLE[:120]}\n\n```\nx\n```"
    batch = documents(text, mixed_text(5, 12), source_type=["markdown", "text"], title=["手册 Manual", None])
    golden(STEP, cut_chunks(batch, ChunksSettings(max_chars=120, parent_chars=400), tokenizer=tokenizer))
