"""Source files along their functions and classes: in passages nothing is lost, and each says where it stands."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.tokens.chunks import cut_chunks
from tasks.tokens.code_sections import find_code_sections
from tasks.tokens.code_structure import GRAMMARS, find_definitions
from tasks.tokens.settings import ChunksSettings

FILES = {
    "python": (
        "import os\n\n\n"
        "# 说明：检查规则\n@cached\ndef 检查(x):\n    '''逐条检查。'''\n    return x\n\n\n"
        "class 网关(Base):\n    limit = 1\n\n"
        "    def 打开(self):\n        def inner():\n            pass\n        return inner\n",
        ["检查", "网关", "网关.打开"],
    ),
    "javascript": (
        "const f = (a) => { return a; };\nexport default function g() {}\nclass C { constructor() {} m() {} }\n",
        ["f", "g", "C", "C.constructor", "C.m"],
    ),
    "typescript": (
        "export interface I { a: number }\n"
        "export class K<T> { get(): T { return null } }\nexport const h = async () => {};\n",
        ["I", "K", "K.get", "h"],
    ),
    "go": ("package a\n// T 的说明\ntype T struct{}\nfunc (t *T) M() int { return 1 }\n", ["T", "M"]),
    "rust": ("/// doc\n#[derive(Debug)]\npub struct S {}\nimpl S { fn new() -> S { S{} } }\n", ["S", "S", "S.new"]),
    "c": ("static int check(int *x) { return *x; }\nstruct s { int a; };\nchar *name(void) { return 0; }\n",
          ["check", "s", "name"]),
    "c++": ("#ifndef A\n#define A\n"
            "namespace n {\ntemplate <typename T> class V { int f() { return 1; } };\n}\n#endif\n",
            ["n", "n.V", "n.V.f"]),
    "java": ("package a;\n/** 说明 */\npublic class A { A() {} void m() {} }\n", ["A", "A.A", "A.m"]),
    "c#": ("namespace N { class A { public int M() { return 1; } } }\n", ["N", "N.A", "N.A.M"]),
    "ruby": ("class A\n  def m\n    1\n  end\nend\n", ["A", "A.m"]),
    "php": ("<?php\nclass A { function m() {} }\nfunction f() {}\n", ["A", "A.m", "f"]),
    "kotlin": ("class A { fun m(): Int { return 1 } }\nfun top() = 1\n", ["A", "A.m", "top"]),
    "swift": ("class A { func m() -> Int { return 1 } }\n", ["A", "A.m"]),
    "lua": ("function M.f(x)\n  return x\nend\n", ["M.f"]),
    "shell": ("启动() { echo 1; }\nstart() { echo 1; }\n", ["start"]),
}  # fmt: skip


def named(text: str, language: str) -> list[str]:
    names: list[str] = []
    stack: list[str] = []
    for one in find_definitions(text, language):
        stack = [*stack[: one.depth], one.name]
        names.append(".".join(stack))
    return names


@pytest.mark.parametrize("language", FILES)
def test_functions_and_classes_are_found_with_what_is_around_them(language: str):
    text, expected = FILES[language]
    assert [name for name in named(text, language) if name != "启动"] == expected


def test_every_grammar_is_inside_the_package():
    for language in GRAMMARS:
        find_definitions("x\n", language)


def test_comments_and_decorators_above_belong_to_a_definition():
    text, _ = FILES["python"]
    first = find_definitions(text, "python")[0]
    assert text[first.start : first.end].startswith("# 说明：检查规则\n@cached\ndef 检查")
    assert text[slice(*first.body)].startswith("'''逐条检查。'''")
    assert [text[slice(*span)] for span in first.statements] == ["'''逐条检查。'''", "return x"]


def sections(text: str, language: str | None, **given) -> list[tuple[tuple[str, ...], str]]:
    lengths = {"title": "a.py", "min_chars": 0, "max_chars": 750, **given}
    return [(found.path, text[found.start : found.end]) for found in find_code_sections(text, language, **lengths)]


def test_sections_are_named_after_the_definitions_they_hold():
    text, _ = FILES["python"]
    assert [path for path, _ in sections(text, "python")] == [
        ("a.py",), ("a.py", "检查"), ("a.py", "网关"), ("a.py", "网关", "打开"),
    ]  # fmt: skip
    assert sections(text, "python")[2][1] == "class 网关(Base):\n    limit = 1"
    assert [path for path, _ in sections(text, None)] == [("a.py",)]
    assert [path for path, _ in sections(text, "python", min_chars=1000)] == [("a.py",)]


PIECES = st.sampled_from([
    "def f():\n    return 1\n", "class 甲:\n", "    def m(self): pass\n", "\n\n", "x = '文本'\n", "}", "{",
    "@d\n", "# 说明\n",
    "function g() {}\n", "if x:\n", ")", '"""', "class B { m() {} };\n", "é",
])  # fmt: skip


@given(st.lists(PIECES, max_size=25), st.sampled_from(["python", "javascript", "c++", "go", None]))
@settings(max_examples=200, deadline=None)
def test_sections_hold_every_character_of_any_text_in_order(pieces: list[str], language: str | None):
    text = "".join(pieces)
    found = find_code_sections(text, language, title=None, min_chars=20, max_chars=200)
    together = "".join(text[atom.start : atom.end] for section in found for atom in section.atoms)
    assert re.sub(r"\s", "", together) == re.sub(r"\s", "", text)


def test_a_passage_of_code_says_in_which_class_and_function_it_stands(documents, tokenizer):
    text, _ = FILES["python"]
    batch = documents(text, source_type="code", title="gate.py", path="src/gate.py",
                      metadata=json.dumps({"language": "python"}))  # fmt: skip
    rows = cut_chunks(batch, ChunksSettings(min_chars=0), tokenizer=tokenizer).kept.to_pylist()
    assert [row["heading_path"] for row in rows] == [
        ["gate.py"], ["gate.py", "检查"], ["gate.py", "网关"], ["gate.py", "网关", "打开"],
    ]  # fmt: skip
    assert rows[3]["embed_text"].startswith("gate.py > 网关 > 打开\n    def 打开(self):")
    assert all(text[row["char_start"] : row["char_end"]] == row["text"] for row in rows)
