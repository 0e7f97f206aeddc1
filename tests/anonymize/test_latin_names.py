"""Names in Latin letters that no cue gives away, and what only looks like one."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.anonymize.anonymize import anonymize_documents
from tasks.anonymize.latin.lexicon import Mark, load_lexicon
from tasks.anonymize.latin.scan import find_all_names, find_names
from tasks.engine.markdown_fences import fence_spans
from tasks.engine.utf8 import utf8_column

# Common parts of names, put together by chance: nobody is meant.
NAMES = (
    "Alice Miller", "Bob Q. Young", "Åsa Müller", "Zoë O'Brien", "Carla van der Berg", "Mary-Ann Smith", "J. R. Wilson",
    "Jane McAdam", "Peter Schwarz",
)  # fmt: skip


def names(text):
    return [text[start:end] for start, end in find_names(text, load_lexicon()).tolist()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "sentence",
    [
        "Have you met {} before?",
        "请{}确认配置，再重启服务。",
        "- {}",
        "(see {})",
        "{}'s patch",
        "**{}**",
        "> {}\n> wrote",
    ],
)
def test_a_name_is_read_whole_in_a_sentence_of_either_language(name, sentence):
    assert names(sentence.format(name)) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Producer Xyzzo Qwyrt explained it", "Xyzzo Qwyrt"),
        ("Copyright (c) 2014 Xyzzo Miller", "Xyzzo Miller"),
        ("版权所有 © 2014 Xyzzo Miller", "Xyzzo Miller"),
        ("by Xyzzo D. Qwyrt and others", "Xyzzo D. Qwyrt"),
        ("With Alice Miller we went", "Alice Miller"),
        ("Hi Xyzzo,\nthe server is down", "Xyzzo"),
        ("Alice, could you look?", "Alice"),
        ("Alice: No, it is not.", "Alice"),
        ("then Alice said so", "Alice"),
        ("Xyzzo Qwyrt\n\n12 Musterweg 5\nBern", "Xyzzo Qwyrt"),
    ],
)
def test_what_stands_beside_makes_a_name_of_less(text, name):
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Jackson Databind, Jenkins Pipeline and Apache Tomcat",
        "使用 Jackson Databind 和 Jenkins Pipeline 部署到 Apache Tomcat",
        "Ruby on Rails; Ruby Gems; 300 Kelvin; Paris Metro; Victoria Metrics",
        "## Getting Started With Docker Compose And Maven Central",
        "## Mark Page As Read",
        "New York City, San Francisco, Los Angeles, Santa Clara, Virginia Beach",
        "in April May was late; Monday June 3",
        "Amazon Web Services, Visual Studio Code, Spring Boot Actuator, Helm Chart",
        "Visual Basic was Robin Hood's; the Nelder Mead algorithm",
        "MaryAnn.Smith Alice.Miller AliceMiller alice miller ALICE MILLER",
        "`Alice Miller` src/Alice Miller/x Alice Miller() alice@Alice Miller_x",
        "Hello World, Hi Docker! Dear Customer, Thanks Everyone,",
        "Note: This. Docker: Not found. Travis, can you hear",
    ],
)
def test_products_places_headings_and_code_are_nobody(text):
    assert names(text) == []


_TEXT = st.lists(
    st.one_of(
        st.sampled_from(
            (*NAMES, " ", "\n", "```", "~~~", "```py\n", "\n```\n", "  ```", "Hi ", ", ", "说", "The ", ". ")
        ),
        st.text(max_size=4, alphabet=st.characters(codec="utf-8", exclude_characters="\0")),
    ),
    max_size=14,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=_TEXT)
def test_no_name_is_read_in_fenced_code_and_all_lie_in_the_text_in_order(text):
    position = 0
    for start, end in find_names(text, load_lexicon()).tolist():
        assert position <= start < end <= len(text)
        position = end
        assert not any(a <= start < b for a, b in fence_spans(text))


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(_TEXT, max_size=6))
def test_a_column_is_read_as_its_texts_are(texts):
    data, offsets = utf8_column(pa.chunked_array([pa.array(texts, pa.large_string())]))
    rows = find_all_names(data, offsets, load_lexicon())
    alone = [[item, *span] for item, text in enumerate(texts) for span in find_names(text, load_lexicon()).tolist()]
    assert rows.tolist() == alone


def test_the_lexicon_knows_names_from_words():
    table = load_lexicon().table
    counts = [int(np.count_nonzero(table[:, 1] & int(mark))) for mark in (Mark.FIRST, Mark.SURNAME, Mark.ORDINARY)]
    assert counts[0] > 5_000
    assert counts[1] > 80_000
    assert counts[2] > 50_000


def test_code_stays_exact_where_only_the_lexicon_speaks(documents, settings):
    text = "# Alice Miller wrote this; password = 'hunter2x9'"
    kept = anonymize_documents(documents(text, source_type="code"), settings()).kept["text"].to_pylist()
    gone = anonymize_documents(documents(text, source_type="text"), settings()).kept["text"].to_pylist()
    assert "Alice Miller" in kept[0]
    assert "hunter2x9" not in kept[0]
    assert re.search(r"# person_[0-9a-f]{8} wrote", gone[0])
