"""The dataset card: read by `datasets` and by people."""

import yaml

from schemas.manifest import ReleaseFile, SourceTotals, StepTotals, TokenizerFile
from tasks.publish.card import dataset_card

STEP = StepTotals(
    name="quality", version=1, shards=1, cached_shards=0, rows_in=5, rows_kept=3, rows_dropped=2, rows_quarantined=0,
    reasons={"too_short": 2}, words_in=10, words_kept=8, bytes_in=1, cpu_s=1.5, wall_s=2.5,
)  # fmt: skip
FILES = [
    ReleaseFile(table=t, path=f"data/{t}/train-00000-of-00001.parquet", rows=3, bytes=9, sha256="0")
    for t in ("documents", "sft")
]
STATS = [
    ("documents", "rows_by_lang", "zh", 2.0),
    ("documents", "rows_by_lang", "en", 1.0),
    ("pii_spans", "rows_by_entity", "EMAIL", 4.0),
]


def _card(steps=(STEP,)) -> str:
    sources = [SourceTotals(kind="documents", path="手册|a", kb="manual", files=2, bytes=7, sha256="0")]
    return dataset_card(dataset="support", version="v2", files=FILES, sources=sources, steps=steps, stats=STATS)


def test_the_header_names_a_config_per_table_and_the_languages():
    header = yaml.safe_load(_card().split("---")[1])
    assert [config["config_name"] for config in header["configs"]] == ["documents", "sft"]
    assert header["configs"][1]["default"] is True
    assert header["language"] == ["en", "zh"]


def test_the_card_says_what_was_dropped_and_why():
    assert "| quality | 5 | 3 | 2 | 0 | too_short 2 |" in _card()
    assert "| EMAIL | 4 |" in _card()
    assert "手册\\|a" in _card()


def test_the_card_names_the_tokenizer_where_there_is_one():
    model = TokenizerFile(path="tokenizer/tokenizer.model", bytes=9, sha256="ab" * 32, vocab_size=16000, kind="trained")
    card = dataset_card(
        dataset="support", version="v2", files=FILES, sources=[], steps=(STEP,), stats=STATS, tokenizer=model
    )
    assert "`tokenizer/tokenizer.model` (16,000 pieces, `tokenizer_sha256` abababababababab…)" in card
    assert "SentencePiece" not in _card()


def test_times_are_not_part_of_the_card():
    slower = STEP.model_copy(update={"cpu_s": 99.0, "wall_s": 99.0, "cached_shards": 1})
    assert _card((slower,)) == _card()
