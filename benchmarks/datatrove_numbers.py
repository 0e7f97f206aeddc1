"""What datatrove measures of texts; for a Python that has datatrove, without Winnow.

    python datatrove_numbers.py < TEXTS.jsonl > tests/quality/datatrove_numbers.jsonl

A JSON line `{"text": ...}` for each text; written back with the numbers that its filters compare with their limits,
by the names Winnow gives them. Gopher quality, Gopher repetition, FineWeb, and C4's sentences.
"""

import json
import sys

import numpy as np
from datatrove.pipeline.filters.fineweb_quality_filter import TERMINAL_PUNCTUATION
from datatrove.pipeline.filters.gopher_quality_filter import PUNCTUATION_SET, STOP_WORDS
from datatrove.pipeline.filters.gopher_repetition_filter import (
    GopherRepetitionFilter,
    find_all_duplicate,
    find_duplicates,
    find_top_duplicate,
    get_n_grams,
)
from datatrove.utils.text import split_into_words


def measure(text: str) -> dict[str, float]:
    repetition = GopherRepetitionFilter()
    words = split_into_words(text, "eng")
    said = [word for word in words if any(character not in PUNCTUATION_SET for character in word)]
    paragraphs = repetition.paragraph_exp.split(text.strip())
    lines = repetition._line_splitter.split(text)
    inked = [line for line in text.split("\n") if line.strip()]
    grams = {f"top_{n}_gram": find_top_duplicate(get_n_grams(words, n)) / len(text) for n in (2, 3, 4)}
    grams |= {f"dup_{n}_gram": find_all_duplicate(words, n) / len(text) for n in range(5, 11)}
    split = text.splitlines()
    return {
        "n_words": len(said),
        "n_tokens": len(words),
        "mean_word_chars": float(np.mean([len(word) for word in said])),
        "alpha_words": sum(any(c.isalpha() for c in word) for word in words) / len(words),
        "hash_per_word": text.count("#") / len(words),
        "ellipsis_per_word": (text.count("...") + text.count("…")) / len(words),
        "stop_words": len(set(STOP_WORDS) & set(words)),
        "bullet_lines": sum(line.lstrip().startswith(("•", "-")) for line in split) / len(split),
        "ellipsis_lines": sum(line.rstrip().endswith(("...", "…")) for line in split) / len(split),
        "dup_lines": find_duplicates(lines)[0] / len(lines),
        "dup_line_chars": find_duplicates(lines)[1] / len(text),
        "dup_paragraphs": find_duplicates(paragraphs)[0] / len(paragraphs),
        "dup_paragraph_chars": find_duplicates(paragraphs)[1] / len(text),
        "punctuated_lines": sum(line.endswith(tuple(TERMINAL_PUNCTUATION)) for line in inked) / len(inked),
        "short_lines": sum(len(line) <= 30 for line in inked) / len(inked),
        "fineweb_dup_chars": find_duplicates(inked)[1] / len(text.replace("\n", "")),
        "newline_per_word": text.count("\n") / len(words),
        **grams,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        row = json.loads(line)
        print(json.dumps({"text": row["text"], "numbers": measure(row["text"])}, ensure_ascii=False))
