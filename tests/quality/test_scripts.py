"""Scripts are counted as the expressions that define them count them."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.quality.characters import HAN_SIMPLIFIED, HAN_TRADITIONAL, class_table
from tasks.quality.scripts import count_scripts


def _only(kind):
    return "[" + "".join(chr(point) for point, found in enumerate(class_table()) if found == kind) + "]"


_DEFINED = {
    "han": r"\p{Han}",
    "kana": r"[\p{Hiragana}\p{Katakana}]",
    "hangul": r"\p{Hangul}",
    "latin": r"\p{Latin}+",
    "other": r"[\p{L}--\p{Latin}--\p{Han}--\p{Hiragana}--\p{Katakana}--\p{Hangul}]+",
    "traditional": _only(HAN_TRADITIONAL),
    "simplified": _only(HAN_SIMPLIFIED),
}
_ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_MIXED = st.text(st.sampled_from("ab Zé网关體体ひカ한글Яж1_-，。　𠀀𝔸ﬁ\n"), max_size=60)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(_ANY, _MIXED), min_size=1, max_size=5))
def test_counts_are_those_of_the_expressions(texts):
    column = pl.Series(texts, dtype=pl.String)
    counts = count_scripts(column)
    for name, expression in _DEFINED.items():
        assert counts[name].to_list() == column.str.count_matches(expression).to_list(), name


def test_the_scripts_of_a_mixed_sentence():
    counts = count_scripts(pl.Series(["网关 gateway 重启 v2", "體驗、ひらがな와 Яндекс"]))
    assert counts.to_dicts() == [
        {"han": 4, "kana": 0, "hangul": 0, "latin": 2, "other": 0, "traditional": 0, "simplified": 2},
        {"han": 2, "kana": 4, "hangul": 1, "latin": 0, "other": 1, "traditional": 2, "simplified": 0},
    ]
