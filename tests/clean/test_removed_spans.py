"""What cleaning takes out is on record: cutting the spans from the old text gives the new one, and nothing is lost."""

from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.clean.clean import STEP, clean_documents, clean_text
from tasks.clean.settings import CleanSettings
from tests.corpus_documents import manuals_of

NOTHING = dict.fromkeys(("level", "page", "x0", "y0", "x1", "y1", "html", "attributes"))
SAID = st.sampled_from([
    "<!-- describe 描述 -->\n", "It fails. 它坏了。\n", "- [ ] I searched\n", "> quoted 引用\n",
    "On Mon, somebody wrote:\n", "```\n<!-- code -->\n```\n", "发自我的手机\n", "-- \nA name\n", "\u200b", "  \n",
    "\n\n\n\n\n", "e\u0301", "\x1b[31m红\x1b[m",
])  # fmt: skip
HEADS = st.sampled_from([
    "#!/bin/sh\n", "# Copyright 2020 The authors\n", "# 版权所有\n", "/* SPDX-License-Identifier: MIT */\n",
    "import os\n", "// 说明 what this is\n", "\n", "x = 1\n", "#include <a.h>\n", "<!-- Licensed under MIT -->\n",
])  # fmt: skip


def _thread(bodies: list[str]) -> tuple[str, list[dict[str, Any]]]:
    text, blocks = "", []
    for body in bodies:
        text += "\n\n---\n\n" if text else ""
        blocks.append({"start": len(text), "end": len(text) + len(body), "kind": "turn", **NOTHING})
        text += body
    return text, blocks


def _check(batch: pa.Table) -> None:
    parts = clean_documents(batch, CleanSettings())
    STEP.check(batch, parts, "test")
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in parts.sides["removed_spans"].to_pylist():
        spans.setdefault(row["doc_id"], []).append((row["start"], row["end"]))
        assert row["detail"] is None or len(row["detail"]) < 60
    after = dict(zip(parts.kept["id"].to_pylist(), parts.kept.select(["text", "blocks"]).to_pylist(), strict=True))
    for row in batch.to_pylist():
        left, position = "", 0
        for start, end in sorted(spans.get(row["id"], [])):
            assert 0 <= start < end <= len(row["text"])
            left += row["text"][position : max(position, start)]
            position = max(position, end)
        left += row["text"][position:]
        expected = left if row["source_type"] == "code" else clean_text(left, [], [])[0]
        if row["id"] not in after:
            assert not expected.strip()
            continue
        found = after[row["id"]]
        assert found["text"] == expected
        for block in found["blocks"]:
            assert 0 <= block["start"] <= block["end"] <= len(found["text"])


@settings(max_examples=150, deadline=None)
@given(bodies=st.lists(st.lists(SAID, min_size=1, max_size=5).map("".join), min_size=1, max_size=4))
def test_a_thread_is_what_the_spans_leave(bodies, documents):
    text, blocks = _thread(bodies)
    _check(documents(text, source_type="github_issue", blocks=[blocks]))


@settings(max_examples=150, deadline=None)
@given(head=st.lists(HEADS, min_size=1, max_size=8).map("".join))
def test_a_source_file_is_what_the_spans_leave(head, documents):
    _check(documents(head, source_type="code"))


NOISE = st.sampled_from([
    "<!-- describe 描述 -->\n", "- [ ] I searched\n", "> quoted 引用\n", "On Mon, somebody wrote:\n", "发自我的手机\n",
    "-- \nA name\n",
])  # fmt: skip


def _among(noise: str) -> st.SearchStrategy[str]:
    return st.sampled_from([noise, "It fails. 它坏了。\n", "\n\n\n\n\n", "```\n网关 code\n```\n"])


# What one rule cuts can bring together what another looks for: one kind of noise at a time, among whole lines.
ONE_NOISE = NOISE.flatmap(
    lambda noise: st.lists(st.lists(_among(noise), min_size=1, max_size=5).map("".join), min_size=1, max_size=4)
)


@settings(max_examples=150, deadline=None)
@given(bodies=ONE_NOISE)
@example(bodies=["<!-- describe 描述 -->\n", "\n\n\n\n\n-- \nA name\n\n\n\n\n\n<!-- describe 描述 -->\n"])
@example(bodies=["-- \nA name\n\n\n\n\n\n-- \n姓名\n\n\n\n\n\n-- \nA name\n"])
def test_cleaning_documents_twice_is_cleaning_them_once(bodies, documents):
    text, blocks = _thread(bodies)
    once = clean_documents(documents(text, source_type="github_issue", blocks=[blocks]), CleanSettings()).kept
    twice = clean_documents(once, CleanSettings())
    assert twice.kept.equals(once)


def test_words_are_counted_anew(documents):
    kept = clean_documents(documents("# Copyright 2020\nx = 1  # 注释\n", source_type="code"), CleanSettings()).kept
    assert kept["n_words"].to_pylist() == [4]


def test_real_manuals_keep_every_letter(corpus: Path, documents):
    texts = list(manuals_of(corpus).values())
    batch = documents(*texts, source_type="markdown")
    _check(batch)
    kept = clean_documents(batch, CleanSettings()).kept["text"].to_pylist()
    for before, after in zip(texts, kept, strict=True):
        assert [c for c in before if c.isalnum() and c.isascii()] == [c for c in after if c.isalnum() and c.isascii()]
