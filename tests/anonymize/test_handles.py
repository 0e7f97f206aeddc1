"""Handles: those who wrote in a thread, wherever they are spoken of; words stay words."""

import json
import re

import pytest

from tasks.anonymize.anonymize import anonymize_documents
from tasks.anonymize.ordinary import is_ordinary
from tasks.anonymize.people import is_distinct
from tasks.anonymize.seal import seal_documents


def thread(documents, text, *authors, **columns):
    turns = [
        {"start": 0, "end": len(text), "kind": "turn", "attributes": json.dumps({"author": name})} for name in authors
    ]
    return documents(text, source_type="github_issue", blocks=[turns], **columns)


def anonymized(documents, settings, text, *authors):
    (row,) = anonymize_documents(thread(documents, text, *authors), settings()).kept.to_pylist()
    return row["text"]


@pytest.mark.parametrize(
    "text",
    ["zqkrw's commit fixes it", "see zqkrw, please", "请zqkrw看一下", "branch zqkrw:fix", "https://github.com/zqkrw/x"],
)
def test_who_wrote_in_a_thread_goes_from_all_of_it_with_or_without_an_at(documents, settings, text):
    assert "zqkrw" not in anonymized(documents, settings, f"{text}\n", "zqkrw")


def test_a_handle_that_is_a_word_goes_only_where_it_is_a_handle(documents, settings):
    text = "a hunter asked @hunter\nhttps://github.com/hunter/x 猎人 hunter-gatherer\n"
    after = anonymized(documents, settings, text, "hunter")
    assert after.startswith("a hunter asked @user_")
    assert "github.com/user_" in after
    assert "hunter-gatherer" in after


def test_short_handles_break_no_word_and_do_not_run_into_each_other(documents, settings):
    """What StarCoder's code does: "pyusername_0" for a user called test, one name for bob and bobby, others' left."""
    text = "run pytest, the library tests 库测试\n@bob asked @bobby 问 @test; @nobodyhere was not here\n"
    after = anonymized(documents, settings, text, "test", "li", "bob", "bobby")
    assert after.startswith("run pytest, the library tests 库测试")
    names = re.findall(r"@(user_\w+)", after)
    assert len(names) == len(set(names)) == 4
    assert "bob" not in after
    assert "nobodyhere" not in after


def test_somebody_a_thread_mentions_goes_from_the_rest_of_it(documents, settings):
    assert "mzkoqt" not in anonymized(documents, settings, "@mzkoqt?\n谢谢mzkoqt。Thanks mzkoqt!\n", "someone-1")


def sealed(documents, settings, first, *texts, **columns):
    parts = anonymize_documents(first, settings())
    others = anonymize_documents(documents(*texts, **columns), settings()).kept
    return seal_documents(others, settings(), known=parts.sides["known_values"]).kept["text"].to_pylist()


def test_who_wrote_in_one_thread_goes_from_other_documents(documents, settings):
    first = thread(documents, "hello 你好\n", "zqk", "mzkoqt", "liwei99")
    texts = sealed(
        documents, settings, first, "ask @zqk", "问@zqk，谢谢", "github.com/zqk/x", "mzkoqt说 liwei99", "zqkx"
    )
    assert not any(name in text for name in ("zqk ", "zqk，", "zqk/", "mzkoqt", "liwei99") for text in texts[:4])
    assert texts[0].startswith("ask @user_")
    assert texts[2].startswith("github.com/user_")
    assert texts[4] == "zqkx"


def test_words_and_annotations_that_threads_mention_stay_in_code(documents, settings):
    first = thread(documents, "use @RequestMapping, @Autowired, @hunter here\n", "hunter", "zqk")
    code = "@Autowired\n@RequestMapping('/zqk')\nclass A:  # a hunter\n    '注解 @Autowired'\n"
    assert sealed(documents, settings, first, code, source_type="code") == [code]


@pytest.mark.parametrize(
    "text",
    [
        "On Mon, Mar 8, 2021 at 6:08 AM zqkrw <notifications@github.com> wrote:",
        "2021年3月8日 06:08，zqkrw <zqkrw@corp.cn> 写道：",
        "> On Apr 27, 2017, at 16:41, zqkrw <zqkrw@corp.org> wrote:",
    ],
)
def test_who_is_quoted_in_a_mail_is_found_without_a_full_name(found, text):
    assert ("zqkrw", "USERNAME") in found(text)


@pytest.mark.parametrize("text", ["at 6:08 AM from li@corp.cn", "16:41 mail <li@corp.cn>", "于16:41 via li@corp.cn"])
def test_a_word_before_an_address_is_nobody(found, text):
    assert [entity for _, entity in found(text)] == ["EMAIL_ADDRESS"]


@pytest.mark.parametrize("word", ["master", "Redis", "JSON", "regex", "timeout"])
def test_words_of_english_and_of_software_are_ordinary(word):
    assert is_ordinary(word)
    assert not is_distinct(word)


@pytest.mark.parametrize("handle", ["zqkrw", "liwei99", "li-wei", "liWei", "李伟明"])
def test_what_is_no_word_is_distinct(handle):
    assert is_distinct(handle)


def test_a_long_handle_that_is_mentioned_goes_from_names_of_branches_in_the_thread(documents, settings):
    text = "见 tree/mzkoqtvw_fix_headers，@mzkoqtvw merged it; xmzkoqtvw_a stays\n@ab_c: tree/ab_c_fix\n"
    after = anonymized(documents, settings, text, "someone-1")
    assert re.search(r"tree/user_[0-9a-f]{8}_fix_headers", after)
    assert "xmzkoqtvw_a" in after
    assert "tree/ab_c_fix" in after
