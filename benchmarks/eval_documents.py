"""Quality of reading documents, on labelled real files, beside other readers.

    python -m benchmarks.eval_documents [--only text] [--pymupdf4llm ENV/bin/python] [--json]

- `text`: recall and precision of runs of three tokens against an independent text of the same file. Where the truth is
  that of one page, only this page is judged, for every reader. What poppler reached when the truth was collected, over
  the whole file, stands beside it.
- `order`: similarity (1 - edit distance / length, of tokens) to the labelled reading order of pages, column by column.
- `tables`: share of the labelled cells found as cells of tables, and of their neighbours (ICDAR 2013: pairs of cells
  beside or below each other).
- `furniture`: on pages whose body is labelled by a box, lines of headers, footers and margins left in the text, and
  lines of the body lost.

A suite is a function from the corpus and the readers to rows; add one to `SUITES`. Nothing of the corpus is copied
here: it is found by WINNOW_CORPUS, and the environment with pymupdf4llm by PYMUPDF4LLM_PYTHON.
"""

import argparse
import json
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from benchmarks.document_furniture import evaluate_furniture
from benchmarks.document_readers import Reader, plain, poppler, pymupdf4llm, pymupdf_raw, winnow, winnow_pages
from benchmarks.document_words import letters, tokens
from benchmarks.evaluation_corpus import CORPUS

Readers = Mapping[str, Reader]
Row = dict[str, object]

_PAGE_OF_NAME = re.compile(r"_(\d+)\.txt$")


def runs(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(zip(words, words[1:], words[2:], strict=False))


def truth_text(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".xml":
        return " ".join(cell.text or "" for cell in ElementTree.fromstring(text).iter("content"))
    if path.parent.name != "docbank":
        return text
    words = (line.split("\t")[0] for line in text.splitlines())
    return " ".join(word for word in words if not word.startswith("##LT"))


def truth_pages(path: Path) -> list[int] | None:
    """Pages, from 0, that a truth is of; None for the whole file."""
    if path.suffix == ".xml":
        return sorted({int(region.get("page", "1")) - 1 for region in ElementTree.parse(path).iter("region")})
    found = _PAGE_OF_NAME.search(path.name)
    return [int(found[1])] if found else None


def evaluate_text(corpus: Path, readers: Readers) -> Iterator[Row]:
    for one in json.loads((corpus / "pdf/gt_baseline_pdftotext.json").read_text("utf-8")):
        truth = corpus / one["gt"][0]
        wanted = runs(tokens(truth_text(truth)))
        row: Row = {
            "file": Path(one["pdf"]).name,
            "poppler, stored": (one["gt_3gram_recall"], one["gt_3gram_precision"]),
        }
        for name, read in readers.items():
            pages = read(corpus / one["pdf"])
            whole, chosen = (
                runs(tokens(plain("\n".join(some))))
                for some in (pages, [pages[p] for p in truth_pages(truth) or range(len(pages))])
            )
            row[name] = (
                (whole & wanted).total() / wanted.total(),
                (chosen & wanted).total() / max(1, chosen.total()),
            )
        yield row


def _by_columns(truth: Path) -> list[str]:
    """Labelled words, the left column before the right one.

    DocBank lists some pages line by line across both columns. Its boxes are in thousandths of the page: where hardly a
    word crosses the middle of a page, it has two columns.
    """
    words = [line.split("\t") for line in truth.read_text("utf-8").splitlines()]
    boxes = [(word[0], int(word[1]), int(word[3])) for word in words if not word[0].startswith("##LT")]
    middle = (min(x0 for _, x0, _ in boxes) + max(x1 for _, _, x1 in boxes)) / 2
    if sum(x0 < middle < x1 for _, x0, x1 in boxes) > 0.01 * len(boxes):
        return [word for word, _, _ in boxes]
    return [word for word, *_ in sorted(boxes, key=lambda box: box[1] >= middle)]


def evaluate_order(corpus: Path, readers: Readers) -> Iterator[Row]:
    for truth in sorted((corpus / "pdf/gt/docbank").glob("*.txt")):
        (page,) = truth_pages(truth) or [0]
        pdf = corpus / "pdf" / f"DocBank__{_PAGE_OF_NAME.sub('.pdf', truth.name)}"
        wanted = tokens(" ".join(_by_columns(truth)))
        row: Row = {"file": pdf.name}
        for name, read in readers.items():
            row[name] = (Levenshtein.normalized_similarity(wanted, tokens(plain(read(pdf)[page]))),)
        yield row


class _Cells(HTMLParser):
    """Cells of an HTML table with their row and column."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[tuple[int, int], str] = {}
        self._row = -1
        self._taken: set[tuple[int, int]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._row, self._column = self._row + 1, 0
        elif tag in {"td", "th"}:
            spans = dict(attrs)
            while (self._row, self._column) in self._taken:
                self._column += 1
            self._at = (self._row, self._column)
            wide, high = int(spans.get("colspan") or 1), int(spans.get("rowspan") or 1)
            self._taken |= {(self._row + r, self._column + c) for r in range(high) for c in range(wide)}
            self._column += wide
            self.cells[self._at] = ""

    def handle_data(self, data: str) -> None:
        if self._row >= 0:
            self.cells[self._at] += data


def _neighbours(cells: Mapping[tuple[int, int], str]) -> Counter[tuple[str, str, str]]:
    """Pairs of the nearest cells that are not empty, to the right and below."""
    found: Counter[tuple[str, str, str]] = Counter()
    filled = {place: letters(text) for place, text in cells.items() if letters(text)}
    for (row, column), text in filled.items():
        right = min((c for r, c in filled if r == row and c > column), default=None)
        below = min((r for r, c in filled if c == column and r > row), default=None)
        if right is not None:
            found[text, filled[row, right], "right"] += 1
        if below is not None:
            found[text, filled[below, column], "below"] += 1
    return found


def _truth_tables(path: Path) -> Iterator[dict[tuple[int, int], str]]:
    for table in ElementTree.parse(path).iter("table"):
        cells: dict[tuple[int, int], str] = {}
        for region in table.iter("region"):
            down, right = int(region.get("row-increment") or 0), int(region.get("col-increment") or 0)
            for cell in region.iter("cell"):
                place = (int(cell.get("start-row") or 0) + down, int(cell.get("start-col") or 0) + right)
                cells[place] = cell.findtext("content") or ""
        yield cells


def evaluate_tables(corpus: Path, _: Readers) -> Iterator[Row]:
    for truth in sorted((corpus / "pdf/gt").glob("icdar2013_*.xml")):
        pdf = corpus / "pdf" / f"tabula-java__{truth.name.removeprefix('icdar2013_').removesuffix('-str.xml')}.pdf"
        wanted, beside = Counter(), Counter()
        for cells in _truth_tables(truth):
            wanted += Counter(letters(text) for text in cells.values() if letters(text))
            beside += _neighbours(cells)
        found, next_to = Counter(), Counter()
        for page in truth_pages(truth) or []:
            for block in winnow_pages(pdf)[page][1]:
                if block["kind"] == "table" and block["html"]:
                    parser = _Cells()
                    parser.feed(block["html"])
                    found += Counter(letters(text) for text in parser.cells.values() if letters(text))
                    next_to += _neighbours(parser.cells)
        yield {
            "file": pdf.name,
            "cells recall, precision": _shares(wanted, found),
            "neighbours recall, precision": _shares(beside, next_to),
        }


def _shares(wanted: Counter, found: Counter) -> tuple[float, float]:
    both = (wanted & found).total()
    return both / max(1, wanted.total()), both / max(1, found.total())


Suite = Callable[[Path, Readers], Iterable[Row]]
SUITES: dict[str, Suite] = {
    "text": evaluate_text,
    "order": evaluate_order,
    "tables": evaluate_tables,
    "furniture": evaluate_furniture,
}


def show(suite: str, rows: Sequence[Row]) -> None:
    columns = [name for name in rows[0] if name != "file"] if rows else []
    print(f"\n## {suite}\n{'':44}" + "".join(f"{name:>30}" for name in columns))
    for row in rows:
        print(f"{str(row['file'])[:43]:44}" + "".join(f"{_written(row[name]):>30}" for name in columns))
    means = {name: [sum(part) / len(rows) for part in zip(*(r[name] for r in rows), strict=True)] for name in columns}
    print(f"{'mean':44}" + "".join(f"{_written(means[name]):>30}" for name in columns))


def _written(values: object) -> str:
    return "  ".join(f"{v:.4f}" if isinstance(v, float) else str(v) for v in values)  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--only", choices=SUITES, help="one suite")
    parser.add_argument("--ours", action="store_true", help="leave the others out")
    parser.add_argument("--pymupdf4llm", type=Path, default=os.environ.get("PYMUPDF4LLM_PYTHON"))
    parser.add_argument("--json", action="store_true", help="print one JSON line for each row")
    args = parser.parse_args()
    readers: dict[str, Reader] = {"winnow": winnow}
    if not args.ours:
        readers["pymupdf"] = pymupdf_raw
        if shutil.which("pdftotext"):
            readers["poppler"] = poppler
        if args.pymupdf4llm:
            readers["pymupdf4llm"] = pymupdf4llm(Path(args.pymupdf4llm))
    for missing in {"poppler", "pymupdf4llm"} - set(readers):
        print(f"{missing} is left out", file=sys.stderr)
    for name, suite in SUITES.items():
        if args.only and name != args.only:
            continue
        rows = list(suite(args.corpus, readers))
        if args.json:
            for row in rows:
                print(json.dumps({"suite": name, **row}, ensure_ascii=False))
        else:
            show(name, rows)


if __name__ == "__main__":
    main()
