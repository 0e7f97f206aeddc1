"""Speed of reading input: one JSON line with megabytes, pages and records a CPU second, inventory and step apart.

    python -m benchmarks.bench_extract documents manuals/ | code repos/server | text docs.jsonl | issues a.json

CPU seconds are those of this process and of its sandbox. Run twice: parsers load, and kernels compile, the first time.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from pydantic import TypeAdapter

from schemas.inventory import INVENTORY
from schemas.sources import Source
from tasks.engine.step import Step
from tasks.engine.store import Store
from tasks.extract import code, documents, faq, issues, text
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations

STEPS: dict[str, Step[Any]] = {
    "documents": documents.STEP,
    "code": code.STEP,
    "issues": issues.STEP,
    "faq": faq.STEP,
    "text": text.STEP,
}


def main(kind: str, path: str) -> None:
    """Measure one source, after one run to warm up."""
    with tempfile.TemporaryDirectory() as folder:
        _measure(kind, path, Store(f"{folder}/warm"))
        figures = _measure(kind, path, Store(f"{folder}/store"))
    sys.stdout.write(json.dumps(figures) + "\n")


def _measure(kind: str, path: str, store: Store) -> dict[str, Any]:
    source = TypeAdapter[Source](Source).validate_python({"kind": kind, "path": path})
    before = _cpu_seconds()
    shards = take_inventory([source], Path.cwd(), store).shards[kind]
    inventory_s = _cpu_seconds() - before
    settings = STEPS[kind].settings(locations=locations([source], Path.cwd()))
    size = pages = kept = quarantined = 0
    before, wall = _cpu_seconds(), time.perf_counter()
    for ref in shards:
        batch = store.get_table(ref, INVENTORY)
        parts = STEPS[kind].run(batch, settings)
        size += sum(batch["size"].to_pylist())
        pages += sum(count or 0 for count in parts.kept["n_pages"].to_pylist())
        kept, quarantined = kept + parts.kept.num_rows, quarantined + parts.quarantined.num_rows
    cpu_s, wall_s = _cpu_seconds() - before, time.perf_counter() - wall
    rates = {"mb_per_cpu_s": size / 1e6 / cpu_s, "pages_per_cpu_s": pages / cpu_s, "records_per_cpu_s": kept / cpu_s}
    counts = {"kind": kind, "mb": size / 1e6, "pages": pages, "kept": kept, "quarantined": quarantined}
    return {**counts, "inventory_cpu_s": inventory_s, "cpu_s": cpu_s, "wall_s": wall_s, **rates}


def _cpu_seconds() -> float:
    own = psutil.Process()
    times = own.cpu_times()
    alive = [child.cpu_times() for child in own.children(recursive=True)]
    ended = times.children_user + times.children_system
    return float(times.user + times.system + ended + sum(child.user + child.system for child in alive))


if __name__ == "__main__":
    main(*sys.argv[1:3])
