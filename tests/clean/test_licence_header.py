"""Licence headers: what is about a licence goes, from comments of every kind; nothing else does, in either language."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clean.clean import clean_documents
from tasks.clean.licence_header import licence_headers
from tasks.clean.settings import CleanSettings


def left(text: str, language: str | None = None) -> str:
    for start, end in reversed(licence_headers(text, language)):
        text = text[:start] + text[end:]
    return text


CASES = [
    # A header beside what explains the file.
    ("c", "/*\n * gate.c - opens gates.\n *\n * Copyright (C) 2020 A\n * License: GPL\n */\n#include <a.h>\n",
     "/*\n * gate.c - opens gates.\n *\n */\n#include <a.h>\n"),
    ("c", "/* Copyright (C) 1991 The Authors\n * This file is part of the library.\n *\n * 打开网关。\n */\nint x;\n",
     "/*\n * 打开网关。\n */\nint x;\n"),
    ("go", "// 网关规则检查\n// 版权所有 2020 某公司\n//\n// 未经许可，不得复制。\npackage a\n",
     "// 网关规则检查\npackage a\n"),
    ("python", "# -*- coding: utf-8 -*-\n# 版权所有（C）2021\n# 检查许可证是否过期的模块\nx = 1\n",
     "# -*- coding: utf-8 -*-\n# 检查许可证是否过期的模块\nx = 1\n"),
    ("rust", "//! Crate docs.\n//!\n//! Licensed under MIT\nuse a;\n", "//! Crate docs.\n//!\nuse a;\n"),
    # Whole headers.
    ("python", '#!/usr/bin/env python\n"""\nCopyright 2020 A.\n\nLicensed under the Apache License\n"""\nimport a\n',
     "#!/usr/bin/env python\nimport a\n"),
    ("python", "##########\n# Copyright 2020 B\n##########\nimport os\n", "import os\n"),
    ("java", "/**\n * Copyright (c) 2015 A\n *\n * Permission is hereby granted, free of charge\n *\n * THE SOFTWARE IS"
     " PROVIDED AS IS, WITHOUT WARRANTY OF ANY KIND\n */\n\npackage x;\n", "package x;\n"),
    ("javascript", "/*!\n * lib v1 | (c) 2020 X | MIT\n */\nvar a;\n", "var a;\n"),
    ("vue", "<!-- 版权所有 -->\n<template/>\n", "<template/>\n"),
    ("lua", "--[[ Copyright (c) 2020 A ]]\nlocal x\n", "local x\n"),
    ("c++", "#pragma once\n// Copyright 2020 X\n#include <a>\n", "#pragma once\n#include <a>\n"),
    ("java", "/*\n * 本软件依据木兰宽松许可证授权。\n * 著作权归某公司所有。\n */\nclass A {}\n", "class A {}\n"),
]  # fmt: skip
STAYS = [
    ("python", '"""\napp\n~~~\n\n:copyright: 2010 by the team.\n:license: BSD\n"""\nimport a\n'),
    ("python", "# Parse copyright notices of source files and tell the licence.\nx = 1\n"),
    ("python", "# 许可证校验模块：检查许可证是否过期\nx = 1\n"),
    ("css", "#copyright { color: red; }\n#footer { content: 'Copyright 2020'; }\n"),
    ("c", "#include <copyright.h>\n#define LICENSE 1\n"),
    ("go", "package main // Copyright 2020\n"),
    ("c", "/* Copyright 2020 A */ int x;\n"),
    (None, "# 标题 license\n\n正文 copyright\n"),
    ("shell", "#!/bin/sh\n# -*- coding: utf-8 -*-\n# 启动服务 start the service\nexit\n"),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_what_is_about_a_licence_goes(language: str, text: str, expected: str):
    assert left(text, language) == expected


@pytest.mark.parametrize(("language", "text"), STAYS)
def test_what_is_about_something_else_stays(language: str | None, text: str):
    assert left(text, language) == text


def test_source_code_keeps_every_character_outside_of_a_header(documents):
    code = 'x = \'é \u200b  \'  \n\n\n\n\n\ny = """  \n"""\t\n\n'
    batch = documents(f"# Copyright 2020 A\n\n{code}", code, source_type="code", metadata='{"language":"python"}')
    assert clean_documents(batch, CleanSettings()).kept["text"].to_pylist() == [code, code]


LINES = st.sampled_from([
    "#!/bin/sh", "#include <a.h>", "#define LICENSE 1", "# Copyright 2020 A", "# 版权所有 2020", "#", "# 说明 explains",
    "/* Copyright 2020 A", " * Licensed under the MIT License", " * 网关 gateway", " */", "/**", "int x; // 计数",
    '"""Docs 文档', '"""', "", "import a", "// SPDX-License-Identifier: MIT", "//go:build linux", "####",
])  # fmt: skip


@given(st.lists(LINES, max_size=14), st.sampled_from(["c", "python", "shell", "go", None]))
@settings(max_examples=400, deadline=None)
def test_no_include_shebang_explanation_or_code_is_ever_cut(lines: list[str], language: str | None):
    text = "\n".join(lines) + "\n"
    kept = left(text, language)
    # Not inside of a comment or string that is itself a header.
    inside = any(line.startswith(("/*", '"""')) for line in lines)
    for word in ("#!/bin/sh", "#include <a.h>", "#define LICENSE 1", "int x; // 计数", "import a", "//go:build linux"):
        if not inside:
            assert kept.count(word) == text.count(word)
    spans = licence_headers(text, language)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
