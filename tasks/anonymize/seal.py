"""Look through the anonymized documents for what any document of the run was known to hold, and replace it there too.

A password told by the word before it in one file may stand bare in another. When a known value is left after that, the
run fails: nothing is published.
"""

from collections import Counter
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.sides import KNOWN_VALUE
from tasks.anonymize.fingerprints import Fingerprints, read_known
from tasks.anonymize.replace import Draft, replace
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.strings import PLAIN
from tasks.engine.step import Partition, Step
from tasks.engine.utf8 import utf8_column
from tasks.engine.word_count import count_words

NAME: Final = "seal"


class LeakError(RuntimeError):
    """A value that was replaced in one place still stands in another; says how many documents, never which value."""


def seal_documents(batch: pa.Table, settings: AnonymizeSettings, *, known: pa.Table) -> Partition:
    """Replace known values wherever they stand.

    Args:
        batch: `document@1` rows, anonymized.
        settings: Mode and key.
        known: `known_value@1` rows of all shards of the run.

    Returns:
        The same documents, in order.

    Raises:
        LeakError: A known value is left.
    """
    prints = read_known(known, settings.key.get_secret_value())
    touched = _holding(prints, batch)
    if not touched:
        return Partition(batch)
    documents = batch.take(pa.array(touched, pa.int64())).to_pylist()
    sealed = [_sealed(Draft(document), prints, settings) for document in documents]
    table = count_words(DOCUMENT.from_rows([draft.row for draft in sealed]))
    if left := len(_holding(prints, table)):
        raise LeakError(f"{NAME}: values known from other documents are left in {left} documents")
    order = list(range(batch.num_rows))
    for place, row in enumerate(touched):
        order[row] = batch.num_rows + place
    return Partition(pa.concat_tables([batch, table]).take(pa.array(order, pa.int64())))


def _holding(prints: Fingerprints, batch: pa.Table) -> list[int]:
    """Rows in whose strings a known value stands."""
    blocks = pa.compute.list_flatten(batch["blocks"])
    parents = pa.compute.list_parent_indices(batch["blocks"]).to_pylist()
    rows: set[int] = set()
    for name in ("text", *PLAIN, "metadata"):
        rows.update(_items(prints, batch[name]))
    for name in ("html", "attributes"):
        column = pa.compute.cast(pa.compute.struct_field(blocks, name), pa.large_string())
        rows.update(parents[item] for item in _items(prints, column))
    return sorted(rows)


def _items(prints: Fingerprints, column: pa.ChunkedArray) -> list[int]:
    data, offsets = utf8_column(pa.compute.fill_null(column, ""))
    found = prints.find(data, offsets)
    return sorted(set(found[:, 0].tolist()))


def _sealed(draft: Draft, prints: Fingerprints, settings: AnonymizeSettings) -> Draft:
    strings = draft.strings()
    found = prints.find_in([value for _, value in strings])
    spans = {place: of_string for (place, _), of_string in zip(strings, found, strict=True) if of_string}
    counted: Counter[str] = Counter({count["kind"]: count["count"] for count in draft.row["pii"]})
    return replace(Draft(draft.row, counts=counted), spans, settings, first=False)


_USES: Final[dict[str, Any]] = {"known": KNOWN_VALUE}

STEP: Final = Step(
    name=NAME, version=2, settings=AnonymizeSettings, reads=DOCUMENT, writes=DOCUMENT, run=seal_documents, uses=_USES
)  # fmt: skip
