"""Write characters that have two forms in one: width of letters and digits, Traditional or Simplified Chinese.

Full-width marks stay as they are whatever is set: ，：“” are how Chinese is punctuated. Japanese is never converted.
"""

import re
import unicodedata
from functools import cache
from typing import Any, Final

from tasks.clean.tidying import outside_fences
from tasks.engine.edits import Edit

# Letters and digits only; half-width katakana with the marks that follow it.
WIDE: Final = "[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+|[\uff66-\uff9d][\uff66-\uff9f]*"
HAN: Final = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
_WIDE: Final = re.compile(WIDE)
_HAN: Final = re.compile(HAN)
_KANA: Final = re.compile("[\u3041-\u30fa]")
# Of the Han characters; names of Japanese products are in Chinese texts too.
_JAPANESE: Final = 0.1


def find_wide_letters(text: str) -> list[Edit]:
    """Ａ１ as A1, ｶﾞ as ガ."""
    return outside_fences(
        text,
        [Edit(found.start(), found.end(), unicodedata.normalize("NFKC", found[0])) for found in _WIDE.finditer(text)],
    )


def find_traditional(text: str) -> list[Edit]:
    """Every run of Han characters that OpenCC writes in another way in Simplified Chinese, as short as possible."""
    runs = list(_HAN.finditer(text))
    if len(_KANA.findall(text)) > _JAPANESE * sum(run.end() - run.start() for run in runs):
        return []
    edits = []
    for run in runs:
        written = _converter().convert(run[0])
        if len(written) != len(run[0]):
            edits.append(Edit(run.start(), run.end(), written))
        elif written != run[0]:
            edits += [
                Edit(run.start() + i, run.start() + i + 1, after)
                for i, (before, after) in enumerate(zip(run[0], written, strict=True))
                if before != after
            ]
    return outside_fences(text, edits)


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
