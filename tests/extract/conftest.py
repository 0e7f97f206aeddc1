"""A folder of input, read as a run reads it: inventory, then the extract step of its kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import TypeAdapter

from schemas.inventory import INVENTORY
from schemas.sources import Source
from tasks.engine.step import Partition, Step
from tasks.engine.store import Store
from tasks.extract import code, documents, faq, issues, text
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations

STEPS: dict[str, Step[Any]] = {
    "documents": documents.STEP, "code": code.STEP, "issues": issues.STEP, "faq": faq.STEP, "text": text.STEP,
}  # fmt: skip

Extract = Callable[..., Partition]


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    """`extract("faq", {"a.tsv": "q\\ta"}, **settings)`: what its step makes of these files, every row accounted for."""

    def run(
        kind: str,
        files: dict[str, str | bytes] | Path,
        *,
        source: dict[str, Any] | None = None,
        shard_bytes: int = 8_000_000,
        password: str | None = None,
        **settings: Any,
    ) -> Partition:
        folder = files if isinstance(files, Path) else tmp_path / "input"
        for name, content in {} if isinstance(files, Path) else files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
        given = TypeAdapter(Source).validate_python({"kind": kind, "path": folder.name, **(source or {})})
        store = Store(str(tmp_path / "store"))
        shards = take_inventory([given], folder.parent, store, shard_bytes=shard_bytes).shards[kind]
        where = STEPS[kind].settings(
            locations=locations([given], folder.parent), passwords={given.key: password} if password else {}, **settings
        )
        return _join(STEPS[kind], [store.get_table(ref, INVENTORY) for ref in shards], where)

    return run


def _join(step: Step[Any], batches: list[pa.Table], settings: ExtractSettings) -> Partition:
    parts = []
    for batch in batches:
        parts.append(step.run(batch, settings))
        step.check(batch, parts[-1], "test")
    sides = {name: pa.concat_tables([part.sides[name] for part in parts]) for name in step.emits}
    return Partition(
        pa.concat_tables([part.kept for part in parts]),
        pa.concat_tables([part.dropped for part in parts]),
        pa.concat_tables([part.quarantined for part in parts]),
        sides,
        sum(part.records or 0 for part in parts),
    )


def causes(parts: Partition) -> dict[str, str]:
    """Cause by source."""
    rows = parts.quarantined.to_pylist()
    return {row["source"]: row["cause"] for row in rows}
