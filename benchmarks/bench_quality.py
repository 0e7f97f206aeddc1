"""Speed of signals and quality in MB of UTF-8 per CPU-second, one process, beside datatrove's four filters.

    python -m benchmarks.bench_quality [--bench FOLDER] [--peer PYTHON] [--mb 20] [--peer-mb 3] [--reps 3] [--json]

`en20` and `zh10` of the planted corpora (--bench or WINNOW_BENCH), as Parquet: `--mb` of them for us, the first
`--peer-mb` of the same for the peer, that takes 200 times as long. --peer (or WINNOW_DATATROVE) is a Python that has
datatrove; it runs `datatrove_filters.py`. Compared are CPU-seconds from the file to the decision, without imports;
ours are signals and decisions (`steps`), and with language before them (`with language`). Rounds of ours and of the
peer take turns; medians are printed, and what a fresh process of ours pays for imports and its first batch.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.metering import machine
from schemas.document import DOCUMENT
from tasks.quality.language import tell_language
from tasks.quality.quality import filter_quality
from tasks.quality.settings import LanguageSettings, QualitySettings, SignalsSettings
from tasks.quality.signals import measure_signals

_LANGUAGES = {"en20": "eng", "zh10": "cmn_Hani"}
_ROW = {
    "source_type": "text", "source_rank": 0, "kb": "bench", "n_words": 0, "raw_sha256": "0" * 64, "blocks": [],
    "image_ids": [], "pii": [], "metadata": "{}",
}  # fmt: skip


def excerpt(source: Path, megabytes: float, folder: Path) -> tuple[Path, float]:
    """The first documents of a corpus as a Parquet file of their own, and their size."""
    frame = pl.read_parquet(source)
    sizes = frame["text"].str.len_bytes().cum_sum()
    frame = frame.filter(sizes <= megabytes * 1e6)
    path = folder / f"{source.stem}-{megabytes}.parquet"
    frame.select("id", "text").write_parquet(path)
    return path, frame["text"].str.len_bytes().sum() / 1e6


def documents(path: Path) -> pa.Table:
    table = pq.read_table(path)
    ids, texts = table["id"].to_pylist(), table["text"].to_pylist()
    rows = [{**_ROW, "id": i, "parent_id": i, "source": i, "text": text} for i, text in zip(ids, texts, strict=True)]
    return DOCUMENT.from_rows(rows)


def ours(batch: pa.Table) -> tuple[float, float, int]:
    """CPU-seconds of language, of signals and decisions, and how many documents stay."""
    started = time.process_time()
    told = tell_language(batch, LanguageSettings()).kept
    language = time.process_time() - started
    started = time.process_time()
    signals = measure_signals(told, SignalsSettings()).kept
    parts = filter_quality(told, QualitySettings(profile="web"), signals)
    return language, time.process_time() - started, parts.kept.num_rows


def peer(python: str, path: Path, language: str, folder: Path) -> tuple[float, int]:
    script = Path(__file__).parent / "datatrove_filters.py"
    command = [python, str(script), str(path), str(folder / "peer"), language]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=variables)
    found = json.loads(run.stdout.strip().splitlines()[-1])
    return found["cpu_s"], found["kept"]


_FRESH = """
import time
started = time.process_time()
from benchmarks.bench_quality import documents, ours
from pathlib import Path
ours(documents(Path({path!r})).slice(0, 20))
print(time.process_time() - started)
"""


def measure(name: str, args: argparse.Namespace, folder: Path) -> dict:
    source = args.bench / f"corpora/{name}.parquet"
    path, megabytes = excerpt(source, args.mb, folder)
    small, peer_megabytes = excerpt(source, args.peer_mb, folder)
    batch = documents(path)
    ours(batch.slice(0, 50))
    steps, with_language, peers = [], [], []
    kept = peer_kept = 0
    for _ in range(args.reps):
        language, taken, kept = ours(batch)
        steps.append(megabytes / taken)
        with_language.append(megabytes / (taken + language))
        if args.peer:
            taken, peer_kept = peer(args.peer, small, _LANGUAGES[name], folder)
            peers.append(peer_megabytes / taken)
    fresh = subprocess.run(
        [sys.executable, "-c", _FRESH.format(path=str(small))], capture_output=True, text=True, check=True
    )
    result = {
        "mb": round(megabytes, 2), "documents": batch.num_rows, "kept": kept,
        "steps, MB/CPU-s": round(statistics.median(steps), 2), "best": round(max(steps), 2),
        "with language, MB/CPU-s": round(statistics.median(with_language), 2),
        "fresh process, CPU-s": round(float(fresh.stdout), 2),
    }  # fmt: skip
    if peers:
        result |= {
            "datatrove, MB": round(peer_megabytes, 2), "datatrove, MB/CPU-s": round(statistics.median(peers), 3),
            "datatrove kept": peer_kept, "times faster": round(statistics.median(steps) / statistics.median(peers), 1),
        }  # fmt: skip
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=Path(os.environ.get("WINNOW_BENCH", "")))
    parser.add_argument("--peer", default=os.environ.get("WINNOW_DATATROVE"))
    parser.add_argument("--mb", type=float, default=20)
    parser.add_argument("--peer-mb", type=float, default=3)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not (args.bench / "corpora").is_dir():
        parser.error("give --bench or WINNOW_BENCH: the folder of the planted corpora")
    print(json.dumps(machine()) if args.json else machine())
    with tempfile.TemporaryDirectory() as folder:
        for name in _LANGUAGES:
            result = measure(name, args, Path(folder))
            print(json.dumps({"input": name, **result}) if args.json else f"{name}: {result}", flush=True)


if __name__ == "__main__":
    main()
