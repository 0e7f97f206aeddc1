"""How much of office files, web pages and mails comes out: 3-gram recall and precision against expected texts.

    WINNOW_CORPUS=FOLDER python -m benchmarks.eval_office [--worst N] [name …]

Expected are docling's reviewed Markdown files (docs/gt) and, for a manual's pages, the text rendered apart from the
same source. Both sides are compared as words: markup, link targets and picture placeholders are taken off, a Han
character is a word. What is expected has no menus and no running headers, so precision shows what of them is left.
"""

import argparse
import html
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from benchmarks.evaluation_corpus import CORPUS
from tasks.extract.parse_file import parse_file
from tasks.extract.parsed import ParseError

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_PLACEHOLDER = re.compile(r"<!--.*?-->", re.DOTALL)
_TARGET = re.compile(r"\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)")

_RAISED = re.compile("[⁰¹²³⁴-⁹⁺-⁾]+")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only files with this in their name")
    parser.add_argument("--worst", type=int, default=10)
    args = parser.parse_args()
    rows = []
    for path, expected in _cases():
        if not args.names or any(name in path.name for name in args.names):
            rows.append((path.name, *score(_extracted(path), expected)))
    rows += [row for row in _manual_pages() if not args.names or any(name in row[0] for name in args.names)]
    rows.sort(key=lambda row: min(row[1:]))
    for name, recall, precision in rows[: args.worst or len(rows)]:
        print(f"{recall:6.3f} {precision:6.3f}  {name}")
    by_kind: dict[str, list[tuple[float, float]]] = {}
    for name, recall, precision in rows:
        by_kind.setdefault(name.rsplit(".", 1)[-1], []).append((recall, precision))
    summary = {
        kind: {
            "files": len(found),
            "recall": round(sum(r for r, _ in found) / len(found), 4),
            "precision": round(sum(p for _, p in found) / len(found), 4),
            "below_0.95": sum(min(pair) < 0.95 for pair in found),
        }
        for kind, found in sorted(by_kind.items())
    }
    print(json.dumps(summary))


def score(text: str, expected: str) -> tuple[float, float]:
    """Recall and precision of `text` by 3-grams of words, each counted as often as it occurs."""
    got, wanted = _grams(text), _grams(expected)
    both = (got & wanted).total()
    return both / max(1, wanted.total()), both / max(1, got.total())


def _manual_pages() -> list[tuple[str, float, float]]:
    """Pages of a manual against its text: of what a page has of the text how much comes out, and how much else."""
    rows = []
    for lang in ("en", "zh-cn"):
        whole = _grams((CORPUS / f"pdf/gt/debian-maint-guide.{lang}.txt").read_text(encoding="utf-8"))
        for path in sorted((CORPUS / "docs/html").glob(f"*.{lang}.html")):
            if "index" in path.name:  # a table of contents
                continue
            raw = LexborHTMLParser(path.read_bytes()).body
            wanted = _grams(raw.text(separator=" ")) & whole
            got = _grams(_extracted(path))
            rows.append((path.name, (got & wanted).total() / wanted.total(), (got & whole).total() / got.total()))
    return rows


def _grams(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(_plain(text))
    # A text of one or two words is one gram.
    return Counter(tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2)))


def _plain(text: str) -> str:
    text = html.unescape(_TARGET.sub("]", _PLACEHOLDER.sub(" ", text))).replace("\\", " ")
    return _RAISED.sub(lambda found: " " + unicodedata.normalize("NFKC", found[0]), text)


def _extracted(path: Path) -> str:
    try:
        parsed = parse_file(path.read_bytes(), path.name, None, pictures=False)[1]
    except ParseError:
        return ""
    # What a speaker says is no part of docling's texts.
    pieces, at = [], 0
    for block in parsed.blocks:
        if "notes" in (block["attributes"] or ""):
            pieces.append(parsed.text[at : block["start"]])
            at = block["end"]
    return "".join([*pieces, parsed.text[at:]])


def _cases() -> list[tuple[Path, str]]:
    docs = CORPUS / "docs"
    cases = []
    for truth in sorted((docs / "gt").glob("docling_*.md")):
        file = docs / "docling" / truth.name.removeprefix("docling_").removesuffix(".md")
        cases.append((file, truth.read_text(encoding="utf-8")))
    return cases


if __name__ == "__main__":
    main()
