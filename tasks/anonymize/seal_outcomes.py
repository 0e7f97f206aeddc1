"""Replace personal data in what is said of records that were dropped or quarantined: their paths, addresses, messages.

Most of them never reached `anonymize`: a scan that is called like the customer it is about, an export that lies at an
address with a token. So their strings are analysed here like those of a document, and looked through for what the
documents were known to hold. A string that cannot be cleared is not released: its row keeps its id and its numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from schemas.outcomes import DROP, QUARANTINE
from schemas.sides import KNOWN_VALUE
from schemas.table import TableSchema
from tasks.anonymize.finder import Finder
from tasks.anonymize.fingerprints import Fingerprints, read_known
from tasks.anonymize.judge import judge_for
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.spans import PiiSpan, resolve
from tasks.anonymize.surrogates import outside_surrogates, surrogate
from tasks.engine.edits import Edit, EditedText
from tasks.engine.step import Partition, Step

# The other columns are ids, digests, numbers and closed vocabularies.
_OF_DROP: Final = ("detail", "source", "source_url")
_OF_QUARANTINE: Final = ("message", "source")
# As of documents: replacing may join what was apart.
_ROUNDS: Final = 4


def seal_dropped(batch: pa.Table, settings: AnonymizeSettings, *, known: pa.Table | None = None) -> Partition:
    """Replace what is found or known in `detail`, `source` and `source_url`.

    Args:
        batch: `drop@1` rows of any steps.
        settings: Mode, what counts, and the key.
        known: `known_value@1` rows of all shards of the run; None where no document was anonymized.

    Returns:
        The same rows, in order. A source that could not be cleared is the id of its row, any other string null.
    """
    return Partition(_sealed(batch, DROP, _OF_DROP, settings, known))


def seal_quarantined(batch: pa.Table, settings: AnonymizeSettings, *, known: pa.Table | None = None) -> Partition:
    """Replace what is found or known in `message` and `source`.

    Args:
        batch: `quarantine@1` rows of any steps.
        settings: Mode, what counts, and the key.
        known: `known_value@1` rows of all shards of the run; None where no document was anonymized.

    Returns:
        The same rows, in order. A source that could not be cleared is the id of its row, a message null.
    """
    return Partition(_sealed(batch, QUARANTINE, _OF_QUARANTINE, settings, known))


def _sealed(
    batch: pa.Table, schema: TableSchema, names: Sequence[str], settings: AnonymizeSettings, known: pa.Table | None
) -> pa.Table:
    if settings.mode == "pseudonym" and not settings.key.get_secret_value():
        raise ValueError("seal: pseudonyms need a key, see tasks.anonymize.key")
    # A rule says the same of thousands of documents.
    texts = sorted({text for name in names for text in batch[name].unique().to_pylist() if text})
    finder = Finder(judge_for(settings.judged), settings.timeout_s)
    cleared = _cleared(texts, finder, read_known(known, settings.key.get_secret_value()), settings)
    if all(text == cleared[text] for text in texts):
        return batch
    rows = [row | {name: _instead(row, name, cleared) for name in names} for row in batch.to_pylist()]
    return schema.from_rows(rows)


def _instead(row: Mapping[str, Any], name: str, cleared: Mapping[str, str | None]) -> str | None:
    text = cleared[row[name]] if row[name] else row[name]
    return row["id"] if name == "source" and text is None else text


def _cleared(
    texts: Sequence[str], finder: Finder, prints: Fingerprints, settings: AnonymizeSettings
) -> dict[str, str | None]:
    """Each text without what was found in it; None where something is always left, or its analysis fails."""
    after: dict[str, str | None] = {text: text for text in texts}
    unsettled = list(texts)
    for _ in range(_ROUNDS):
        now = [after[text] or "" for text in unsettled]
        both = zip(unsettled, now, finder.find(now), prints.find_in(now), strict=True)
        unsettled = []
        for text, current, found, told in both:
            spans = None if found is None else resolve(outside_surrogates(current, [*found, *told]))
            if spans is None:
                after[text] = None
            elif spans:
                after[text] = _replaced(current, spans, settings)
                unsettled.append(text)
        if not unsettled:
            break
    return after | dict.fromkeys(unsettled)


def _replaced(text: str, spans: Sequence[PiiSpan], settings: AnonymizeSettings) -> str:
    edits = [
        Edit(span.start, span.end, surrogate(text[span.start : span.end], span.entity, settings)) for span in spans
    ]
    return EditedText(text, edits).text


DROPPED: Final = Step(
    name="seal_dropped",
    version=2,
    settings=AnonymizeSettings,
    reads=DROP,
    writes=DROP,
    run=seal_dropped,
    uses={"known": KNOWN_VALUE},
)
QUARANTINED: Final = Step(
    name="seal_quarantined",
    version=2,
    settings=AnonymizeSettings,
    reads=QUARANTINE,
    writes=QUARANTINE,
    run=seal_quarantined,
    uses={"known": KNOWN_VALUE},
)
