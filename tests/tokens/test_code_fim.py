"""Fill-in-the-middle: prefix, middle and suffix are what stands in the file, one behind the other."""

import json

import pytest

from tasks.tokens.code_fim import STEP, cut_middles
from tasks.tokens.settings import FimSettings

PYTHON = "".join(
    f"def 检查_{n}(规则):\n    '''第{n}条：逐条检查规则。'''\n"
    f"    if 规则.limit > {n}:\n        return True\n    return False\n\n\n"
    for n in range(40)
)
SQL = "".join(f"SELECT name, limit_{n} FROM gateway_rules WHERE limit_{n} > 80; -- 上限\n" for n in range(80))


def batch_of(documents, **more):
    labels = [json.dumps({"language": name}) for name in ("python", "sql", "json", "python")]
    texts = (PYTHON, SQL, '{"a": 1}\n' * 500, "x = 1\n")
    return documents(*texts, source_type="code", path=["a.py", "b.sql", "c.json", "d.py"], metadata=labels, **more)


def test_the_parts_of_a_cut_stand_in_the_file_one_behind_the_other(documents):
    rows = cut_middles(batch_of(documents), FimSettings(max_cuts=20, chars_per_cut=100)).kept.to_pylist()
    texts = {"a.py": PYTHON, "b.sql": SQL}
    assert {row["path"] for row in rows} == set(texts)
    for row in rows:
        assert row["prefix"] + row["middle"] + row["suffix"] in texts[row["path"]]
        assert len(row["middle"].strip()) >= 10
        assert row["prefix"].strip()
    assert {row["cut"] for row in rows if row["language"] == "python"} == {"ast-node", "line", "random"}
    assert {row["cut"] for row in rows if row["language"] == "sql"} == {"line", "random"}
    assert len({row["id"] for row in rows}) == len(rows)


def test_a_cut_at_a_node_takes_a_body_or_a_statement_whole(documents):
    rows = cut_middles(batch_of(documents), FimSettings(max_cuts=30, chars_per_cut=100)).kept.to_pylist()
    nodes = [row["middle"] for row in rows if row["cut"] == "ast-node"]
    begins = ("'''第", "if 规则.limit >", "return False")
    assert nodes
    assert all(node.startswith(begins) and node.endswith(("'''", "True", "False")) for node in nodes)


def test_whole_lines_are_cut_as_lines(documents):
    rows = cut_middles(batch_of(documents), FimSettings(max_cuts=30, chars_per_cut=100)).kept.to_pylist()
    lines = [row for row in rows if row["cut"] == "line"]
    assert lines
    assert all(row["prefix"].endswith("\n") and row["middle"].endswith("\n") for row in lines)


@pytest.mark.parametrize("context", [100, 400])
def test_context_is_as_long_as_is_asked_for(documents, context: int):
    rows = cut_middles(batch_of(documents), FimSettings(context_chars=context, max_middle_chars=50)).kept.to_pylist()
    assert rows
    assert all(len(row["prefix"]) <= context and len(row["suffix"]) <= context for row in rows)
    assert all(len(row["middle"]) <= 100 for row in rows)


def test_the_same_file_is_cut_in_the_same_places_whatever_lies_beside_it(documents):
    batch = batch_of(documents)
    whole = cut_middles(batch, FimSettings()).kept
    parts = [cut_middles(batch.slice(index, 1), FimSettings()).kept.to_pylist() for index in range(batch.num_rows)]
    assert whole.to_pylist() == [row for part in parts for row in part]


def test_prose_and_data_are_not_cut(documents):
    prose = documents("# 说明\n\n" + "正文 text. " * 300, source_type="markdown", path="a.md",
                      metadata='{"language": "markdown"}')  # fmt: skip
    assert cut_middles(prose, FimSettings()).kept.num_rows == 0


def test_golden(documents, golden):
    golden(STEP, cut_middles(batch_of(documents), FimSettings(context_chars=200, max_middle_chars=60)))
