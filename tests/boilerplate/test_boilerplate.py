"""What repeats over the documents of a source goes, as spans; what is theirs stays."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.passage import BOILERPLATE, PASSAGE, REPEATED_PASSAGE
from tasks.boilerplate.count import boilerplate_by_shard, count_passages, find_repeated
from tasks.boilerplate.cut import STEP, BoilerplateReason, cut_boilerplate
from tasks.boilerplate.settings import BoilerplateSettings
from tasks.engine.store import Store
from tests.conftest import make_documents

SETTINGS = BoilerplateSettings(min_documents=3, min_share=0.5)
ALL = SETTINGS.model_copy(update={"keep_first": False})
NOTICE = {
    "en": "This product may only be opened by qualified persons. Disconnect it from the supply before you do so.",
    "zh": "本产品只能由具备资质的人员打开。打开之前请先断开电源，并等待至少五分钟。",
}
SHORT = {"en": "Was this page helpful to you?", "zh": "本页面对您有帮助吗"}
MENU = {"en": "Home\nProducts\nSupport", "zh": "首页\n产品\n支持"}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def _cut(batch: pa.Table, folder: Path, chosen: BoilerplateSettings = SETTINGS, shards: int = 1):
    store, size = Store(str(folder)), -(-batch.num_rows // shards)
    pieces = [batch.slice(i, size).combine_chunks() for i in range(0, batch.num_rows, size)]
    counted = [count_passages(piece, chosen) for piece in pieces]
    sizes = pa.concat_tables([parts.sides["source_sizes"] for parts in counted])
    repeated = find_repeated([parts.kept for parts in counted], chosen.repetition, sizes).kept
    shared = boilerplate_by_shard(
        store,
        store.put_table(repeated, REPEATED_PASSAGE, "all"),
        [store.put_table(parts.kept, PASSAGE, f"s{place}") for place, parts in enumerate(counted)],
    )
    tables = [store.get_table(ref, BOILERPLATE) for ref in shared]
    done = [cut_boilerplate(piece, chosen.cutting, table) for piece, table in zip(pieces, tables, strict=True)]
    for piece, parts in zip(pieces, done, strict=True):
        STEP.check(piece, parts, "s")
    return done


def _texts(parts):
    return {row["id"]: row["text"] for part in parts for row in part.kept.to_pylist()}


def _bodies(language: str, count: int) -> list[str]:
    return [f"# {i}\n\n{NOTICE[language]}\n\nText {i} 正文 {i}.\n\n{SHORT[language]}" for i in range(count)]


@LANGUAGES
@pytest.mark.parametrize("shards", [1, 2, 4])
def test_a_repeated_passage_stays_in_one_document(language, shards, tmp_path):
    parts = _cut(make_documents(*_bodies(language, 4)), tmp_path, shards=shards)
    texts = _texts(parts)
    assert sum(NOTICE[language] in text for text in texts.values()) == 1
    (keeper,) = [name for name, text in texts.items() if SHORT[language] in text]
    assert all(
        text == f"# {name[1]}\n\nText {name[1]} 正文 {name[1]}." for name, text in texts.items() if name != keeper
    )
    assert texts[keeper] == _bodies(language, 4)[int(keeper[1])]
    spans = [row for part in parts for row in part.sides["removed_spans"].to_pylist()]
    originals = dict(zip(texts, _bodies(language, 4), strict=True))
    said = [originals[row["doc_id"]][row["start"] : row["end"]] for row in spans]
    assert sorted(set(said)) == sorted({NOTICE[language], SHORT[language]})
    assert len(said) == 6


@LANGUAGES
def test_on_request_it_stays_in_none(language, tmp_path):
    texts = _texts(_cut(make_documents(*_bodies(language, 4)), tmp_path, ALL))
    assert [*texts.values()] == [f"# {i}\n\nText {i} 正文 {i}." for i in range(4)]


@LANGUAGES
def test_where_documents_are_cut_into_shards_changes_nothing(language, tmp_path):
    batch = make_documents(*_bodies(language, 6))
    assert _texts(_cut(batch, tmp_path)) == _texts(_cut(batch, tmp_path, shards=3))


@LANGUAGES
def test_a_menu_goes_line_by_line_and_a_short_answer_alone_stays(language, tmp_path):
    word = MENU[language].split("\n")[0]
    texts = [f"{MENU[language]}\nPage {i}\n\nBody {i} 正文 {'x' * i}." for i in range(4)]
    answers = [f"Question {i} 问 {'y' * i}\n\n{word}" for i in range(4)]
    found = list(_texts(_cut(make_documents(*texts, *answers), tmp_path, ALL)).values())
    assert [text.split("\n")[0] for text in found[:4]] == [f"Page {i}" for i in range(4)]
    assert all(text.endswith(word) for text in found[4:])


@LANGUAGES
def test_headings_tables_and_code_that_all_documents_have_stay(language, tmp_path):
    structure = "## 用法 Usage of this component\n\n| 属性 property | 说明 what this is for | type |\n|---|---|---|\n\n"
    fenced = f"```\n{NOTICE[language]}\n{SHORT[language]}\n```"
    texts = [f"{structure}Body {i} 正文 {'z' * i}\n\n{fenced}" for i in range(6)]
    assert list(_texts(_cut(make_documents(*texts), tmp_path)).values()) == texts


@LANGUAGES
@pytest.mark.parametrize("kind", ["faq", "code"])
def test_faq_and_code_are_left_alone(language, kind, tmp_path):
    texts = _bodies(language, 6)
    batch = make_documents(*texts, *texts, source_type=[kind] * 6 + ["markdown"] * 6)
    found = list(_texts(_cut(batch, tmp_path)).values())
    assert found[:6] == texts
    assert found[6:] != texts


@LANGUAGES
def test_a_source_is_counted_by_itself(language, tmp_path):
    texts = _bodies(language, 4)
    batch = make_documents(*texts, *[f"Other {i} 其他 {'w' * i}" for i in range(8)], source_rank=[0] * 4 + [1] * 8)
    assert sum(NOTICE[language] in text for text in _texts(_cut(batch, tmp_path)).values()) == 1
    spread = make_documents(*texts, source_rank=[0, 0, 1, 1])
    assert list(_texts(_cut(spread, tmp_path)).values()) == texts


@LANGUAGES
def test_what_fewer_documents_have_than_the_share_stays_unless_it_is_very_many(language, tmp_path):
    texts = [*_bodies(language, 3), *[f"Other {i} 其他 {'w' * i}" for i in range(7)]]
    batch = make_documents(*texts)
    assert list(_texts(_cut(batch, tmp_path)).values()) == texts
    many = SETTINGS.model_copy(update={"enough_documents": 3})
    assert list(_texts(_cut(batch, tmp_path, many)).values()) != texts


@LANGUAGES
def test_a_document_of_nothing_else_is_dropped_with_its_reason(language, tmp_path):
    (parts,) = _cut(make_documents("first 一", *[SHORT[language]] * 4), tmp_path, ALL)
    assert parts.kept["id"].to_pylist() == ["d0"]
    assert parts.dropped["reason"].to_pylist() == [BoilerplateReason.ONLY_BOILERPLATE.value] * 4
    assert parts.dropped["n_words"].to_pylist()[0] > 0


@LANGUAGES
def test_a_turn_of_a_thread_that_is_nothing_else_stays(language, tmp_path):
    block = {name: None for name in ("level", "page", "x0", "y0", "x1", "y1", "html", "attributes")}
    texts = [f"Ask {i} 问题 {'v' * i}\n{SHORT[language]}\n\n{SHORT[language]}" for i in range(4)]
    blocks = []
    for text in texts:
        cut = text.index("\n\n")
        places = [(0, cut), (cut + 2, len(text))]
        blocks.append([{**block, "kind": "turn", "start": start, "end": end} for start, end in places])
    (parts,) = _cut(make_documents(*texts, source_type="github_issue", blocks=blocks), tmp_path, ALL)
    for number, row in enumerate(parts.kept.to_pylist()):
        turns = [row["text"][turn["start"] : turn["end"]].strip() for turn in row["blocks"]]
        assert turns == [f"Ask {number} 问题 {'v' * number}".strip(), SHORT[language]]


def test_a_count_that_grows_elsewhere_leaves_the_part_of_a_shard_as_it_was(tmp_path):
    store = Store(str(tmp_path))
    first = count_passages(make_documents(*_bodies("en", 4)), SETTINGS)

    def part(*others):
        counted = [first, *others]
        sizes = pa.concat_tables([parts.sides["source_sizes"] for parts in counted])
        repeated = find_repeated([parts.kept for parts in counted], SETTINGS.repetition, sizes).kept
        refs = [store.put_table(parts.kept, PASSAGE, "s") for parts in counted]
        return boilerplate_by_shard(store, store.put_table(repeated, REPEATED_PASSAGE, "all"), refs)[0]

    # Of two shards with the same passages the one with the smallest key keeps it.
    more = make_documents(*_bodies("en", 4), id=[f"e{i}" for i in range(4)], parent_id="p")
    grown = part(count_passages(more, SETTINGS), count_passages(more, SETTINGS))
    again = part(count_passages(more, SETTINGS))
    assert grown.digest == again.digest


_LINES = st.sampled_from(
    [*NOTICE.values(), *SHORT.values(), "首页", "Home", "# 标题 A", "", "x 一", "own 自己 text 文字 here"]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(_LINES, min_size=1, max_size=8).map("\n".join), min_size=1, max_size=6))
def test_what_is_left_is_the_text_without_the_spans_and_nothing_is_lost(tmp_path_factory, texts):
    texts = [text if text.strip() else "x" for text in texts]
    (parts,) = _cut(make_documents(*texts), tmp_path_factory.mktemp("store"))
    spans = parts.sides["removed_spans"].to_pylist()
    said = " ".join(parts.kept["text"].to_pylist()).split()
    assert {word for text in texts for word in text.split()} <= set(said)
    for row in parts.kept.to_pylist():
        text = texts[int(row["id"][1:])]
        for span in sorted((s for s in spans if s["doc_id"] == row["id"]), key=lambda s: -s["start"]):
            text = text[: span["start"]] + text[span["end"] :]
        assert row["text"].split() == text.split()
        if not any(s["doc_id"] == row["id"] for s in spans):
            assert row["text"] == texts[int(row["id"][1:])]


def test_golden(golden, tmp_path):
    texts = [*_bodies("en", 4), *_bodies("zh", 4), *[f"{MENU['zh']}\nPage {i}\n\n正文 {'x' * i}。" for i in range(4)]]
    (parts,) = _cut(make_documents(*texts), tmp_path, SETTINGS.model_copy(update={"min_share": 0.2}))
    golden(STEP, parts)
