"""Clean input for `eval_quality.py`: documents of the evaluation corpus as a run sees them, and short strings."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.sources import DocumentsSource
from tasks.clean.clean import clean_documents
from tasks.clean.settings import CleanSettings
from tasks.engine.store import Store
from tasks.engine.word_count import count_words
from tasks.extract.documents import extract_files
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations


def extracted(corpus: Path, pattern: str) -> tuple[pa.Table, pa.Table]:
    """Documents of the files below `corpus` that match, as `document@1` rows cleaned; what was quarantined."""
    sources = [DocumentsSource(kind="documents", path=pattern, kb="corpus")]
    with tempfile.TemporaryDirectory() as root:
        store = Store(root)
        kept, quarantined = [], []
        for shards in take_inventory(sources, corpus, store).shards.values():
            for shard in shards:
                settings = ExtractSettings(locations=locations(sources, corpus), images=False)
                parts = extract_files(store.get_table(shard, INVENTORY), settings)
                kept.append(parts.kept)
                quarantined.append(parts.quarantined)
    return clean_documents(pa.concat_tables(kept), CleanSettings()).kept, pa.concat_tables(quarantined)


def declared_languages(corpus: Path) -> dict[str, str]:
    """Language of every file by its path, as the manifest of the corpus has it."""
    rows = map(json.loads, (corpus / "MANIFEST.jsonl").read_text("utf-8").splitlines())
    return {row["path"]: row.get("language", "und") for row in rows}


def as_documents(texts: list[str], source_type: str) -> pa.Table:
    """`document@1` rows of texts, named d0, d1, …."""
    row = {
        "source_type": source_type, "source_rank": 0, "kb": "eval", "n_words": 0, "raw_sha256": "0" * 64, "blocks": [],
        "image_ids": [], "pii": [], "metadata": "{}",
    }  # fmt: skip
    rows = [{**row, "id": f"d{i}", "parent_id": f"d{i}", "source": f"d{i}", "text": t} for i, t in enumerate(texts)]
    return count_words(DOCUMENT.from_rows(rows))


def faq_texts(corpus: Path) -> dict[str, list[str]]:
    """Question and answer of every FAQ entry, by language."""
    found: dict[str, list[str]] = {"en": [], "zh": []}
    for lang, name in (("en", "en_python_faq"), ("zh", "zh_insurance_passages")):
        for row in _jsonl(corpus / f"docs/qa/{name}.jsonl"):
            found[lang].append(f"{row['question']}\n\n{row['answer']}")
    return found


def short_strings(corpus: Path) -> dict[str, list[str]]:
    """Titles, questions and headings of the corpus by the language of their project or file; each string once."""
    found = {lang: sorted(set(strings)) for lang, strings in _short_strings(corpus).items()}
    return {lang: [s for s in strings if re.search(r"\w", s)] for lang, strings in found.items()}


def _short_strings(corpus: Path) -> dict[str, list[str]]:
    qa = corpus / "docs/qa"
    zh = [row["query"] for row in _jsonl(qa / "zh_insurance_queries.jsonl")]
    zh += [row["question"] for row in _jsonl(qa / "zh_insurance_passages.jsonl")]
    zh += [row["question"] for row in _jsonl(qa / "zh_finglm_A-list-answer.jsonl")]
    pairs = (qa / "zh_insurance_pairs_dev.txt").read_text("utf-8").splitlines()
    zh += [part for line in pairs for part in line.rpartition("\t")[0].split("[SEP]")]
    en = [row["question"] for row in _jsonl(qa / "en_python_faq.jsonl")]
    archive = json.loads((corpus / "issues/tlswg__tls13-spec.archive.json").read_text("utf-8"))
    en += [issue["title"] for issue in (*archive["issues"], *archive["pulls"])]
    en += [row["issue"]["title"] for row in _jsonl(corpus / "issues/bitcoin-core__gui.rest.jsonl") if row.get("issue")]
    return {"en": en, "zh": zh, "zh-Hant": list(_traditional(corpus))}


def _traditional(corpus: Path) -> Iterator[str]:
    """Lines of more than four Han characters that a project of Taiwan wrote."""
    for issue in json.loads((corpus / "issues/f2etw__f2e-notes.rest.json").read_text("utf-8")):
        for line in f"{issue.get('title') or ''}\n{issue.get('body') or ''}".splitlines():
            if len(re.findall("[\u4e00-\u9fff]", line)) > 4 and "http" not in line:
                yield line.strip()


def _jsonl(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def bench_texts(bench: Path) -> dict[str, list[str]]:
    """The corpora of the benchmarks (manuals, kernel documentation, reports): clean, and nothing was fitted to them."""
    names = {"en": "en20", "zh": "zh10"}
    return {lang: pl.read_parquet(bench / f"corpora/{name}.parquet")["text"].to_list() for lang, name in names.items()}
