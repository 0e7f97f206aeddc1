"""Find personal data in a column of text: a compiled gate marks where it may be, Presidio judges only there."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

import pyarrow as pa

from tasks.anonymize.automaton import Automaton, build_automaton
from tasks.anonymize.families import Family
from tasks.anonymize.gate import find_anchors, holds_han
from tasks.anonymize.windows import Windows, cut_windows, join_windows
from tasks.engine.utf8 import utf8_column

LANGUAGES: Final = ("en", "zh")
# Of one call to Presidio: large enough that the call itself costs nothing.
_MAX_CHARS: Final = 200_000


class PiiSpan(NamedTuple):
    """Personal data in one text: `[start, end)` in code points."""

    start: int
    end: int
    entity: str
    score: float
    recognizer: str


@dataclass(frozen=True)
class JudgeSettings:
    """What counts as personal data; see `AnonymizeSettings`."""

    private_addresses: bool = False
    example_addresses: bool = False
    hotlines: bool = False
    organisations: bool = False
    names: bool = True
    models: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Judge:
    """Presidio with our recognizers in every language, and the gate in front of it.

    Args:
        engines: One for each group of recognizers that is shown the same windows; no language model, no download.
        han: The one for names in Chinese text, whose gate is what reads them; None where names stay.
        models: Those that read whole texts, by language.
        automaton: Literals of the gate.
    """

    engines: Mapping[Family, Any]
    han: Any
    models: Mapping[str, Any]
    automaton: Automaton = field(repr=False)

    def find(self, column: pa.ChunkedArray) -> list[list[PiiSpan]]:
        """Spans of every text of a `large_string` column, in order, none overlapping another.

        Raises:
            Exception: A recognizer failed; nothing may be released on the strength of what others found.
        """
        data, offsets = utf8_column(column)
        anchors = find_anchors(data, offsets, self.automaton)
        found: list[list[PiiSpan]] = [[] for _ in range(len(offsets) - 1)]
        for family, engine in self.engines.items():
            for item, span in _judge(engine, cut_windows(data, offsets, anchors, family)):
                found[item].append(span)
        if self.han is not None:
            for item, span in _names(data, offsets):
                found[item].append(span)
        for item, text in enumerate(column.to_pylist() if self.models else ()):
            found[item] += self._by_model(text)
        return [resolve(spans) for spans in found]

    def find_in(self, text: str) -> list[PiiSpan]:
        """Spans of one text, looked at whole by every recognizer: what `find` must find too."""
        spans = [span for engine in self.engines.values() for span in _analyze(engine, text)]
        spans += self._by_model(text)
        if self.han is not None:
            spans += _analyze(self.han, text, language="zh")
        return resolve(spans)

    def _by_model(self, text: str) -> list[PiiSpan]:
        engine = self.models.get(language_of(text))
        return _analyze(engine, text) if engine else []


def language_of(text: str) -> str:
    """Whose recognizers look at a text."""
    return "en" if text.isascii() else "zh"


def _names(data: Any, offsets: Any) -> Iterator[tuple[int, PiiSpan]]:
    """Names in Chinese text. Here the gate and the recognizer are one function: there is nothing left to judge."""
    from tasks.anonymize.han.lexicon import load_lexicon
    from tasks.anonymize.han.names import find_all_names
    from tasks.anonymize.recognizers.people import HAN_NAME, HAN_SCORE

    if holds_han(data, offsets):
        for item, start, end in find_all_names(data, offsets, load_lexicon()).tolist():
            yield item, PiiSpan(start, end, "PERSON", HAN_SCORE, HAN_NAME)


def _judge(engine: Any, windows: Windows, language: str | None = None) -> Iterator[tuple[int, PiiSpan]]:
    items, starts = windows.item.tolist(), windows.start.tolist()
    for joined in join_windows(windows.texts, max_chars=_MAX_CHARS):
        for span in _analyze(engine, joined.text, language):
            index, start = joined.locate(span.start)
            shift = starts[index] + start - span.start
            yield (
                items[index],
                PiiSpan(span.start + shift, span.end + shift, span.entity, span.score, span.recognizer),
            )


def _analyze(engine: Any, text: str, language: str | None = None) -> list[PiiSpan]:
    results = engine.analyze(text, language=language or language_of(text))
    return [
        PiiSpan(
            r.start, r.end, r.entity_type, float(r.score), (r.recognition_metadata or {}).get("recognizer_name", "?")
        )
        for r in results
    ]


@lru_cache(maxsize=8)
def judge_for(settings: JudgeSettings) -> Judge:
    """The judge with these settings, made once for each process. Presidio is imported here: it takes a second."""
    from tasks.anonymize.recognizers import accounts, contact, credentials, identity, network, people, places
    from tasks.anonymize.recognizers.model import ModelRecognizer
    from tasks.anonymize.recognizers.rule import RuleRecognizer

    sets = [
        *contact.rule_sets(example_addresses=settings.example_addresses, hotlines=settings.hotlines),
        *identity.rule_sets(),
        *accounts.rule_sets(),
        *network.rule_sets(private_addresses=settings.private_addresses),
        *credentials.rule_sets(),
        *places.rule_sets(),
        *(people.rule_sets(organisations=settings.organisations) if settings.names else ()),
    ]
    groups: dict[Family, list[Any]] = defaultdict(list)
    for rule_set in sets:
        groups[rule_set.families] += [RuleRecognizer(rule_set, language) for language in LANGUAGES]
    literals: dict[str, Family] = defaultdict(lambda: Family(0))
    for module in (accounts, contact, credentials, identity, people, places):
        for literal, family in module.LITERALS.items():
            literals[literal] |= family
    wanted = Family(0)
    for families in groups:
        wanted |= families
    return Judge(
        {families: _engine(recognizers) for families, recognizers in groups.items()},
        _engine([people.HanNameRecognizer()]) if settings.names else None,
        {
            language: _engine([ModelRecognizer(path, language, organisations=settings.organisations)])
            for language, path in settings.models
        },
        build_automaton({literal: family for literal, family in literals.items() if family & wanted}),
    )


def _engine(recognizers: Sequence[Any]) -> Any:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    class NoEnhancer(ContextAwareEnhancer):
        """Our rules look at their context themselves; Presidio's enhancer copies every result."""

        def __init__(self) -> None:
            super().__init__(0, 0, 0, 0)

        def enhance_using_context(self, text: str, raw_results: list[Any], *_: Any, **__: Any) -> list[Any]:  # noqa: ARG002
            return raw_results

    return AnalyzerEngine(
        context_aware_enhancer=NoEnhancer(),
        registry=RecognizerRegistry(recognizers=list(recognizers), supported_languages=list(LANGUAGES)),
        nlp_engine=NoOpNlpEngine([{"lang_code": language, "model_name": ""} for language in LANGUAGES]),
        supported_languages=list(LANGUAGES),
        log_decision_process=False,
    )


def resolve(spans: Iterable[PiiSpan]) -> list[PiiSpan]:
    """Of spans that overlap the longest, then the surest, then the first."""
    kept: list[PiiSpan] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, -s.score, s.start, s.entity)):
        place = bisect_left(kept, span.end, key=_start)
        if place == 0 or kept[place - 1].end <= span.start:
            kept.insert(place, span)
    return kept


def _start(span: PiiSpan) -> int:
    return span.start
