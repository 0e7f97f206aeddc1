"""Recall and precision of `anonymize` on labelled text, beside Presidio's defaults and datatrove's PIIFormatter.

    python -m benchmarks.eval_pii [--corpus FOLDER] [--bench FOLDER] [--datatrove PYTHON] [--json]

The corpus is found through WINNOW_CORPUS or --corpus, the planted one through --bench or WINNOW_BENCH; datatrove
runs in an environment of its own, $PERF_ROOT/venv/datatrove or --datatrove. What is not there is left out and said.

A labelled value is found when one span covers at least 80 % of it, whatever it is called: what counts is that it is
gone. Precision is over the spans of the kinds that the labels speak of; names are scored by exact span.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.evaluation_corpus import CORPUS
from tasks.anonymize.judge import judge_for
from tasks.anonymize.people import find_handles
from tasks.anonymize.settings import JudgeSettings

Found = list[tuple[int, int, str]]
System = Callable[[Sequence[str]], list[Found]]


@dataclass(frozen=True)
class Text:
    """A labelled text: values that must go, and look-alikes that must stay."""

    text: str
    spans: list[tuple[int, int, str]]
    negatives: list[tuple[int, int, str]]


@dataclass(frozen=True)
class Corpus:
    """Labelled texts of one language; `kinds` are the predicted kinds whose precision the labels can tell."""

    name: str
    language: str
    texts: list[Text]
    labels: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    exact: bool = False
    thread: bool = False


def read_corpora(folder: Path, bench: Path | None) -> Iterator[Corpus]:
    pii = folder / "pii"
    yield Corpus("zh_synth_contact", "zh", list(_offsets(_jsonl(pii / "zh_synth_contact.jsonl"), "text")))
    patterns = frozenset({"CREDIT_CARD", "EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "IBAN_CODE", "IP_ADDRESS"})
    ours = patterns - {"CREDIT_CARD"} | {"BANK_CARD"}
    synth = list(_presidio(_jsonl(pii / "presidio_synth_v2.jsonl")))
    yield Corpus("presidio synth (patterns)", "en", synth, patterns, ours | patterns)
    small = json.loads((pii / "presidio_generated_small.json").read_text("utf-8"))
    yield Corpus("presidio small (patterns)", "en", list(_presidio(small)), patterns, ours | patterns)
    yield Corpus("presidio synth (people, places)", "en", synth, frozenset({"PERSON", "STREET_ADDRESS"}))
    contact = frozenset({"emailAddress", "phoneNumbers", "idCardNumbers", "location"})
    for language in ("zh", "en"):
        texts = list(_offsets(_jsonl(pii / f"multipriv_person_{language}.jsonl"), "text"))
        yield Corpus("MultiPriv (contact, id)", language, texts, contact)
        yield Corpus("MultiPriv (names)", language, texts, frozenset({"name", "doctor"}))
    people = frozenset({"PERSON"})
    yield Corpus("People's Daily dev (names)", "zh", list(_bio(pii / "peoples_daily.dev")), kinds=people, exact=True)
    yield Corpus(
        "CLUENER 3000 (names)", "zh", list(_cluener(pii / "cluener_train_3000.jsonl")), kinds=people, exact=True
    )
    yield Corpus("secrets (detect-secrets' fixtures)", "en", list(_fixtures(pii / "secrets")))
    yield Corpus("issue_mentions", "en", list(_mentions(folder)), thread=True)
    if bench:
        yield Corpus(
            "planted (bench)", "en", list(_offsets(pq.read_table(bench / "corpora/pii.parquet").to_pylist(), "text"))
        )


def _jsonl(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _offsets(rows: Iterable[dict], name: str) -> Iterator[Text]:
    for row in rows:
        pairs = [[(s["start"], s["end"], s["type"]) for s in row.get(key) or ()] for key in ("spans", "negatives")]
        yield Text(row[name], *pairs)


def _presidio(rows: Iterable[dict]) -> Iterator[Text]:
    for row in rows:
        spans = [(s["start_position"], s["end_position"], s["entity_type"]) for s in row["spans"]]
        yield Text(row["full_text"], spans, [])


def _bio(path: Path) -> Iterator[Text]:
    for block in path.read_text("utf-8").split("\n\n"):
        pairs = [line.split() for line in block.splitlines() if len(line.split()) == 2]
        spans: list[tuple[int, int, str]] = []
        for place, (_, tag) in enumerate(pairs):
            if tag == "B-PER":
                spans.append((place, place + 1, "PERSON"))
            elif tag == "I-PER" and spans:
                spans[-1] = (spans[-1][0], place + 1, "PERSON")
        yield Text("".join(char for char, _ in pairs), spans, [])


def _cluener(path: Path) -> Iterator[Text]:
    for row in _jsonl(path):
        places = {(a, b + 1, "PERSON") for spans in row["label"].get("name", {}).values() for a, b in spans}
        yield Text(row["text"], sorted(places), [])


def _fixtures(folder: Path) -> Iterator[Text]:
    """Values are known by their SHA-1 in the fixtures' own baseline; `!!binary` is a YAML tag, not a value."""
    baseline = json.loads((folder / "test_data_baseline.file").read_text("utf-8"))
    for name, results in baseline["results"].items():
        path = folder / f"test_data_{name.replace('/', '_')}"
        if not path.exists():
            continue
        text = path.read_text("utf-8")
        hashes = {result["hashed_secret"] for result in results}
        words = {text[a:b] for a in _word_starts(text) for b in range(a + 6, min(a + 100, len(text)) + 1)}
        values = {word for word in words if sha1(word.encode()).hexdigest() in hashes} - {"!!binary"}
        yield Text(text, [(text.index(v), text.index(v) + len(v), "SECRET") for v in sorted(values)], [])


def _mentions(folder: Path) -> Iterator[Text]:
    (archive,) = (folder / "issues").glob("*.archive.json")
    threads = {thread["number"]: thread for thread in json.loads(archive.read_text("utf-8"))["issues"]}
    spans: dict[tuple[int, int], list[tuple[int, int, str]]] = defaultdict(list)
    for row in _jsonl(folder / "pii/issue_mentions.jsonl"):
        spans[row["number"], row["comment"]].append((row["start"], row["end"], "LOGIN"))
    for (number, comment), of_text in spans.items():
        thread = threads[number]
        body = thread["body"] if comment < 0 else thread["comments"][comment]["body"]
        # The @ stays: what has to go is the login.
        yield Text(body, [(a + (body[a] == "@"), b, kind) for a, b, kind in of_text], [])


def _word_starts(text: str) -> Iterator[int]:
    yield from (i for i in range(len(text)) if text[i].isalnum() and (i == 0 or not text[i - 1].isalnum()))


def winnow(texts: Sequence[str]) -> list[Found]:
    column = pa.chunked_array([pa.array(list(texts), pa.large_string())])
    return [[(s.start, s.end, s.entity) for s in spans] for spans in judge_for(JudgeSettings()).find(column)]


def winnow_thread(texts: Sequence[str]) -> list[Found]:
    """As in a thread, where everybody who is mentioned is somebody."""
    mentioned = [[(s.start, s.end, s.entity) for s in find_handles(text, set())] for text in texts]
    return [[*found, *handles] for found, handles in zip(winnow(texts), mentioned, strict=True)]


def presidio_defaults(texts: Sequence[str]) -> list[Found]:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    global _ENGINE
    if _ENGINE is None:
        languages = ["en", "zh"]
        registry = RecognizerRegistry(supported_languages=languages)
        registry.load_predefined_recognizers(languages=languages)
        registry.remove_recognizer("SpacyRecognizer")  # needs a language model
        engine = NoOpNlpEngine([{"lang_code": language, "model_name": ""} for language in languages])
        _ENGINE = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=languages)
    # Its Chinese recognizers are few: the English ones do better on Chinese text too.
    return [
        [(r.start, r.end, r.entity_type) for r in _ENGINE.analyze(t, language="en", score_threshold=0.3)] for t in texts
    ]


_ENGINE = None
_DATATROVE = """
import json, sys
from datatrove.pipeline.formatters import PIIFormatter
f = PIIFormatter()
for line in sys.stdin:
    t = json.loads(line)
    print(json.dumps([[*m.span(), k] for k, r in (("EMAIL_ADDRESS", f.emails_replacer), ("IP_ADDRESS", f.ip_replacer))
                      for m in r.regex.finditer(t) if not r.validator or r.validator(m[0])]))
"""


def datatrove(python: Path) -> System:
    def find(texts: Sequence[str]) -> list[Found]:
        given = "".join(json.dumps(text) + "\n" for text in texts)
        done = subprocess.run([python, "-c", _DATATROVE], input=given, capture_output=True, text=True, check=True)
        return [[tuple(span) for span in json.loads(line)] for line in done.stdout.splitlines()]

    return find


def score(corpus: Corpus, found: list[Found]) -> dict:
    totals: dict[str, int] = defaultdict(int)
    hits: dict[str, int] = defaultdict(int)
    stay: dict[str, int] = defaultdict(int)
    stayed: dict[str, int] = defaultdict(int)
    right = predicted = 0
    for text, spans in zip(corpus.texts, found, strict=True):
        wanted = [span for span in text.spans if not corpus.labels or span[2] in corpus.labels]
        for start, end, kind in wanted:
            totals[kind] += 1
            hits[kind] += any(_covers(span, start, end, exact=corpus.exact) for span in spans)
        for start, end, kind in text.negatives:
            stay[kind] += 1
            stayed[kind] += not any(a < end and b > start for a, b, _ in spans)
        of_kind = [span for span in spans if span[2] in corpus.kinds]
        predicted += len(of_kind)
        right += sum(any(_right(span, label, exact=corpus.exact) for label in wanted) for span in of_kind)
    result = {
        "recall": sum(hits.values()) / max(1, sum(totals.values())),
        "by_entity": {kind: (hits[kind] / n, n) for kind, n in sorted(totals.items())},
    }
    if stay:
        result["survive"] = sum(stayed.values()) / sum(stay.values())
        result["survive_by"] = {kind: (stayed[kind] / n, n) for kind, n in sorted(stay.items())}
    if corpus.kinds:
        result["precision"] = right / max(1, predicted)
    return result


def _covers(span: tuple[int, int, str], start: int, end: int, *, exact: bool) -> bool:
    if exact:
        return (span[0], span[1]) == (start, end)
    return min(span[1], end) - max(span[0], start) >= 0.8 * (end - start)


def _right(span: tuple[int, int, str], label: tuple[int, int, str], *, exact: bool) -> bool:
    return (span[:2] == label[:2]) if exact else (span[0] < label[1] and span[1] > label[0])


def show(corpus: Corpus, results: dict[str, dict]) -> None:
    print(f"\n## {corpus.name}, {corpus.language}: {len(corpus.texts)} texts")
    print(f"{'':28}{'n':>6}" + "".join(f"{name:>14}" for name in results))
    first = next(iter(results.values()))
    for kind, (_, n) in first["by_entity"].items():
        print(f"recall {kind:21}{n:6}" + "".join(f"{r['by_entity'][kind][0]:14.3f}" for r in results.values()))
    print(f"{'recall, all':34}" + "".join(f"{r['recall']:14.3f}" for r in results.values()))
    for kind, (_, n) in first.get("survive_by", {}).items():
        print(f"survives {kind:19}{n:6}" + "".join(f"{r['survive_by'][kind][0]:14.3f}" for r in results.values()))
    for key, label in (("survive", "look-alikes that survive"), ("precision", "precision")):
        if key in first:
            print(f"{label:34}" + "".join(f"{r[key]:14.3f}" for r in results.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--bench", type=Path, default=os.environ.get("WINNOW_BENCH"))
    root = os.environ.get("PERF_ROOT")
    parser.add_argument("--datatrove", type=Path, default=Path(root) / "venv/datatrove/bin/python" if root else None)
    parser.add_argument("--only", default="", help="corpora whose name holds this")
    parser.add_argument("--ours", action="store_true", help="leave the others out")
    parser.add_argument("--json", action="store_true", help="print one JSON line for each corpus")
    args = parser.parse_args()
    systems: dict[str, System] = {"winnow": winnow}
    if not args.ours:
        systems["presidio"] = presidio_defaults
        if args.datatrove and args.datatrove.exists():
            systems["datatrove"] = datatrove(args.datatrove)
        else:
            print("datatrove is left out: no environment (PERF_ROOT or --datatrove)", file=sys.stderr)
    for corpus in read_corpora(args.corpus, Path(args.bench) if args.bench else None):
        if args.only not in corpus.name:
            continue
        texts = [text.text for text in corpus.texts]
        chosen = {**systems, "winnow": winnow_thread} if corpus.thread else systems
        results = {name: score(corpus, system(texts)) for name, system in chosen.items()}
        if args.json:
            print(json.dumps({"corpus": corpus.name, "language": corpus.language, **results}))
        else:
            show(corpus, results)


if __name__ == "__main__":
    main()
