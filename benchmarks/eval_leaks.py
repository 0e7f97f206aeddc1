"""Make a release of the corpus and look for every labelled value in every string of every table.

    python -m benchmarks.eval_leaks [--corpus FOLDER] [--add issues docs pdf faq dedup secrets] [--root FOLDER]

The labelled texts are always in it; --add puts more of the corpus beside them, `--add all` everything. Nothing is
dropped as a duplicate or for its quality. Prints, for each kind of label, how many distinct values there were, how many
still stand somewhere as a whole word (Han characters have no words: there any occurrence counts) and in how many
strings, and the table and column of an example; never a value. Names come apart from what identifies: many of them are
ordinary words as well, which a release may hold. --show FILE writes what is left to a file, for whoever mends it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import ahocorasick
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from benchmarks.eval_pii import read_corpora
from benchmarks.evaluation_corpus import CORPUS

_NAMES = frozenset({"PERSON", "NAME", "name", "doctor"})
_HANDLES = frozenset({"LOGIN"})
# Pieces of them are labelled too: the number of a house, a postcode.
_PLACES = frozenset({"STREET_ADDRESS"})
# Labels that say something of a text, but identify nobody.
_NO_VALUES = frozenset({
    "age", "occupation", "diagnosticOutcome", "medicationDetails", "creditScore", "transactionDetails", "income",
    "symptoms", "nationality", "GPE", "DATE_TIME", "ORGANIZATION", "ZIP_CODE", "TITLE", "DOMAIN_NAME", "AGE", "NRP",
    "LOCATION",
})  # fmt: skip
# Labelled texts that reach a run as sources of their own kind.
_AS_SOURCE = {"secrets (detect-secrets' fixtures)": "secrets", "issue_mentions": "issues"}
_WORD = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")


def _issues(corpus: Path, _: Path) -> list[dict]:
    return [{"kind": "issues", "path": str(corpus / "issues/*.json*"), "kb": "support"}]


def _docs(corpus: Path, _: Path) -> list[dict]:
    return [{"kind": "documents", "path": str(corpus / "docs"), "kb": "manual"}]


def _pdf(corpus: Path, _: Path) -> list[dict]:
    return [{"kind": "documents", "path": str(corpus / "pdf"), "kb": "manual"}]


def _secrets(corpus: Path, _: Path) -> list[dict]:
    return [{"kind": "code", "path": str(corpus / "pii/secrets"), "kb": "code"}]


def _dedup(corpus: Path, folder: Path) -> list[dict]:
    rows = [json.loads(line) for line in (corpus / "dedup/docs.jsonl").read_text("utf-8").splitlines()]
    return [_text_source(folder / "dedup.jsonl", [(row["id"], row["text"]) for row in rows])]


def _faq(corpus: Path, folder: Path) -> list[dict]:
    """Questions and answers as the tab-separated lines that the source reads."""
    pairs: list[tuple[str, str]] = []
    for path in sorted((corpus / "docs/qa").iterdir()):
        for line in path.read_text("utf-8").splitlines():
            if path.suffix == ".txt":
                question, _, other = line.partition("[SEP]")
                pairs.append((question, other.rpartition("\t")[0]))
                continue
            row = json.loads(line)
            answer = row.get("answer", row.get("relevant"))
            pairs.append(
                (row.get("question") or row["query"], " ".join(answer) if isinstance(answer, list) else answer)
            )
    path = folder / "faq.tsv"
    lines = ["\t".join(" ".join(str(part).split()) for part in pair) for pair in pairs]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [{"kind": "faq", "path": str(path), "kb": "faq"}]


_MORE: dict[str, Callable[[Path, Path], list[dict]]] = {
    "issues": _issues, "docs": _docs, "pdf": _pdf, "secrets": _secrets, "dedup": _dedup, "faq": _faq,
}  # fmt: skip


@dataclass
class Labels:
    """Distinct labelled values by group and kind."""

    values: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, corpus: str, kind: str, value: str) -> None:
        """Note a value; white space around it is not part of it."""
        if kind not in _NO_VALUES and value.strip():
            group = "names" if kind in _NAMES else "handles" if kind in _HANDLES else "contact, identity, secrets"
            group = "streets, pieces of them too" if kind in _PLACES else group
            # A surname alone is a character that any text may hold.
            group = "names of one character" if group == "names" and len(value.strip()) == 1 else group
            self.values[group, f"{corpus}: {kind}"].add(value.strip())


def write_inputs(corpus: Path, folder: Path, added: set[str]) -> tuple[list[dict], Labels]:
    """Sources of a recipe, and the labelled values in them."""
    sources, labels, seen = [], Labels(), set()
    for labelled in read_corpora(corpus, None):
        source = _AS_SOURCE.get(labelled.name)
        if source and source not in added:
            continue
        texts = [text.text for text in labelled.texts]
        for text in labelled.texts:
            for start, end, kind in text.spans:
                if not labelled.labels or kind in labelled.labels:
                    labels.add(f"{labelled.name}, {labelled.language}", kind, text.text[start:end])
        # Two sets of labels may be about the same texts.
        if source or (key := hash(tuple(texts))) in seen:
            continue
        seen.add(key)
        stem = f"labelled-{len(sources)}"
        rows = [(f"{stem}-{number}", text) for number, text in enumerate(texts)]
        sources.append(_text_source(folder / f"{stem}.jsonl", rows))
    for name in sorted(added):
        sources += _MORE[name](corpus, folder)
    return sources, labels


def _text_source(path: Path, rows: list[tuple[str, str]]) -> dict:
    lines = [json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"kind": "text", "path": str(path), "kb": "labelled", "id_field": "id", "text_field": "text"}


def strings(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Every string of a table with its column, out of lists and structs too."""
    for name in table.column_names:
        yield from ((name, text) for chunk in table[name].chunks for text in _strings(chunk))


def _strings(array: pa.Array) -> Iterator[str]:
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        yield from (text for text in array.to_pylist() if text)
    elif pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        yield from _strings(array.flatten())
    elif pa.types.is_struct(array.type):
        for part in array.flatten():
            yield from _strings(part)


def find_left(release: Path, labels: Labels) -> dict[str, Counter[tuple[str, str]]]:
    """Values that stand somewhere: how often in each table and column."""
    automaton = ahocorasick.Automaton()
    for value in set().union(*labels.values.values()):
        automaton.add_word(value, value)
    automaton.make_automaton()
    left: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for place, text in _released(release):
        for last, value in automaton.iter(text):
            start, end = last + 1 - len(value), last + 1
            if not (_joins(text, start) or _joins(text, end)):
                left[value][place] += 1
    return left


def _released(release: Path) -> Iterator[tuple[tuple[str, str], str]]:
    """Every string of the tables, and the card and manifest beside them."""
    for path in sorted(release.glob("v*/data/*/*.parquet")):
        for column, text in strings(pq.read_table(path)):
            yield (path.parent.name, column), text
    for path in sorted([*release.glob("v*/README.md"), *release.glob("v*/manifest.json")]):
        yield (path.stem, path.suffix[1:]), path.read_text("utf-8")


def _joins(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1] in _WORD and text[place] in _WORD


def report(labels: Labels, left: dict[str, Counter[tuple[str, str]]]) -> None:
    """A line for each kind, a sum for each group."""
    group = ""
    for (of, kind), values in sorted(labels.values.items()):
        if of != group:
            group = of
            every = set().union(*(found for (other, _), found in labels.values.items() if other == group))
            print(f"\n## {group}: {len(every):,} values, {len(every & left.keys())} left")
        places = sum((left[value] for value in values & left.keys()), Counter())
        where = f" in {places.total()} strings, e.g. {'.'.join(places.most_common(1)[0][0])}" if places else ""
        print(f"{kind}: {len(values)} values, {len(values & left.keys())} left{where}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--add", nargs="*", choices=[*sorted(_MORE), "all"], default=[])
    parser.add_argument("--root", type=Path, help="folder for the run; a temporary one without it")
    parser.add_argument("--show", type=Path, help="file for the values that are left; keep it private")
    args = parser.parse_args()
    added = set(_MORE) if "all" in args.add else set(args.add)
    with tempfile.TemporaryDirectory() as scratch:
        folder = (args.root or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        sources, labels = write_inputs(args.corpus.resolve(), folder, added)
        steps = {"quality": {"enabled": False}, "deduplicate": {"enabled": False}, "tokens": {"vocab_size": 4000}}
        recipe = {"dataset": "leaks", "root": str(folder / "root"), "sources": sources, "steps": steps}
        (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "flows", "run", str(folder / "recipe.yaml")], check=True)
        left = find_left(folder / "root/releases/leaks", labels)
        report(labels, left)
        if args.show:
            rows = [
                {"kind": kind, "value": value, "places": [[*place, n] for place, n in left[value].most_common(3)]}
                for (_, kind), values in sorted(labels.values.items())
                for value in sorted(values & left.keys())
            ]
            args.show.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
