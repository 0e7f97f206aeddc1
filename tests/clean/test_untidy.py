"""What is decided for many documents at once is what the passes do to each of them."""

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as examined
from hypothesis import strategies as st

from schemas.document import DOCUMENT
from tasks.clean.clean import _edit, _merged, clean_documents, clean_text
from tasks.clean.mojibake import MISREAD_GBK, MISREAD_LATIN, MISREAD_LEAD, MISREAD_TRAIL
from tasks.clean.settings import CleanSettings
from tasks.clean.tidy_columns import tidy_columns
from tasks.clean.tidy_kernel import is_space
from tasks.clean.tidying import INVISIBLE, find_spare_lines, find_trailing_blanks, find_uncomposed
from tasks.clean.untidy import Untidy, are_blank, find_untidy
from tasks.extract.rows import document_row, documents_table

_ENTRY: dict[str, Any] = {
    "id": "f", "source_key": "s", "path": "a.md", "member": None, "source_rank": 0, "kb": "kb", "repo": None,
    "revision": None,
}  # fmt: skip
_PIECES = st.sampled_from(
    ["a", "推送", "é", "e\u0301", " ", "\t", "\u3000", "\u00a0", "\u2028", "\n", "\n\n", "\n\n\n\n", "```\n", "~~~",
     "    ", "\x0b", "\x0c", "\x07", "\x1f", "\u200b", "Ã©", "Ａ", "臺", "🎉", "が", "か\u3099",
     "\u1112\u1161", "\uf900"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, min_size=1, max_size=14).map("".join).filter(lambda text: text.strip() != "")


def _batch(texts: list[str], blocks: list[list[dict[str, Any]]]) -> pa.Table:
    rows = [
        {
            **document_row(_ENTRY, text, source_type="markdown", raw_sha256="0", record=str(n)),
            "text": text,
            "blocks": found,
        }
        for n, (text, found) in enumerate(zip(texts, blocks, strict=True))
    ]
    return documents_table(rows)


def _blocks(text: str, cuts: list[int]) -> list[dict[str, Any]]:
    """Blocks between the cuts, and an empty one at each."""
    ends = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    spans = [(at, at) for at in ends] + list(pairwise(ends))
    given = [{"start": start, "end": end, "kind": "paragraph"} for start, end in sorted(spans)]
    rows = DOCUMENT.from_rows([{**document_row(_ENTRY, "x", source_type="markdown", raw_sha256="0"), "blocks": given}])
    found: list[dict[str, Any]] = rows["blocks"].to_pylist()[0]
    return found


def _untidy(texts: list[str], settings: CleanSettings, *, is_code: bool = False) -> Untidy:
    column = pa.chunked_array([pa.array(texts, pa.large_string())])
    return find_untidy(column, np.full(len(texts), is_code), settings)


@examined(deadline=None)
@given(
    texts=st.lists(st.tuples(_TEXTS, st.lists(st.integers(0, 20), max_size=3)), min_size=1, max_size=6),
    settings=st.sampled_from([CleanSettings(), CleanSettings(width="letters", script="simplified")]),
)
def test_documents_together_are_cleaned_as_each_alone(texts, settings):
    blocks = [_blocks(text, cuts) for text, cuts in texts]
    parts = clean_documents(_batch([text for text, _ in texts], blocks), settings)
    expected = [clean_text(text, given, [], settings) for (text, _), given in zip(texts, blocks, strict=True)]
    kept = [(text, moved) for text, moved in expected if text.strip()]
    assert parts.kept["text"].to_pylist() == [text for text, _ in kept]
    assert parts.kept["blocks"].to_pylist() == [moved for _, moved in kept]


@examined(deadline=None)
@given(texts=st.lists(_TEXTS, min_size=1, max_size=6))
def test_the_map_tells_where_every_character_came_from(texts):
    batch = _batch(texts, [[] for _ in texts])
    parts = clean_documents(batch, CleanSettings())
    cleaned = dict(zip(parts.kept["id"].to_pylist(), parts.kept["text"].to_pylist(), strict=True))
    sources = dict(zip(batch["id"].to_pylist(), texts, strict=True))
    for row in parts.sides["text_map"].to_pylist():
        source, text = sources[row["doc_id"]], cleaned.get(row["doc_id"])
        assert row["source_length"] == len(source)
        for start, to, length in zip(row["source_start"], row["text_start"], row["length"], strict=True):
            assert text is None or source[start : start + length] == text[to : to + length]
    changed = {key for key, text in cleaned.items() if text != sources[key]}
    assert changed == {row["doc_id"] for row in parts.sides["text_map"].to_pylist()} & set(cleaned)


@examined(deadline=None, max_examples=300)
@given(
    texts=st.lists(
        st.tuples(
            _TEXTS, st.lists(st.integers(0, 20), max_size=3), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)))
        ),
        min_size=1,
        max_size=4,
    ),
    cut_only=st.booleans(),
)
def test_the_loop_over_documents_does_what_the_passes_do_one_by_one(texts, cut_only):
    batch = _batch([text for text, _, _ in texts], [_blocks(text, cuts) for text, cuts, _ in texts])
    given = [
        _merged([(start, min(start + size, len(text))) for start, size in spans if start < len(text)])
        for text, _, spans in texts
    ]
    spans = {row: edits for row, edits in enumerate(given) if edits}
    tidied, changed = tidy_columns(batch, spans, np.full(len(texts), cut_only))
    passes = () if cut_only else (find_trailing_blanks, find_spare_lines)
    expected = [
        _edit(row["text"], row["blocks"], edits, passes) for row, edits in zip(batch.to_pylist(), given, strict=True)
    ]
    assert tidied["text"].to_pylist() == [found.text for found in expected]
    assert tidied["blocks"].to_pylist() == [found.blocks for found in expected]
    assert tidied["source_length"].to_pylist() == [len(text) for text, _, _ in texts]
    runs = [list(zip(row["source_start"], row["text_start"], row["length"], strict=True)) for row in tidied.to_pylist()]
    assert runs == [found.offsets.runs for found in expected]
    assert changed.tolist() == [found.text != text for found, (text, _, _) in zip(expected, texts, strict=True)]


def test_white_space_is_what_python_takes_for_it():
    assert [code for code in range(0x110000) if is_space(code)] == [
        code for code in range(0x110000) if chr(code).isspace()
    ]


@pytest.mark.parametrize(
    ("text", "touched", "inside"),
    [
        ("ends so\n", True, False),
        ("推送失败。\n", True, False),
        ("clean", False, False),
        ("\n\nfirst blank ", True, False),
        ("零宽\u200b", True, True),
        ("cafe\u0301 ", True, True),
    ],
)
def test_what_only_loses_blanks_is_told_from_what_changes_otherwise(text, touched, inside):
    found = _untidy([text], CleanSettings())
    assert found.touched.tolist() == [touched]
    assert found.inside.tolist() == [inside]


def test_source_code_is_not_looked_at():
    found = _untidy(["x = 1 \n\n\n\n\n"], CleanSettings(), is_code=True)
    assert not any(found.touched)


def test_a_document_too_large_for_the_loop_is_cleaned_as_it_is_in_it(monkeypatch, documents):
    from tasks.clean import clean

    header = "# Copyright 2024 The Pump Project\n# SPDX-License-Identifier: MIT\n\n"
    batch = documents(
        "水泵 pump  \n\n\n\n\n启动 start\t\nend\n ", f"{header}x = 1  \n\n\n\n\n# 注释  \n", "Ａ  \n臺 \x07",
        source_type=["text", "code", "text"], metadata=["{}", '{"language": "python"}', "{}"],
    )  # fmt: skip
    together = clean_documents(batch, CleanSettings())
    monkeypatch.setattr(clean, "_LARGE", 0)
    alone = clean_documents(batch, CleanSettings())
    assert together.sides["removed_spans"].num_rows == 1
    assert together.kept.column("text").to_pylist() != batch.column("text").to_pylist()
    assert alone.kept.equals(together.kept)
    assert alone.sides["text_map"].equals(together.sides["text_map"])


_LOOKED_FOR = {
    "invisible": INVISIBLE,
    "misread": f"{MISREAD_LEAD}{MISREAD_TRAIL}|{MISREAD_GBK}|{MISREAD_LATIN}{{4}}",
    "touched": r"[ \t\u00a0\u3000]\n|\n{4}|\A\s*\n|\s\z",
}


@examined(deadline=None)
@given(
    texts=st.lists(
        st.lists(
            st.one_of(_PIECES, st.sampled_from([*"ÃäöüßÖÐÎÄ»锛的\x85\u1680\x1c\x7fé"]), st.characters(codec="utf-8"))
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_table_of_kinds_finds_what_expressions_find(texts):
    column = pl.Series(["".join(pieces) for pieces in texts])
    found = _untidy(column.to_list(), CleanSettings())
    expected = {name: column.str.contains(pattern) for name, pattern in _LOOKED_FOR.items()}
    assert found.invisible.tolist() == expected["invisible"].to_list()
    assert found.misread.tolist() == expected["misread"].to_list()
    assert (
        are_blank(pa.chunked_array([column.to_arrow().cast(pa.large_string())])).tolist()
        == (~column.str.contains(r"\S")).to_list()
    )
    assert found.touched.tolist() == (found.inside | expected["touched"].to_numpy()).tolist()


def test_whatever_is_composed_is_looked_for_and_pictures_are_not():
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    composed = [bool(find_uncomposed(f"a{character}")) for character in characters]
    found = _untidy(characters, CleanSettings())
    assert all(seen or not needed for seen, needed in zip(found.inside, composed, strict=True))
    assert not any(_untidy([*"🎉✅→─│ЯЖあア한글推送"], CleanSettings()).inside)


def test_wide_letters_and_traditional_characters_are_asked_for_by_settings():
    texts = ["Ａ１", "ﾞ", "臺灣", "plain"]
    assert not any(_untidy(texts, CleanSettings()).inside)
    wanted = CleanSettings(width="letters", script="simplified")
    assert _untidy(texts, wanted).inside.tolist() == [True, False, True, False]
