"""Our rules as recognizers of Presidio, and engines that run them.

Imported when there is a first window to judge, and without Presidio's own recognizers (docs/decisions/0077, 0078).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tasks.anonymize.han.lexicon import load_lexicon
from tasks.anonymize.han.scan import find_names
from tasks.anonymize.latin import lexicon as latin_lexicon
from tasks.anonymize.latin import scan as latin_scan
from tasks.anonymize.recognizers.people import HAN_NAME, HAN_SCORES, LATIN_NAME, LATIN_SCORE
from tasks.anonymize.recognizers.rule import RuleSet
from tasks.engine.lean import unneeded

# A model of a recipe loads spaCy itself, and all of it. Of recognizers ours are the only ones here.
with unneeded("spacy", "thinc", "presidio_analyzer.predefined_recognizers"):
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

LANGUAGES: Final = ("en", "zh")


class RuleRecognizer(EntityRecognizer):
    """Finds one kind of entity by rules.

    Args:
        rule_set: What to find.
        language: Presidio keeps one recognizer per language.
    """

    def __init__(self, rule_set: RuleSet, language: str) -> None:
        name = f"winnow_{rule_set.entity.lower()}"
        super().__init__([rule_set.entity], name=name, supported_language=language)
        self._entity = rule_set.entity
        self._rules = (*rule_set.rules, *rule_set.late())
        self._metadata = metadata_of(self)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:  # noqa: ARG002
        """Spans of this entity in `text`."""
        return list(self._find(text))

    def _find(self, text: str) -> Iterator[RecognizerResult]:
        for rule in self._rules:
            for found in rule.find(text):
                start, end = found.span("value" if "value" in rule.pattern.groupindex else 0)
                yield RecognizerResult(self._entity, start, end, rule.score, recognition_metadata=self._metadata)


class HanNameRecognizer(EntityRecognizer):
    """Names in Chinese text, read with words and names side by side (`tasks.anonymize.han.names`)."""

    def __init__(self) -> None:
        super().__init__(["PERSON"], name=HAN_NAME, supported_language="zh")
        self._metadata = metadata_of(self)

    def load(self) -> None:
        """The tables are made when the first text comes."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:  # noqa: ARG002
        """Names in `text`."""
        return list(self._find(text))

    def _find(self, text: str) -> Iterator[RecognizerResult]:
        for start, end, certain in find_names(text, load_lexicon()).tolist():
            yield RecognizerResult("PERSON", start, end, HAN_SCORES[certain], recognition_metadata=self._metadata)


class LatinNameRecognizer(EntityRecognizer):
    """Names in Latin letters, read in sentences of any language (`tasks.anonymize.latin.names`)."""

    def __init__(self, language: str) -> None:
        super().__init__(["PERSON"], name=LATIN_NAME, supported_language=language)
        self._metadata = metadata_of(self)

    def load(self) -> None:
        """The tables are made when the first text comes."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:  # noqa: ARG002
        """Names in `text`."""
        return [
            RecognizerResult("PERSON", start, end, LATIN_SCORE, recognition_metadata=self._metadata)
            for start, end in latin_scan.find_names(text, latin_lexicon.load_lexicon()).tolist()
        ]


def metadata_of(recognizer: Any) -> dict[str, str]:
    """Who found a span; Presidio logs a line for each result that comes without."""
    return {
        RecognizerResult.RECOGNIZER_NAME_KEY: recognizer.name,
        RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: recognizer.id,
    }


class _NoEnhancer(ContextAwareEnhancer):
    """Our rules look at their context themselves; Presidio's enhancer copies every result."""

    def __init__(self) -> None:
        super().__init__(0, 0, 0, 0)

    def enhance_using_context(self, text: str, raw_results: list[Any], *_: Any, **__: Any) -> list[Any]:  # noqa: ARG002
        return raw_results


def engine_of_rules(rule_sets: Sequence[RuleSet]) -> AnalyzerEngine:
    """An engine that finds what any of the rules finds, in every language."""
    return engine_of([RuleRecognizer(rule_set, language) for rule_set in rule_sets for language in LANGUAGES])


def engine_of(recognizers: Sequence[EntityRecognizer]) -> AnalyzerEngine:
    """An engine of these recognizers; no language model, no download."""
    return AnalyzerEngine(
        context_aware_enhancer=_NoEnhancer(),
        registry=RecognizerRegistry(recognizers=list(recognizers), supported_languages=list(LANGUAGES)),
        nlp_engine=NoOpNlpEngine([{"lang_code": language, "model_name": ""} for language in LANGUAGES]),
        supported_languages=list(LANGUAGES),
        log_decision_process=False,
    )
