"""Words as a full-text index wants them: jieba's search mode for Chinese, lower-case words for the rest.

Query and index must be cut the same way: this is `jieba.lcut_for_search` on every run of Han characters, which is what
jieba itself does after splitting a text into such runs.
"""

import logging
import re
from functools import cache, lru_cache
from typing import Any, Final

_RUN: Final = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:[._+#-][^\W_\u3400-\u9fff]+)*[+#]{0,2}"
)


def search_words(text: str) -> str:
    """Search tokens of `text`, joined by spaces."""
    words: list[str] = []
    for run in _RUN.findall(text):
        words += _cut_for_search(run) if "\u3400" <= run[0] <= "\ufaff" else [run.lower()]
    return " ".join(words)


def words(text: str) -> str:
    """Jieba words of `text` (not search mode), joined by spaces; blanks are no words."""
    return " ".join(word for word in _jieba().cut(text) if not word.isspace())


@lru_cache(maxsize=65_536)
def _cut_for_search(run: str) -> list[str]:
    return list(_jieba().cut_for_search(run))


@cache
def _jieba() -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba
