"""What a kernel does without branches, or without looking at every byte, is what is plainly defined."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.signals import MEASURED
from tasks.quality.characters import ASCII, KINDS, class_table, key_table
from tasks.quality.decoding import decode
from tasks.quality.phrases import AD, LINK, MARKUP, NAVIGATION, PHRASES, SENSITIVE
from tasks.quality.scratch import count_values, find_value, scratch_for
from tasks.quality.signals import measure

_DIGITS = re.compile(r"[A-Za-z0-9+/=]")


def _signal(name: str, text: str) -> float:
    return float(measure(pa.chunked_array([pa.array([text], pa.large_string())]))[0, MEASURED.index(name)])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text(max_size=40) | st.sampled_from(["plain ASCII of more than a block ", "网关", "é", "\U0001f600"]))
)
@example(["x" * 64])
@example(["x" * 15, "字", "x" * 17])
@example(["\U00020000\U00040000\U0010ffff"])
def test_text_is_decoded_to_its_code_points_and_their_classes(parts: list[str]):
    text = "".join(parts).encode("utf-8", "ignore").decode()
    data = np.frombuffer(text.encode(), np.uint8)
    scratch = scratch_for(len(data))
    n = decode(data, key_table(), scratch.points, scratch.keys)
    assert "".join(map(chr, scratch.points[:n])) == text
    table = class_table()
    expected = [int(table[ord(c)]) if ord(c) < len(table) else 10 if ord(c) < 0x40000 else 17 for c in text]
    assert KINDS[scratch.keys[:n]].tolist() == expected
    assert [key for key, c in zip(scratch.keys, text, strict=False) if ord(c) < ASCII] == [
        ord(c) for c in text if ord(c) < ASCII
    ]
    assert scratch.points[n] == scratch.keys[n] == 0x0A


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 6) | st.integers(0, 2**64 - 1), max_size=80))
@example([0, 0, 1, 0])
def test_equal_values_get_the_place_of_the_first(values: list[int]):
    n = len(values)
    scratch = scratch_for(n)
    hashes = np.array([*values, 0], np.uint64)
    shift = count_values(n, hashes, scratch)
    assert scratch.numbers[:n].tolist() == [values.index(value) for value in values]
    assert [scratch.counts[values.index(value)] for value in values] == [values.count(value) for value in values]
    for value in (0, 3, 2**63, *values):
        expected = values.index(value) if value in values else n
        assert find_value(np.uint64(value), n, hashes, scratch, shift) == expected


def _runs(text: str) -> tuple[int, int]:
    """The longest run and the characters in long ones, byte by byte."""
    longest = total = run = 0
    for character in text:
        if character == "\n" and run >= 60:
            continue
        run = run + 1 if _DIGITS.match(character) else 0
        longest = max(longest, run)
        total += 64 if run == 64 else run > 64
    return longest, total


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "Z9+/", "=", "\n", " ", "网", "é", "AB\n"]), st.integers(1, 70)), max_size=8
    ).map(lambda parts: "".join(part * times for part, times in parts))
)
@example("a" * 59 + "\n" + "a" * 9)
@example("a" * 60 + "\n\n" + "a" * 9)
@example("网" + "a" * 64)
def test_runs_of_encoded_data_are_found_as_byte_by_byte(text: str):
    longest, total = _runs(text)
    assert _signal("encoded_run", text) == longest
    assert _signal("encoded_chars", text) == pytest.approx(total / max(len(text.encode()), 1))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["http", "://", ":", "/", "a", "网", " ", ")", "https://a.b/c", "\n"]), max_size=14))
@example([":", "://", "a"])
def test_links_are_found_as_an_expression_finds_them(parts: list[str]):
    text = "http://x " + "".join(parts) + " ok"
    found = re.findall(r"""[A-Za-z]*://[^\x00-\x20\x7f-\U0010ffff"')<>\]`]*""", text)
    assert _signal("link_chars", text) == pytest.approx(sum(map(len, found)) / len(text.encode()))


@pytest.mark.parametrize("kind", [AD, NAVIGATION, SENSITIVE])
def test_every_phrase_is_found_wherever_it_stands(kind: int):
    signal = {AD: "ad_lines", NAVIGATION: "navigation_chars", SENSITIVE: "sensitive_lines"}[kind]
    for phrase in filter(None, PHRASES[kind].split("|")):
        for before, after in (("", ""), ("the ", " of it"), ("文", "字"), ("re", "re"), ("A line\n", "\nanother")):
            placed = before + "\n" * phrase.startswith("\n") + phrase.strip("\n") + "\n" * phrase.endswith("\n") + after
            assert _signal(signal, placed) > 0, placed
            assert _signal(signal, placed.upper()) == _signal(signal, placed), placed


def test_the_shortest_phrases_are_found():
    for phrase in filter(None, PHRASES[MARKUP].split("|")):
        assert _signal("markup_hits", f"网关{phrase}") > 0, phrase
    for phrase in PHRASES[LINK].split("|"):
        assert _signal("link_chars", f"网关 {phrase}://x.y") > 0, phrase


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["```", "~~~", "`", "~", "  ", "py", "\n", "\n", "网关", "x" * 40]), max_size=16))
@example(["网关\n```\n", "```"])
@example(["`", "```\n", "~~~\n```\nx\n```"])
def test_fences_are_found_as_line_by_line(parts: list[str]):
    text = "".join(parts)
    lines = text.split("\n")
    marks = [bool(re.match(r"(```|~~~).{0,37}$", line.lstrip(" "))) for line in lines]
    left = sum(marks) - sum(marks) % 2
    inked = fenced = 0
    inside = False
    for line, mark in zip(lines, marks, strict=True):
        ink = len(re.sub(r"\s", "", line))
        inked += ink
        opens = mark and left > 0
        left -= opens
        fenced += ink if inside or opens else 0
        inside ^= opens
    assert _signal("fenced", text) == pytest.approx(fenced / max(inked, 1))


@settings(max_examples=200, deadline=None)
@given(st.text("ab a。网", max_size=300), st.sampled_from(["", "é", "网"]))
def test_a_long_line_is_counted_like_its_parts(text: str, end: str):
    """Counts of a line are added up in blocks of 63 characters."""
    line = text + end
    inked = len(re.sub(r"\s", "", line))
    assert _signal("han", line) == pytest.approx(sum(c == "网" for c in line) / max(inked, 1))
    letters = sum(c in "abé" for c in line)
    han = sum(c == "网" for c in line)
    if inked:
        assert (_signal("zh_prose", line) > 0) == (han * 3 > letters)
