"""Pages that tests draw, and what is read from them."""

import re

import pymupdf

from tasks.extract.parsed import Parsed
from tasks.extract.pdf_reader import parse_pdf
from tests.extract.test_pdf import pdf, write

Table = list[list[str]]


def read(*draw) -> Parsed:
    return parse_pdf(pdf(*draw), None, pictures=False)


def pieces(parsed: Parsed, kind: str) -> list[str]:
    return [parsed.text[b["start"] : b["end"]] for b in parsed.blocks if b["kind"] == kind]


def rows(markdown: str) -> Table:
    lines = [line for line in markdown.splitlines() if not re.fullmatch(r"\|( --- \|)+", line)]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def place(
    page: pymupdf.Page, cells: Table, *, x: float = 72, y: float = 120, wide: float = 110, step: float = 18
) -> None:
    for r, line in enumerate(cells):
        for c, text in enumerate(line):
            if text:
                write(page, x + wide * c, y + step * r, text)


def rule_off(
    page: pymupdf.Page, count: int, columns: int, *, y: float = 106, wide: float = 110, step: float = 18
) -> None:
    for r in range(count):
        for c in range(columns):
            page.draw_rect((68 + wide * c, y + step * r, 68 + wide * (c + 1), y + step * (r + 1)))
