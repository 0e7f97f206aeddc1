"""Find personal data in a column of text: a compiled gate marks where it may be, Presidio judges only there."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Any, Final

import pyarrow as pa

from tasks.anonymize.automaton import Automaton, build_automaton
from tasks.anonymize.families import STANDS_FOR, Family
from tasks.anonymize.gate import find_anchors, holds_han
from tasks.anonymize.recognizers.rule import RuleSet
from tasks.anonymize.settings import JudgeSettings
from tasks.anonymize.spans import PiiSpan, resolve
from tasks.anonymize.windows import Windows, cut_windows, join_windows
from tasks.engine.utf8 import utf8_column

# Of one call to Presidio: large enough that the call itself costs nothing.
_MAX_CHARS: Final = 200_000


@dataclass(frozen=True)
class Judge:
    """Presidio with our recognizers in every language, and the gate in front of it.

    Args:
        engines: Makes one for each group of recognizers that is shown the same windows, when there is a first window.
        names: Makes the one for names in sentences, whose gate is what reads them; None where names stay.
        models: Those that read whole texts, by language.
        automaton: Literals of the gate.
    """

    engines: Mapping[Family, Callable[[], Any]]
    names: Callable[[], Any] | None
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
            windows = cut_windows(data, offsets, anchors, family)
            for item, span in _judge(engine(), windows) if windows.texts else ():
                found[item].append(span)
        if self.names is not None:
            for item, span in _names(data, offsets):
                found[item].append(span)
        for item, text in enumerate(column.to_pylist() if self.models else ()):
            found[item] += self._by_model(text)
        return [resolve(spans) if len(spans) > 1 else spans for spans in found]

    def find_in(self, text: str) -> list[PiiSpan]:
        """Spans of one text, looked at whole by every recognizer: what `find` must find too."""
        spans = [span for engine in self.engines.values() for span in _analyze(engine(), text)]
        spans += self._by_model(text)
        if self.names is not None:
            spans += _analyze(self.names(), text)
        return resolve(spans)

    def _by_model(self, text: str) -> list[PiiSpan]:
        engine = self.models.get(language_of(text))
        return _analyze(engine, text) if engine else []


def language_of(text: str) -> str:
    """Whose recognizers look at a text."""
    return "en" if text.isascii() else "zh"


def _names(data: Any, offsets: Any) -> Iterator[tuple[int, PiiSpan]]:
    """Names in sentences. Here the gate and the recognizer are one function: there is nothing left to judge."""
    from tasks.anonymize.han.lexicon import load_lexicon
    from tasks.anonymize.han.scan import find_all_names
    from tasks.anonymize.latin import lexicon, scan
    from tasks.anonymize.recognizers.people import HAN_NAME, HAN_SCORES, LATIN_NAME, LATIN_SCORE

    for item, start, end in scan.find_all_names(data, offsets, lexicon.load_lexicon()).tolist():
        yield item, PiiSpan(start, end, "PERSON", LATIN_SCORE, LATIN_NAME)
    if holds_han(data, offsets):
        for item, start, end, certain in find_all_names(data, offsets, load_lexicon()).tolist():
            yield item, PiiSpan(start, end, "PERSON", HAN_SCORES[certain], HAN_NAME)


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
    """The judge with these settings, made once for each process."""
    from tasks.anonymize.recognizers import accounts, contact, credentials, identity, nested, network, people, places

    sets = [
        *contact.rule_sets(example_addresses=settings.example_addresses, hotlines=settings.hotlines),
        *identity.rule_sets(),
        *accounts.rule_sets(),
        *network.rule_sets(private_addresses=settings.private_addresses),
        *credentials.rule_sets(),
        *nested.rule_sets(),
        *places.rule_sets(),
        *(people.rule_sets(organisations=settings.organisations) if settings.names else ()),
    ]
    groups: dict[Family, list[RuleSet]] = defaultdict(list)
    for rule_set in sets:
        groups[rule_set.families].append(rule_set)
    literals: dict[str, Family] = defaultdict(lambda: Family(0))
    for module in (accounts, contact, credentials, identity, nested, people, places):
        for literal, family in module.LITERALS.items():
            literals[literal] |= family
    wanted = Family(0)
    for families in groups:
        wanted |= families
    for before, families in STANDS_FOR.items():
        wanted |= before if families & wanted else Family(0)
    judge = Judge(
        {families: cache(partial(_rule_engine, of_family)) for families, of_family in groups.items()},
        cache(_name_engine) if settings.names else None,
        {language: _model_engine(path, language, settings) for language, path in settings.models},
        build_automaton({literal: family for literal, family in literals.items() if family & wanted}),
    )
    _keep_what_is_loaded()
    return judge


def _rule_engine(rule_sets: Sequence[RuleSet]) -> Any:
    from tasks.anonymize.recognizers.presidio import engine_of_rules

    engine = engine_of_rules(rule_sets)
    _keep_what_is_loaded()
    return engine


def _name_engine() -> Any:
    from tasks.anonymize.recognizers.presidio import LANGUAGES, HanNameRecognizer, LatinNameRecognizer, engine_of

    return engine_of([HanNameRecognizer(), *(LatinNameRecognizer(language) for language in LANGUAGES)])


def _model_engine(path: str, language: str, settings: JudgeSettings) -> Any:
    from tasks.anonymize.recognizers.model import ModelRecognizer
    from tasks.anonymize.recognizers.presidio import engine_of

    return engine_of([ModelRecognizer(path, language, organisations=settings.organisations)])


def _keep_what_is_loaded() -> None:
    # Modules stay to the end: the collector of garbage need not go through them in each of its full rounds, which took
    # a third of the time of a shard with many spans.
    gc.freeze()
