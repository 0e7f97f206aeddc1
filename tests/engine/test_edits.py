"""Edits of a text: what is outside of them stays, and what points into the text moves along."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.engine.edits import Edit, EditedText

TEXT = st.text(alphabet="ab 中文字🙂\n", max_size=60)


@st.composite
def edited(draw):
    text = draw(TEXT)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [Edit(start, end, draw(st.sampled_from(["", "<X>", "某"]))) for start, end in pairs]


@given(edited())
@settings(max_examples=300, deadline=None)
def test_what_no_edit_touches_is_found_where_positions_say(case):
    text, edits = case
    result = EditedText(text, edits)
    inside = {position for edit in edits for position in range(edit.start, edit.end)}
    for old, character in enumerate(text):
        if old not in inside:
            assert result.text[result.position(old)] == character


@given(edited())
@settings(max_examples=200, deadline=None)
def test_the_length_is_the_old_one_and_what_the_edits_add(case):
    text, edits = case
    change = sum(len(edit.replacement) - (edit.end - edit.start) for edit in edits)
    assert len(EditedText(text, edits).text) == len(text) + change


def test_blocks_move_along_and_one_that_was_cut_whole_is_gone():
    text = "页眉\n正文 body\nfooter"
    blocks = [
        {"start": 0, "end": 2, "kind": "a"},
        {"start": 3, "end": 10, "kind": "b"},
        {"start": 11, "end": 17, "kind": "c"},
    ]
    result = EditedText(text, [Edit(0, 3), Edit(11, 17)])
    assert result.text == "正文 body\n"
    assert [(b["kind"], result.text[b["start"] : b["end"]]) for b in result.blocks(blocks)] == [("b", "正文 body")]


@pytest.mark.parametrize("edits", [[Edit(0, 3), Edit(2, 4)], [Edit(0, 9)], [Edit(3, 2)]])
def test_edits_that_overlap_or_leave_the_text_are_refused(edits):
    with pytest.raises(ValueError, match="overlaps another or leaves"):
        EditedText("文本text", edits)
