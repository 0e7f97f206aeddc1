"""Paragraphs that many documents share are cut, as spans, from all of them but the first."""

import pyarrow as pa
import pytest

from tasks.dedup.cut_paragraphs import cut_shared
from tasks.dedup.paragraphs import choose_paragraphs, list_paragraphs
from tasks.dedup.settings import DeduplicateSettings, ParagraphSettings

SETTINGS = ParagraphSettings(max_paragraph_documents=2)
NOTICE = {
    "en": "This product may only be opened by qualified persons. Disconnect it from the supply before you do so.",
    "zh": "本产品只能由具备资质的人员打开。打开之前请先断开电源，并等待至少五分钟。",
}


def _cut(batch: pa.Table, settings: ParagraphSettings = SETTINGS, shards: int = 1):
    size = -(-batch.num_rows // shards)
    pieces = [batch.slice(i, size) for i in range(0, batch.num_rows, size)]
    shared = choose_paragraphs([list_paragraphs(piece, settings).kept for piece in pieces], settings).kept
    return [cut_shared(piece, settings, shared) for piece in pieces]


def _texts(language: str, count: int) -> list[str]:
    return [f"# {i}\n\n{NOTICE[language]}\n\nText {i} 正文 {i}." for i in range(count)]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("shards", [1, 3])
def test_a_shared_paragraph_stays_in_the_first_document_only(documents, language, shards):
    texts = _texts(language, 3)
    parts = _cut(documents(*texts), shards=shards)
    kept = [row for part in parts for row in part.kept.to_pylist()]
    assert [row["text"] for row in kept] == [texts[0], "# 1\n\nText 1 正文 1.", "# 2\n\nText 2 正文 2."]
    spans = [row for part in parts for row in part.sides["removed_spans"].to_pylist()]
    assert [(row["doc_id"], row["reason"], row["detail"]) for row in spans] == [
        ("d1", "shared_paragraph", "in 3 documents"),
        ("d2", "shared_paragraph", "in 3 documents"),
    ]
    assert all(texts[int(row["doc_id"][1])][row["start"] : row["end"]] == NOTICE[language] for row in spans)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_paragraph_in_no_more_documents_than_it_may_be_stays(documents, language):
    texts = _texts(language, 2)
    (parts,) = _cut(documents(*texts))
    assert parts.kept["text"].to_pylist() == texts
    assert not parts.sides["removed_spans"].num_rows


def test_cutting_twice_is_cutting_once(documents):
    (once,) = _cut(documents(*_texts("en", 4), *_texts("zh", 4)))
    (twice,) = _cut(once.kept)
    assert twice.kept.to_pylist() == once.kept.to_pylist()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_document_of_nothing_else_is_dropped_with_its_reason(documents, language):
    (parts,) = _cut(documents("first", NOTICE[language], NOTICE[language], NOTICE[language]))
    assert parts.kept["id"].to_pylist() == ["d0", "d1"]
    assert parts.dropped["reason"].to_pylist() == ["only_shared_paragraphs"] * 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_code_and_fenced_blocks_keep_every_paragraph(documents, language):
    fenced = [f"```\n{NOTICE[language]}\n\n{i}\n```" for i in range(4)]
    assert _cut(documents(*fenced))[0].kept["text"].to_pylist() == fenced
    code = _texts(language, 4)
    assert _cut(documents(*code, source_type="code"))[0].kept["text"].to_pylist() == code


def test_blocks_move_along(documents):
    text = f"{NOTICE['zh']}\n\nThe rest."
    block = {name: None for name in ("level", "page", "x0", "y0", "x1", "y1", "html", "attributes")}
    start = text.index("The")
    blocks = [{**block, "kind": "paragraph", "start": start, "end": len(text)}]
    (parts,) = _cut(documents(NOTICE["zh"], NOTICE["zh"], text, blocks=[[], [], blocks]))
    row = parts.kept.to_pylist()[-1]
    (moved,) = row["blocks"]
    assert row["text"][moved["start"] : moved["end"]] == "The rest."


def test_nothing_is_cut_by_default():
    assert DeduplicateSettings().paragraphs.max_paragraph_documents == 0
