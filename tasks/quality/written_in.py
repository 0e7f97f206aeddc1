"""In which language a text is written, by its scripts where they decide, by CLD2 where they do not."""

import re
from typing import Final

import polars as pl
import pycld2

from tasks.quality.scripts import count_scripts
from tasks.quality.settings import LanguageSettings

# CLD2 gains nothing from more, in bytes.
_EXCERPT: Final = 4000
# A few words are never enough for statistics; plain Latin ones in a bilingual inbox are English.
_FEW_WORDS: Final = 8
# CLD2's score for text in Latin letters is near 1,000; what is no language gets a rare one with less than half of it.
_LEAST_SCORE: Final = 520
_LONG: Final = 200
# CLD2 refuses a text with one of these.
_REFUSED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff]")
# Letters of neither English nor Chinese, and numbers such as ½.
_UNUSUAL: Final = re.compile(r"[^\x00-\x7f\W\d_\u3400-\u9fff]")


def tell_texts(prose: pl.Series, settings: LanguageSettings) -> pl.Series:
    """Language of each text: zh, zh-Hant, en, zh-en, zh-Hant-en (mixed), another language, or und.

    Args:
        prose: Texts without what is no language.
        settings: Where Chinese, mixed and other texts part.
    """
    counts = count_scripts(prose).with_columns(words=pl.sum_horizontal("han", "kana", "hangul", "latin", "other"))
    lang = counts.select(_by_script(settings)).to_series()
    asked = lang.is_null()
    if not asked.any():
        return lang
    left = counts.filter(asked)
    few, latin = left["words"] < _FEW_WORDS, left["latin"] > left["other"]
    excerpts = prose.filter(asked).str.slice(0, _EXCERPT)
    detected = [_detect(*row) for row in zip(excerpts, few, latin, strict=True)]
    return lang.scatter(asked.arg_true(), detected)


def _by_script(settings: LanguageSettings) -> pl.Expr:
    """Language where the script decides; null where CLD2 has to."""
    words = pl.col("words")
    chinese = pl.col("han") / words
    is_traditional = pl.col("traditional") > pl.col("simplified")
    return (
        pl.when(words == 0)
        .then(pl.lit("und"))
        .when(pl.col("kana") > 0.1 * (pl.col("kana") + pl.col("han")), pl.col("kana") > 0.05 * words)
        .then(pl.lit("ja"))
        .when(pl.col("hangul") > 0.3 * words)
        .then(pl.lit("ko"))
        .when(chinese >= settings.chinese)
        .then(pl.when(is_traditional).then(pl.lit("zh-Hant")).otherwise(pl.lit("zh")))
        .when(chinese >= settings.mixed)
        .then(pl.when(is_traditional).then(pl.lit("zh-Hant-en")).otherwise(pl.lit("zh-en")))
    )


def _detect(text: str, few: bool, latin: bool) -> str:
    plain = _is_plain(text)
    if few and plain:
        return "en"
    reliable, code, score = _ask(text)
    if code == "un":
        return "en" if reliable and plain and not few else "und"
    if latin and code != "en" and (score < _LEAST_SCORE or (few and not reliable)):
        # A language nobody writes such letters in: no language.
        return "en" if plain and len(text) < _LONG and not few else "und"
    return code


def _ask(text: str) -> tuple[bool, str, float]:
    try:
        reliable, _, found = pycld2.detect(text.encode(), bestEffort=True)
    except pycld2.error:
        try:
            reliable, _, found = pycld2.detect(_REFUSED.sub(" ", text).encode(), bestEffort=True)
        except pycld2.error:
            return False, "un", 0.0
    return bool(reliable), str(found[0][1]), float(found[0][3])


def _is_plain(text: str) -> bool:
    """Whether all letters are those of English, or Chinese."""
    return text.isascii() or not any(map(str.isalpha, _UNUSUAL.findall(text)))
