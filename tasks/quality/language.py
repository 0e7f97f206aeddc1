"""Say in which language a document is written, and each paragraph of one that mixes.

zh (Simplified), zh-Hant, en, zh-en and zh-Hant-en (mixed), code, another language, or und. Chinese is told by its
characters, which no statistics are needed for; what is written in other scripts is given to CLD2. Fenced code and
addresses do not count: a Chinese issue that is mostly log stays Chinese.
"""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.sides import LANGUAGE_SPAN
from tasks.engine.step import Partition, Step
from tasks.quality.paragraph_languages import find_language_spans
from tasks.quality.settings import LanguageSettings
from tasks.quality.written_in import tell_texts

NAME: Final = "language"

# Not language: fenced code, inline code, addresses.
_NOT_PROSE: Final = r"(?s)```.*?(?:```|\z)|`[^`\n]+`|https?://[^\s<>\u4e00-\u9fff]+"


def tell_language(batch: pa.Table, settings: LanguageSettings) -> Partition:
    """Set `lang` of every document.

    Args:
        batch: `document@1` rows.
        settings: Where Chinese, mixed and other texts part.

    Returns:
        The documents, and `language_spans`: the paragraphs of those that mix.
    """
    text = pl.Series("text", pl.from_arrow(batch["text"]))
    lang = tell_texts(text.str.replace_all(_NOT_PROSE, " "), settings)
    is_code = pl.Series(pl.from_arrow(batch["source_type"])) == "code"
    lang = pl.select(pl.when(is_code).then(pl.lit("code")).otherwise(lang)).to_series()
    column = lang.to_arrow().cast(pa.large_string())
    told = batch.set_column(batch.schema.get_field_index("lang"), DOCUMENT.arrow.field("lang"), column)
    return Partition(told, sides={"language_spans": find_language_spans(told, _NOT_PROSE, settings)})


STEP: Final = Step(
    name=NAME,
    version=3,
    settings=LanguageSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=tell_language,
    emits={"language_spans": LANGUAGE_SPAN},
)
