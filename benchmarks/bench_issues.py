"""Speed of issue threads through extract, clean and signals: megabytes of JSON a CPU second, each step apart.

    python -m benchmarks.bench_issues EXPORTS [ROUNDS]

EXPORTS is a file or folder, read by the inventory as a run does. One process, one core; the first round loads and
compiles and is not counted. Of the counted rounds the median counts: a shared machine has bad moments.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.metering import machine
from schemas.inventory import INVENTORY
from schemas.sources import IssuesSource
from tasks.clean.clean import STEP as CLEAN
from tasks.clean.settings import CleanSettings
from tasks.engine.store import Store
from tasks.extract.issues import STEP as EXTRACT
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations
from tasks.quality.settings import SignalsSettings
from tasks.quality.signals import STEP as SIGNALS


def main(path: str, rounds: int = 7) -> None:
    """Measure all shards of a source, one after the other."""
    place = Path(path).resolve()
    source = IssuesSource(kind="issues", path=place.name)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        shards = take_inventory([source], place.parent, store).shards["issues"]
        batches = [store.get_table(shard, INVENTORY) for shard in shards]
    settings = ExtractSettings(locations=locations([source], place.parent))
    _round(batches, settings)
    found = [_round(batches, settings) for _ in range(rounds)]
    megabytes = sum(sum(batch["size"].to_pylist()) for batch in batches) / 1e6
    seconds = {name: statistics.median(one[name] for one in found) for name in ("extract", "clean", "signals")}
    sys.stdout.write(
        json.dumps(
            {
                "mb": round(megabytes, 2),
                "threads": found[0]["threads"],
                "quarantined": found[0]["quarantined"],
                **{f"{name}_mb_per_s": round(megabytes / value, 1) for name, value in seconds.items()},
                "all_mb_per_s": round(megabytes / statistics.median(one["all"] for one in found), 1),
                "best_mb_per_s": round(megabytes / min(one["all"] for one in found), 1),
                "machine": machine(),
            }
        )
        + "\n"
    )


def _round(batches: list[Any], settings: ExtractSettings) -> dict[str, float]:
    """CPU seconds of each step over all shards."""
    times = {"extract": 0.0, "clean": 0.0, "signals": 0.0}
    threads = quarantined = 0
    for batch in batches:
        started = time.process_time()
        extracted = EXTRACT.run(batch, settings)
        extract = time.process_time()
        cleaned = CLEAN.run(extracted.kept, CleanSettings())
        clean = time.process_time()
        SIGNALS.run(cleaned.kept, SignalsSettings())
        times["extract"] += extract - started
        times["clean"] += clean - extract
        times["signals"] += time.process_time() - clean
        threads += extracted.kept.num_rows
        quarantined += extracted.quarantined.num_rows
    return {**times, "all": sum(times.values()), "threads": threads, "quarantined": quarantined}


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
