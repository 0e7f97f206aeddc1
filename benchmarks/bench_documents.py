"""Speed and memory of reading PDF files, beside PyMuPDF's raw pages and pymupdf4llm: one JSON line for each figure.

    python -m benchmarks.bench_documents [--pymupdf4llm ENV/bin/python] [--only ratio|processes|memory]

- `ratio`: pages a CPU second of the whole step (inventory entry to rows, sandbox and pipes included) over those
  of `get_text("dict")` without pictures, on the same files in the same run, the best of several rounds each (of
  pymupdf4llm, which takes minutes, of two); files with tables, files without, and both. Pictures of documents are left
  out on both sides, and measured beside.
- `processes`: files an hour of two processes over those of one.
- `memory`: resident megabytes of the step with its sandbox, along a thousand files.

The corpus is found by WINNOW_CORPUS, the environment of pymupdf4llm by PYMUPDF4LLM_PYTHON. Meant for a quiet machine.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

import psutil
import pyarrow as pa
import pymupdf
from pydantic import TypeAdapter

from benchmarks.evaluation_corpus import CORPUS
from benchmarks.metering import machine
from schemas.inventory import INVENTORY
from schemas.sources import Source
from tasks.engine.store import Store
from tasks.extract.documents import STEP
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations

_RAW = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
_PYMUPDF4LLM = """
import sys, time
import pymupdf4llm
best = 0
for _ in range(2):
    took = pages = 0
    for path in sys.argv[1:]:
        start = time.process_time()
        pages += len(pymupdf4llm.to_markdown(path, page_chunks=True, show_progress=False))
        took += time.process_time() - start
    best = max(best, pages / took)
print(best)
"""


def inventory(folder: Path, store: Path) -> tuple[list[pa.Table], ExtractSettings]:
    source = TypeAdapter[Source](Source).validate_python({"kind": "documents", "path": str(folder)})
    held = Store(str(store))
    shards = take_inventory([source], folder, held, shard_bytes=2_000_000).shards["documents"]
    settings = ExtractSettings(locations=locations([source], folder), images=False)
    return [held.get_table(ref, INVENTORY) for ref in shards], settings


def cpu_s() -> float:
    """CPU seconds of this process and all it started, ended ones too."""
    own = psutil.Process()
    times = [one.cpu_times() for one in (own, *own.children(recursive=True))]
    return float(sum(t.user + t.system + t.children_user + t.children_system for t in times))


def busy_s() -> float:
    """CPU seconds of everything on this machine since it was started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def best(measure: Callable[[], int], rounds: int) -> float:
    """Most units a CPU second of `rounds` rounds."""
    rates = []
    for _ in range(rounds):
        start = cpu_s()
        count = measure()
        rates.append(count / (cpu_s() - start))
    return max(rates)


def raw_pages(paths: Sequence[Path]) -> int:
    pages = 0
    for path in paths:
        with pymupdf.open(path) as document:
            for page in document:
                page.get_text("dict", flags=_RAW)
                pages += 1
    return pages


def step_pages(batches: Sequence[pa.Table], settings: ExtractSettings) -> int:
    kept = [STEP.run(batch, settings).kept["n_pages"].to_pylist() for batch in batches]
    return sum(pages or 0 for column in kept for pages in column)


def with_tables(corpus: Path, folder: Path) -> dict[str, list[Path]]:
    """Readable files of the corpus by whether tables were found in them."""
    batches, settings = inventory(corpus / "pdf", folder / "sorting")
    groups: dict[str, list[Path]] = {"tables": [], "no tables": []}
    for batch in batches:
        for row in STEP.run(batch, settings).kept.to_pylist():
            path = corpus / "pdf" / row["source"]
            if row["source_type"] == "pdf" and path.parent.name == "pdf" and not pymupdf.open(path).needs_pass:
                has = any(block["kind"] == "table" for block in row["blocks"])
                groups["tables" if has else "no tables"].append(path)
    return groups


def linked(paths: Sequence[Path], folder: Path, copies: int = 1) -> Path:
    """A folder of `copies` of each file, no two of one name."""
    folder.mkdir()
    for copy in range(copies):
        for index, path in enumerate(paths):
            shutil.copy(path, folder / f"{copy:03}-{index:03}.pdf")
    return folder


def measure_ratio(corpus: Path, python: Path | None, folder: Path, rounds: int) -> Iterator[dict[str, object]]:
    groups = with_tables(corpus, folder)
    groups["all"] = [path for paths in groups.values() for path in paths]
    for name, paths in groups.items():
        here = linked(paths, folder / f"in-{name}".replace(" ", "-"))
        batches, settings = inventory(here, folder / f"store-{name}".replace(" ", "-"))
        pictured = settings.model_copy(update={"images": True})
        step_pages(batches, settings)
        raw = best(lambda paths=paths: raw_pages(paths), rounds)
        ours = best(lambda b=batches, s=settings: step_pages(b, s), rounds)
        pictures = best(lambda b=batches, s=pictured: step_pages(b, s), rounds)
        row = {"figure": "pages a CPU second", "files": name, "pages": raw_pages(paths), "raw": raw, "step": ours}
        row |= {"step over raw": ours / raw, "step with pictures": pictures}
        if python and name == "all":
            other = subprocess.run([python, "-c", _PYMUPDF4LLM, *paths], capture_output=True, check=True).stdout
            row["pymupdf4llm"] = float(other.decode().strip().splitlines()[-1])
            row["step over pymupdf4llm"] = ours / row["pymupdf4llm"]
        yield row


_batches: list[pa.Table] = []
_settings: list[ExtractSettings] = []


def _take_batches(folder: str) -> None:
    """Of a worker's start: what there is to read is listed once, as a run does, not once a batch."""
    batches, settings = inventory(Path(folder), Path(folder).parent / f"store-of-{os.getpid()}")
    _batches.extend(batches)
    _settings.append(settings)


def _run_batch(number: int) -> int:
    return step_pages(_batches[number : number + 1], _settings[0])


def measure_processes(corpus: Path, folder: Path, rounds: int) -> Iterator[dict[str, object]]:
    """One process and two in turn, so that both meet the same machine; the best round of each.

    `cores busy elsewhere` says what others took of the machine in each round: with a core taken two processes are one.
    """
    paths = with_tables(corpus, folder)
    here = linked([*paths["tables"], *paths["no tables"]], folder / "many", copies=3)
    numbers = range(len(inventory(here, folder / "count")[0]))
    walls: dict[int, list[float]] = {1: [], 2: []}
    elsewhere: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as stack:
        pools = {
            workers: stack.enter_context(
                ProcessPoolExecutor(workers, get_context("spawn"), initializer=_take_batches, initargs=[str(here)])
            )
            for workers in walls
        }
        for _ in range(rounds):
            for workers, pool in pools.items():
                # Until every worker and its sandbox is up: they are closed when they were idle.
                list(pool.map(_run_batch, [0] * 2 * workers))
                start, own, busy = time.perf_counter(), cpu_s(), busy_s()
                list(pool.map(_run_batch, numbers))
                took = time.perf_counter() - start
                walls[workers].append(took)
                elsewhere[workers].append(round((busy_s() - busy - cpu_s() + own) / took, 2))
    one, two = min(walls[1]), min(walls[2])
    row: dict[str, object] = {"figure": "wall seconds", "one": one, "two": two, "two over one": one / two}
    yield row | {"rounds": walls, "cores busy elsewhere": elsewhere}


def measure_memory(corpus: Path, folder: Path) -> Iterator[dict[str, object]]:
    paths = with_tables(corpus, folder)
    every = [*paths["tables"], *paths["no tables"]]
    here = linked(every, folder / "thousand", copies=1000 // len(every) + 1)
    batches, settings = inventory(here, folder / "kept")
    files, marks = 0, {}
    for batch in batches:
        files += STEP.run(batch, settings).kept.num_rows
        own = psutil.Process()
        marks[files] = sum(p.memory_info().rss for p in [own, *own.children(recursive=True)]) / 1e6
    counts = sorted(marks)
    shown = [min(counts, key=lambda count: abs(count - want)) for want in (100, 250, 500, 750, 1000)]
    yield {"figure": "resident MB after files", **{str(count): round(marks[count], 1) for count in shown}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--pymupdf4llm", type=Path, default=os.environ.get("PYMUPDF4LLM_PYTHON"))
    parser.add_argument("--only", choices=["ratio", "processes", "memory"])
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    pymupdf.TOOLS.mupdf_display_errors(False)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measures = {
            "ratio": lambda at: measure_ratio(args.corpus, args.pymupdf4llm, at, args.rounds),
            "processes": lambda at: measure_processes(args.corpus, at, args.rounds),
            "memory": lambda at: measure_memory(args.corpus, at),
        }
        for figure, measure in measures.items():
            if args.only in {None, figure}:
                (folder / figure).mkdir()
                for row in measure(folder / figure):
                    print(json.dumps({**row, "on": machine()}), flush=True)


if __name__ == "__main__":
    main()
