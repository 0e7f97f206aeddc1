"""Licences of single files: what the first comment states, and what a recipe allows."""

import pytest
from identify.vendor.licenses import LICENSES

from tasks.extract.code_licences import is_allowed, stated_licence
from tasks.extract.code_settings import CodeFileSettings

TEXTS = dict(LICENSES)
GNU = (
    "/* This program is free software: you can redistribute it and/or modify\n * it under the terms of the GNU {}"
    "General Public License as published by\n * the Free Software Foundation, {}. */\nint main(void);\n"
)


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("// SPDX-License-Identifier: Apache-2.0 OR MIT\npackage a\n", "Apache-2.0 OR MIT"),
        ("/* SPDX-License-Identifier: GPL-2.0 */\n", "GPL-2.0-only"),
        ("# SPDX-License-Identifier: GPL-2.0+\n", "GPL-2.0-or-later"),
        ("# SPDX-License-Identifier: Our-Own\n", "LicenseRef-unrecognized"),
        ("# 版权所有\n# Licensed under the Apache License,\n# Version 2.0\n", "Apache-2.0"),
        (GNU.format("Lesser ", "either version 2.1 of the License, or (at your option) any later version"),
         "LGPL-2.1-or-later"),
        (GNU.format("", "version 3 only"), "GPL-3.0-only"),
        ("// 本软件依据木兰宽松许可证, 第2版授权\n", "MulanPSL-2.0"),
        ("//! Dual licensed under the MIT license or the Apache License, Version 2.0\n", "Apache-2.0 OR MIT"),
        ("".join(f"# {line}\n" for line in TEXTS["MIT"].splitlines()), "MIT"),
        ("".join(f" * {line}\n" for line in TEXTS["BSD-3-Clause"].splitlines()), "BSD-3-Clause"),
        ("# Governed by a BSD-style license that can be found in the LICENSE file.\n", None),
        ("import a\nTEXT = 'Licensed under the Apache License, Version 2.0'\n", None),
        ("# 许可证由仓库说明\nx = 1\n", None),
    ],
)  # fmt: skip
def test_a_file_is_under_the_licence_its_first_comment_states(text: str, licence: str | None):
    assert stated_licence(text) == licence


def test_the_licence_of_a_file_goes_before_that_of_its_repository(extract):
    parts = extract(
        "code",
        {"LICENSE": TEXTS["MIT"], "网关.py": "x = 1\n", "a.py": "# SPDX-License-Identifier: MPL-2.0\nx = 1\n"},
    )
    found = dict(zip(parts.kept["path"].to_pylist(), parts.kept["license"].to_pylist(), strict=True))
    assert found == {"LICENSE": "MIT", "网关.py": "MIT", "a.py": "MPL-2.0"}


@pytest.mark.parametrize(
    ("licence", "allow", "deny", "allowed"),
    [
        ("MIT OR GPL-3.0-only", ["MIT"], [], True),
        ("MIT AND GPL-3.0-only", ["MIT"], [], False),
        ("(MIT OR GPL-3.0-only) AND ISC", ["MIT", "ISC"], [], True),
        ("MIT OR GPL-3.0-only", [], ["GPL-3.0-only"], True),
        ("MIT AND GPL-3.0-only", [], ["GPL-3.0-only"], False),
        ("Apache-2.0 WITH LLVM-exception", ["Apache-2.0"], [], True),
        ("LicenseRef-unrecognized", ["MIT"], [], False),
        ("LicenseRef-unrecognized", [], ["LicenseRef-unrecognized"], False),
        (None, ["MIT"], [], False),
        (None, [], ["MIT"], True),
    ],
)
def test_alternatives_need_one_allowed_licence_and_sums_all(licence, allow, deny, allowed: bool):
    assert is_allowed(licence, allow=allow, deny=deny) is allowed


def test_a_recipe_denies_licences(extract):
    files = {"a.py": "# SPDX-License-Identifier: AGPL-3.0-only\nx = 1\n", "网关.py": "x = 1\n"}
    parts = extract("code", files, wanted=CodeFileSettings(deny_licences=["AGPL-3.0-only"]))
    assert parts.dropped.select(["source", "reason", "detail"]).to_pylist() == [
        {"source": "a.py", "reason": "licence_denied", "detail": "AGPL-3.0-only"}
    ]
