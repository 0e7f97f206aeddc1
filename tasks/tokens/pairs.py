"""Pairs of texts of one meaning in two languages: a comment and what a translation bot made of it."""

import json
import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.thread_turns import message_text

ROWS: Final = release_rows("pairs")
# What a translation bot makes of the title.
_TITLE: Final = re.compile(r"^[\W_]*(?:title|标题|標題)[*_ ]*[:：][*_ ]*(.+)$", re.IGNORECASE | re.MULTILINE)
_MARK: Final = re.compile(r"^[ ]{0,3}>[ ]?", re.MULTILINE)
_RULE: Final = re.compile(r"\A(?:\s|-{3,}\s)+|(?:\s|\s-{3,})+\Z")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
# Share of Han characters among letters: above the one a text is Chinese, below the other it is not.
_CHINESE: Final = 0.3
_NOT_CHINESE: Final = 0.05
# Characters of English for one of Chinese; code and names in both bring it towards one.
_LONGER: Final = (0.8, 8.0)


def make_translations(batch: pa.Table, settings: StepSettings) -> Partition:  # noqa: ARG001
    """`pairs` rows, label 1: the Chinese text first or second, as it was written first.

    Args:
        batch: `document@1` rows.
        settings: None.
    """
    rows = []
    for document in batch.to_pylist():
        if document["source_type"] == "github_issue":
            for index, (written, translated) in enumerate(_translations(document)):
                key = f"{document['id']}\0pairs\0{index}"
                rows.append(
                    {
                        "id": blake2b(key.encode(), digest_size=16).hexdigest(),
                        "sentence1": message_text(written),
                        "sentence2": message_text(translated),
                        "label": 1,
                    }
                )
    return Partition(ROWS.from_rows(rows))


def _translations(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    before = None
    for block in document["blocks"]:
        if block["kind"] != "turn":
            continue
        said = document["text"][block["start"] : block["end"]].strip()
        if not json.loads(block["attributes"] or "{}").get("translation"):
            before = said
            continue
        # Its first line says that it is one.
        rest = _MARK.sub("", said.partition("\n")[2])
        title = _TITLE.search(rest)
        if title and document["title"]:
            yield from _checked(document["title"], title[1].strip(" *_"))
            rest = rest[: title.start()] + rest[title.end() :]
        if before:
            yield from _checked(before, _RULE.sub("", rest))


def _checked(written: str, translated: str) -> Iterator[tuple[str, str]]:
    """The pair, if it is one of Chinese and another language and neither is far too long for the other."""
    shares = [_han_share(text) for text in (written, translated)]
    if min(shares) > _NOT_CHINESE or max(shares) < _CHINESE or not (written.strip() and translated.strip()):
        return
    chinese, other = (written, translated) if shares[0] > shares[1] else (translated, written)
    if _LONGER[0] <= len(other) / len(chinese) <= _LONGER[1]:
        yield written, translated


def _han_share(text: str) -> float:
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return han / (han + latin) if han + latin else 0.0


STEP: Final = Step(
    name="pairs",
    version=1,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_translations,
    accounting=Accounting.NONE,
)
