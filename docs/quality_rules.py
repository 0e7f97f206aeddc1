"""Write docs/quality-rules.md: every rule of `quality`, its limits in every profile, and where they come from."""

from tasks.quality.rules import RULES, Guard, Profile, QualityReason, Rule

_GOPHER = "Gopher (Rae et al., 2021, table A1)"
_FINEWEB = "FineWeb (Penedo et al., 2024); Chinese FineWeb-2 cmn_Hani"
_GRAMS = f"{_GOPHER}; Chinese FineWeb-2 cmn_Hani. Documents: their form repeats, so wide"
_R = QualityReason
_SOURCES = {
    _R.TOO_FEW_WORDS: f"{_GOPHER}: 50; a Han character is a word here, so 60. Documents and threads: short is no fault",
    _R.SPARSE_PAGES: "ours: scans and fonts that yield almost nothing; slides have 50 characters a page and more",
    _R.GARBLED: "ours: U+FFFD, private use, controls",
    _R.MOJIBAKE: "ours: pairs that UTF-8 read as Windows-1252 gives",
    _R.GARBAGE_PHRASES: "ours: 锟斤拷, 烫烫烫 and what UTF-8 read as GBK begins with",
    _R.RARE_CHARACTERS: "ours: outside the common sets of GB 2312 and Big5",
    _R.ENCODED_DATA: "StarCoder2 (Lozhkov et al., 2024): half of a file; web stricter",
    _R.CHARACTER_RUNS: "ours, after Data-Juicer's character repetition",
    _R.UNLIKELY_LETTERS: "ours (decision 0051): between clean manuals (to 4.4) and noise (from 4.5)",
    _R.TORN_WORDS: "ours (decision 0051): Latin words in Chinese are names and options",
    _R.UNREADABLE: "ours (decision 0051): no language has such words",
    _R.BAD_TEXT_LAYER: "ours (decision 0051): nobody writes a PDF like that",
    _R.UNLIKELY_HAN: "ours (decision 0051): between clean manuals (to 8.7) and noise (from 11.4)",
    _R.LOG_DUMP: "ours",
    _R.KEYWORDS: "RedPajama-V2 and MAP-NEO: 3 nats whatever it says; higher where function words are few",
    _R.TEMPLATE_LINES: "ours: Gopher's duplicate lines, numbers aside",
    _R.FEW_FUNCTION_WORDS: "ours, after Gopher's stop words",
    _R.MENU: "ours: as few_function_words, where no line ends like a sentence",
    _R.WORD_LENGTH_LOW: f"{_GOPHER}; off for Chinese",
    _R.WORD_LENGTH_HIGH: f"{_GOPHER}; off for Chinese",
    _R.FEW_LETTERS: f"{_GOPHER}: 0.8 of what stands between spaces; 0.5 where marks are tokens",
    _R.HASHES: _GOPHER, _R.ELLIPSES: _GOPHER, _R.BULLETS: _GOPHER, _R.ELLIPSIS_LINES: _GOPHER,
    _R.STOP_WORDS: f"{_GOPHER}: 2 of 8; Chinese 1 of the first 8 of FineWeb-2's list",
    _R.PUNCTUATION: "FineWeb: 0.12; off for Chinese, FineWeb-2's 0.106 drops manuals whose lines wrap",
    _R.SHORT_LINES: "FineWeb: 0.67; Chinese wider, a Han character counts double",
    _R.LIST_LIKE: _FINEWEB,
    _R.DUPLICATE_LINES: _GRAMS,
    _R.DUPLICATE_LINE_CHARS: _GRAMS, _R.DUPLICATE_PARAGRAPHS: _GRAMS, _R.TOP_2_GRAM: _GRAMS,
    _R.TOP_3_GRAM: f"{_GOPHER}; Chinese FineWeb-2", _R.TOP_4_GRAM: f"{_GOPHER}; Chinese FineWeb-2",
    _R.DUPLICATE_5_GRAMS: _GRAMS, _R.DUPLICATE_10_GRAMS: _GRAMS,
    _R.LOREM_IPSUM: "C4 (Raffel et al., 2020); documents may quote it",
    _R.SENSITIVE: "ours, for C4's list of bad words: offers, not words",
    _R.ADVERTISING: "ours",
    _R.MORE_LINES: "RefinedWeb (Penedo et al., 2023), MAP-NEO (Zhang et al., 2024)",
    _R.CORNER_BRACKETS: "MAP-NEO: 【】", _R.MIXED_WIDTH: "ours",
    _R.BRACES: "C4: 0", _R.JAVASCRIPT_LINES: "C4", _R.POLICY_LINES: "C4", _R.FEW_SENTENCES: "C4: 5",
    _R.EDITED_WORDS: "RefinedWeb: 0.05", _R.UNIQUE_WORDS: "MAP-NEO", _R.ENTROPY: "MAP-NEO, RedPajama-V2: 3",
    _R.PERPLEXITY_LETTERS: "CCNet's idea (Wenzek et al., 2020)", _R.PERPLEXITY_HAN: "CCNet's idea",
}  # fmt: skip
_COLUMNS: tuple[Profile, ...] = ("web-en", "web-zh", "docs-en", "docs-zh", "docs-other", "table", "thread", "code")
_HEAD = """# Rules of quality

Written by `python docs/quality_rules.py`. A document is dropped by the first rule it breaks; `least`: the limit is the
least allowed, else the most. Empty: documents of that profile are not held to the rule; a rule without any limit is off
until a recipe gives it one (`steps.quality.limits`). Mixed documents: a limit between those of Chinese and English, in
proportion to their paragraphs. Signals: schemas/signals.py.
"""


def _guard(guard: Guard) -> str:
    parts = [f"≥ {guard.least:g}"] * (guard.least > float("-inf")) + [f"≤ {guard.most:g}"] * (guard.most < float("inf"))
    return f"{guard.signal} {' and '.join(parts)}"


def _row(reason: QualityReason, rule: Rule) -> str:
    limits = [f"{rule.limits[profile]:g}" if profile in rule.limits else "" for profile in _COLUMNS]
    signal = f"`{rule.signal}`{' (least)' * rule.least}"
    guards = "; ".join(map(_guard, rule.guards))
    return " | ".join([f"| `{reason.value}`", signal, *limits, guards, f"{_SOURCES[reason]} |"])


def main() -> None:
    """Print the document."""
    names = ["rule", "signal", *_COLUMNS, "asked where", "source, and why ours differs"]
    print(_HEAD)
    print(f"| {' | '.join(names)} |\n|{'---|' * len(names)}")
    for reason, rule in RULES.items():
        print(_row(reason, rule))


if __name__ == "__main__":
    main()
