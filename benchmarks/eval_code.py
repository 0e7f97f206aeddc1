"""What becomes of the files of packages: kept by language, dropped by reason, licences, and what must not be lost.

    python -m benchmarks.eval_code FOLDER            one JSON object
    python -m benchmarks.eval_code FOLDER --sample 50  that many random drops and keeps to read, one a line

FOLDER is a source as a recipe names one. Lost are includes, shebangs, encoding lines and Markdown titles of kept files
that are not in the cleaned text, and files of code whose characters outside of removed spans are not what they were.
"""

import argparse
import json
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from schemas.inventory import INVENTORY
from schemas.sources import Source
from tasks.clean.clean import STEP as CLEAN
from tasks.clean.settings import CleanSettings
from tasks.engine.store import Store
from tasks.extract.code import STEP as CODE
from tasks.extract.code_settings import CodeSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations

_KEPT_LINES = {
    "include": re.compile(r"^[ \t]*#[ \t]*(?:include|import)\b.*$", re.MULTILINE),
    "shebang": re.compile(r"\A#!.*$", re.MULTILINE),
    "encoding": re.compile(r"^#.*coding[:=].*$", re.MULTILINE),
}
_TITLE = re.compile(r"^#{1,6} .*$", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    extracted, cleaned, dropped, quarantined, removed, files = _run(Path(given.folder).resolve())
    if given.sample:
        chance = random.Random(given.seed)
        for name, rows in (("drop", dropped), ("keep", cleaned)):
            for row in _drawn(rows, given.sample, chance):
                print(json.dumps({"outcome": name, **_shown(row)}, ensure_ascii=False))
        return
    print(json.dumps(_figures(extracted, cleaned, dropped, quarantined, removed, files), ensure_ascii=False, indent=1))


def _run(folder: Path) -> tuple[list[dict[str, Any]], ...]:
    source: Source = TypeAdapter[Source](Source).validate_python({"kind": "code", "path": str(folder)})
    kept, clean, dropped, bad, spans = [], [], [], [], []
    with tempfile.TemporaryDirectory() as root:
        store = Store(root)
        settings = CodeSettings(locations=locations([source], folder))
        shards = take_inventory([source], folder, store).shards["code"]
        files = sum(shard.rows for shard in shards)
        for shard in shards:
            batch = store.get_table(shard, INVENTORY)
            parts = CODE.run(batch, settings)
            CODE.check(batch, parts, shard.shard_id)
            tidy = CLEAN.run(parts.kept, CleanSettings())
            CLEAN.check(parts.kept, tidy, shard.shard_id)
            for rows, table in (
                (kept, parts.kept), (clean, tidy.kept), (dropped, parts.dropped), (bad, parts.quarantined),
                (spans, tidy.sides["removed_spans"]),
            ):  # fmt: skip
                rows += _rows(table)
    return kept, clean, dropped, bad, spans, [{}] * files


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    return table.to_pylist()


def _drawn(rows: list[dict[str, Any]], wanted: int, chance: random.Random) -> list[dict[str, Any]]:
    """Random rows, from each package in turn: one of thousands of modules would be all there is to see."""
    packages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in chance.sample(rows, len(rows)):
        packages[row["source"].partition("/")[0]].append(row)
    drawn = []
    while packages and len(drawn) < wanted:
        for name in sorted(packages):
            drawn.append(packages[name].pop())
            if not packages[name]:
                del packages[name]
    return drawn[:wanted]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    names = ("reason", "detail", "value", "threshold", "n_chars", "source", "license", "metadata")
    head = {"begins": row["text"][:160]} if "text" in row else {}
    return {name: row[name] for name in names if row.get(name) is not None} | head


def _figures(
    extracted: list[dict[str, Any]],
    cleaned: list[dict[str, Any]],
    dropped: list[dict[str, Any]],
    quarantined: list[dict[str, Any]],
    removed: list[dict[str, Any]],
    files: list[dict[str, Any]],
) -> dict[str, Any]:
    labels = [json.loads(row["metadata"]) for row in cleaned]
    by_package: dict[str, Counter[str]] = defaultdict(Counter)
    for row in cleaned:
        by_package[row["source"].partition("/")[0]][str(row["license"])] += 1
    return {
        "files": len(files),
        "kept": len(extracted),
        "dropped": len(dropped),
        "quarantined": len(quarantined),
        "accounted": len(files) == len(extracted) + len(dropped) + len(quarantined),
        "languages": Counter(str(label["language"]) for label in labels).most_common(),
        "roles": Counter(label["role"] for label in labels).most_common(),
        "reasons": Counter(row["reason"] for row in dropped).most_common(),
        "causes": Counter(row["cause"] for row in quarantined).most_common(),
        "licences": {name: found.most_common() for name, found in sorted(by_package.items())},
        "headers_removed": sum(row["reason"] == "licence_header" for row in removed),
        "lost": dict(_lost(extracted, cleaned, removed)),
    }


def _lost(
    extracted: list[dict[str, Any]], cleaned: list[dict[str, Any]], removed: list[dict[str, Any]]
) -> Iterator[tuple[str, int]]:
    after = {row["id"]: row["text"] for row in cleaned}
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in removed:
        spans[row["doc_id"]].append((row["start"], row["end"]))
    counts = Counter(dict.fromkeys([*_KEPT_LINES, "title", "code_characters"], 0))
    for row in extracted:
        text, left = row["text"], after.get(row["id"], "")
        is_code = row["source_type"] == "code"
        patterns = _KEPT_LINES if is_code else {"title": _TITLE} if "markdown" in row["mime"] else {}
        for name, pattern in patterns.items():
            before = Counter(line.rstrip() for line in pattern.findall(text))
            counts[name] += sum((before - Counter(line.rstrip() for line in pattern.findall(left))).values())
        if is_code:
            expected, position = "", 0
            for start, end in sorted(spans[row["id"]]):
                expected, position = expected + text[position:start], end
            counts["code_characters"] += expected + text[position:] != left
    yield from counts.items()


if __name__ == "__main__":
    main()
