"""Find what an issue template or form says in every issue of a repository, and nobody in any of them.

Repetition decides: a line that stands in the opening text of several issues of one repository. A heading of a template
stays where something stands below it. What is chosen from a list repeats too ("Windows 11", "是"), but stands alone
below its heading; an instruction stands there together with answers that differ.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.clean.shared_lines import shared_lines
from tasks.clean.thread_rules import Span
from tasks.engine.markdown_fences import fence_spans

# Issues of a repository a line must open with to be its template's, and their least share of all.
_MIN_ISSUES: Final = 5
_MIN_SHARE: Final = 0.03
# A line of fewer characters (a Han character counts as three) says yes, no, thanks or 谢谢.
_MIN_LENGTH: Final = 18
# Of the issues with a line, those that have something else below the same heading: then it is no answer.
_BESIDE_SHARE: Final = 0.3
_BOX: Final = r"^\s*[-*] \[[ xX]\]"
_TICKED: Final = re.compile(r"^[-*] \[[xX]\]")
_HEADING: Final = re.compile(r"#{1,6}[ \t]+\S|\*\*[^*\n]{2,80}\*\*:?$|[^\s:：][^:：\n]{0,40}[:：]$")
_HEADING_STARTS: Final = ("#", "*")
_HEADING_ENDS: Final = (":", "：")
_NO_ANSWER: Final = re.compile(r"_?no response_?|n/?a|none|无|無|没有|暂无|-+|\.+", re.IGNORECASE)


@dataclass
class _Section:
    """Lines below a heading.

    Args:
        heading: Empty above the first one.
        start: Of the heading, in code points.
        lines: (start, end, normalized text) of those that are not blank.
        end: Where the next heading begins.
    """

    heading: str
    start: int
    lines: list[tuple[int, int, str]] = field(default_factory=list)
    end: int = 0


class Openings(NamedTuple):
    """What issues were opened with.

    Args:
        rows: Of each, the row of its document.
        repos: Number of its repository.
        data: UTF-8 of all of them.
        starts: Where each begins in it.
        ends: Where it ends.
    """

    rows: npt.NDArray[np.int64]
    repos: npt.NDArray[np.int64]
    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def template_spans(openings: Openings) -> dict[int, list[Span]]:
    """Spans of template text, by row, in code points of the opening text."""
    if len(openings.rows) < _MIN_ISSUES:
        return {}
    repeated = _repeated_lines(openings)
    # What is neither heading nor template stays wherever it stands.
    touched = {row for (_, line), rows in repeated.items() if _says_enough(line) or _is_heading(line) for row in rows}
    sections = {row: (repo, list(_sections(text))) for row, repo, text in _texts(openings, touched)}
    template = {key for key, rows in repeated.items() if _is_template(key, rows, sections, repeated)}
    found = {row: list(_spans(repo, parts, template, repeated)) for row, (repo, parts) in sections.items()}
    return {row: spans for row, spans in found.items() if spans}


def _repeated_lines(openings: Openings) -> dict[tuple[int, str], list[int]]:
    """Rows by repository and line, of lines that enough of them have."""
    least = np.ceil(np.maximum(_MIN_ISSUES, _MIN_SHARE * np.bincount(openings.repos))).astype(np.int64)
    lines = shared_lines(openings.data, openings.starts, openings.ends, openings.repos, least)
    rows_of: dict[tuple[int, str], list[int]] = defaultdict(list)
    places = zip(lines.starts.tolist(), lines.ends.tolist(), strict=True)
    written = (_normalized(openings.data[start:end].tobytes().decode()) for start, end in places)
    repos, rows = (column[lines.texts].tolist() for column in (openings.repos, openings.rows))
    for repo, line, row in zip(repos, written, rows, strict=True):
        rows_of[repo, line].append(row)
    return {
        (repo, line): rows
        for (repo, line), rows in rows_of.items()
        if len(rows) >= least[repo] and (len(line) > 1 or not line.isascii())
    }


def _texts(openings: Openings, chosen: Collection[int]) -> Iterator[tuple[int, int, str]]:
    """Row, repository and text of the openings in rows that are chosen."""
    for row, repo, start, end in zip(
        *(column.tolist() for column in (openings.rows, openings.repos, openings.starts, openings.ends)), strict=True
    ):
        if row in chosen:
            yield row, repo, openings.data[start:end].tobytes().decode()


def _normalized(raw: str) -> str:
    """A line as it is compared: without blanks at its ends, its box not ticked."""
    line = raw.strip()
    return _TICKED.sub("- [ ]", line) if line[1:3] == " [" else line


def _sections(text: str) -> Iterator[_Section]:
    fences = fence_spans(text)
    section = _Section("", 0)
    position = 0
    for raw in text.split("\n"):
        start, end = position, min(position + len(raw) + 1, len(text))
        position += len(raw) + 1
        line = _normalized(raw)
        fenced = bool(fences) and any(low <= start < high for low, high in fences)
        if not fenced and _is_heading(line):
            section.end = start
            yield section
            section = _Section(line, start)
        elif line:
            # Fenced lines are answers whatever they say.
            section.lines.append((start, end, "\0" if fenced else line))
    section.end = len(text)
    yield section


def _is_heading(line: str) -> bool:
    # An expression for every line takes most of the time.
    return (line[:1] in _HEADING_STARTS or line[-1:] in _HEADING_ENDS) and _HEADING.match(line) is not None


def _says_enough(line: str) -> bool:
    """Whether a line is a box to tick or says more than yes, no, thanks or 谢谢."""
    return len(line.encode()) >= _MIN_LENGTH or re.match(_BOX, line) is not None


def _is_template(
    key: tuple[int, str],
    rows: Sequence[int],
    sections: Mapping[int, tuple[int, list[_Section]]],
    repeated: Mapping[tuple[int, str], Sequence[int]],
) -> bool:
    repo, line = key
    if re.match(_BOX, line):
        return True
    if _is_heading(line) or not _says_enough(line):
        return False
    beside = preface = 0
    for row in rows:
        section = next((s for s in sections[row][1] if any(text == line for _, _, text in s.lines)), None)
        if section is None:
            continue
        preface += not section.heading
        beside += any((repo, text) not in repeated for _, _, text in section.lines)
    return max(beside, preface) >= _BESIDE_SHARE * len(rows)


def _spans(
    repo: int,
    sections: Sequence[_Section],
    template: set[tuple[int, str]],
    repeated: Mapping[tuple[int, str], Sequence[int]],
) -> Iterator[Span]:
    by_reason: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for section in sections:
        rest = [text for _, _, text in section.lines if (repo, text) not in template]
        unanswered = not rest or (len(rest) == 1 and _NO_ANSWER.fullmatch(rest[0]))
        if section.heading and (repo, section.heading) in repeated and unanswered:
            by_reason["empty_section"].append((section.start, section.end))
            continue
        by_reason["template_line"] += [(start, end) for start, end, text in section.lines if (repo, text) in template]
    for reason, spans in by_reason.items():
        for start, end in spans:
            yield start, end, reason
