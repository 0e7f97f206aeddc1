"""A named-entity model where a recipe names one: a spaCy pipeline, or a token classifier of transformers.

Nothing is downloaded: the path is a folder on this machine. Models read whole texts, so they have no gate.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from presidio_analyzer import EntityRecognizer, RecognizerResult

# What the models in use call a person; other kinds are replaced only where a recipe asks for organisations.
_KINDS: Final[Mapping[str, str]] = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "B-PER": "PERSON",
    "I-PER": "PERSON",
    "ORG": "ORGANIZATION",
    "B-ORG": "ORGANIZATION",
}


class ModelError(ValueError):
    """A model cannot be loaded; says which and why."""


class ModelRecognizer(EntityRecognizer):
    """Entities a model finds.

    Args:
        path: Folder of the model.
        language: Of the texts it is shown: en or zh.
        organisations: Report organisations too.

    Raises:
        ModelError: There is no model, or what runs it is not installed.
    """

    def __init__(self, path: str, language: str, *, organisations: bool) -> None:
        self._find = _load(Path(path))
        self._wanted = {"PERSON", "ORGANIZATION"} if organisations else {"PERSON"}
        super().__init__(sorted(self._wanted), name="winnow_model", supported_language=language)

    def load(self) -> None:
        """Loaded when it was made, so that a wrong path is known before the first text."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:  # noqa: ARG002
        """Entities in `text`."""
        return [
            RecognizerResult(_KINDS[label], start, end, score)
            for start, end, label, score in self._find(text)
            if _KINDS.get(label) in self._wanted
        ]


def _load(path: Path) -> Any:
    if (path / "config.cfg").is_file():
        return _spacy(path)
    if (path / "config.json").is_file():
        return _transformers(path)
    raise ModelError(f"anonymize.models: {path} holds neither a spaCy pipeline nor a transformers model")


def _spacy(path: Path) -> Any:
    import spacy

    pipeline = spacy.load(path)

    def find(text: str) -> Iterator[tuple[int, int, str, float]]:
        # One line at a time: memory stays small. A line that is too long raises, and its document is quarantined.
        position = 0
        for line in text.splitlines(keepends=True):
            for entity in pipeline(line).ents:
                yield position + entity.start_char, position + entity.end_char, entity.label_, 0.85
            position += len(line)

    return find


def _transformers(path: Path) -> Any:
    try:
        from transformers import pipeline
    except ImportError:
        raise ModelError(f"anonymize.models: {path} needs transformers: pip install transformers torch") from None
    classify = pipeline("token-classification", model=str(path), aggregation_strategy="simple")

    def find(text: str) -> Iterator[tuple[int, int, str, float]]:
        position = 0
        for line in text.splitlines(keepends=True):
            for entity in classify(line) if line.strip() else ():
                yield (
                    position + entity["start"],
                    position + entity["end"],
                    entity["entity_group"],
                    float(entity["score"]),
                )
            position += len(line)

    return find
