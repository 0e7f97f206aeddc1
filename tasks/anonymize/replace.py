"""Replace what was found in one document, in every string of it, until nothing is found any more."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tasks.anonymize.forms import forms_of_handle, forms_of_secret
from tasks.anonymize.known import KNOWN_SCORE, KnownValues, known_values
from tasks.anonymize.people import MENTIONED, find_handles, handles_of
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.spans import PiiSpan, resolve
from tasks.anonymize.strings import Place, Row, strings_of, with_strings
from tasks.anonymize.surrogates import is_surrogate, outside_surrogates, surrogate
from tasks.engine.edits import Edit, EditedText

THREADS: Final = frozenset({"github_issue", "email"})
# Around an edit, what could be read otherwise because of it: the lines it touches, no further than this.
_NEAR: Final = 40
# Score of a name that stands beside an address of its own.
_CERTAIN: Final = 0.9
_AUTHOR: Final = "winnow_author"


@dataclass
class Draft:
    """A document on its way to release.

    Args:
        row: As it stands.
        spans: In the text as it came.
        counts: Replacements by entity.
        near: Pieces of text around the last edits, where something new could be read.
        replaced: Values and entities that are to be looked for in all other documents; never written anywhere.
    """

    row: Row
    spans: list[PiiSpan] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    near: list[str] = field(default_factory=list)
    replaced: set[tuple[str, str]] = field(default_factory=set)

    def strings(self) -> list[tuple[Place, str]]:
        """Its strings, the text first."""
        return [(("text",), self.row["text"]), *strings_of(self.row)]


def is_thread(row: Mapping[str, Any]) -> bool:
    """A document that records who wrote what."""
    return row["source_type"] in THREADS


def replace(
    draft: Draft, found: Mapping[Place, Sequence[PiiSpan]], settings: AnonymizeSettings, *, first: bool = True
) -> Draft:
    """`draft` with what was found replaced, and whatever else says the same.

    Args:
        draft: The document.
        found: Spans of each of its strings.
        settings: Mode and key.
        first: Spans index the text as it came.
    """
    row = draft.row
    handles = _handles(row)
    strings = dict(draft.strings())
    told = {place: [*found.get(place, ()), *_told(row, place, value, handles)] for place, value in strings.items()}
    known = known_values(
        pair
        for place, spans in told.items()
        for span in spans
        for pair in _said_here(strings[place][span.start : span.end], span)
    )
    every = {place: _settled(value, told[place], known) for place, value in strings.items()}
    edited: dict[Place, EditedText] = {}
    after = Draft(row, draft.spans, draft.counts + Counter(s.entity for spans in every.values() for s in spans))
    for place, spans in every.items():
        if not spans and place != ("text",):
            continue
        value = strings[place]
        edits = [Edit(s.start, s.end, surrogate(value[s.start : s.end], s.entity, settings)) for s in spans]
        edited[place] = EditedText(value, edits)
        after.near += _near(edited[place])
    certain = {
        (strings[place][span.start : span.end], span)
        for place, spans in every.items()
        for span in spans
        if _is_certain(span)
    }
    after.replaced = draft.replaced | {pair for value, span in certain for pair in _said_elsewhere(value, span)}
    after.row = with_strings(row, lambda place, value: edited[place].text if place in edited else value)
    text = edited["text",]
    after.row["text"], after.row["blocks"] = text.text, text.blocks(after.row["blocks"])
    after.row["pii"] = [{"kind": kind, "count": count} for kind, count in sorted(after.counts.items())]
    if first:
        after.spans = every["text",]
    return after


def _is_certain(span: PiiSpan) -> bool:
    """A value that would be somebody's anywhere.

    A name that was read in one sentence may be a word in another, and what a thread mentions may be an annotation of
    Java: only those who wrote in one are somebody.
    """
    if span.entity == "USERNAME":
        return span.recognizer != MENTIONED
    return span.entity != "PERSON" or span.score >= _CERTAIN


def _said_elsewhere(value: str, span: PiiSpan) -> Iterable[tuple[str, str]]:
    """A value and its entity in the forms in which other documents may say it."""
    yield from _said_here(value, span)
    if span.recognizer == _AUTHOR:
        yield from ((form, span.entity) for form in forms_of_handle(value))


def _said_here(value: str, span: PiiSpan) -> Iterable[tuple[str, str]]:
    yield value, span.entity
    if span.entity == "SECRET":
        yield from ((form, span.entity) for form in forms_of_secret(value))


def _handles(row: Row) -> set[str]:
    return handles_of(row["blocks"]) if is_thread(row) else set()


def _told(row: Row, place: Place, value: str, handles: set[str]) -> Iterable[PiiSpan]:
    """What the document's own record says of a string."""
    if not is_thread(row):
        return
    if place[0] == "blocks" and place[2:] == ("attributes", "author"):
        if value in handles:
            yield PiiSpan(0, len(value), "USERNAME", 1.0, _AUTHOR)
    elif place == ("metadata", "closed_by"):
        if not is_surrogate(value) and not value.endswith("[bot]"):
            yield PiiSpan(0, len(value), "USERNAME", 1.0, _AUTHOR)
    else:
        yield from find_handles(value, handles)


def _settled(value: str, told: Sequence[PiiSpan], known: KnownValues) -> list[PiiSpan]:
    """The longest of those that overlap; none that touches a surrogate."""
    spans = [span for span in told if span.end > span.start]
    # Most that is known is known from here, and less sure than what told it.
    here = {(span.start, span.end) for span in spans if span.score > KNOWN_SCORE}
    spans += [span for span in known.find(value) if (span.start, span.end) not in here]
    return resolve(outside_surrogates(value, spans)) if spans else []


def _near(edited: EditedText) -> list[str]:
    """Lines around the edits, and the line before and after each."""
    text = edited.text
    places: list[list[int]] = []
    for start, end in edited.replaced():
        left, right = max(0, start - _NEAR), min(len(text), end + _NEAR)
        line, following = text.rfind("\n", left, start), text.find("\n", end, right)
        if line >= 0:
            left = max(left, text.rfind("\n", left, line) + 1)
        if following >= 0 and (last := text.find("\n", following + 1, right)) >= 0:
            right = last
        if places and left <= places[-1][1]:
            places[-1][1] = max(right, places[-1][1])
        else:
            places.append([left, right])
    return [text[left:right] for left, right in places]
