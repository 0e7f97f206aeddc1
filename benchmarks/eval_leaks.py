"""Make a release of the labelled corpus and look for every labelled value in every string of every table.

    python benchmarks/eval_leaks.py [--corpus FOLDER] [--add issues docs pdf] [--root FOLDER]

The labelled texts are always in it; --add puts the issues, documents or PDFs of the corpus beside them. Prints, for
each kind of label, how many distinct values there were, in how many strings one still stands as a whole word, and an
example's table and column, never the value.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import ahocorasick
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

sys.path.insert(0, str(Path(__file__).parent))
from eval_pii import read_corpora

# Texts that are given to the run; the labels of the other corpora overlap with these.
_GIVEN = ("zh_synth_contact", "presidio synth (patterns)", "MultiPriv (contact, id)", "People's Daily dev (names)")
_MORE = {
    "issues": lambda corpus: {"kind": "issues", "path": str(corpus / "issues/*.json*"), "kb": "support"},
    "docs": lambda corpus: {"kind": "documents", "path": str(corpus / "docs"), "kb": "manual"},
    "pdf": lambda corpus: {"kind": "documents", "path": str(corpus / "pdf"), "kb": "manual"},
}
_WORD = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")


def write_inputs(corpus: Path, folder: Path) -> tuple[list[dict], dict[str, set[str]]]:
    """Sources of a recipe, and the labelled values by kind."""
    sources, values = [], defaultdict(set)
    for labelled in read_corpora(corpus, None):
        if labelled.name not in _GIVEN:
            continue
        path = folder / f"{len(sources)}.jsonl"
        rows = []
        for number, text in enumerate(labelled.texts):
            rows.append(json.dumps({"id": f"{path.stem}-{number}", "text": text.text}, ensure_ascii=False))
            for start, end, kind in text.spans:
                if not labelled.labels or kind in labelled.labels:
                    values[f"{labelled.name}, {labelled.language}: {kind}"].add(text.text[start:end])
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        sources.append({"kind": "text", "path": str(path), "kb": "labelled", "id_field": "id", "text_field": "text"})
    return sources, values


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
        for field in array.flatten():
            yield from _strings(field)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("WINNOW_CORPUS", Path(__file__).parents[2] / "shared/corpus")
    parser.add_argument("--corpus", type=Path, default=Path(default))
    parser.add_argument("--add", nargs="*", choices=sorted(_MORE), default=[])
    parser.add_argument("--root", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.root or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        sources, values = write_inputs(args.corpus, folder)
        sources += [_MORE[name](args.corpus) for name in args.add]
        steps = {"quality": {"enabled": False}, "deduplicate": {"enabled": False}, "tokens": {"vocab_size": 4000}}
        recipe = {"dataset": "leaks", "root": str(folder / "root"), "sources": sources, "steps": steps}
        (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "flows", "run", str(folder / "recipe.yaml")], check=True)
        report(folder / "root/releases/leaks", values)


def report(release: Path, values: dict[str, set[str]]) -> None:
    automaton = ahocorasick.Automaton()
    kinds = defaultdict(set)
    for kind, of_kind in values.items():
        for value in of_kind:
            kinds[value].add(kind)
            automaton.add_word(value, value)
    automaton.make_automaton()
    rows, left, places = Counter(), defaultdict(set), {}
    for path in sorted(release.glob("v*/data/*/*.parquet")):
        for column, text in strings(pq.read_table(path)):
            for last, value in automaton.iter(text):
                start, end = last + 1 - len(value), last + 1
                if _joins(text, start) or _joins(text, end):
                    continue
                for kind in kinds[value]:
                    rows[kind] += 1
                    left[kind].add(value)
                    places[kind] = f"{path.parent.name}.{column}"
    for kind, of_kind in sorted(values.items()):
        where = f", e.g. in {places[kind]}" if kind in places else ""
        print(f"{kind}: {len(of_kind)} values, {len(left[kind])} left in {rows[kind]} strings{where}")


def _joins(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1] in _WORD and text[place] in _WORD


if __name__ == "__main__":
    main()
