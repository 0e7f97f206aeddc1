"""Near-duplicates: our speed and memory, beside datasketch, rensa and datatrove where they are installed.

    python -m benchmarks.bench_dedup                                    # ours alone, on generated text
    python -m benchmarks.bench_dedup --corpus en=en.parquet --corpus zh=zh.parquet
    PERF_ROOT=<environments> python -m benchmarks.bench_dedup --peers <runners> --corpus en=… --corpus zh=…
    python -m benchmarks.bench_dedup --scale 2000000                    # many signatures, one crowded bucket

Corpora are Parquet with `id` and `text`. A peer's runner is `<runners>/run/dedup_<peer>.py`, its Python is
`$PERF_ROOT/venv/<environment>/bin/python`. "work" leaves out what everyone does once per process: the interpreter,
imports, and loading compiled code; "process" is all of it. Every run of a peer is a process of its own; a process of
ours makes five passes, as a worker goes from shard to shard: the median of all passes is given, and that of the first.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[1]
# name, environment, script, variant, reads shards, languages, workers
PEERS = [
    ("rensa 5 words", "base", "dedup_rensa.py", "default", False, ("en", "zh"), (1,)),
    ("rensa README", "base", "dedup_rensa.py", "readme", False, ("en",), (1,)),
    ("datasketch bulk", "base", "dedup_datasketch.py", "bulk", False, ("en", "zh"), (1, 2)),
    ("datatrove", "datatrove", "dedup_datatrove.py", "default", True, ("en", "zh"), (1, 2)),
]


def measure_ours(corpus: Path, workers: int, similarity: str, passes: int) -> None:
    """Child process: print what the passes over a corpus took, as JSON."""
    import pyarrow as pa

    from tasks.engine.lean import load_compiler, start_lean

    # As the processes of a run start.
    start_lean()
    load_compiler()
    from benchmarks.dedup_chain import documents_from, find_duplicates
    from tasks.dedup.settings import DeduplicateSettings

    settings = DeduplicateSettings(similarity=similarity)
    texts = ["one two three four five six 七", "one two three four five six 七", "x " * 40]
    find_duplicates([documents_from(pa.chunked_array([["a", "b", "c"]]), pa.chunked_array([texts]))], settings)
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    runs = [one_pass(corpus, workers, settings) for _ in range(passes)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"runs": runs, "peak_mb": peak_mb, "before_mb": before_mb}))


def one_pass(corpus: Path, workers: int, settings) -> dict:
    import pyarrow.parquet as pq

    from benchmarks.dedup_chain import documents_from, find_duplicates, split_shards

    stages, ends = {}, []
    wall, cpu = time.perf_counter(), time.process_time()
    last = [cpu]

    def note(stage: str) -> None:
        now = time.process_time()
        stages[stage] = round(stages.get(stage, 0) + now - last[0], 4)
        last[0] = now
        # The bar ends with the clusters, as the peers' work does; rows of documents are split after that.
        if stage == "cluster":
            ends[:] = [time.perf_counter() - wall, now - cpu]

    table = pq.read_table(corpus, columns=["id", "text"])
    documents = documents_from(table["id"], table["text"])
    note("read")
    shards = [documents] if workers == 1 else split_shards(documents, 2 * workers)
    found = find_duplicates(shards, settings, workers=workers, after=note)
    return {
        "work_s": ends[0], "work_cpu_s": ends[1], "stages": stages, "kept": len(found.kept),
        "arrow_mb": documents.nbytes / 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }  # fmt: skip


def run_child(command: list[str], workers: int, **variables: str) -> tuple[float, float, str]:
    """Wall and CPU seconds of a command, and what it printed."""
    limits = ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS")
    environment = {**os.environ, **{name: str(workers) for name in limits}, **variables}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{command[1]} failed: {done.stderr[-2000:]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def run_ours(corpus: Path, workers: int, similarity: str, passes: int = 5) -> list[dict]:
    """A process of ours with several passes over the corpus: the first, and the others."""
    command = [sys.executable, "-m", "benchmarks.bench_dedup", "--child", str(corpus), "--passes", str(passes)]
    command += ["--workers", str(workers), "--similarity", similarity]
    # As the `winnow` command sets it for its processes.
    wall, cpu, printed = run_child(command, workers, PYTHONPATH=str(ROOT), MIMALLOC_PURGE_DELAY="0")
    result = json.loads(printed.splitlines()[-1])
    runs = result.pop("runs")
    return [{"wall_s": wall, "cpu_s": cpu, "first_s": runs[0]["work_s"], **result, **run} for run in runs]


def run_peer(peer: tuple, folder: Path, inputs: dict[str, Path], language: str, workers: int, scratch: Path) -> dict:
    _, environment, script, variant, shards, _, _ = peer
    python = Path(os.environ["PERF_ROOT"]) / "venv" / environment / "bin" / "python"
    out = scratch / f"{script}-{variant}-{language}-{workers}"
    command = [str(python), str(folder / "run" / script), "--inp", str(inputs["shards" if shards else "lines"])]
    command += ["--out", str(out), "--workers", str(workers), "--lang", language, "--variant", variant]
    offline = {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(folder / "run")}
    wall, cpu, _ = run_child(command, workers, **offline)
    inner = json.loads((out / "inner.json").read_text(encoding="utf-8"))
    kept = len((out / "kept.txt").read_text(encoding="utf-8").split("\n"))
    return {"wall_s": wall, "cpu_s": cpu, "work_s": inner["total"], "kept": kept}


def write_lines(corpus: Path, folder: Path) -> dict[str, Path]:
    """The corpus as the peers read it: one JSONL file, and four."""
    frame = pl.read_parquet(corpus).select("id", "text")
    shards = folder / f"{corpus.stem}-shards"
    shards.mkdir()
    frame.write_ndjson(folder / f"{corpus.stem}.jsonl")
    size = -(-frame.height // 4)
    for index in range(4):
        frame.slice(index * size, size).write_ndjson(shards / f"{index:02}.jsonl")
    return {"lines": folder / f"{corpus.stem}.jsonl", "shards": shards}


def generate(folder: Path, megabytes: int) -> dict[str, Path]:
    """Text of random words and characters, a tenth of it near-duplicates."""
    rng, corpora = random.Random(1), {}
    letters = "etaoinshrdlucmfw"
    words = ["".join(rng.choices(letters, k=rng.randint(2, 9))) + " " for _ in range(20_000)]
    characters = [chr(rng.randrange(0x4E00, 0x8000)) for _ in range(3_000)]
    for language, units, length in (("en", words, 440), ("zh", characters, 900)):
        texts: list[str] = []
        while sum(map(len, texts[-1:])) * len(texts) < megabytes * 1e6 / (1 if language == "en" else 3):
            parts = rng.choices(units, k=length)
            texts.append("".join(parts))
            if rng.random() < 0.1:
                parts[rng.randrange(length)] = rng.choice(units)
                texts.append("".join(parts))
        corpora[language] = folder / f"{language}.parquet"
        pl.DataFrame({"id": [f"{language}{i}" for i in range(len(texts))], "text": texts}).write_parquet(
            corpora[language]
        )
    return corpora


def compare(arguments: argparse.Namespace, scratch: Path) -> None:
    corpora = {name: Path(path) for name, path in (pair.split("=", 1) for pair in arguments.corpus)}
    corpora = corpora or generate(scratch, 20)
    peers = PEERS if arguments.peers else []
    print(
        f"{'corpus':8} {'workers':>7} {'what':16} {'work s':>8} {'MB/s':>8} {'process s':>9} {'CPU s':>7} {'ours x':>7}"
        " kept"
    )
    for language, corpus in corpora.items():
        megabytes = pl.scan_parquet(corpus).select(pl.col("text").str.len_bytes().sum()).collect().item() / 1e6
        inputs = write_lines(corpus, scratch) if peers else {}
        # Kernels are compiled, and tables made, once on a machine.
        run_ours(corpus, 1, "edits", passes=1)
        for workers in arguments.workers:
            chosen = [peer for peer in peers if language[:2] in peer[5] and workers in peer[6]]
            runs: dict[str, list[dict]] = {}
            for repetition in range(arguments.reps):
                runs.setdefault("winnow", []).extend(run_ours(corpus, workers, "shingles"))
                if repetition < arguments.slow_reps:
                    runs.setdefault("winnow edits", []).extend(run_ours(corpus, workers, "edits"))
                for peer in chosen:
                    # A round of datatrove takes most of a minute.
                    if peer[0] == "datatrove" and repetition >= arguments.slow_reps:
                        continue
                    result = run_peer(peer, arguments.peers, inputs, language[:2], workers, scratch)
                    runs.setdefault(peer[0], []).append(result)
            show(language, workers, megabytes, runs)


def show(language: str, workers: int, megabytes: float, runs: dict[str, list[dict]]) -> None:
    medians = {
        name: {key: statistics.median(run[key] for run in found) for key in ("work_s", "wall_s", "cpu_s", "kept")}
        for name, found in runs.items()
    }
    for name, median in medians.items():
        ratio = median["work_s"] / medians["winnow"]["work_s"]
        print(
            f"{language:8} {workers:7} {name:16} {median['work_s']:8.3f} {megabytes / median['work_s']:8.2f} "
            f"{median['wall_s']:9.2f} {median['cpu_s']:7.2f} {ratio:7.1f} {median['kept']:.0f} (n={len(runs[name])})"
        )
    ours = runs["winnow"]
    stages = {stage: statistics.median(run["stages"].get(stage, 0) for run in ours) for stage in ours[0]["stages"]}
    cpu = statistics.median(run["work_cpu_s"] for run in ours)
    limit = 2 * ours[0]["arrow_mb"] + 300
    peak = max(run["peak_mb"] for run in ours)
    base = statistics.median(run["before_mb"] for run in ours)
    first = statistics.median(run["first_s"] for run in ours)
    print(f"  winnow: first pass of a process {first:.3f} s; process s and CPU s above are for five passes")
    print(f"  winnow: {megabytes / cpu:.1f} MB per CPU second; CPU s per stage {stages}")
    print(f"  winnow: peak {peak:.0f} MB (limit {limit:.0f}; {base:.0f} of it before the corpus is read)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--corpus", action="append", default=[], help="name=file.parquet; the name begins with en or zh"
    )
    parser.add_argument("--peers", type=Path, help="folder with the peers' runners; needs PERF_ROOT")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--slow-reps", type=int, default=1, help="repetitions of datatrove")
    parser.add_argument("--scale", type=int, help="so many synthetic signatures, a tenth of them in one bucket")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--passes", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--similarity", default="shingles", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        measure_ours(arguments.child, arguments.workers[0], arguments.similarity, arguments.passes)
    elif arguments.scale:
        from benchmarks.dedup_scale import run_scale

        run_scale(arguments.scale)
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare(arguments, Path(folder))


if __name__ == "__main__":
    main()
