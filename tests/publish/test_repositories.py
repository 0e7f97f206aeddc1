"""Repositories: every file once, what a file imports before it, circles or not, in any language."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.settings import StepSettings
from tasks.publish.code_imports import CodeFile, imports_first, imports_of
from tasks.publish.repositories import STEP, list_repositories

REPOSITORIES = {
    "python": {
        "app/__init__.py": "from .网关 import 打开\n",
        "app/网关.py": "import os\nfrom app.rules import (\n    check,\n)\n",
        "app/rules.py": "from . import limits\n",
        "app/limits.py": "LIMIT = 80\n",
    },
    "javascript": {
        "src/index.js": "import {a} from './lib/a';\nconst b = require('./b.js');\n",
        "src/lib/a.js": "export {c} from '../c'\n",
        "src/b.js": "",
        "src/c/index.js": "",
    },
    "c": {
        "src/main.c": '#include <stdio.h>\n#include "gate.h"\n',
        "include/gate.h": '#include "types.h"\n',
        "include/types.h": "",
    },
    "go": {
        "cmd/main.go": 'package main\nimport (\n\t"fmt"\n\t"example.com/server/pkg/rules"\n)\n',
        "pkg/rules/rules.go": 'package rules\nimport "example.com/server/pkg/limits"\n',
        "pkg/limits/limits.go": "package limits\n",
    },
    "java": {
        "src/a/Main.java": "package a;\nimport a.rules.Check;\n",
        "src/a/rules/Check.java": "package a.rules;\nimport static a.Limits.MAX;\n",
        "src/a/Limits.java": "package a;\n",
    },
    "rust": {
        "src/main.rs": "mod rules;\n",
        "src/rules.rs": "use crate::limits::MAX;\n",
        "src/limits.rs": "",
    },
    "ruby": {
        "main.rb": "require_relative 'lib/rules'\n",
        "lib/rules.rb": "require_relative 'limits'\n",
        "lib/limits.rb": "",
    },
}  # fmt: skip


def ordered(files: dict[str, str], language: str) -> list[str]:
    listed = [CodeFile(path, imports_of(path, text, language)) for path, text in files.items()]
    return [listed[position].path for position in imports_first(listed)]


@pytest.mark.parametrize("language", REPOSITORIES)
def test_what_a_file_imports_comes_before_it(language: str):
    files = REPOSITORIES[language]
    order = ordered(files, language)
    assert sorted(order) == sorted(files)
    # Written from the top down, each file imports the next ones.
    if language == "javascript":
        assert order == ["src/c/index.js", "src/lib/a.js", "src/b.js", "src/index.js"]
    else:
        assert order == list(reversed(files))


def test_circles_are_cut_and_nothing_is_lost():
    files = {"甲.py": "import 乙\n", "乙.py": "import 丙\n", "丙.py": "import 甲\n", "d.py": "import d\n"}
    assert ordered(files, "python") == ["丙.py", "乙.py", "甲.py", "d.py"]


@given(st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=10))
def test_every_file_has_one_place_in_any_graph(edges: list[list[int]]):
    files = [CodeFile(f"m{n}.py", [f"m{target}" for target in targets]) for n, targets in enumerate(edges)]
    order = imports_first(files)
    assert sorted(order) == list(range(len(files)))
    forward = all(target < n for n, targets in enumerate(edges) for target in targets)
    if forward:
        place = {position: at for at, position in enumerate(order)}
        assert all(place[target] < place[n] for n, targets in enumerate(edges) for target in targets)


def repository(documents):
    paths = ["README.md", "app/网关.py", "app/rules.py", "tests/test_rules.py", "other.py"]
    texts = ("# 网关\n", "from app import rules\n", "x = 1\n", "from app import 网关\n", "y = 2\n")
    labels = [{"language": "markdown", "role": "documentation"}, *[{"language": "python", "role": "source"}] * 2,
              {"language": "python", "role": "test"}, {"language": "python", "role": "source"}]  # fmt: skip
    return documents(
        *texts,
        source_type=["markdown", "code", "code", "code", "code"],
        path=paths,
        source=paths,
        repo=["server"] * 4 + ["other"],
        revision=["c0ffee"] * 4 + [None],
        license=["MIT", "MIT", "Apache-2.0", None, None],
        metadata=[json.dumps(one) for one in labels],
    )


def test_a_repository_is_one_row_with_documentation_first_and_tests_last(documents):
    rows = list_repositories(iter([repository(documents)]), StepSettings()).kept.to_pylist()
    assert [row["repo"] for row in rows] == ["other", "server"]
    assert rows[1]["paths"] == ["README.md", "app/rules.py", "app/网关.py", "tests/test_rules.py"]
    assert rows[1]["document_ids"] == ["d0", "d2", "d1", "d3"]
    assert (rows[1]["licenses"], rows[1]["languages"], rows[1]["n_files"]) == (
        ["Apache-2.0", "MIT"], ["markdown", "python"], 4,
    )  # fmt: skip


def test_the_order_does_not_depend_on_shards(documents):
    batch = repository(documents)
    whole = list_repositories(iter([batch]), StepSettings()).kept
    pieces = [batch.slice(index, 1) for index in range(batch.num_rows)]
    random.Random(7).shuffle(pieces)
    assert list_repositories(iter(pieces), StepSettings()).kept.equals(whole)


def test_golden(documents, golden):
    golden(STEP, list_repositories(iter([repository(documents)]), StepSettings()))
