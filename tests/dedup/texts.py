"""Texts for the tests, made from a seed, and the definitions of docs/near-duplicates.md in plain Python."""

import random
import re
import unicodedata

import opencc

_TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\W\u3400-\u4dbf\u4e00-\u9fff]+")
_SIMPLIFIED = opencc.OpenCC("t2s")
_SYLLABLES = ["ka", "lo", "mi", "ter", "von", "sa", "ne", "gra", "pul", "ed", "ix", "om", "dra", "fen", "qui", "bel"]
_CHARACTERS = [chr(point) for point in range(0x4E00, 0x4E00 + 4000) if _SIMPLIFIED.convert(chr(point)) == chr(point)]


def tokens(text: str) -> list[str]:
    folded = _SIMPLIFIED.convert(unicodedata.normalize("NFKC", text).casefold())
    return _TOKEN.findall(folded)


def shingles(text: str, size: int = 5) -> set[str]:
    found = tokens(text)
    return {" ".join(found[i : i + size]) for i in range(len(found) - size + 1)}


def jaccard(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a | b else float(tokens(one) == tokens(other))


def words(rng: random.Random, count: int, language: str) -> list[str]:
    if language == "zh":
        return rng.choices(_CHARACTERS, k=count)
    return ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(count)]


def join(parts: list[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(parts)


def edited(rng: random.Random, parts: list[str], share: float, language: str) -> list[str]:
    """`parts` with a share of them replaced, deleted or preceded by another."""
    out: list[str] = []
    for part in parts:
        if rng.random() >= share:
            out.append(part)
            continue
        action = rng.random()
        out += words(rng, 1, language) if action < 0.8 else []
        out += [part] if 0.6 <= action < 0.8 else []
    return out


def mixed_corpus(seed: int, count: int) -> list[str]:
    """Texts of both languages, many of them edited copies of earlier ones."""
    rng, texts, made = random.Random(seed), [], []
    while len(texts) < count:
        language = rng.choice(["en", "zh"])
        if made and rng.random() < 0.5:
            language, parts = rng.choice(made)
            parts = edited(rng, parts, rng.choice([0, 0.01, 0.02, 0.04, 0.08, 0.2]), language)
        else:
            parts = words(rng, rng.choice([3, 20, 60, 150]), language)
        made.append((language, parts))
        texts.append(join(parts, language))
    return texts
