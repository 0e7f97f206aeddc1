"""The whole pipeline beside datatrove's on the same Parquet: filters, personal data, near-duplicates, tokens.

    python -m benchmarks.bench_pipeline en.parquet zh.parquet --workers 1 2 --repeats 3 \
        --peer-python VENV/bin/python --peer-script e2e_datatrove.py --peer-shards FOLDER

Each file has columns `id` and `text`; the language is the first two letters of its name. Ours is the command as users
run it, from its start to its end, with a Prefect server of its own, the store empty. Before that it runs once over all
files: that run creates Prefect's database and trains the tokenizer, which later ones are given as the peer is given its
own; what it took is printed first. Threads always, worker processes too where there is more than one worker.

The peer's script takes --inp, --out, --workers and --lang, and reads `FOLDER/<name>_shards/*.jsonl`. Rounds go
round-robin: noise falls on all alike.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.metering import Metered, machine, run_metered

_ROOT = Path(__file__).parents[1]
_THREADS = ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def main() -> None:
    arguments = _parse()
    measured: dict[tuple[str, str, int], list[tuple[Metered, dict[str, Any]]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        _prepare(arguments, Path(scratch))
        for round_ in range(arguments.repeats):
            for parquet in arguments.parquet:
                for workers in arguments.workers:
                    for system, run in _systems(arguments, workers):
                        folder = Path(scratch) / f"{system}-{parquet.stem}-{workers}-{round_}".replace(" ", "-")
                        folder.mkdir()
                        found = run(arguments, parquet, workers, folder)
                        measured.setdefault((system, parquet.stem, workers), []).append(found)
                        print(system, parquet.stem, workers, *(f"{v:.1f}" for v in found[0][1:4]), file=sys.stderr)
                        shutil.rmtree(folder)
    _report(arguments, measured)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parquet", nargs="+", type=lambda value: Path(value).resolve())
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--model", type=lambda value: Path(value).resolve(), help="SentencePiece model; default: that of the first run"
    )
    parser.add_argument("--server", help="API URL of a running Prefect server; default: one of its own for each run")
    parser.add_argument("--peer-python", type=Path)
    parser.add_argument("--peer-script", type=lambda value: Path(value).resolve())
    parser.add_argument("--peer-shards", type=lambda value: Path(value).resolve())
    return parser.parse_args()


def _prepare(arguments: argparse.Namespace, scratch: Path) -> None:
    """The first run on a machine: Prefect's database, tables on disk, a tokenizer trained on all files."""
    arguments.prefect_home = scratch / "prefect"
    folder = scratch / "first"
    folder.mkdir()
    metered, _ = _run(arguments, arguments.parquet, {"vocab_size": 16000}, {"kind": "threads", "workers": 1}, folder)
    print(f"first run, all files: wall {metered.wall_s:.1f} s, CPU {metered.cpu_s:.1f} s", file=sys.stderr)
    arguments.model = arguments.model or scratch / "tokenizer.model"
    if not arguments.model.exists():
        shutil.copy(folder / "out/releases/bench/v1/tokenizer/tokenizer.model", arguments.model)


def _systems(arguments: argparse.Namespace, workers: int) -> list[tuple[str, Any]]:
    kinds = ["threads"] if workers == 1 else ["threads", "processes"]
    ours = [(f"winnow {kind}", partial(_winnow, kind)) for kind in kinds]
    return [*ours, *([("datatrove", _peer)] if arguments.peer_script else [])]


def _winnow(
    kind: str, arguments: argparse.Namespace, parquet: Path, workers: int, folder: Path
) -> tuple[Metered, dict[str, Any]]:
    return _run(arguments, [parquet], {"model": str(arguments.model)}, {"kind": kind, "workers": workers}, folder)


def _run(
    arguments: argparse.Namespace, files: list[Path], tokens: dict[str, Any], runner: dict[str, Any], folder: Path
) -> tuple[Metered, dict[str, Any]]:
    recipe = {
        "dataset": "bench",
        "root": "out",
        "sources": [{"kind": "text", "path": str(file), "kb": "bench"} for file in files],
        "steps": {"tokens": tokens},
        "outputs": ["pretrain_text", "pretrain_tokens", "dropped", "stats"],
        "runner": runner,
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    variables = _limited(runner["workers"]) | {"PREFECT_HOME": str(arguments.prefect_home), "PYTHONPATH": str(_ROOT)}
    if arguments.server:
        variables["PREFECT_API_URL"] = arguments.server
    command = [sys.executable, "-m", "flows", "run", "recipe.yaml", "--json"]
    metered = run_metered(command, folder=folder, variables=variables, log=folder / "log")
    if metered.returncode:
        sys.exit((folder / "log").read_text(encoding="utf-8"))
    return metered, json.loads(metered.output.splitlines()[-1])


def _peer(arguments: argparse.Namespace, parquet: Path, workers: int, folder: Path) -> tuple[Metered, dict[str, Any]]:
    command = [
        str(arguments.peer_python), str(arguments.peer_script), "--inp",
        str(arguments.peer_shards / f"{parquet.stem}_shards"), "--out", str(folder / "out"), "--workers", str(workers),
        "--lang", parquet.stem[:2],
    ]  # fmt: skip
    variables = _limited(workers) | {"PYTHONPATH": str(arguments.peer_script.parent), "HF_HUB_OFFLINE": "1"}
    metered = run_metered(command, folder=folder, variables=variables, log=folder / "log")
    if metered.returncode:
        sys.exit((folder / "log").read_text(encoding="utf-8"))
    return metered, {}


def _limited(workers: int) -> dict[str, str]:
    return {name: str(workers) for name in _THREADS} | {"TOKENIZERS_PARALLELISM": "true" if workers > 1 else "false"}


def _report(arguments: argparse.Namespace, measured: dict[tuple[str, str, int], list[Any]]) -> None:
    console = Console(width=140)
    table = Table(title="Parquet to tokens; medians")
    for name in (
        "system",
        "corpus",
        "workers",
        "wall s",
        "CPU s",
        "MB/s",
        "MB/CPU-s",
        "peak MB",
        "times datatrove",
        "orchestration",
    ):
        table.add_column(name, justify="right" if name not in {"system", "corpus"} else "left")
    sizes = {path.stem: _megabytes(path) for path in arguments.parquet}
    for (system, corpus, workers), runs in measured.items():
        wall, cpu, peak = (statistics.median(run[0][index] for run in runs) for index in (1, 2, 3))
        peers = measured.get(("datatrove", corpus, workers), [])
        ratio = statistics.median(run[0].wall_s for run in peers) / wall if peers else float("nan")
        shares = [_orchestration(run[0], run[1], workers) for run in runs if run[1]]
        row = {
            "system": system, "corpus": corpus, "workers": workers, "wall_s": round(wall, 2), "cpu_s": round(cpu, 2),
            "mb_per_s": round(sizes[corpus] / wall, 2), "mb_per_cpu_s": round(sizes[corpus] / cpu, 2),
            "peak_mb": round(peak), "times_datatrove": round(ratio, 2),
            "orchestration": round(statistics.median(shares), 2) if shares else None,
        }  # fmt: skip
        table.add_row(*("" if value is None else str(value) for value in row.values()))
        print(json.dumps({**row, "walls": [round(run[0].wall_s, 2) for run in runs], **machine()}))
    console.print(table)
    for (system, corpus, workers), runs in measured.items():
        if system.startswith("winnow"):
            console.print(_steps_table(f"{system}, {corpus}", workers, runs[-1][1]))


def _orchestration(metered: Metered, result: dict[str, Any], workers: int) -> float:
    """Share of the workers' time outside of steps: imports, server, scheduling, waiting, writing the release."""
    return 1 - sum(step["wall_s"] for step in result["steps"]) / (workers * metered.wall_s)


def _steps_table(corpus: str, workers: int, result: dict[str, Any]) -> Table:
    table = Table(title=f"{corpus}, {workers} workers: seconds by step")
    for name in ("step", "CPU s", "wall s", "rows in", "rows kept"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for step in sorted(result["steps"], key=lambda step: -step["cpu_s"]):
        table.add_row(step["name"], *(f"{step[name]:,}" for name in ("cpu_s", "wall_s", "rows_in", "rows_kept")))
    return table


def _megabytes(path: Path) -> float:
    return int(pl.scan_parquet(path).select(pl.col("text").str.len_bytes().sum()).collect().item()) / 1e6


if __name__ == "__main__":
    os.environ.setdefault("WINNOW_KEY", "benchmark")
    main()
