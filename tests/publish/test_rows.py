"""Rows of the tables that are documents again: exact columns, true digests, pictures that open."""

import io
from hashlib import sha256

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from schemas.release import release_rows
from schemas.settings import StepSettings
from schemas.sides import IMAGE
from tasks.publish.documents import STEP as DOCUMENTS_STEP
from tasks.publish.documents import make_rows
from tasks.publish.images import STEP as IMAGES_STEP
from tasks.publish.images import make_images
from tasks.publish.pretrain_text import STEP as TEXT_STEP
from tasks.publish.pretrain_text import make_texts


def picture(size: int = 4) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (size, size), (200, 10, 10)).save(stream, "PNG")
    return stream.getvalue()


def image_row(doc_id: str, name: str, **changes) -> dict:
    data = picture()
    return {"id": name, "doc_id": doc_id, "bytes": data, "path": f"{name}.png", "page": 1, "x0": 0.0, "y0": 1.0,
            "x1": 2.0, "y1": 3.0, "width": 4, "height": 4, "sha256": sha256(data).hexdigest(), "kind": "figure",
            "caption": "图1 Gateway", **changes}  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(st.text(min_size=1, max_size=30), min_size=0, max_size=5))
def test_rows_are_the_documents(texts, documents):
    batch = documents(*texts)
    for make, step in ((make_rows, DOCUMENTS_STEP), (make_texts, TEXT_STEP)):
        parts = make(batch, StepSettings())
        step.check(batch, parts, "test")
        rows = parts.kept.to_pylist()
        assert [row["text"] for row in rows] == texts
        assert [row["n_chars"] for row in rows] == [len(text) for text in texts]
    digests = make_rows(batch, StepSettings()).kept["text_sha256"].to_pylist()
    assert digests == [sha256(text.encode()).hexdigest() for text in texts]


@pytest.mark.parametrize(
    ("source_type", "kind"),
    [("code", "code"), ("github_issue", "dialog"), ("faq", "dialog"), ("pdf", "prose"), ("markdown", "prose")],
)
def test_a_text_says_of_what_kind_it_is(source_type: str, kind: str, documents):
    assert make_texts(documents("文 text", source_type=source_type), StepSettings()).kept["kind"].to_pylist() == [kind]


def _images(batch, *rows: dict) -> pa.Table:
    parts = make_images(batch, StepSettings(), images=IMAGE.from_rows(list(rows)))
    IMAGES_STEP.check(batch, parts, "test")
    return parts.kept


def test_pictures_of_documents_that_stayed_open_and_know_where_they_are_from(documents):
    batch = documents("见 图1 Gateway 处", source="手册/a.pdf", lang="zh")
    (row,) = _images(batch, image_row("d0", "i0"), image_row("gone", "i1")).to_pylist()
    assert (row["id"], row["source"], row["lang"], row["caption"]) == ("i0", "手册/a.pdf", "zh", "图1 Gateway")
    assert Image.open(io.BytesIO(row["image"]["bytes"])).size == (4, 4)
    assert row["bbox"] == {"page": 1, "x0": 0.0, "y0": 1.0, "x1": 2.0, "y1": 3.0}


def test_a_caption_that_is_not_in_the_text_any_more_is_left_out(documents):
    (row,) = _images(documents("the caption held a name"), image_row("d0", "i0", caption="张三 portrait")).to_pylist()
    assert row["caption"] is None


def test_a_picture_without_bytes_or_place_is_a_row_all_the_same(documents):
    (row,) = _images(documents("图1 Gateway"), image_row("d0", "i0", bytes=None, x0=None)).to_pylist()
    assert row["image"] is None
    assert row["bbox"] is None


def test_golden(documents, golden):
    batch = documents("网关 gateway 👍", "def f(): 1", source_type=["markdown", "code"], lang=["zh", "code"],
                      title=["标题", None])  # fmt: skip
    golden(DOCUMENTS_STEP, make_rows(batch, StepSettings()))
    golden(TEXT_STEP, make_texts(batch, StepSettings()))
    plain = {"bytes": b"not a real picture", "sha256": "0" * 64}
    images = IMAGE.from_rows([image_row("d0", "i0", **plain), image_row("gone", "i1", **plain)])
    golden(IMAGES_STEP, make_images(batch, StepSettings(), images=images))


def test_no_table_of_rows_has_the_version_column():
    for name in ("documents", "images", "pretrain_text"):
        assert "dataset_version" not in release_rows(name).arrow.names
