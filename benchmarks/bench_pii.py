"""Speed of `anonymize` in MB of UTF-8 per CPU-second, one process: gate, judge and replacement, on prose and on code.

    python -m benchmarks.bench_pii [--bench FOLDER] [--code FOLDER] [--corpus FOLDER] [--reps 3] [--json]

English and Chinese prose are `en20` and `zh10` of the planted corpora (--bench or WINNOW_BENCH), code the Python files
below --code (default: of the standard library), People's Daily the sentences of the evaluation corpus. Prints the
median of the rounds and the share of each stage; and first what each worker process pays once: CPU-seconds of a fresh
process for the imports and for twenty short documents.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import SecretStr

from benchmarks.evaluation_corpus import CORPUS
from schemas.document import DOCUMENT
from tasks.anonymize.anonymize import anonymize_documents
from tasks.anonymize.gate import find_anchors
from tasks.anonymize.judge import judge_for
from tasks.anonymize.settings import AnonymizeSettings
from tasks.engine.utf8 import utf8_column
from tasks.engine.word_count import count_words

_BYTES = 10_000_000


def read_inputs(bench: Path | None, code: Path, corpus: Path) -> Iterator[tuple[str, list[str]]]:
    if bench:
        for name in ("en20", "zh10"):
            yield name, pq.read_table(bench / f"corpora/{name}.parquet", columns=["text"])["text"].to_pylist()
    daily = corpus / "pii/peoples_daily.dev"
    if daily.exists():
        blocks = daily.read_text("utf-8").split("\n\n")
        lines = ["".join(line[0] for line in block.splitlines() if line) for block in blocks]
        yield "people's daily", ["\n".join(lines[i : i + 40]) for i in range(0, len(lines), 40)]
    yield "code", [path.read_text("utf-8", errors="ignore") for path in sorted(code.rglob("*.py"))[:800]]


def documents(texts: list[str], source_type: str = "text") -> pa.Table:
    chosen, size = [], 0
    for text in texts:
        if size < _BYTES and text:
            chosen.append(text.replace("\0", ""))
            size += len(text.encode())
    row = {
        "source_type": source_type, "source_rank": 0, "kb": "bench", "n_words": 0, "raw_sha256": "0" * 64, "blocks": [],
        "image_ids": [], "pii": [], "metadata": "{}",
    }  # fmt: skip
    rows = [{**row, "id": f"d{i}", "parent_id": f"d{i}", "source": f"d{i}", "text": t} for i, t in enumerate(chosen)]
    return count_words(DOCUMENT.from_rows(rows))


def measure(batch: pa.Table, settings: AnonymizeSettings, reps: int) -> dict:
    judge = judge_for(settings.judged)
    data, offsets = utf8_column(batch["text"])
    megabytes = (int(offsets[-1]) - int(offsets[0])) / 1e6
    anonymize_documents(batch.slice(0, 20), settings)
    times: dict[str, list[float]] = {"gate": [], "gate and judge": [], "step": []}
    for _ in range(reps):
        for stage, work in (
            ("gate", lambda: find_anchors(data, offsets, judge.automaton)),
            ("gate and judge", lambda: judge.find(batch["text"])),
            ("step", lambda: anonymize_documents(batch, settings)),
        ):
            start = time.process_time()
            work()
            times[stage].append(time.process_time() - start)
    parts = anonymize_documents(batch, settings)
    return {
        "mb": round(megabytes, 2),
        "documents": batch.num_rows,
        "spans": parts.sides["pii_spans"].num_rows,
        "quarantined": parts.quarantined.num_rows,
        **{f"{stage}, MB/CPU-s": round(megabytes / statistics.median(of), 2) for stage, of in times.items()},
    }


_FIRST = """
import time
import benchmarks.bench_pii as bench
batch = bench.documents(["记者王建国报道，电话13812345678，邮箱zhang@huawei.com。"] * 10
                        + ["Dr. Alice Miller said so. Call (212) 555-0147 or write to alice@huawei.com."] * 10)
start = time.process_time()
bench.anonymize_documents(batch, bench.AnonymizeSettings(key=bench.SecretStr("benchmark")))
print(time.process_time() - start)
"""
_IMPORT = """
import time
import polars, pyarrow.parquet, schemas.document, tasks.engine.word_count
start = time.process_time()
import tasks.anonymize.anonymize
print(time.process_time() - start)
"""


def measure_first(reps: int) -> dict:
    """Beyond what any step loads: Arrow, Polars and the compiled counting of words."""

    def median(code: str) -> float:
        runs = [
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            for _ in range(reps)
        ]
        return statistics.median(float(run.stdout) for run in runs)

    return {"import, CPU-s": round(median(_IMPORT), 2), "first call, CPU-s": round(median(_FIRST), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--bench", type=Path, default=os.environ.get("WINNOW_BENCH"))
    parser.add_argument("--code", type=Path, default=Path(sysconfig.get_path("stdlib")))
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    settings = AnonymizeSettings(key=SecretStr("benchmark"))
    if not args.only:
        first = measure_first(args.reps)
        print(json.dumps({"input": "fresh process", **first}) if args.json else f"fresh process: {first}")
    for name, texts in read_inputs(Path(args.bench) if args.bench else None, args.code, args.corpus):
        if args.only not in name:
            continue
        result = measure(documents(texts, "code" if name == "code" else "text"), settings, args.reps)
        print(json.dumps({"input": name, **result}) if args.json else f"{name}: {result}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
