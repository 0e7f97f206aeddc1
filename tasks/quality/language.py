"""Say in which language a document is written: zh, zh-Hant, en, zh-en (mixed), code, another language, or und.

Chinese is told by its characters, which no statistics are needed for; what is written in other scripts is given to
CLD2. Fenced code and addresses do not count: a Chinese issue that is mostly log stays Chinese.
"""

from typing import Final

import polars as pl
import pyarrow as pa
import pycld2

from schemas.document import DOCUMENT
from tasks.engine.step import Partition, Step
from tasks.quality.scripts import count_scripts
from tasks.quality.settings import LanguageSettings

NAME: Final = "language"

# Not language: fenced code, inline code, addresses.
_NOT_PROSE: Final = r"(?s)```.*?(?:```|\z)|`[^`\n]+`|https?://[^\s<>\u4e00-\u9fff]+"
# CLD2 gains nothing from more, in bytes.
_EXCERPT: Final = 4000
# A few words are never enough for statistics; Latin ones in a bilingual inbox are English.
_FEW_WORDS: Final = 8


def tell_language(batch: pa.Table, settings: LanguageSettings) -> Partition:
    """Set `lang` of every document.

    Args:
        batch: `document@1` rows.
        settings: Where Chinese, mixed and other texts part.
    """
    text = pl.Series("text", pl.from_arrow(batch["text"]))
    prose = text.str.replace_all(_NOT_PROSE, " ")
    counts = count_scripts(prose).with_columns(words=pl.sum_horizontal("han", "kana", "hangul", "latin", "other"))
    by_script = counts.select(_by_script(settings)).to_series()
    is_code = pl.Series(pl.from_arrow(batch["source_type"])) == "code"
    lang = pl.select(pl.when(is_code).then(pl.lit("code")).otherwise(by_script)).to_series()
    asked = lang.is_null()
    detected = [_detect(excerpt, few) for excerpt, few in zip(
        prose.filter(asked).str.slice(0, _EXCERPT), counts.filter(asked)["words"] < _FEW_WORDS, strict=True
    )]  # fmt: skip
    lang = lang.set(asked, None) if not detected else lang.scatter(asked.arg_true(), detected)
    column = lang.to_arrow().cast(pa.large_string())
    return Partition(batch.set_column(batch.schema.get_field_index("lang"), DOCUMENT.arrow.field("lang"), column))


def _by_script(settings: LanguageSettings) -> pl.Expr:
    """Language where the script decides; null where CLD2 has to."""
    words = pl.col("words")
    chinese = pl.col("han") / words
    script = pl.when(pl.col("traditional") > pl.col("simplified")).then(pl.lit("zh-Hant")).otherwise(pl.lit("zh"))
    return (
        pl.when(words == 0)
        .then(pl.lit("und"))
        .when(pl.col("kana") > 0.1 * (pl.col("kana") + pl.col("han")), pl.col("kana") > 0.05 * words)
        .then(pl.lit("ja"))
        .when(pl.col("hangul") > 0.3 * words)
        .then(pl.lit("ko"))
        .when(chinese >= settings.chinese)
        .then(script)
        .when(chinese >= settings.mixed)
        .then(pl.lit("zh-en"))
    )


def _detect(text: str, few: bool) -> str:
    if few:
        return "en" if _is_plain(text) else "und"
    try:
        reliable, _, found = pycld2.detect(text.encode(), bestEffort=True)
    except pycld2.error:
        return "und"
    code = str(found[0][1])
    if code == "un":
        return "en" if reliable and _is_plain(text) else "und"
    return code


def _is_plain(text: str) -> bool:
    """Whether all letters are those of English, or Chinese."""
    return all(c.isascii() or not c.isalpha() or "\u3400" <= c <= "\u9fff" for c in text)


STEP: Final = Step(name=NAME, version=2, settings=LanguageSettings, reads=DOCUMENT, writes=DOCUMENT, run=tell_language)
