"""Rules with datatrove's names measure what datatrove measures, on English.

The numbers are its own (0.10.0, benchmarks/datatrove_numbers.py). What differs on purpose: an n-gram that occurs once
repeats nothing and counts 0 (there a text of six words can fail); a line that ends in a colon or in a closing quote
behind a mark is punctuated; white space at the ends of lines is none of them; a run of one mark is one token.
"""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.signals import MEASURED
from tasks.quality.signals import measure

ROWS = [
    json.loads(line) for line in (Path(__file__).parent / "datatrove_numbers.jsonl").read_text("utf-8").splitlines()
]
SAME = sorted(set(ROWS[0]["numbers"]))


@pytest.fixture(scope="module")
def measured() -> list[dict[str, float]]:
    rows = measure(pa.chunked_array([pa.array([row["text"] for row in ROWS], pa.large_string())]))
    return [dict(zip(MEASURED, row, strict=True)) for row in rows.tolist()]


@pytest.mark.parametrize("signal", SAME)
def test_a_rule_with_its_name_measures_what_datatrove_measures(signal: str, measured):
    ours = [row[signal] for row in measured]
    theirs = [row["numbers"][signal] for row in ROWS]
    if signal.startswith("top_"):
        pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a]
        ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_some_text_breaks_each_of_its_rules():
    assert len(ROWS) >= 12
    for signal in SAME:
        assert max(row["numbers"][signal] for row in ROWS) > 0, signal
