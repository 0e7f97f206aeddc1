"""Find personal data in a column of text: a compiled gate marks where it may be, Presidio judges only there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pyarrow as pa
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from tasks.anonymize.gate import Automaton, Family, build_automaton, find_anchors
from tasks.anonymize.recognizers import LITERALS, RuleRecognizer, rules
from tasks.anonymize.windows import Windows, cut_windows, join_windows
from tasks.engine.utf8 import utf8_column

LANGUAGES: Final = ("en", "zh")
# Of one call to Presidio: large enough that the call itself costs nothing.
_MAX_CHARS: Final = 200_000
_ANYWHERE: Final = Family.NUMBER | Family.HEX | Family.AT | Family.SECRET


@dataclass(frozen=True, order=True)
class PiiSpan:
    """Personal data in one text: `[start, end)` in code points."""

    start: int
    end: int
    entity: str
    score: float
    recognizer: str


@dataclass(frozen=True)
class Judge:
    """Presidio with our recognizers in every language, and the gate in front of it.

    Args:
        engine: Knows no other recognizers, and no language model: nothing is downloaded.
        automaton: Literals of the gate.
    """

    engine: AnalyzerEngine
    automaton: Automaton

    def find(self, column: pa.ChunkedArray) -> list[list[PiiSpan]]:
        """Spans of every text of a `large_string` column, in order, none overlapping another.

        Raises:
            Exception: A recognizer failed; nothing may be released on the strength of what others found.
        """
        data, offsets = utf8_column(column)
        anchors = find_anchors(data, offsets, self.automaton)
        found: list[list[PiiSpan]] = [[] for _ in range(len(offsets) - 1)]
        for family in (_ANYWHERE, Family.BLOCK):
            windows = cut_windows(data, offsets, anchors, family)
            for item, span in self._judge(windows):
                found[item].append(span)
        return [resolve(spans) for spans in found]

    def find_in(self, text: str) -> list[PiiSpan]:
        """Spans of one text, looked at whole: what `find` must find too."""
        return resolve(_span(result, 0) for result in self._analyze(text))

    def _judge(self, windows: Windows) -> Iterator[tuple[int, PiiSpan]]:
        for joined in join_windows(windows.texts, max_chars=_MAX_CHARS):
            for result in self._analyze(joined.text):
                index, start = joined.locate(result.start)
                shift = int(windows.start[index]) + start - result.start
                yield int(windows.item[index]), _span(result, shift)

    def _analyze(self, text: str) -> Sequence[RecognizerResult]:
        results: Sequence[RecognizerResult] = self.engine.analyze(text, language="en" if text.isascii() else "zh")
        return results


@lru_cache(maxsize=8)
def judge_for(*, private_addresses: bool, example_addresses: bool, hotlines: bool) -> Judge:
    """The judge with these settings (see `AnonymizeSettings`), made once for each process."""
    registry = RecognizerRegistry(recognizers=[], supported_languages=list(LANGUAGES))
    by_entity = rules(private_addresses=private_addresses, example_addresses=example_addresses, hotlines=hotlines)
    for language in LANGUAGES:
        for entity, of_entity in by_entity.items():
            registry.add_recognizer(RuleRecognizer(entity, language, of_entity))
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=NoOpNlpEngine([{"lang_code": language, "model_name": ""} for language in LANGUAGES]),
        supported_languages=list(LANGUAGES),
        log_decision_process=False,
    )
    return Judge(engine, build_automaton(LITERALS))


def resolve(spans: Iterator[PiiSpan] | Sequence[PiiSpan]) -> list[PiiSpan]:
    """Of spans that overlap the longest, then the surest, then the first."""
    kept: list[PiiSpan] = []
    for span in sorted(spans, key=lambda s: (-(s.end - s.start), -s.score, s.start, s.entity)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept)


def _span(result: RecognizerResult, shift: int) -> PiiSpan:
    name = (result.recognition_metadata or {}).get("recognizer_name", "unknown")
    return PiiSpan(result.start + shift, result.end + shift, result.entity_type, float(result.score), name)
