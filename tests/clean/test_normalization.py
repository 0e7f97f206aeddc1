"""Characters are written in one way, and every position still leads to where it came from."""

import pytest
from ftfy.badness import is_bad
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.clean.clean import STEP, clean_documents, clean_text
from tasks.clean.mojibake import find_mojibake, looks_bad
from tasks.clean.offset_map import OffsetMap, Run
from tasks.clean.settings import CleanSettings
from tasks.engine.edits import Edit, EditedText
from tests.corpus_documents import manuals_of

CHINESE = "网关把每条消息写入只追加的文件，每天一个；写入的内容不会再被修改。"
ENGLISH = "The café’s “naïve” gateway – übergroß – writes façades…"


def _repaired(text: str) -> str:
    return EditedText(text, find_mojibake(text)).text


@pytest.mark.parametrize(
    ("written", "read"),
    [("utf-8", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "mac_roman"), ("gb2312", "latin-1"), ("utf-8", "gb18030")],
)
@pytest.mark.parametrize("text", [CHINESE, ENGLISH, f"配置 config: {CHINESE}"])
def test_what_was_misread_is_read_rightly(text: str, written: str, read: str):
    try:
        misread = text.encode(written).decode(read)
    except UnicodeError:
        pytest.skip("these bytes cannot be read so: some are lost")
    if text == ENGLISH and read in {"gb18030"}:
        pytest.skip("GBK eats the ASCII letters behind odd bytes; what is left is for quality to judge")
    assert misread != text
    assert _repaired(misread) == text


@pytest.mark.parametrize(
    "text",
    [
        f"`.Z` 或 `.zip`，用 `cvs co`，不是 {CHINESE}",
        f"| flex | 3 × 4 | 值 |\n\n{CHINESE}\n\n© 的 API",
        f"Click 确定 or 否 (no) and wait 5 秒.\n\nThe log says: {CHINESE}\n\nDone。",
    ],
)
def test_single_characters_of_a_document_that_was_misread_are_read_rightly(text: str):
    misread = text.replace("©", "(c)").encode("gb2312").decode("latin-1")
    assert _repaired(misread) == text.replace("©", "(c)")


@pytest.mark.parametrize(
    "text",
    [
        "A line of noise: ÎÒÃÇÊÇÖÐ¹úÈË, and ÀÉ is two letters. 这里是中文。",
        "Nothing else was misread: »ò £¬ Öµ ¡Á, and no more.",
    ],
)
def test_two_letters_that_could_be_one_character_stay_where_the_document_was_not_misread(text: str):
    for pair in ("ÀÉ", "»ò", "£¬", "Öµ", "¡Á"):
        assert (pair in _repaired(text)) == (pair in text)


@pytest.mark.parametrize(
    "text",
    [
        CHINESE, ENGLISH, "她说：“你好”，然后走了…", "ÀÉÎÕÜ names: Ångström, Þórr", "鐨 is a character, 鈥 another",
        "鎮江、涓埃、銆 銀行", "© 2020 ® ™ €5 £3", "łódź, přílišžluťoučký", "联通", "Ｆｕｌｌ，：“”", "ÄÖÜäöüß",
    ],
)  # fmt: skip
def test_what_is_right_is_left_alone(text: str):
    assert _repaired(text) == text


def test_real_manuals_are_left_alone(corpus):
    for name, text in manuals_of(corpus).items():
        assert _repaired(text) == text, name


def test_lost_bytes_are_not_guessed():
    lost = CHINESE.encode("gbk").decode("utf-8", "replace")
    assert "\ufffd" in _repaired(lost)


def test_fenced_code_keeps_its_bytes():
    text = "```\nÃ© ａ 網\n```\nÃ© ａ 網"
    given = CleanSettings(width="letters", script="simplified")
    assert clean_text(text, [], [], given)[0] == "```\nÃ© ａ 網\n```\né a 网"


def test_full_width_letters_and_digits_by_setting_and_marks_never():
    text = "型号Ａ１０，端口：８０８０；ｶﾞｲﾄﾞ“引号”（括号）！？％"
    assert clean_text(text, [], [])[0] == text
    narrow = clean_text(text, [], [], CleanSettings(width="letters"))[0]
    assert narrow == "型号A10，端口：8080；ガイド“引号”（括号）！？％"


def test_traditional_as_simplified_by_setting_and_japanese_never():
    text = "這個問題已經解決，閘道把訊息寫入檔案。"
    assert clean_text(text, [], [])[0] == text
    assert clean_text(text, [], [], CleanSettings(script="simplified"))[0] == "这个问题已经解决，闸道把讯息写入档案。"
    japanese = "これは発電機の設定です。画面を開く"
    assert clean_text(japanese, [], [], CleanSettings(script="simplified"))[0] == japanese


def test_a_span_of_the_cleaned_text_points_at_its_source(documents):
    source = "\u200b标题\u00ad： ä¸\u00adæ\u0096\u0087 text  \n\n\n\n\n\n联系电话１２３"
    parts = clean_documents(documents(source, "untouched 不变"), CleanSettings(width="letters"))
    STEP.check(documents(source, "untouched 不变"), parts, "test")
    text = parts.kept["text"][0].as_py()
    (row,) = parts.sides["text_map"].to_pylist()
    assert row["doc_id"] == "d0"
    offsets = OffsetMap([Run(*r) for r in zip(row["source_start"], row["text_start"], row["length"], strict=True)],
                        row["source_length"])  # fmt: skip
    for said, meant in (("标题", "标题"), ("中文", "ä¸\u00adæ\u0096\u0087"), ("text", "text"), ("联系电话", "联系电话"),
                        ("123", "１２３")):  # fmt: skip
        start = text.index(said)
        first, last = offsets.source_span(start, start + len(said))
        assert source[first:last] == meant


PIECES = st.lists(
    st.sampled_from(["a", "网", "\n", " ", "\u200b", "Ａ", "網", "é", "Ã©", "\n\n\n\n", "e\u0301"]), max_size=40
)


@settings(max_examples=300, deadline=None)
@given(PIECES.map("".join))
@example("Ã©" * 3)
@example("Ã©é  ")
@example("Ã©é  \u200b")
@example("水泵Ã©é\u200ba")
def test_runs_of_the_map_are_the_same_in_both_texts(text: str):
    from tasks.clean.clean import _edit, _passes

    edited = _edit(
        text, [], [], _passes(CleanSettings(width="letters", script="simplified"), invisible=True, misread=True)
    )
    end = 0
    for run in edited.offsets.runs:
        assert run.text >= end
        end = run.text + run.length
        assert text[run.source : run.source + run.length] == edited.text[run.text : end]
    assert clean_text(edited.text, [], [], CleanSettings(width="letters", script="simplified"))[0] == edited.text


EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), st.sampled_from(["", "x", "yz"])), max_size=5)


def _apart(rows: list[tuple[int, int, str]], length: int) -> list[Edit]:
    edits, free = [], 0
    for start, size, replacement in sorted(rows):
        if start >= free and start + size <= length:
            edits.append(Edit(start, start + size, replacement))
            free = start + size + 1
    return edits


@settings(max_examples=300, deadline=None)
@given(st.lists(EDITS, max_size=4))
def test_passes_of_edits_compose(passes):
    source = text = "0123456789abcdefghijklmnopqrstuvwxyz"
    offsets = OffsetMap.identity(len(text))
    for rows in passes:
        edits = _apart(rows, len(text))
        offsets = offsets.then(edits)
        text = EditedText(text, edits).text
    kept = [character for character in text if character in "0123456789abcdefghijklmnopqrstuvw"]
    covered = "".join(source[run.source : run.source + run.length] for run in offsets.runs)
    assert [c for c in covered if c not in "xyz"] == kept
    for run in offsets.runs:
        assert offsets.source_span(run.text, run.text + run.length) == (run.source, run.source + run.length)


_SUSPECTS = st.sampled_from(
    [*"ÃÂÎÐØÙàâžéœαا்한✓→€™š¢£°º·»«•†√≈‚Äвгβ│╬▒ﬁ\ufffd\u0080\xa0\xad“”‘’—…", *"的推送，。 aZb\t", "😀", "正文 " * 8]
)


@given(pieces=st.lists(_SUSPECTS, max_size=9))
@example(pieces=["正文 " * 8, "Ã", "©", "正文 " * 8])
@example(pieces=["a", " ", "Â", " "])
@settings(deadline=None)
def test_what_looks_bad_is_what_ftfy_calls_bad(pieces):
    line = "".join(pieces)
    assert looks_bad(line) == is_bad(line)
