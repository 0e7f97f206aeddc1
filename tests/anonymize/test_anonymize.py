import json
import logging
import re

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pydantic import SecretStr

from tasks.anonymize.anonymize import STEP, anonymize_documents
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.surrogates import is_surrogate, surrogate

TEXTS = (
    "请联系zhangsan@huawei.com获取日志。电话：13812345678，联系人：欧阳明慧。欧阳明慧说好。",
    "Ask Dr. Alice Miller (alice@corp.org) or call (212) 555-0147.\npassword = 'hunter2x9'",
    "服务器 47.127.9.224 超时，车牌粤B12345。",
    "nothing to see here; version 1.2.3.4",
)
VALUES = (
    "zhangsan@huawei.com",
    "13812345678",
    "欧阳明慧",
    "Alice Miller",
    "alice@corp.org",
    "555-0147",
    "hunter2x9",
    "47.127.9.224",
    "粤B12345",
)


def thread(documents, text="@li used the library; @liwei99 says liwei99 is gone", **given):
    turns = [
        {"start": 0, "end": 20, "kind": "turn", "attributes": json.dumps({"author": "li", "is_bot": False})},
        {
            "start": 20,
            "end": len(text),
            "kind": "turn",
            "attributes": json.dumps({"author": "liwei99", "is_bot": False}),
        },
    ]
    return documents(text, source_type="github_issue", blocks=[turns], **given)


def texts_of(parts):
    return parts.kept["text"].to_pylist()


def test_golden(documents, settings, golden):
    latin = "Mary Q. Johnson wrote it, 由 Martin Novak 审阅; the Johnson method stays."
    titles = [None, "Alice Miller's notes", None, None, None]
    batch = documents(*TEXTS, latin, title=titles, lang=["zh", "en", "zh", "en", "en"])
    golden(STEP, anonymize_documents(batch, settings()))


def test_no_value_is_left_and_what_is_no_value_stays(documents, settings):
    parts = anonymize_documents(documents(*TEXTS), settings())
    assert not any(value in text for value in VALUES for text in texts_of(parts))
    assert texts_of(parts)[3] == TEXTS[3]


def test_spans_index_the_text_as_it_came_and_hold_no_value(documents, settings):
    parts = anonymize_documents(documents(*TEXTS), settings())
    spans = parts.sides["pii_spans"].to_pylist()
    said = {TEXTS[int(span["id"][1:])][span["start"] : span["end"]] for span in spans}
    assert {"zhangsan@huawei.com", "13812345678", "欧阳明慧", "Alice Miller", "hunter2x9"} <= said
    written = json.dumps(spans, ensure_ascii=False)
    assert not any(value in written for value in said)


def test_the_same_value_goes_from_every_field(documents, settings):
    block = {
        "start": 0,
        "end": 5,
        "kind": "table",
        "html": "<td>欧阳明慧</td>",
        "attributes": json.dumps({"note": 'say "13812345678"\\n'}),
    }
    batch = documents(
        TEXTS[0],
        title="欧阳明慧的文档",
        source="人员/欧阳明慧.md",
        path="a/13812345678.txt",
        repo="欧阳明慧/docs",
        blocks=[[block]],
        source_url="https://x.org/?q=zhangsan@huawei.com",
        metadata=json.dumps({"a": ["欧阳明慧", {"b": "13812345678"}], "n": 3}),
    )
    (row,) = anonymize_documents(batch, settings()).kept.to_pylist()
    written = json.dumps(row, ensure_ascii=False, default=str)
    assert not any(value in written for value in VALUES)
    assert json.loads(row["metadata"])["n"] == 3
    assert json.loads(row["blocks"][0]["attributes"])["note"].endswith('"\\n')


def test_a_block_still_marks_what_it_marked(documents, settings):
    text = "电话13812345678。\n\n联系人：欧阳明慧。"
    block = {"start": text.index("联"), "end": len(text), "kind": "paragraph"}
    (row,) = anonymize_documents(documents(text, blocks=[[block]]), settings()).kept.to_pylist()
    marked = row["blocks"][0]
    assert row["text"][marked["start"] : marked["end"]].startswith("联系人：")


def test_handles_are_replaced_as_whole_words(documents, settings):
    (text,) = texts_of(anonymize_documents(thread(documents), settings()))
    assert "library" in text
    assert "liwei99" not in text
    assert not re.search(r"@li\b", text)


def test_authors_are_replaced_like_their_mentions(documents, settings):
    batch = thread(documents, metadata=json.dumps({"closed_by": "liwei99"}))
    (row,) = anonymize_documents(batch, settings()).kept.to_pylist()
    authors = [json.loads(block["attributes"])["author"] for block in row["blocks"]]
    assert authors[0] != authors[1]
    assert f"@{authors[1]} says {authors[1]}" in row["text"]
    assert json.loads(row["metadata"])["closed_by"] == authors[1]


@pytest.mark.parametrize(
    "text", ["in response to @mimoo's comments", 'he wrote "@ekr: from the start"', "感谢@wang_li的回复"]
)
def test_a_mention_in_a_thread_without_turns_goes(documents, settings, text):
    (kept,) = texts_of(anonymize_documents(documents(text, source_type="github_issue"), settings()))
    assert re.search("@user_[0-9a-f]{8}", kept)


def test_bots_and_decorators_in_fences_stay(documents, settings):
    text = "ok\n```java\n@Override\n@someone\n```\n"
    turn = {
        "start": 0,
        "end": len(text),
        "kind": "turn",
        "attributes": json.dumps({"author": "ci-bot1", "is_bot": True}),
    }
    batch = documents(text, source_type="github_issue", blocks=[[turn]])
    (row,) = anonymize_documents(batch, settings()).kept.to_pylist()
    assert row["text"] == text
    assert json.loads(row["blocks"][0]["attributes"])["author"] == "ci-bot1"


@pytest.mark.parametrize("mode", ["pseudonym", "mask", "redact"])
def test_anonymizing_twice_changes_nothing(documents, settings, mode):
    once = anonymize_documents(documents(*TEXTS), settings(mode=mode))
    twice = anonymize_documents(once.kept, settings(mode=mode))
    assert texts_of(twice) == texts_of(once)
    assert twice.sides["pii_spans"].num_rows == 0


_PIECES = st.sampled_from(
    (
        *VALUES,
        "联系人：",
        "，",
        "。",
        " ",
        "\n",
        "call me at ",
        "记者",
        "QQ：1234567",
        "a",
        "Best regards,\n",
        "John Smith",
        "@",
        "某",
        "id_",
        "password:\n  x: hunter2x9y\n",
        "aHVudGVyMng5eQ==",
        "hunter2x9y",
        "at 6:08 AM zqkrw <",
        ", a 34-year-old ",
        "Alice Miller",
        "（Alice）",
        "（男，",
        "12 Musterweg 5 Apt. 66",
    )
)


@tries(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(_PIECES, min_size=1, max_size=12), mode=st.sampled_from(["pseudonym", "mask", "redact"]))
def test_anonymizing_any_text_twice_changes_nothing_and_loses_no_document(documents, settings, pieces, mode):
    batch = documents("".join(pieces) + "x")
    once = anonymize_documents(batch, settings(mode=mode))
    assert once.kept.num_rows + once.quarantined.num_rows == 1
    twice = anonymize_documents(once.kept, settings(mode=mode))
    assert texts_of(twice) == texts_of(once)


def test_pseudonyms_are_the_same_in_every_shard_and_run(documents, settings):
    together = texts_of(anonymize_documents(documents(*TEXTS), settings()))
    alone = [texts_of(anonymize_documents(documents(text), settings()))[0] for text in TEXTS]
    assert together == alone
    assert texts_of(anonymize_documents(documents(*TEXTS[::-1]), settings())) == together[::-1]


def test_another_key_gives_pseudonyms_that_have_nothing_in_common(documents, settings):
    def tokens(key):
        return set(
            re.findall(
                r"[a-z]+_[0-9a-f]{8}|.某.{5}",
                " ".join(texts_of(anonymize_documents(documents(*TEXTS), settings(key=key)))),
            )
        )

    assert len(tokens("one")) >= 6
    assert tokens("one").isdisjoint(tokens("two"))


@pytest.mark.parametrize(
    ("one", "other", "entity"),
    [
        ("Li.Si@Corp.CN", "li.si＠corp.cn", "EMAIL_ADDRESS"),
        ("+86 138-1234-5678", "13812345678", "PHONE_NUMBER"),
        ("John  Smith", "john smith", "PERSON"),
    ],
)
def test_ways_to_write_one_value_have_one_pseudonym(settings, one, other, entity):
    assert surrogate(one, entity, settings()) == surrogate(other, entity, settings())


def test_pseudonyms_can_be_read_and_are_known_again(settings):
    assert re.fullmatch(r"user_[0-9a-f]{8}", surrogate("liwei99", "USERNAME", settings()))
    chinese = surrogate("欧阳明慧", "PERSON", settings())
    assert re.fullmatch("[一-鿿]某[一-鿿]{5}", chinese)
    assert is_surrogate(chinese)
    assert not is_surrogate("user_name")


def test_pseudonyms_need_a_key(documents):
    with pytest.raises(ValueError, match="key"):
        anonymize_documents(documents("x"), AnonymizeSettings())


def test_values_are_nowhere_in_logs_or_settings(documents, settings, caplog):
    with caplog.at_level(logging.DEBUG):
        anonymize_documents(documents(*TEXTS), settings(key="a very secret key"))
    assert not any(value in caplog.text for value in (*VALUES, "a very secret key"))
    given = settings(key="a very secret key")
    assert "a very secret key" not in f"{given!r}{given.model_dump_json()}{given.keyed()}"
    assert given.key == SecretStr("a very secret key")


def test_documents_keep_their_order_and_untouched_ones_their_bytes(documents, settings):
    batch = documents(*TEXTS, *[f"plain text {i}" for i in range(5)])
    kept = anonymize_documents(batch, settings()).kept
    assert kept["id"].to_pylist() == batch["id"].to_pylist()
    assert kept.slice(4).equals(batch.slice(4))


def test_numbers_in_metadata_are_values_too(documents, settings):
    metadata = json.dumps({"电话": 13812345678, "stars": 13812, "ok": True})
    (row,) = anonymize_documents(documents("text", metadata=metadata), settings()).kept.to_pylist()
    after = json.loads(row["metadata"])
    assert re.fullmatch("phone_[0-9a-f]{8}", after["电话"])
    assert (after["stars"], after["ok"]) == (13812, True)


def test_counts_are_of_replacements_by_kind(documents, settings):
    (row,) = anonymize_documents(documents(TEXTS[0]), settings()).kept.to_pylist()
    assert row["pii"] == [
        {"kind": "EMAIL_ADDRESS", "count": 1},
        {"kind": "PERSON", "count": 2},
        {"kind": "PHONE_NUMBER", "count": 1},
    ]


def test_an_empty_batch_is_an_empty_batch(documents, settings):
    parts = anonymize_documents(documents(), settings())
    assert parts.kept.num_rows == 0
    assert isinstance(parts.sides["pii_spans"], pa.Table)
