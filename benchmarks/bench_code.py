"""Speed of code through extraction, cleaning and signals: MB of raw files per second of CPU.

`python -m benchmarks.bench_code FOLDER --repeats 5` prints one JSON line, of the repetition that took least. FOLDER is
a source as a recipe names one: a folder of files, archives and repositories. Every step is run once on a part of it
before, so that nothing is compiled while the clock runs. The figure is of one core: CPU seconds of this process,
whatever else the machine does.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from benchmarks.metering import machine
from schemas.inventory import INVENTORY
from schemas.sources import Source
from tasks.clean.clean import STEP as CLEAN
from tasks.clean.settings import CleanSettings
from tasks.containers.tar_archive import UNPACKED
from tasks.engine.store import Store
from tasks.extract.code import STEP as CODE
from tasks.extract.code_settings import CodeSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations
from tasks.quality.settings import SignalsSettings
from tasks.quality.signals import STEP as SIGNALS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    source: Source = TypeAdapter[Source](Source).validate_python({"kind": "code", "path": str(folder)})
    with tempfile.TemporaryDirectory() as root:
        store = Store(root)
        started = time.process_time()
        shards = take_inventory([source], folder, store).shards["code"]
        inventory_s = time.process_time() - started
        settings = CodeSettings(locations=locations([source], folder))
        batches = [store.get_table(shard, INVENTORY) for shard in shards]
        _run(batches[0].slice(0, 20), settings, Counter())
        rounds = [_round(batches, settings) for _ in range(arguments.repeats)]
    counts, seconds = min(rounds, key=lambda one: sum(one[1].values()))
    read = counts["bytes"] / 1e6
    rates = {name: round(read / spent, 1) for name, spent in seconds.items()}
    total = sum(seconds.values())
    figures = {
        "folder": folder.name, "files": counts["files"], "mb": round(read, 2), "kept": counts["kept"],
        "dropped": counts["dropped"], "quarantined": counts["quarantined"], "kept_mb": round(counts["chars"] / 1e6, 2),
        "inventory_cpu_s": round(inventory_s, 2), "cpu_s": round(total, 2), "mb_per_cpu_s": round(read / total, 1),
        "kept_mb_per_cpu_s": round(counts["chars"] / 1e6 / total, 1), "steps_mb_per_cpu_s": rates,
    }  # fmt: skip
    print(json.dumps({**figures, **machine()}, ensure_ascii=False))


def _round(batches: list[pa.Table], settings: CodeSettings) -> tuple[Counter[str], Counter[str]]:
    """Counts of all shards, and the seconds of each step."""
    counts, seconds = Counter[str](), Counter[str]()
    UNPACKED.clear()  # what the round before has read, this one reads again
    for batch in batches:
        counts += _run(batch, settings, seconds)
    return counts, seconds


def _run(batch: pa.Table, settings: CodeSettings, seconds: Counter[str]) -> Counter[str]:
    """Counts of one shard; adds what its steps took to `seconds`."""
    extracted = _timed("extract", seconds, CODE.run, batch, settings)
    cleaned = _timed("clean", seconds, CLEAN.run, extracted.kept, CleanSettings())
    _timed("signals", seconds, SIGNALS.run, cleaned.kept, SignalsSettings())
    return Counter(
        files=batch.num_rows,
        bytes=sum(batch["size"].to_pylist()),
        kept=extracted.kept.num_rows,
        dropped=extracted.dropped.num_rows,
        quarantined=extracted.quarantined.num_rows,
        chars=cleaned.kept["text"].nbytes,
    )


def _timed(name: str, seconds: Counter[str], step: Any, *given: Any) -> Any:
    started = time.process_time()
    parts = step(*given)
    seconds[name] += time.process_time() - started  # type: ignore[assignment]
    return parts


if __name__ == "__main__":
    main()
