"""Feed the extract step mutated files: each must be kept or quarantined, and the step must not fail.

    WINNOW_CORPUS=FOLDER python -m benchmarks.fuzz_documents [--inputs 2000] [--seed 1]

Files of the corpus are cut, spliced, flipped and repeated; of containers a member is mutated, so that what unpacks is
parsed. Prints outcomes and the memory of the parser's process, and exits 1 where the step raised or lost a file.
"""

import argparse
import io
import json
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import psutil

from benchmarks.evaluation_corpus import CORPUS
from schemas.inventory import INVENTORY
from schemas.sources import DocumentsSource
from tasks.engine.store import Store
from tasks.extract.documents import STEP
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations

_MAX_BYTES = 200_000
_BATCH = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    random_ = random.Random(args.seed)
    seeds = _seeds()
    outcomes: Counter[str] = Counter()
    failures, memory, began = [], [], time.perf_counter()
    for first in range(0, args.inputs, _BATCH):
        files = {}
        for number in range(first, min(args.inputs, first + _BATCH)):
            name, data = random_.choice(seeds)
            files[f"{number:05d}{Path(name).suffix}"] = mutate(data, random_)
        try:
            found = _extract(files)
        except Exception as error:  # noqa: BLE001 (what is looked for)
            failures.append(f"inputs {first}..: {type(error).__name__}: {error}")
            continue
        outcomes.update(found)
        if found.total() != len(files):
            failures.append(f"inputs {first}..: {len(files)} files, {found.total()} outcomes")
        memory.append(sum(child.memory_info().rss for child in psutil.Process().children(recursive=True)) >> 20)
        print(
            f"{first + len(files)} inputs, {len(failures)} failures, parser {memory[-1]} MB",
            file=sys.stderr,
            flush=True,
        )
    seconds = round(time.perf_counter() - began, 1)
    figures = {
        "inputs": args.inputs,
        "seconds": seconds,
        "failures": failures,
        "outcomes": dict(outcomes.most_common()),
    }
    print(json.dumps({**figures, "parser_mb": memory[:: max(1, len(memory) // 10)]}))
    sys.exit(bool(failures))


def mutate(data: bytes, random_: random.Random) -> bytes:
    """`data` with one to eight changes; of a container in one of its members as often as in itself."""
    if data.startswith(b"PK") and random_.random() < 0.7:
        return _mutated_member(data, random_)
    changed = bytearray(data)
    for _ in range(random_.randint(1, 8)):
        at = random_.randrange(len(changed)) if changed else 0
        length = min(1 << random_.randint(0, 10), len(changed) - at)
        match random_.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([random_.randrange(256)])
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length] * random_.randint(1, 20)
            case 3:
                changed[at : at + length] = random_.randbytes(length)
            case 4:
                del changed[at if random_.random() < 0.2 else len(changed) - length :]
            case _:
                changed[at:at] = random_.choice(_NASTY)
    return bytes(changed)


_NASTY = (
    b"[" * 5000, b"<" * 100, b"<div>" * 3000, b"\0" * 64, b"\xff\xfe", b"999999999999999999", b"-1", b" 0 R", b"endobj",
    b"&l;" * 50, b"<w:p>" * 500, b"\xe4\xb8", "\ud800".encode("utf-8", "surrogatepass"), b"%PDF-1.7", b"PK\x03\x04",
)  # fmt: skip


def _mutated_member(data: bytes, random_: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = random_.choice(names)
        for name in names:
            content = old.read(name)
            new.writestr(
                name, mutate(content, random_) if name == chosen and not content.startswith(b"PK") else content
            )
    return buffer.getvalue()


def _seeds() -> list[tuple[str, bytes]]:
    from tests.extract.office_files import FORMATS

    folders = [CORPUS / "pdf", CORPUS / "docs", CORPUS / "docs/docling", CORPUS / "docs/html"]
    files = [file for folder in folders for file in sorted(folder.glob("*.*"))]
    wanted = {".pdf", ".docx", ".pptx", ".html", ".eml", ".md", ".txt"}
    found = [(f.name, f.read_bytes()) for f in files if f.suffix in wanted and 0 < f.stat().st_size <= _MAX_BYTES]
    return [*found, *((name, content) for name, (content, *_) in FORMATS.items())]


def _extract(files: dict[str, bytes]) -> Counter[str]:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder, "in", name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        source, store = DocumentsSource(kind="documents", path="in"), Store(f"{folder}/store")
        settings = ExtractSettings(locations=locations([source], Path(folder)), timeout_s=10, memory_mb=1024)
        found: Counter[str] = Counter()
        for ref in take_inventory([source], Path(folder), store).shards["documents"]:
            batch = store.get_table(ref, INVENTORY)
            parts = STEP.run(batch, settings)
            STEP.check(batch, parts, ref.shard_id)
            found["kept"] += parts.kept.num_rows
            found.update(parts.quarantined["cause"].to_pylist())
    return found


if __name__ == "__main__":
    main()
