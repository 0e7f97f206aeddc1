"""Cleaning: boilerplate goes with its reason, what the author wrote stays, and blocks point where they did."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.sides import REMOVED_SPAN
from tasks.clean.clean import STEP, clean_documents, clean_text
from tasks.clean.licence_header import licence_headers
from tasks.clean.settings import CleanSettings


def _texts(parts) -> list[str]:
    return parts.kept["text"].to_pylist()


def test_clean_text_is_not_touched(documents):
    batch = documents("A sentence.\n\n另一句话。\n", "code:\n\n\n    x = 1", lang=None)
    parts = clean_documents(batch, CleanSettings())
    assert _texts(parts) == ["A sentence.\n\n另一句话。", "code:\n\n\n    x = 1"]
    assert parts.sides["removed_spans"].num_rows == 0


def test_no_documents_are_no_problem(documents):
    parts = clean_documents(documents(), CleanSettings())
    STEP.check(documents(), parts, "empty")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("soft\u00adhyphen", "softhyphen"),
        ("零\u200b宽\ufeff", "零宽"),
        ("\x1b[33m红\x1b[m text", "红 text"),
        ("trailing  \nblanks\u3000\n行尾 ", "trailing\nblanks\n行尾"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("cafe\u0301 e\u0301", "café é"),
        ("```\ntrailing  \n\n\n\n\n```", "```\ntrailing  \n\n\n\n\n```"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
    ],
)
def test_characters_are_written_in_one_way(text: str, expected: str, documents):
    assert _texts(clean_documents(documents(text), CleanSettings())) == [expected]


def test_a_document_of_blanks_is_dropped_and_says_so(documents):
    parts = clean_documents(documents("\u200b \n", "text 文本"), CleanSettings())
    assert parts.dropped["reason"].to_pylist() == ["nothing_left"]
    assert _texts(parts) == ["text 文本"]


LICENSED = """#!/usr/bin/env python
# -*- coding: utf-8 -*-
# Copyright 2020 The authors
# Licensed under the Apache License, Version 2.0
#
# http://www.apache.org/licenses/LICENSE-2.0

# Parse the rules of the gateway.
\"\"\"Docstring with the word copyright.\"\"\"
"""


def test_a_licence_header_goes_and_what_explains_the_file_stays(documents):
    parts = clean_documents(documents(LICENSED, source_type="code"), CleanSettings())
    assert _texts(parts)[0].startswith("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Parse the rules")
    assert "Docstring" in _texts(parts)[0]
    assert parts.sides["removed_spans"]["reason"].to_pylist() == ["licence_header"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/* 版权所有 2020 */\nint main() {}\n", "int main() {}\n"),
        ("// SPDX-License-Identifier: MIT\n\npackage main\n", "package main\n"),
        ("/* What it is. */\n/*\n * Copyright (c) 2020\n */\n#include <a.h>\n", "/* What it is. */\n#include <a.h>\n"),
        ("#include <copyright.h>\n#define LICENSE 1\n", "#include <copyright.h>\n#define LICENSE 1\n"),
        ("# 标题 license\n正文", "# 标题 license\n正文"),
        ("<!-- Copyright 2020 -->\n<html></html>\n", "<html></html>\n"),
        ("-- 许可证: MIT\nSELECT 1;\n", "SELECT 1;\n"),
        ("/* copyright never closed", "/* copyright never closed"),
    ],
)  # fmt: skip
def test_headers_in_every_style_of_comment(text: str, left: str):
    for start, end in reversed(licence_headers(text)):
        text = text[:start] + text[end:]
    assert text == left


def _page_blocks(pages: list[list[str]]) -> tuple[str, list[dict]]:
    text, blocks = "", []
    nothing = {"level": None, "x0": 0.0, "x1": 100.0, "html": None, "attributes": None}
    for number, lines in enumerate(pages, start=1):
        page = {"start": len(text), "end": 0, "kind": "page", "page": number, "y0": 0.0, "y1": 800.0, **nothing}
        blocks.append(page)
        for index, line in enumerate(lines):
            blocks.append({
                "start": len(text), "end": len(text) + len(line), "kind": "paragraph", "page": number,
                "y0": 20.0 + 700 * index / len(lines), "y1": 30.0 + 700 * index / len(lines), **nothing,
            })  # fmt: skip
            text += line + "\n\n"
        page["end"] = len(text) - 2
    return text.rstrip(), blocks


PAGES = [
    [
        "Gateway manual",
        f"Chapter {n} says something new about subject {'abcdef'[n]}.",
        "网关每天备份一次。" if n == 1 else f"第{'一二三四五六'[n]}段正文。",
        f"Page {n + 1} of 5",
    ]
    for n in range(5)
]


def test_lines_that_repeat_at_the_edge_of_pages_go_and_the_first_paragraph_stays(documents):
    text, blocks = _page_blocks(PAGES)
    parts = clean_documents(documents(text, n_pages=5, source_type="pdf", blocks=[blocks]), CleanSettings())
    kept = _texts(parts)[0]
    assert "Gateway manual" not in kept
    assert "Page 3 of 5" not in kept
    assert "第三段正文" in kept
    reasons = set(parts.sides["removed_spans"]["reason"].to_pylist())
    assert reasons == {"page_header", "page_number"} or reasons == {"page_header", "page_footer"}
    moved = parts.kept["blocks"].to_pylist()[0]
    assert {kept[b["start"] : b["end"]] for b in moved if b["kind"] == "paragraph"} >= {"网关每天备份一次。"}


def test_a_block_that_is_cut_whole_does_not_come_back_as_blank_lines(documents):
    pages = [[lines[0], "Second header 页眉", *lines[1:]] for lines in PAGES]
    text, blocks = _page_blocks(pages)
    parts = clean_documents(documents(text, n_pages=5, source_type="pdf", blocks=[blocks]), CleanSettings())
    (kept,) = _texts(parts)
    left = [b for b in parts.kept["blocks"].to_pylist()[0] if b["kind"] == "paragraph"]
    assert left
    assert all(kept[b["start"] : b["end"]].strip() for b in left)


def test_what_stands_on_two_pages_only_is_text(documents):
    text, blocks = _page_blocks([*PAGES[:2], ["其它", "body", "end"], ["又一页", "正文", "完"]])
    parts = clean_documents(documents(text, n_pages=4, source_type="pdf", blocks=[blocks]), CleanSettings())
    assert _texts(parts)[0].count("Gateway manual") == 2


def _turns(*bodies: str) -> tuple[str, list[dict]]:
    text, blocks = "", []
    for body in bodies:
        text += "\n\n" if text else ""
        blocks.append({"start": len(text), "end": len(text) + len(body), "kind": "turn"})
        text += body
    nothing = dict.fromkeys(("level", "page", "x0", "y0", "x1", "y1", "html", "attributes"))
    return text, [{**block, **nothing} for block in blocks]


def test_fenced_code_is_not_touched(documents):
    text, blocks = _turns("```\n<!-- not a template -->\n- [ ] item\n```")
    parts = clean_documents(documents(text, source_type="github_issue", blocks=[blocks]), CleanSettings())
    assert _texts(parts) == [text]


def test_a_switched_off_finder_finds_nothing(documents):
    batch = documents(LICENSED, source_type="code")
    assert _texts(clean_documents(batch, CleanSettings(licence_headers=False)))[0].count("Copyright") == 1


ODD = st.text(alphabet="ab 中文\n\t\u200b\u00ad\u0301e`\x1b[m\ufeff가\u1161ᄀ", max_size=80)


@given(ODD)
@settings(max_examples=300, deadline=None)
def test_cleaning_twice_is_cleaning_once(text: str):
    once, _ = clean_text(text, [], [])
    assert clean_text(once, [], [])[0] == once


@given(ODD.filter(lambda text: "\x1b" not in text))
@settings(max_examples=300, deadline=None)
def test_no_letter_is_lost(text: str):
    visible = text.translate({0x200B: None, 0xAD: None, 0xFEFF: None})
    letters = [c for c in unicodedata.normalize("NFC", visible) if c.isalnum()]
    assert [c for c in clean_text(text, [], [])[0] if c.isalnum()] == letters


def test_golden(documents, golden):
    text, blocks = _turns("<!-- t -->\nBody 正文", "回答\n\n\n\n\n完")
    batch = documents(LICENSED, text, source_type=["code", "github_issue"], blocks=[[], blocks])
    golden(STEP, clean_documents(batch, CleanSettings()))
    REMOVED_SPAN.check(clean_documents(batch, CleanSettings()).sides["removed_spans"])
