"""Quotes are compared without white space and quote marks, with everything that was said before them."""

from hypothesis import example, given
from hypothesis import strategies as st

from tasks.clean.quoted_replies import Heard, repeated_quotes, squeeze, squeezed_lines


@given(text=st.text(st.sampled_from([*map(chr, range(128)), "推", "\u3000", "\x85"])))
@example(text="".join(map(chr, range(128))))
@example(text="> 推送\u3000失败")
def test_squeezing_takes_out_white_space_and_quote_marks(text):
    assert squeeze(text) == "".join(text.split()).replace(">", "")
    assert squeezed_lines(text) == [squeeze(line) for line in text.split("\n")]


def test_a_quote_is_looked_for_in_all_that_was_heard():
    heard = Heard("Title 标题\n\n")
    heard.add("The pump stops at noon.\n")
    assert heard.squeezed == "Title标题Thepumpstopsatnoon."
    heard.add("水泵中午停机。")
    said = "> The pump stops\n> at noon.\n> 水泵中午停机。\n\nThanks 谢谢"
    assert repeated_quotes(said, heard, []) == [(0, said.index("\nThanks"), "quoted_reply")]
    assert repeated_quotes("> It never stopped. 从未停机。\n\nNo", heard, []) == []
