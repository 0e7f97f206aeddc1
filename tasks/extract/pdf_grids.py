"""Rules drawn on a page to the grids of cells they enclose.

Rules come as boxes from MuPDF's text device, with the text and at no cost of their own; `find_tables` interprets the
page again and takes ten to thirty times as long as reading it (decision 0030).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tasks.extract.parsed import Box

# A box no thicker than this is a rule, a thicker one has four sides; in points, like all below.
_THICK: Final = 3.0
_MIN_LENGTH: Final = 6.0
# Rules this close are one, and meet.
_NEAR: Final = 3.0
# A column is at least this wide and a row at least this high, or two rules are one thick one.
_MIN_COLUMN: Final = 7.0
_MIN_ROW: Final = 5.0
# Of the side of a cell that a rule has to cover.
_COVERED: Final = 0.6
# Drawings have thousands of rules; no table has.
_MAX_RULES: Final = 3000
_MAX_CELLS: Final = 20_000


@dataclass(slots=True)
class Edge:
    """A rule: at `at` across, from `start` to `end` along."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Cell:
    """A cell and how many columns and rows it takes."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class Grid:
    """Sides of columns (n + 1 of them) and rows, and the cells between, row by row.

    `closed` is the share of two opposite outer sides that is drawn, of those two that are drawn most.
    """

    xs: list[float]
    ys: list[float]
    cells: list[Cell]
    closed: float

    @property
    def box(self) -> Box:
        """From the first side to the last one."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]


def rule_edges(rules: Sequence[Box], width: float, height: float) -> tuple[list[Edge], list[Edge]]:
    """Flat and upright edges, those on one line that touch made one.

    Args:
        rules: Boxes of drawn lines and rectangles.
        width: Of the page; a box as large as the page is its background.
        height: Of the page.
    """
    flat: list[Edge] = []
    upright: list[Edge] = []
    if len(rules) > _MAX_RULES:
        return flat, upright
    for x0, y0, x1, y1 in rules:
        wide, high = x1 - x0, y1 - y0
        if high <= _THICK:
            if wide > _THICK:
                flat.append(Edge((y0 + y1) / 2, x0, x1))
        elif wide <= _THICK:
            upright.append(Edge((x0 + x1) / 2, y0, y1))
        elif wide < 0.9 * width or high < 0.9 * height:
            flat += Edge(y0, x0, x1), Edge(y1, x0, x1)
            upright += Edge(x0, y0, y1), Edge(x1, y0, y1)
    return _merged(flat), _merged(upright)


def find_grids(flat: Sequence[Edge], upright: Sequence[Edge]) -> list[Grid]:
    """Grids of at least two columns, top to bottom."""
    grids = [_grid([flat[i] for i in level], [upright[i] for i in sheer]) for level, sheer in _groups(flat, upright)]
    return sorted((grid for grid in grids if grid is not None), key=lambda grid: (grid.ys[0], grid.xs[0]))


def _merged(edges: list[Edge]) -> list[Edge]:
    edges.sort(key=lambda edge: edge.at)
    lines: list[list[Edge]] = []
    for edge in edges:
        if lines and edge.at - lines[-1][0].at <= _NEAR - 1:
            lines[-1].append(edge)
        else:
            lines.append([edge])
    merged: list[Edge] = []
    for line in lines:
        at = sum(edge.at for edge in line) / len(line)
        line.sort(key=lambda edge: edge.start)
        run = Edge(at, line[0].start, line[0].end)
        for edge in line[1:]:
            if edge.start <= run.end + _NEAR:
                run.end = max(run.end, edge.end)
            else:
                merged.append(run)
                run = Edge(at, edge.start, edge.end)
        merged.append(run)
    return [edge for edge in merged if edge.end - edge.start >= _MIN_LENGTH]


def _groups(flat: Sequence[Edge], upright: Sequence[Edge]) -> Iterable[tuple[list[int], list[int]]]:
    """Indexes of the edges that hang together."""
    parent = list(range(len(flat) + len(upright)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for j, rule in enumerate(upright, start=len(flat)):
        top, bottom, x = rule.start - _NEAR, rule.end + _NEAR, rule.at
        for i, edge in enumerate(flat):
            if top <= edge.at <= bottom and edge.start - _NEAR <= x <= edge.end + _NEAR:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for index in range(len(parent)):
        level, sheer = groups.setdefault(root(index), ([], []))
        (level if index < len(flat) else sheer).append(index if index < len(flat) else index - len(flat))
    return groups.values()


def _grid(flat: Sequence[Edge], upright: Sequence[Edge]) -> Grid | None:
    if not flat or not upright or len(flat) + len(upright) < 3:
        return None
    # A table without outer sides ends where its rules end.
    xs = _places([*(edge.at for edge in upright), min(e.start for e in flat), max(e.end for e in flat)], _MIN_COLUMN)
    ys = _places([*(edge.at for edge in flat), min(e.start for e in upright), max(e.end for e in upright)], _MIN_ROW)
    if len(xs) < 3 or len(ys) < 2 or len(xs) * len(ys) > _MAX_CELLS:
        return None
    right = _walls(upright, xs[1:-1], ys)
    below = _walls(flat, ys[1:-1], xs)
    closed = max(_drawn(flat, ys, xs), _drawn(upright, xs, ys))
    return Grid(xs, ys, _cells(len(ys) - 1, len(xs) - 1, right, below), closed)


def _drawn(edges: Sequence[Edge], across: Sequence[float], along: Sequence[float]) -> float:
    """Share of the first and the last side that edges cover, of the one that is covered less."""
    first, last = along[0], along[-1]
    covered = [
        sum(min(edge.end, last) - max(edge.start, first) for edge in edges if abs(edge.at - side) < _MIN_COLUMN)
        for side in (across[0], across[-1])
    ]
    return min(covered) / (last - first)


def _places(values: list[float], apart: float) -> list[float]:
    """Distinct places; of those closer than `apart` the first one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] >= apart:
            places.append(value)
    return places


def _walls(edges: Sequence[Edge], at: Sequence[float], along: Sequence[float]) -> list[list[bool]]:
    """Whether an edge at `at[i]` covers the stretch between `along[k]` and `along[k + 1]`."""
    walls = []
    for place in at:
        close = [edge for edge in edges if abs(edge.at - place) < _MIN_COLUMN]
        walls.append(
            [
                sum(max(0.0, min(e.end, b) - max(e.start, a)) for e in close) >= _COVERED * (b - a)
                for a, b in pairwise(along)
            ]
        )
    return walls


def _cells(rows: int, columns: int, right: list[list[bool]], below: list[list[bool]]) -> list[Cell]:
    """Cells without a wall between are one where they make a rectangle."""
    taken = [[False] * columns for _ in range(rows)]
    cells = []
    for row in range(rows):
        for column in range(columns):
            if taken[row][column]:
                continue
            wide = 1
            while column + wide < columns and not right[column + wide - 1][row] and not taken[row][column + wide]:
                wide += 1
            high = 1
            while row + high < rows and _is_open(row + high - 1, column, wide, right, below):
                high += 1
            for r in range(row, row + high):
                taken[r][column : column + wide] = [True] * wide
            cells.append(Cell(row, column, high, wide))
    return cells


def _is_open(row: int, column: int, wide: int, right: list[list[bool]], below: list[list[bool]]) -> bool:
    """Whether `wide` cells of `row` have no wall below them and none between the ones there."""
    if any(below[row][column : column + wide]):
        return False
    return not any(right[c][row + 1] for c in range(column, column + wide - 1))
