"""Page furniture: what repeats at one place of the pages goes with its reason, what only looks like it stays."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.document import DOCUMENT
from tasks.clean.page_furniture import find_page_furniture

HEIGHT = 800.0
# Text and its distance from the top of the page.
Line = tuple[str, float]


def removed(pages: list[list[Line]]) -> dict[str, str]:
    """Text (with its start) and reason of each removed span; ↗ begins a line askew, … one of a table of contents."""
    text, blocks = "", []
    for number, lines in enumerate(pages, start=1):
        page = {"start": len(text), "kind": "page", "page": number, "x0": 0.0, "y0": 0.0, "x1": 600.0, "y1": HEIGHT}
        blocks.append(page)
        for said, y in lines:
            marks = json.dumps({"askew": True}) if said.startswith("↗") else None
            marks = json.dumps({"contents": True}) if said.startswith("…") else marks
            blocks.append({
                "start": len(text), "end": len(text) + len(said), "kind": "paragraph", "page": number,
                "x0": 70.0, "y0": y, "x1": 500.0, "y1": y + 10, "attributes": marks,
            })  # fmt: skip
            text += said + "\n\n"
        page["end"] = max(page["start"], len(text) - 2)
    nothing = dict.fromkeys(("level", "html", "attributes"))
    fields = {name: None for name in DOCUMENT.arrow.names}
    fields |= {"image_ids": [], "pii": [], "n_words": 0, "source_rank": 0, "metadata": "{}"}
    names = ("id", "parent_id", "source_type", "source", "kb", "raw_sha256")
    row = {**fields, **dict.fromkeys(names, "x"), "text": text, "n_pages": len(pages)}
    row["blocks"] = [{**nothing, **block} for block in blocks]
    spans = find_page_furniture(DOCUMENT.from_rows([row])).to_pylist()
    return {f"{text[s['start'] : s['end']]}@{s['start']}": s["reason"] for s in spans}


def said(found: dict[str, str]) -> list[tuple[str, str]]:
    return [(text.rpartition("@")[0], reason) for text, reason in found.items()]


def body(number: int) -> list[Line]:
    text = f"{'网关每天备份。' if number % 2 else 'A body line'} {chr(97 + number)} {chr(110 + number)}"
    return [(text, 120.0 + 40 * n) for n in range(6)]


@pytest.mark.parametrize(
    "form",
    ["{}", "- {} -", "Page {} of 9", "{} / 9", "第{}页", "第 {} 页 共 9 页", "第{}页，共9页", "· {} ·", "p. {}"],
)
def test_page_numbers_in_every_form_go(form: str):
    pages = [[*body(n), (form.format(n + 3), 770.0)] for n in range(6)]
    assert {reason for _, reason in said(removed(pages))} <= {"page_number", "page_footer"}
    assert len(removed(pages)) == 6


def test_roman_numbers_of_the_first_pages_go_with_the_others():
    labels = ["i", "ii", "iii", *map(str, range(1, 8))]
    pages = [[*body(n), (label, 770.0)] for n, label in enumerate(labels)]
    assert sorted(text for text, _ in said(removed(pages))) == sorted(labels)


def test_headers_of_left_and_right_pages_and_titles_of_chapters_go():
    titles = ["1 Overview", "1 Overview", "2 安装", "2 安装", "3 Settings", "3 Settings", "4 排错", "4 排错"]
    pages = [[("Gateway manual" if n % 2 else title, 30.0), *body(n)] for n, title in enumerate(titles)]
    assert len(removed(pages)) == 4
    chapters = [[(title, 30.0), *body(n)] for n, title in enumerate(titles)]
    assert [text for text, _ in said(removed(chapters))] == titles


def test_a_heading_that_is_repeated_further_down_stays():
    pages = [[(f"Chapter {chr(97 + n)} 章", 60.0 + 3 * n), ("注意事项", 90.0 + 45 * n), *body(n)] for n in range(5)]
    assert removed(pages) == {}


def test_figures_that_happen_to_stand_at_the_edge_stay():
    pages = [[*body(n), (str(value), 700.0 + 9 * n)] for n, value in enumerate([18, 7, 37, 11, 2])]
    assert removed(pages) == {}


def test_behind_a_paragraph_of_the_page_nothing_is_a_header():
    pages = [[(f"{chr(97 + n)} first line of the page", 30.0), ("Summary 摘要", 60.0), *body(n)] for n in range(5)]
    assert removed(pages) == {}


@pytest.mark.parametrize("count", [1, 2])
def test_a_document_of_one_or_two_pages_loses_nothing(count: int):
    assert removed([[("Header 页眉", 30.0), *body(n), (str(n + 1), 770.0)] for n in range(count)]) == {}


def test_a_header_that_a_scanner_misread_on_one_page_goes_as_well():
    pages = [[("THE SIEGE OF VICKSBURG" if n != 2 else "THE SIEGE OP VICKSBURG", 30.0), *body(n)] for n in range(6)]
    assert len(removed(pages)) == 6


def test_text_askew_on_most_pages_is_a_watermark_and_on_one_page_is_text():
    pages = [[("↗ 机密 DRAFT", 400.0), *body(n)] for n in range(4)]
    assert {reason for _, reason in said(removed(pages))} == {"watermark"}
    assert removed([[*body(n), *([("↗ axis 轴", 400.0)] if n == 1 else [])] for n in range(4)]) == {}


def test_a_table_of_contents_goes_where_a_document_has_pages():
    pages = [[("… 1 Overview … 1\n2 安装 … 3", 200.0)], body(1), body(2)]
    assert [reason for _, reason in said(removed(pages))] == ["table_of_contents"]


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["Header", "1", "2", "正文", "x"]), st.floats(0, 780)), max_size=5),
        max_size=5,
    )
)
def test_spans_lie_in_the_text_and_do_not_overlap(pages: list[list[Line]]):
    ends = [(int(at), int(at) + len(text)) for text, _, at in (key.rpartition("@") for key in removed(pages))]
    assert all(before[1] <= after[0] for before, after in zip(sorted(ends), sorted(ends)[1:], strict=False))
