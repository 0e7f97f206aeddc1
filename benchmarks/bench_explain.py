"""How long `winnow why` and `winnow what-if` take on a version of many documents, each as a process of its own.

    python -m benchmarks.bench_explain --documents 100000 --folder FOLDER
    python -m benchmarks.bench_explain --recipe RECIPE             # a version that is there already

The version is made by `winnow run` from documents in both languages that are drawn from a seed: one in ten is junk that
`quality` drops, one in twenty a copy of another with a few words changed. A folder that holds the version is used
again. Asked is about documents that were released, dropped by `quality` and dropped as duplicates, and about other
limits.
Prints one line of JSON: seconds from start to end, the median and the worst.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
import yaml

from benchmarks.metering import machine

_ROOT: Final = Path(__file__).parents[1]
_FILES: Final = 8
_CHANGES: Final = (
    ["quality.too_few_words=80"],
    ["quality.profile=docs"],
    ["quality.duplicate_lines=0.1", "quality.short_lines=0.5"],
    ["deduplicate.threshold=0.85"],
)
_ENGLISH: Final = (
    "gateway message store alarm rule sensor topic file queue disk backup session client server update version value "
    "limit record index field window driver network packet buffer thread memory cache request answer page table"
)
_CHINESE: Final = "网关消息存储告警规则传感器主题文件队列磁盘备份会话客户端服务器更新版本数值限值记录索引字段窗口"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="Where the version is made, or lies")
    parser.add_argument("--recipe", type=Path, help="Recipe of a version that is there")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    recipe = (arguments.recipe or _release(arguments.folder, arguments.documents)).resolve()
    root = recipe.parent / yaml.safe_load(recipe.read_text(encoding="utf-8"))["root"]
    version = sorted((root / "releases").glob("*/v*"))[-1]
    asked = dict(_ids(version))
    print(
        json.dumps(
            {
                "documents": pl.scan_parquet(version / "data/documents/*.parquet").select(pl.len()).collect().item(),
                "dropped": pl.scan_parquet(version / "data/dropped/*.parquet").select(pl.len()).collect().item(),
                "why_s": {
                    what: _times(["why", name, "--root", str(root)], arguments.repeats) for what, name in asked.items()
                },
                "what_if_s": {
                    " ".join(changes): _times(["what-if", str(recipe), *changes], arguments.repeats)
                    for changes in _CHANGES
                },
                **machine(),
                "load": os.getloadavg()[0],
            },
            ensure_ascii=False,
        )
    )


def _release(folder: Path, documents: int) -> Path:
    """The recipe of a version of so many documents; made where there is none."""
    recipe = folder / "recipe.yaml"
    if (folder / "out/releases/bench/latest").exists():
        return recipe
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    draw = random.Random(1)
    rows = _documents(draw, documents)
    for number in range(_FILES):
        with (folder / f"inbox/docs-{number}.jsonl").open("w", encoding="utf-8") as file:
            for _ in range(-(-documents // _FILES)):
                if row := next(rows, None):
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
    sources = [{"kind": "text", "path": "inbox/docs-*.jsonl", "kb": "corpus"}]
    outputs = ["documents", "pretrain_tokens", "dropped", "quarantined", "stats"]
    values = {"dataset": "bench", "root": "out", "sources": sources, "outputs": outputs}
    recipe.write_text(yaml.safe_dump(values), encoding="utf-8")
    started = time.perf_counter()
    _winnow(["run", str(recipe)], PREFECT_HOME=str(folder / "prefect"), WINNOW_KEY="a key for a benchmark")
    print(f"made a version of {documents:,} documents in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return recipe


def _documents(draw: random.Random, documents: int) -> Iterator[dict[str, str]]:
    before = ""
    for number in range(documents):
        kind = draw.random()
        if kind < 0.1:
            text = " ".join(draw.choices(("menu", "home", "»", "首页", "登录", "|"), k=draw.randint(5, 40)))
        elif kind < 0.15 and before:
            text = f"{before} {draw.choice(_ENGLISH.split())} {number}"
        else:
            text = "\n\n".join(_paragraph(draw, chinese=number % 2 == 0) for _ in range(draw.randint(2, 6)))
        before = text
        yield {"id": f"doc-{number}", "text": text}


def _paragraph(draw: random.Random, *, chinese: bool) -> str:
    if chinese:
        return "".join(
            f"{''.join(draw.choices(_CHINESE, k=draw.randint(4, 15)))}的是{''.join(draw.choices(_CHINESE, k=9))}了。"
            for _ in range(draw.randint(1, 4))
        )
    sentences = (
        " ".join(["The", *draw.choices(_ENGLISH.split(), k=draw.randint(6, 18)), "and that of the gateway"])
        for _ in range(3)
    )
    return " ".join(f"{sentence}." for sentence in sentences)


def _ids(version: Path) -> Iterator[tuple[str, str]]:
    draw = random.Random(2)
    documents = pl.read_parquet(version / "data/documents/*.parquet", columns=["id", "source"])
    dropped = pl.read_parquet(version / "data/dropped/*.parquet", columns=["id", "stage"])
    yield "released", draw.choice(documents["id"].to_list())
    yield "by path", draw.choice(documents["source"].to_list())
    for stage in ("quality", "deduplicate"):
        if ids := dropped.filter(pl.col("stage") == stage)["id"].to_list():
            yield f"dropped by {stage}", draw.choice(ids)


def _times(command: list[str], repeats: int) -> dict[str, float]:
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        _winnow(command)
        seconds.append(time.perf_counter() - started)
    return {"median": round(statistics.median(seconds), 2), "worst": round(max(seconds), 2)}


def _winnow(command: list[str], **variables: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), **variables}
    done = subprocess.run(
        [sys.executable, "-m", "flows", *command], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"winnow {' '.join(command)} ended with {done.returncode}: {done.stderr}")


if __name__ == "__main__":
    main()
