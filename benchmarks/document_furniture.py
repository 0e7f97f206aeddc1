"""Furniture left and lines of the body lost, on pages of real files whose body is labelled by a box."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pymupdf

from benchmarks.document_readers import Reader, plain
from benchmarks.document_words import letters, tokens

_WHOLE = (0.0, 0.0, 1.0, 1.0)
# Pages of a table of contents, which is furniture.
_NOTHING = (0.0, 0.0, 0.0, 0.0)
_GUIDE = {None: (0.0, 0.065, 1.0, 1.0), 1: _WHOLE, **dict.fromkeys((4, 5, 6), _NOTHING)}
# The body of a page as shares of its width and height (x0, y0, x1, y1), told by eye; by page, None for all others.
BODIES: dict[str, dict[int | None, tuple[float, float, float, float] | None]] = {
    "DocBank__175.tar_1511.00117.gz_wcci_papier4.pdf": {None: _WHOLE},
    "DocBank__272.tar_1809.07187.gz_author_FKThielemann_finb.pdf": {None: (0.0, 0.14, 1.0, 1.0)},
    "DocBank__33.tar_1602.07924.gz_TaS2_arxiv.pdf": {None: (0.0, 0.0, 1.0, 0.945)},
    "FinGLM__天池SMP_2023_ChatGLM金融大模型挑战赛.pdf": {None: (0.0, 0.0, 1.0, 0.94)},
    # Below the number of the last page stands the stamp of a site: not judged.
    "Langchain-Chatchat__langchain.pdf": {None: (0.0, 0.0, 1.0, 0.925), 1: _WHOLE, 8: None},
    "MinerU__demo1.pdf": {None: (0.0, 0.112, 1.0, 1.0), 1: _WHOLE},
    "debian-maint-guide.en.pdf": _GUIDE,
    "debian-maint-guide.zh-cn.pdf": _GUIDE,
    "dolma__dolma-v0_1-20230819.pdf": {None: (0.0, 0.0, 1.0, 0.93)},
    "leedl-tutorial__HW1_Regression.pdf": {None: _WHOLE},
    "pdf-type__W020090306513883688583.pdf": {None: _WHOLE},
    "pdfplumber__federal-register-2020-17221.pdf": {None: (0.05, 0.065, 1.0, 0.96)},
    "pdfplumber__issue-67-example.pdf": {None: (0.0, 0.075, 1.0, 0.92)},
    "pypdf__GeoBase_NHNC1_Data_Model_UML_EN.pdf": {None: (0.0, 0.08, 1.0, 0.935), 1: _WHOLE, 4: _NOTHING},
    "pypdf__Seige_of_Vicksburg_Sample_OCR.pdf": {None: (0.0, 0.085, 1.0, 1.0)},
    "pypdf__crazyones.pdf": {None: _WHOLE},
    "sample-files__multicolumn.pdf": {None: (0.0, 0.0, 1.0, 0.82)},
    "sample-files__pdflatex-4-pages.pdf": {None: (0.0, 0.0, 1.0, 0.845)},
    "sample-files__pdflatex-outline.pdf": {None: (0.0, 0.0, 1.0, 0.87), 1: _NOTHING},
    "tabula-java__us-008.pdf": {None: (0.0, 0.0, 1.0, 0.94)},
}


def evaluate_furniture(corpus: Path, readers: Mapping[str, Reader]) -> Iterator[dict[str, object]]:
    for name, bodies in BODIES.items():
        pdf = corpus / "pdf" / name
        inside, outside = zip(*_labelled_lines(pdf, bodies), strict=True)
        row: dict[str, object] = {
            "file": name,
            "lines of furniture, body": (sum(map(len, outside)), sum(map(len, inside))),
        }
        for system, read in readers.items():
            left = lost = 0
            pages = read(pdf)[: len(inside)]
            for number, text in enumerate(pages):
                left += _left(plain(text), inside[number], outside[number])
                # What goes on over pages may stand on the page where it began.
                near = "\n".join(pages[max(0, number - 3) : number + 2])
                said, words = letters(near), tokens(near)
                lost += sum(_is_lost(line, said, words) for line in inside[number])
            row[system] = (left, lost)
        yield row


def _labelled_lines(path: Path, bodies: Mapping) -> Iterator[tuple[list[str], list[str]]]:
    """Lines of the body and of the furniture of each page, letters and digits only."""
    with pymupdf.open(path) as document:
        for number, page in enumerate(document, start=1):
            if (body := bodies.get(number, bodies[None])) is None:
                yield [], []
                continue
            x0, y0, x1, y1 = body
            content = page.get_text("dict", flags=pymupdf.TEXT_MEDIABOX_CLIP)
            parts: tuple[list[str], list[str]] = ([], [])
            for line in (line for block in content["blocks"] for line in block["lines"]):
                a, b, c, d = line["bbox"]
                x, y = (a + c) / 2 / content["width"], (b + d) / 2 / content["height"]
                if said := letters("".join(span["text"] for span in line["spans"])):
                    parts[not (x0 <= x <= x1 and y0 <= y <= y1)].append(said)
            yield parts


def _left(text: str, inside: Sequence[str], outside: Sequence[str]) -> int:
    """Lines of furniture that are a line of the text, or together make one; a line of the body may say the same."""
    left = 0
    body, wanted = Counter(inside), Counter(outside)
    for line in text.splitlines():
        said = letters(line)
        if body[said] > 0:
            body[said] -= 1
            continue
        here = [mark for mark in wanted if wanted[mark] > 0 and mark in said]
        if said and sum(map(len, here)) >= len(said):
            left += len(here)
            wanted.subtract(here)
    return left


def _is_lost(line: str, said: str, words: Sequence[str]) -> bool:
    if line in said:
        return False
    if len(line) <= 12 and re.search(".{0,3}".join(map(re.escape, line)), said):
        return False  # A formula, its indices between its letters.
    # Cells of a row and words cut at the end of a line stand elsewhere: pieces of eight letters tell.
    pieces = [line[n : n + 8] for n in range(0, len(line), 8)]
    return sum(piece in said or piece in words for piece in pieces) < 0.5 * len(pieces)
