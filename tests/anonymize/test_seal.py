import json

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from schemas.settings import StepSettings
from tasks.anonymize import seal as step
from tasks.anonymize.anonymize import anonymize_documents
from tasks.anonymize.fingerprints import fingerprints, prints_of, seed_of
from tasks.anonymize.seal import LeakError, seal_documents
from tasks.anonymize.union import unite_known_values
from tasks.engine.utf8 import utf8_column


def sealed(documents, settings, *shards):
    """Shards anonymized one by one, then sealed with what all of them are known to hold."""
    parts = [anonymize_documents(shard, settings) for shard in shards]
    sides = pa.concat_tables([part.sides["known_values"] for part in parts])
    known = unite_known_values(sides, StepSettings()).kept
    return [seal_documents(part.kept, settings, known=known).kept for part in parts]


def test_what_one_shard_is_known_to_hold_goes_from_all(documents, settings):
    first = documents("password = 'hunter2x9'\n加我QQ：12345678", "plain")
    second = documents("they all use hunter2x9 here", "群号12345678已满", "12345678901 hunter2x91", title="hunter2x9")
    one, other = sealed(documents, settings(), first, second)
    texts = other["text"].to_pylist()
    secret = one["text"].to_pylist()[0].split("'")[1]
    assert texts[0] == f"they all use {secret} here"
    assert "12345678" not in texts[1]
    assert texts[2] == "12345678901 hunter2x91"
    assert other["title"].to_pylist()[0] == secret
    assert other["pii"].to_pylist()[0] == [{"kind": "SECRET", "count": 2}]


def test_what_is_known_does_not_depend_on_the_order_of_shards(documents, settings):
    sides = [
        anonymize_documents(documents(text), settings()).sides["known_values"]
        for text in ("password = 'hunter2x9'", "加我QQ：12345678, pwd: hunter2x9", "mail li@corp.cn")
    ]
    one, other = (unite_known_values(pa.concat_tables(order), StepSettings()).kept for order in (sides, sides[::-1]))
    assert one.equals(other)
    # The password in base64 too.
    assert one.num_rows == 4


def test_sealing_twice_changes_nothing(documents, settings):
    parts = anonymize_documents(documents("password = 'hunter2x9'", "hunter2x9"), settings())
    once = seal_documents(parts.kept, settings(), known=parts.sides["known_values"]).kept
    assert seal_documents(once, settings(), known=parts.sides["known_values"]).kept.equals(once)


def test_a_name_that_was_read_in_one_sentence_stays_a_word_in_another(documents, settings):
    one, other = sealed(documents, settings(), documents("记者高明亮报道"), documents("灯光高明亮"))
    assert "高明亮" not in one["text"].to_pylist()[0]
    assert other["text"].to_pylist() == ["灯光高明亮"]


def test_a_name_that_is_certain_in_one_document_goes_from_all(documents, settings):
    first = documents("联系人：张晓明；", "Her doctor, Alice Miller, said so")
    _, other = sealed(documents, settings(), first, documents("把张晓明写进去 see Alice Miller", "晓明 Alice Millers"))
    texts = other["text"].to_pylist()
    assert "张晓明" not in texts[0]
    assert "Alice" not in texts[0]
    assert texts[1] == "晓明 Alice Millers"


def test_fingerprints_say_nothing_without_the_key(documents, settings):
    def known(key):
        parts = anonymize_documents(documents("password = 'hunter2x9'"), settings(key=key))
        return parts.sides["known_values"]

    assert "hunter2x9" not in json.dumps(known("one").to_pylist())
    assert set(known("one")["id"].to_pylist()).isdisjoint(known("two")["id"].to_pylist())


def test_a_value_that_is_left_fails_the_run_and_is_not_named(documents, settings, monkeypatch):
    parts = anonymize_documents(documents("password = 'hunter2x9'", "hunter2x9"), settings())
    monkeypatch.setattr(step, "replace", lambda draft, *_, **__: draft)
    with pytest.raises(LeakError, match="left in 1 documents") as raised:
        seal_documents(parts.kept, settings(), known=parts.sides["known_values"])
    assert "hunter2x9" not in str(raised.value)


@tries(max_examples=150, deadline=None)
@given(
    values=st.lists(
        st.text("ab1_张伟 .@", min_size=1, max_size=6).filter(str.strip).map(str.strip), min_size=1, max_size=5
    ),
    text=st.text("ab1_张伟 .@\n", max_size=40),
)
def test_values_are_found_where_a_plain_search_finds_them_as_whole_words(values, text):
    seed = seed_of("key")
    prints = fingerprints([(*prints_of(value, seed), "SECRET") for value in values], seed)
    data, offsets = utf8_column(pa.chunked_array([pa.array([text], pa.large_string())]))
    found = [data[a:b].tobytes().decode() for _, a, b in prints.find(data, offsets).tolist()]
    assert set(found) <= set(values)

    def stands(value):
        word = lambda c: c.isascii() and (c.isalnum() or c == "_")  # noqa: E731
        places = [i for i in range(len(text)) if text.startswith(value, i)]
        return any(
            not (i and word(text[i - 1]) and word(value[0]))
            and not (i + len(value) < len(text) and word(text[i + len(value)]) and word(value[-1]))
            for i in places
        )

    assert bool(found) == any(stands(value) for value in values)


@pytest.mark.parametrize("value", ["张晓明", "jane.miller@corp-mail.net", "hunter2x9"])
def test_names_of_columns_in_metadata_are_replaced_too_and_ours_stay(documents, settings, value):
    first = documents("联系人：张晓明；", "password = 'hunter2x9'")
    metadata = json.dumps({"columns": {value: "x", "价格": value}, "closed_by": None}, ensure_ascii=False)
    _, other = sealed(documents, settings(), first, documents("text", metadata=metadata))
    (after,) = other["metadata"].to_pylist()
    assert value not in after
    assert set(json.loads(after)) == {"columns", "closed_by"}
    assert "价格" in json.loads(after)["columns"]


_SAID = st.sampled_from(
    (
        "password = 'hunter2x9'", "hunter2x9", "aHVudGVyMng5", "联系人：张晓明；", "张晓明", "@zqkrw", "zqkrw", "zqk",
        "@zqk", "github.com/zqk", "li@corp.cn", "@corp.cn", "QQ：12345678", "12345678", "_", "-", "/", " ", "\n", "@",
        "，", "某", "x",
    )
)  # fmt: skip


@tries(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.lists(_SAID, min_size=1, max_size=8).map("".join), min_size=2, max_size=4))
def test_of_what_is_known_nothing_is_left_whatever_the_documents_say(documents, settings, texts):
    turns = [{"start": 0, "end": 1, "kind": "turn", "attributes": json.dumps({"author": "zqk"})}]
    first = documents(texts[0] + "x", source_type="github_issue", blocks=[turns])
    shards = [first, documents(*(text + "x" for text in texts[1:]))]
    # Raises where something is left.
    kept = sealed(documents, settings(), *shards)
    assert sum(part.num_rows for part in kept) == len(texts)
