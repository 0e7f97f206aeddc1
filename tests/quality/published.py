"""The published formulas, written down as simply as possible, for texts of ASCII, Han characters and their marks.

Gopher: Rae et al., 2021, table A1. FineWeb: Penedo et al., 2024. What Winnow does differently is said in its modules.
"""

import math
import re
from collections import Counter

_HAN = "\u4e00-\u9fff"
_WORD = r"[A-Za-z0-9]+(?:[._][A-Za-z0-9]+)*"
# A Han character; the second half of "don't"; a word; a run of one mark.
_TOKEN = re.compile(rf"[{_HAN}]|(?<=[A-Za-z])'(?=[A-Za-z]){_WORD}|{_WORD}|([^\s\u3000])\1*")
_ENGLISH = ("the", "be", "to", "of", "and", "that", "have", "with")
_CHINESE = tuple("的是在和了有不为")
_ENDS = ".!?…。！？"
_CLOSERS = "\"')*_”’」』）"


def is_han(token: str) -> bool:
    return bool(re.fullmatch(f"[{_HAN}]", token))


def is_word(token: str) -> bool:
    return token[-1].isalnum()


def tokens_of(text: str) -> list[str]:
    return [found[0] for found in _TOKEN.finditer(text)]


def word_signals(text: str) -> dict[str, float]:
    tokens = tokens_of(text)
    words = [token for token in tokens if is_word(token)]
    n = max(len(tokens), 1)
    counts = Counter(tokens)
    han_leads = sum(map(is_han, tokens)) > sum(not is_han(token) for token in tokens)
    return {
        "n_words": len(words),
        "n_tokens": len(tokens),
        "mean_word_chars": sum(map(len, words)) / max(len(words), 1),
        "alpha_words": sum(any(c.isalpha() for c in word) for word in words) / n,
        "hash_per_word": sum(token.count("#") for token in tokens) / n,
        "ellipsis_per_word": sum(t.count("…") + (len(t) // 3 if set(t) == {"."} else 0) for t in tokens) / n,
        "stop_words": sum(word in counts for word in (_CHINESE if han_leads else _ENGLISH)),
        "unique_words": len(counts) / n,
        "word_entropy": -sum(k / n * math.log(k / n) for k in counts.values()),
        "longest_word": max((len(word) for word in words if not is_han(word)), default=0),
        "top_word": max((k for word, k in counts.items() if is_word(word) and len(word) > 1), default=0) / n,
    }


def _grams(tokens: list[str], size: int) -> list[tuple[str, ...] | None]:
    """At each token the n-gram that begins there: n words, or 2n Han characters; None where the text ends first."""
    weights = [1 if is_han(token) else 2 for token in tokens]
    grams: list[tuple[str, ...] | None] = []
    for start in range(len(tokens)):
        total, end = 0, start
        while end < len(tokens) and total < 2 * size:
            total += weights[end]
            end += 1
        grams.append(tuple(tokens[start:end]) if total >= 2 * size else None)
    return grams


def repeat_signals(text: str) -> dict[str, float]:
    tokens, chars = tokens_of(text), max(len(text), 1)
    measured: dict[str, float] = {}
    for size in (2, 3, 4):
        counts = Counter(gram for gram in _grams(tokens, size) if gram)
        top, often = counts.most_common(1)[0] if counts else ((), 0)
        spaces = max(sum(not is_han(token) for token in top) - 1, 0)
        measured[f"top_{size}_gram"] = often * (sum(map(len, top)) + spaces) / chars if often > 1 else 0.0
    for size in range(5, 11):
        seen, repeated, position = set(), 0, 0
        grams = _grams(tokens, size)
        while position < len(grams):
            gram = grams[position]
            if gram and gram in seen:
                repeated += sum(map(len, gram))
                position += len(gram)
                continue
            seen.add(gram)
            position += 1
        measured[f"dup_{size}_gram"] = repeated / chars
    return {**measured, **_repeated_lines(text)}


def _repeated_lines(text: str) -> dict[str, float]:
    lines = [line for line in _lines(text) if line]
    paragraphs = [part.strip("\n") for part in re.split(r"\n\n+", "\n".join(_lines(text))) if part.strip("\n")]
    again, chars = _repeats(lines)
    again_p, chars_p = _repeats(paragraphs)
    n = max(len(text), 1)
    return {
        "dup_lines": again / max(len(lines), 1),
        "dup_line_chars": chars / n,
        "fineweb_dup_chars": chars / max(len(text) - text.count("\n"), 1),
        "dup_paragraphs": again_p / max(len(paragraphs), 1),
        "dup_paragraph_chars": chars_p / n,
    }


def _repeats(parts: list[str]) -> tuple[int, int]:
    seen: set[str] = set()
    again = chars = 0
    for part in parts:
        if part in seen:
            again, chars = again + 1, chars + len(part)
        seen.add(part)
    return again, chars


def _lines(text: str) -> list[str]:
    return [line.strip(" \t\u3000") for line in text.split("\n")]


def line_signals(text: str) -> dict[str, float]:
    lines = [line for line in _lines(text) if line]
    tokens = len(tokens_of(text))
    n = max(len(lines), 1)
    han = [len(re.findall(f"[{_HAN}]", line)) for line in lines]
    return {
        "n_lines": len(lines),
        "n_paragraphs": len([p for p in re.split(r"\n\n+", "\n".join(_lines(text))) if p.strip("\n")]),
        "mean_line_chars": sum(map(len, lines)) / n,
        "longest_line": max(map(len, lines), default=0),
        "bullet_lines": sum(line[0] in "•-●·▪" for line in lines) / n,
        "ellipsis_lines": sum(line.endswith(("...", "…")) for line in lines) / n,
        "punctuated_lines": sum((line[0] + line[1:].rstrip(_CLOSERS))[-1] in _ENDS + "；：:" for line in lines) / n,
        "short_lines": sum(len(line) + k <= 30 for line, k in zip(lines, han, strict=True)) / n,
        "newline_per_word": text.count("\n") / max(tokens, 1),
        "digit_lines": sum(bool(re.search(r"\d", x)) and not re.search(f"[A-Za-z{_HAN}]", x) for x in lines) / n,
        "table_lines": sum(line.count("|") >= 2 or line.count("\t") >= 2 for line in lines) / n,
    }


def character_signals(text: str) -> dict[str, float]:
    inked = [c for c in text if not c.isspace()]
    letters = [c for c in inked if c.isascii() and c.isalpha()]
    n = max(len(inked), 1)
    counts = Counter(inked)
    return {
        "n_chars": len(text),
        "han": sum(map(is_han, inked)) / n,
        "latin": len(letters) / n,
        "digits": sum(c.isdigit() for c in inked) / n,
        "upper": sum(c.isupper() for c in letters) / max(len(letters), 1),
        "symbols": sum(not c.isalnum() for c in inked) / n,
        "white_space": sum(c.isspace() for c in text) / max(len(text), 1),
        "corner_brackets": (text.count("【") + text.count("】")) / n,
        "char_entropy": -sum(k / n * math.log2(k / n) for k in counts.values()),
    }
