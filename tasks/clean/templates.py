"""Find what an issue template or form says in every issue of a repository, and nobody in any of them.

Repetition decides: a line that stands in the opening text of several issues of one repository. A heading of a template
stays where something stands below it. What is chosen from a list repeats too ("Windows 11", "是"), but stands alone
below its heading; an instruction stands there together with answers that differ.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

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


def template_spans(openings: Sequence[tuple[int, str, str]]) -> dict[int, list[Span]]:
    """Spans of template text, by row.

    Args:
        openings: Row, repository and opening text of each issue.
    """
    repeated = _repeated_lines(openings)
    if not repeated:
        return {}
    touched = {row for rows in repeated.values() for row in rows}
    sections = {row: (repo, list(_sections(text))) for row, repo, text in openings if row in touched}
    template = {key for key, rows in repeated.items() if _is_template(key, rows, sections, repeated)}
    found = {row: list(_spans(repo, parts, template, repeated)) for row, (repo, parts) in sections.items()}
    return {row: spans for row, spans in found.items() if spans}


def _repeated_lines(openings: Sequence[tuple[int, str, str]]) -> dict[tuple[str, str], list[int]]:
    """Rows by repository and line, of lines that enough of them have."""
    if len(openings) < _MIN_ISSUES:
        return {}
    lines_of: dict[str, dict[int, set[str]]] = defaultdict(dict)
    for row, repo, text in openings:
        lines_of[repo][row] = set(_normalized_lines(text))
    repeated: dict[tuple[str, str], list[int]] = defaultdict(list)
    for repo, issues in lines_of.items():
        # Nearly all lines stand in one issue: they are counted, and only those of several are listed.
        least = max(_MIN_ISSUES, _MIN_SHARE * len(issues))
        counts = Counter(chain.from_iterable(issues.values()))
        common = {line for line, n in counts.items() if n >= least and (len(line) > 1 or not line.isascii())}
        for row, lines in issues.items():
            for line in lines & common:
                repeated[repo, line].append(row)
    return dict(repeated)


def _normalized_lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [_normalized(line) for line in lines] if " [" in text else [line.strip() for line in lines]


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
        fenced = any(low <= start < high for low, high in fences)
        if not fenced and _HEADING.match(line):
            section.end = start
            yield section
            section = _Section(line, start)
        elif line:
            # Fenced lines are answers whatever they say.
            section.lines.append((start, end, "\0" if fenced else line))
    section.end = len(text)
    yield section


def _is_template(
    key: tuple[str, str],
    rows: Sequence[int],
    sections: Mapping[int, tuple[str, list[_Section]]],
    repeated: Mapping[tuple[str, str], Sequence[int]],
) -> bool:
    repo, line = key
    if re.match(_BOX, line):
        return True
    if _HEADING.match(line) or len(line.encode()) < _MIN_LENGTH:
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
    repo: str,
    sections: Sequence[_Section],
    template: set[tuple[str, str]],
    repeated: Mapping[tuple[str, str], Sequence[int]],
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
