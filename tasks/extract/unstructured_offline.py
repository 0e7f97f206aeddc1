"""The one door to `unstructured`: without network, without telemetry, without a language model.

Its partitioners classify prose with spaCy's `en_core_web_sm`, which they download on first use. That model knows
English only and decides nothing we rely on (headings come from styles), so it is replaced by a blank pipeline that cuts
sentences and tags every word as a noun. Every module that needs `unstructured` imports it from here.
"""

import importlib
import os
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("SCARF_NO_ANALYTICS", "true")
os.environ.setdefault("UNSTRUCTURED_DISABLE_NOTICE", "1")

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from unstructured.nlp import tokenize

from tasks.engine.sandbox import unmetered

_PATCHED: Final = "_get_nlp"


@Language.component("winnow_noun_tagger")
def _tag_as_nouns(doc: Doc) -> Doc:
    for token in doc:
        token.tag_, token.pos_ = "NN", "NOUN"
    return doc


@lru_cache(maxsize=1)
def blank_pipeline() -> Language:
    """A spaCy pipeline that needs no download: sentence ends by punctuation, every word a noun."""
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "。", "！", "？", "；"]})
    pipeline.add_pipe("winnow_noun_tagger")
    pipeline.max_length = 1 << 31
    return pipeline


def go_offline() -> None:
    """Put the blank pipeline in the place of the downloaded model.

    Raises:
        RuntimeError: `unstructured` changed; this module must be adapted to it.
    """
    if not callable(getattr(tokenize, _PATCHED, None)):
        raise RuntimeError(f"unstructured.nlp.tokenize has no {_PATCHED}: adapt {__name__} to this version")
    setattr(tokenize, _PATCHED, blank_pipeline)


go_offline()


def partition(kind: str, data: bytes) -> list[Any]:
    """Elements of a document.

    Args:
        kind: rtf | odt | msg
        data: The file.
    """
    with unmetered():
        module = importlib.import_module(f"unstructured.partition.{kind}")
        blank_pipeline()
    return list(getattr(module, f"partition_{kind}")(file=BytesIO(data), **_OPTIONS[kind]))


_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "rtf": {},
    "odt": {"include_page_breaks": False, "infer_table_structure": True},
    "msg": {"process_attachments": False},
}
