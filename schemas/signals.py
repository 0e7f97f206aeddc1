"""`signals@2`: what was measured of a document; every decision of `quality` can be repeated from it, without the text.

Shares are in [0, 1]. "Characters" are code points. A "token" is a word or a punctuation mark; a Han, kana or hangul
character is a token of its own. Names follow who published the rule; what differs is said in the modules that
measure (tasks/quality/*_signals.py).
"""

from typing import Final

import pyarrow as pa

from schemas.table import TableSchema

CHARACTER_SIGNALS: Final = (
    "n_chars",
    "han",  # of characters that are not white space, as all shares of characters
    "kana",
    "hangul",
    "latin",
    "other_letters",
    "digits",
    "upper",  # of cased letters
    "symbols",  # neither letter, mark nor digit
    "white_space",  # of all characters
    "garbled",  # U+FFFD, private use, unassigned, controls
    "rare_han",  # of Han characters: outside the common sets of GB 2312 and Big5
    "traditional",  # of Han characters that exist in one of the two scripts only
    "mojibake",  # pairs of characters that UTF-8 read as Windows-1252 gives, or GBK read as UTF-8
    "mixed_width",  # half-width , ; : ? ! ( ) directly between Han characters
    "corner_brackets",  # 【】
    "runs",  # inside runs of five or more of one character
    "longest_run",  # characters; white space and table rules do not count
    "char_entropy",  # bits
)
WORD_SIGNALS: Final = (
    "n_words",
    "n_tokens",
    "mean_word_chars",  # Gopher
    "alpha_words",  # Gopher, of tokens
    "hash_per_word",  # Gopher
    "ellipsis_per_word",  # Gopher
    "stop_words",  # Gopher; FineWeb-2's list where Han leads: how many of the list occur
    "unique_words",  # MAP-NEO
    "word_entropy",  # MAP-NEO, nats
    "longest_word",  # characters
    "odd_words",  # words that no language writes: case or digits inside, no vowel, consonant heaps
    "single_letters",  # words of one Latin letter
    "top_word",  # the most frequent word of two or more letters, of all words
)
LINE_SIGNALS: Final = (
    "n_lines",  # not blank
    "n_paragraphs",
    "mean_line_chars",
    "longest_line",  # characters
    "bullet_lines",  # Gopher
    "ellipsis_lines",  # Gopher
    "punctuated_lines",  # FineWeb: end in a terminal punctuation mark
    "short_lines",  # FineWeb: 30 characters or fewer (Han counts double)
    "newline_per_word",  # FineWeb, of tokens
    "upper_lines",  # RefinedWeb: mainly upper case
    "digit_lines",  # RefinedWeb: digits only
    "counter_lines",  # RefinedWeb: "3 likes", "12 赞"
    "one_word_lines",  # RefinedWeb
    "table_lines",
    "log_lines",  # outside fences: begin with, or name, a time as logs do; frames of a stack trace
    "n_sentences",  # C4
    "long_lines",  # C4: how many of 200 characters or more (Han counts double)
    "edited_words",  # RefinedWeb: in lines its line rules take out
    "template_lines",  # outside tables and fences: seen before, numbers aside
)
REPEAT_SIGNALS: Final = (
    "dup_lines",  # Gopher
    "dup_line_chars",  # Gopher
    "dup_paragraphs",  # Gopher
    "dup_paragraph_chars",  # Gopher
    "fineweb_dup_chars",  # FineWeb: as dup_line_chars, of characters that are not line ends
    "top_2_gram",  # Gopher
    "top_3_gram",
    "top_4_gram",
    "dup_5_gram",  # Gopher
    "dup_6_gram",
    "dup_7_gram",
    "dup_8_gram",
    "dup_9_gram",
    "dup_10_gram",
)
PHRASE_SIGNALS: Final = (
    "javascript_lines",  # C4
    "policy_lines",  # C4
    "lorem_ipsum",  # C4: hits
    "braces",  # C4: hits of {
    "more_lines",  # RefinedWeb and MAP-NEO: 展开, 更多, read more, sign in
    "ad_lines",  # advertising and gambling phrases
    "navigation_chars",  # inside words of menus and page ends: 首页, 上一篇, back to top
    "garbage_chars",  # inside 锟斤拷, 烫烫烫 and the like
    "markup_hits",  # HTML tags and entities, per character
    "link_chars",  # inside URLs
    "encoded_run",  # longest base64 or hexadecimal run, characters
    "encoded_chars",  # inside such runs of 64 or more
    "sensitive_lines",  # sex, gambling, drugs, weapons for sale
)
# Of the paragraphs of a document: what they are decides which rules it is held to.
PROSE_SIGNALS: Final = (
    "zh_prose",  # of characters that are not white space: in paragraphs of Chinese
    "latin_prose",
    "other_prose",
    "tables",
    "code",  # by its marks
    "fenced",  # between ``` marks
    "prose_words",  # Latin and Chinese
    "function_words",  # of them
    "letter_bits",  # of a letter of Latin prose under a trigram model of English; 2 ** bits is the perplexity
    "torn_words",  # of words: letters on both sides of a mark that stands in no word
    "han_bits",  # of a Han character after another, under a model of character pairs
)
MEASURED: Final = (
    *CHARACTER_SIGNALS,
    *WORD_SIGNALS,
    *LINE_SIGNALS,
    *REPEAT_SIGNALS,
    *PHRASE_SIGNALS,
    *PROSE_SIGNALS,
)

# Counts; all others are shares, means or bits.
COUNTS: Final = frozenset({
    "n_chars", "longest_run", "n_words", "n_tokens", "stop_words", "longest_word", "n_lines", "n_paragraphs",
    "longest_line", "n_sentences", "lorem_ipsum", "braces", "encoded_run", "long_lines", "prose_words",
})  # fmt: skip

SIGNALS = TableSchema(
    name="signals",
    version=2,
    arrow=pa.schema(
        [
            # Of the document.
            pa.field("id", pa.large_string(), nullable=False),
            # What routes the document to a profile.
            pa.field("source_type", pa.large_string(), nullable=False),
            pa.field("kb", pa.large_string(), nullable=False),
            pa.field("lang", pa.large_string()),
            # Characters a page; null where there are no pages.
            pa.field("page_chars", pa.float32()),
            *(pa.field(name, pa.int64() if name in COUNTS else pa.float32(), nullable=False) for name in MEASURED),
        ]
    ),
)
