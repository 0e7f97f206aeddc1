"""Quality and language against the evaluation corpus: clean documents stay, junk goes, languages are told.

    python -m benchmarks.eval_quality [--corpus FOLDER] [--bench FOLDER] [--seed 1] [--junk 60] [--list] [--json]

Clean: every document below docs/ as a run extracts it, FAQ entries, and (not fitted to) the corpora of the benchmarks.
Junk: `--junk` documents of each kind and language from `quality_junk.py`, judged as web text and as documents somebody
gave. Language: documents by the manifest, titles and questions by their project; Traditional Chinese, real and made of
the Simplified documents with OpenCC. `--list` names what was judged wrongly.
"""

import argparse
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import opencc
import polars as pl
import pyarrow as pa

from benchmarks.evaluation_corpus import CORPUS
from benchmarks.quality_corpus import (
    as_documents,
    bench_texts,
    declared_languages,
    extracted,
    faq_texts,
    short_strings,
)
from benchmarks.quality_junk import MAKERS
from tasks.clean.clean import clean_documents
from tasks.clean.settings import CleanSettings
from tasks.engine.step import Partition
from tasks.quality.language import tell_language
from tasks.quality.quality import filter_quality
from tasks.quality.settings import LanguageSettings, QualitySettings, SignalsSettings
from tasks.quality.signals import measure_signals

Result = dict[str, Any]


def judged(batch: pa.Table, **settings: Any) -> Partition:
    """Language, signals and quality of a batch."""
    told = tell_language(batch, LanguageSettings()).kept
    return filter_quality(told, QualitySettings(**settings), measure_signals(told, SignalsSettings()).kept)


def kept_share(batch: pa.Table, **settings: Any) -> Result:
    parts = judged(batch, **settings)
    wrong = [
        f"{row['source'][-60:]} {row['reason']} {row['value']:.3f} ({row['threshold']:.3f}) {row['detail']}"
        for row in parts.dropped.to_pylist()
    ]
    return {"documents": batch.num_rows, "kept": round(parts.kept.num_rows / max(batch.num_rows, 1), 4), "wrong": wrong}


def clean_results(
    documents: pa.Table, languages: dict[str, str], corpus: Path, bench: Path | None
) -> dict[str, Result]:
    results = {}
    declared = [languages.get(f"docs/{source}", "und") for source in documents["source"].to_pylist()]
    for lang in ("en", "zh", "und"):
        results[f"docs {lang}"] = kept_share(documents.filter(pa.array([found == lang for found in declared])))
    for lang, texts in faq_texts(corpus).items():
        results[f"faq {lang}"] = kept_share(as_documents(texts, "faq"))
    for lang, texts in (bench_texts(bench) if bench else {}).items():
        for source_type in ("markdown", "text"):
            results[f"bench {lang} as {source_type}"] = kept_share(as_documents(texts, source_type))
    return results


def is_restored(text: str, sources: str) -> bool:
    """Whether nine in ten pieces of twelve characters are in the clean texts."""
    pieces = [text[i : i + 12] for i in range(0, len(text) - 11, 12)]
    return sum(piece in sources for piece in pieces) >= 0.9 * len(pieces)


def junk_results(texts: dict[str, list[str]], seed: int, count: int) -> dict[str, Result]:
    results = {}
    for lang, clean in texts.items():
        sources = "\n".join(clean)
        for name, make in MAKERS.items():
            rng = random.Random(f"{seed} {lang} {name}")
            junk = [make(rng, lang, rng.choice(clean)) for _ in range(count)]
            junk = [text.replace("\0", "").replace("\r", "\n") for text in junk]
            for source_type in ("text", "markdown"):
                batch = clean_documents(as_documents(junk, source_type), CleanSettings()).kept
                parts = judged(batch)
                stayed = parts.kept["text"].to_pylist()
                # What was misread and is read rightly now is junk no more.
                restored = sum(is_restored(text, sources) for text in stayed if name == "mojibake")
                removed = (count - len(stayed)) / max(count - restored, 1)
                results[f"{name} {lang} as {source_type}"] = {
                    "removed": round(removed, 4),
                    "restored": restored,
                    "reasons": dict(Counter(parts.dropped["reason"].to_pylist()).most_common(4)),
                    "wrong": [text[:300].replace("\n", "⏎") for text in stayed][:6],
                }
    return results


def language_results(documents: pa.Table, languages: dict[str, str], corpus: Path) -> dict[str, Result]:
    told = tell_language(documents, LanguageSettings()).kept
    declared = [languages.get(f"docs/{source}", "und") for source in told["source"].to_pylist()]
    rows = list(zip(declared, told["lang"].to_pylist(), told["source"].to_pylist(), strict=True))
    results = {f"documents {lang}": _told([row for row in rows if row[0] == lang]) for lang in ("en", "zh")}
    chinese = [text for text, lang in zip(told["text"].to_pylist(), declared, strict=True) if lang == "zh"]
    strings = short_strings(corpus)
    convert = opencc.OpenCC("s2t").convert
    made = {"documents zh-Hant (made)": [convert(text) for text in chinese],
            "strings zh-Hant (made)": [convert(text) for text in strings["zh"] if convert(text) != text]}  # fmt: skip
    for name, texts in {**{f"strings {lang}": found for lang, found in strings.items()}, **made}.items():
        lang = name.split()[1]
        found = tell_language(as_documents(texts, "text"), LanguageSettings()).kept["lang"].to_pylist()
        results[name] = _told([(lang, code, text[:60]) for code, text in zip(found, texts, strict=True)])
    return results


def _told(rows: list[tuple[str, str, str]]) -> Result:
    """A mixed text of Chinese and English is right for both; Simplified and Traditional are told apart."""
    right = {"en": {"en", "zh-en"}, "zh": {"zh", "zh-en"}, "zh-Hant": {"zh-Hant", "zh-Hant-en"}}
    wrong = [f"{found}: {name}" for lang, found, name in rows if found not in right[lang]]
    return {"texts": len(rows), "right": round(1 - len(wrong) / max(len(rows), 1), 4), "wrong": wrong}


def pdf_results(corpus: Path) -> Result:
    """PDFs by outcome: kept, dropped by quality with the reason, quarantined by extraction with the cause."""
    documents, quarantined = extracted(corpus, "pdf")
    parts = judged(documents)
    return {
        "kept": parts.kept.num_rows,
        "dropped": {row["source"]: row["reason"] for row in parts.dropped.to_pylist()},
        "quarantined": dict(Counter(quarantined["cause"].to_pylist())),
        "garbage": [row["source"] for row in quarantined.to_pylist() if "garbage" in row["cause"]],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--bench", type=Path, default=os.environ.get("WINNOW_BENCH"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--junk", type=int, default=60)
    parser.add_argument("--only", default="clean,junk,language,pdf")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    languages = declared_languages(args.corpus)
    documents, _ = extracted(args.corpus, "docs")
    outside = pl.Series(documents["source"].to_pylist()).str.contains("^(gt|qa)/|jsonl$")
    documents = documents.filter(pa.array((~outside).to_list()))
    results: dict[str, Any] = {}
    if "clean" in args.only:
        results |= clean_results(documents, languages, args.corpus, Path(args.bench) if args.bench else None)
    if "junk" in args.only:
        rows = zip(documents["text"].to_pylist(), documents["source"].to_pylist(), strict=True)
        texts: dict[str, list[str]] = {"en": [], "zh": []}
        for text, source in rows:
            texts.get(languages.get(f"docs/{source}", "und"), []).append(text)
        results |= junk_results({k: [t for t in v if len(t) > 600] for k, v in texts.items()}, args.seed, args.junk)
    if "language" in args.only:
        results |= language_results(documents, languages, args.corpus)
    if "pdf" in args.only:
        results["pdf"] = pdf_results(args.corpus)
    if args.json:
        print(json.dumps(results, ensure_ascii=False))
        return
    for name, result in results.items():
        wrong = result.pop("wrong", [])
        print(f"{name}: {result}")
        for line in wrong[: 40 if args.list else 0]:
            print(f"    {line}")


if __name__ == "__main__":
    main()
