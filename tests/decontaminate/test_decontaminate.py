"""Documents that hold items of evaluation sets go, in both languages; those that share a phrase with one stay."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.recipe import RecipeError, parse_recipe
from tasks.decontaminate.decontaminate import STEP, drop_contaminated
from tasks.decontaminate.evaluation import EvaluationError, evaluation_grams
from tasks.decontaminate.grams import hash_grams, hash_words
from tasks.decontaminate.settings import DecontaminateSettings
from tests.conftest import make_documents

QUESTION = {
    "en": "Which of the following valves must be closed before the pressure in the second chamber of the pump is "
    "measured by a person who stands outside of the marked area?",
    "zh": "在测量水泵第二腔室的压力之前，必须由站在标记区域之外的人员关闭下列哪一个阀门，并且记录关闭的时间？",
}
PHRASE = {
    "en": "Which of the following valves must be closed before the pressure in the second chamber rises?",
    "zh": "在测量水泵第二腔室的压力之前，请先阅读说明书。",
}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def _sets(folder: Path, **changes) -> DecontaminateSettings:
    rows = [{"id": 1, "question": "short one", "choices": ["a", "b"]}]
    rows += [
        {"id": place, "question": text, "choices": ["阀门一 the first", "b"]}
        for place, text in enumerate(QUESTION.values())
    ]
    path = folder / "exam.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return DecontaminateSettings(against=["exam.jsonl"], **changes).located(folder)


def _drop(texts, settings: DecontaminateSettings):
    batch = make_documents(*texts)
    parts = drop_contaminated(batch, settings.overlap, evaluation_grams(settings))
    STEP.check(batch, parts, "s")
    return parts


@LANGUAGES
def test_a_document_that_holds_a_question_goes_and_says_which(language, tmp_path):
    hidden = f"Notes 笔记.\n\n{QUESTION[language].upper().replace(' ', '  ')}\n\nThe third. 第三个。"
    parts = _drop([hidden, PHRASE[language], "clean 干净的文本 without any of it"], _sets(tmp_path))
    assert parts.kept["id"].to_pylist() == ["d1", "d2"]
    (row,) = parts.dropped.to_pylist()
    assert (row["reason"], row["value"], row["threshold"]) == ("contaminated", 1.0, 0.5)
    assert row["detail"] == f"exam.jsonl, row {2 if language == 'en' else 3}"


@LANGUAGES
def test_half_a_question_goes_where_less_is_allowed(language, tmp_path):
    half = QUESTION[language][: len(QUESTION[language]) * 2 // 3]
    (shares,) = [_drop([half], _sets(tmp_path, max_share=0.0)).dropped["value"].to_pylist()]
    assert 0.2 < shares[0] < 0.9
    assert _drop([half], _sets(tmp_path, max_share=shares[0])).kept.num_rows == 1


@LANGUAGES
def test_an_item_below_the_length_of_an_n_gram_is_found_whole(language, tmp_path):
    item = {"en": "Close the red valve of the third pump", "zh": "请关闭三号水泵的红色阀"}[language]
    (tmp_path / "short.txt").write_text(f"{item}\n", encoding="utf-8")
    settings = DecontaminateSettings(against=["short.txt"]).located(tmp_path)
    parts = _drop([f"Then: {item}!", item[:-3]], settings)
    assert parts.kept["id"].to_pylist() == ["d1"]


@pytest.mark.parametrize("suffix", ["parquet", "csv", "tsv"])
def test_every_kind_of_file_is_read(suffix, tmp_path):
    frame = pl.DataFrame({"n": [1, 2], "q": list(QUESTION.values())})
    path = tmp_path / f"set.{suffix}"
    frame.write_parquet(path) if suffix == "parquet" else frame.write_csv(
        path, separator="\t" if suffix == "tsv" else ","
    )
    settings = DecontaminateSettings(against=[path.name]).located(tmp_path)
    assert _drop(QUESTION.values(), settings).kept.num_rows == 0


def test_fields_that_are_not_asked_for_do_not_count(tmp_path):
    assert _drop(QUESTION.values(), _sets(tmp_path, fields=["choices"])).kept.num_rows == 2
    with pytest.raises(EvaluationError, match="'answer'"):
        evaluation_grams(_sets(tmp_path, fields=["answer"]))


def test_a_file_that_is_no_set_is_named(tmp_path):
    (tmp_path / "set.pdf").write_bytes(b"%PDF")
    with pytest.raises(EvaluationError, match=r"set\.pdf"):
        evaluation_grams(DecontaminateSettings(against=["set.pdf"]).located(tmp_path))


def test_a_set_that_is_not_there_is_a_fault_of_the_recipe(tmp_path):
    steps = {"decontaminate": {"against": ["no.jsonl"]}}
    recipe = {"dataset": "a", "root": "b", "sources": [{"kind": "faq", "path": "f.tsv"}], "steps": steps}
    with pytest.raises(RecipeError, match=r"steps\.decontaminate\.against"):
        parse_recipe(recipe, tmp_path)


def test_another_set_under_the_same_name_is_another_setting(tmp_path):
    first = _sets(tmp_path).keyed()
    (tmp_path / "exam.jsonl").write_text('{"question": "another 另一个"}', encoding="utf-8")
    assert DecontaminateSettings(against=["exam.jsonl"]).located(tmp_path).keyed() != first


@given(st.lists(st.text(st.sampled_from("ab中文 ，.1Ａ"), max_size=30), min_size=1, max_size=4), st.integers(1, 5))
def test_n_grams_are_those_of_the_words_one_by_one(texts, length):
    words, offsets = hash_words(pa.chunked_array([pa.array(texts, pa.large_string())]))
    grams, owners = hash_grams(words, offsets, length)
    expected = [
        (row, tuple(words[place : place + length]))
        for row in range(len(texts))
        for place in range(offsets[row], offsets[row + 1] - length + 1)
    ]
    assert owners.tolist() == [row for row, _ in expected]
    by_words = {}
    for gram, (_, said) in zip(grams.tolist(), expected, strict=True):
        assert by_words.setdefault(said, gram) == gram
    assert len(set(by_words.values())) == len(by_words)
    counts = make_documents(*[text or "x" for text in texts])["n_words"].to_numpy()
    assert np.diff(offsets)[[bool(text) for text in texts]].tolist() == counts[[bool(text) for text in texts]].tolist()


def test_golden(golden, tmp_path):
    golden(STEP, _drop([*QUESTION.values(), *PHRASE.values()], _sets(tmp_path)))
