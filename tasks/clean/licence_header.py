"""Find licence and copyright headers: what the comments at the top of a source file say about who may use it.

Of a comment only the paragraphs go that speak of a licence or of copyright; where nothing else is in it, the whole.
Shebangs, encoding lines, includes, docstrings and the comment that explains the file stay. Source of the failures this
avoids: clean_copyright_mapper of Data-Juicer deletes `#include`, Markdown headings and shebangs, keeps Chinese headers.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from schemas.sides import REMOVED_SPAN
from tasks.clean.licence_words import GATE, is_decoration, names_owner, speaks_of_licence

_HEAD: Final = 12_000
# Lines that may stand before a header and stay.
_PREAMBLE: Final = re.compile(
    r"#!.*|.*-\*-.*coding.*|#\s*(?:vim?|coding)[:=].*|<\?(?:xml|php).*|//\s*(?:go:build|\+build).*|@charset.*"
    r"|['\"]use strict['\"];?|#(?:region|nullable|pragma)\b.*|\s*"
)
_HASH: Final = r"\#(?!\#?[ \t]*(?:include|define|ifn?def|if|pragma|import|region|endregion|undef|error)\b|!|\[)"
_LINE_COMMENT: Final = re.compile(rf"[ \t]*(?:{_HASH}|//|--|;+|%|REM\b|::|dnl\b)", re.IGNORECASE)
# In these a line that begins with # is no comment: a selector, a directive.
_NO_HASH: Final = frozenset({
    "c", "c++", "objective-c", "c#", "css", "scss", "java", "javascript", "typescript", "tsx", "vue", "svelte", "go",
    "rust", "swift", "kotlin", "scala", "dart", "cuda", "solidity", "protocol buffer", "html", "xml", "haskell", "lua",
})  # fmt: skip
_BLOCK_COMMENTS: Final = (
    (re.compile(r"[ \t]*/\*+!?"), re.compile(r"\*+/")),
    (re.compile(r"[ \t]*<!--"), re.compile(r"-->")),
    (re.compile(r"[ \t]*\{-"), re.compile(r"-\}")),
    (re.compile(r"[ \t]*\(\*+"), re.compile(r"\*+\)")),
    (re.compile(r"[ \t]*\{#"), re.compile(r"#\}")),
    (re.compile(r"[ \t]*--\[\["), re.compile(r"\]\]")),
    (re.compile(r"=begin\b"), re.compile(r"^=end\b", re.MULTILINE)),
)
_DOCSTRING: Final = re.compile(r"[rRuU]?(\"\"\"|''')")
_MARKERS: Final = re.compile(r"[ \t]*(?:/?\*+!?(?!/)|//+!?|\#+|--+|;+|%+|REM\b|::|dnl\b)?[ \t]*", re.IGNORECASE)


class _Comment(NamedTuple):
    """A comment of whole lines: `[start, end)`, and what lies between its marks."""

    start: int
    end: int
    inner: int
    inner_end: int
    is_docstring: bool = False


class _Line(NamedTuple):
    """A line of a comment; `gap` is where the empty line behind it ends, if there is one."""

    start: int
    end: int
    gap: int
    said: str


def find_licence_headers(batch: pa.Table) -> pa.Table:
    """Spans of licence headers of source files.

    Args:
        batch: `document@1` rows; only those of source type code are looked at.

    Returns:
        `removed_span@1` rows, reason licence_header.
    """
    is_code = pc.equal(batch["source_type"], "code")
    if not pc.any(is_code).as_py():
        return REMOVED_SPAN.empty()
    code = batch.select(["id", "text", "metadata"]).filter(is_code)
    likely = pl.DataFrame(pl.from_arrow(code)).filter(pl.col("text").str.slice(0, _HEAD).str.contains(GATE))
    language = likely["metadata"].str.json_path_match("$.language")
    rows = []
    for doc_id, text, spoken in zip(likely["id"], likely["text"], language, strict=True):
        for start, end in licence_headers(text, spoken):
            lines = text.count("\n", start, end)
            row = {"doc_id": doc_id, "start": start, "end": end, "reason": "licence_header", "detail": f"{lines} lines"}
            rows.append(row)
    return REMOVED_SPAN.from_rows(rows)


def licence_headers(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """`[start, end)` of what the comments at the top of `text` say of licences.

    Args:
        text: A source file.
        language: By linguist's name, lower case; decides which lines are comments.
    """
    found: list[tuple[int, int]] = []
    banners: list[tuple[int, int]] = []
    for comment in _top_comments(text, language):
        cuts = list(_cuts(text, comment))
        # Lines of ### around a header belong to it.
        if is_decoration(text[comment.inner : comment.inner_end]) and not comment.is_docstring:
            banners.append((comment.start, comment.end))
        else:
            found += banners + cuts if cuts and cuts[0] == (comment.start, comment.end) else cuts
            banners = []
    return [(start, _with_blank_lines(text, end) if _is_whole(text, start, end) else end) for start, end in found]


def _top_comments(text: str, language: str | None) -> Iterator[_Comment]:
    position = 0
    while position < min(len(text), _HEAD):
        line_end = _line_end(text, position)
        if _PREAMBLE.fullmatch(text[position:line_end].rstrip("\n")):
            position = line_end
            continue
        comment = _comment(text, position, language)
        if comment is None:
            return
        yield comment
        position = comment.end
        if comment.is_docstring:
            return


def _comment(text: str, start: int, language: str | None) -> _Comment | None:
    """The comment that begins on this line; None where none begins."""
    for opening, closing in _BLOCK_COMMENTS:
        if opened := opening.match(text, start):
            return _block(text, start, opened.end(), closing.search(text, opened.end()))
    if (language in {None, "python"}) and (quoted := _DOCSTRING.match(text, start)):
        docstring = _block(text, start, quoted.end(), re.compile(quoted[1]).search(text, quoted.end()))
        return docstring._replace(is_docstring=True) if docstring else None
    marker = _LINE_COMMENT.match(text, start)
    if marker is None or (marker[0].strip() == "#" and language in _NO_HASH):
        return None
    end = start
    while end < len(text) and (found := _LINE_COMMENT.match(text, end)) and found[0].strip() == marker[0].strip():
        if _PREAMBLE.fullmatch(text[end : _line_end(text, end)].rstrip("\n")):
            break
        end = _line_end(text, end)
    return _Comment(start, end, start, end) if end > start else None


def _block(text: str, start: int, inner: int, closed: re.Match[str] | None) -> _Comment | None:
    if closed is None:
        return None
    end = _line_end(text, closed.end())
    # Code behind the comment on its last line.
    return None if text[closed.end() : end].strip() else _Comment(start, end, inner, closed.start())


def _cuts(text: str, comment: _Comment) -> Iterator[tuple[int, int]]:
    """The whole comment where all of it is about a licence, else the paragraphs, or lines of them, that are."""
    paragraphs = list(_paragraphs(text, comment))
    about = [_about_licence(paragraph) for paragraph in paragraphs]
    if not any(about):
        return
    if all(len(lines) == len(paragraph) for lines, paragraph in zip(about, paragraphs, strict=True)):
        yield comment.start, comment.end
    elif not comment.is_docstring:
        for lines, paragraph in zip(about, paragraphs, strict=True):
            if lines:
                # The empty line behind a paragraph goes along with its end.
                end = paragraph[-1].gap if lines[-1] is paragraph[-1] else lines[-1].end
                yield lines[0].start, _kept_marks(text, comment, lines[0].start, end)


def _about_licence(paragraph: Sequence[_Line]) -> Sequence[_Line]:
    """The lines of a paragraph that are about a licence: none, all, or a copyright line among others."""
    if not speaks_of_licence(" ".join(line.said for line in paragraph)):
        return ()
    speaking = [index for index, line in enumerate(paragraph) if speaks_of_licence(line.said)]
    owned = [index for index in speaking if names_owner(paragraph[index].said)]
    if not owned or owned != speaking:
        return paragraph[owned[0] :] if owned and owned[0] == speaking[0] else paragraph
    following = paragraph[speaking[-1] + 1 :]
    # A sentence that goes on in the next line begins it in lower case.
    goes_on = bool(following) and following[0].said[:1].islower()
    return paragraph[speaking[0] : None if goes_on else speaking[-1] + 1]


def _paragraphs(text: str, comment: _Comment) -> Iterator[list[_Line]]:
    """Lines of a comment up to one that holds marks only."""
    paragraph: list[_Line] = []
    for start, end in _lines(text, comment):
        first = start == comment.inner > comment.start
        content = text[start if first else _MARKERS.match(text, start, end).end() : end]  # type: ignore[union-attr]
        if not is_decoration(content):
            paragraph.append(_Line(start, end, end, content.strip()))
        elif paragraph:
            yield [*paragraph[:-1], paragraph[-1]._replace(gap=end)]
            paragraph = []
    if paragraph:
        yield paragraph


def _lines(text: str, comment: _Comment) -> Iterator[tuple[int, int]]:
    position = comment.inner
    while position < comment.inner_end:
        end = min(_line_end(text, position), comment.inner_end)
        yield position, end
        position = end


def _kept_marks(text: str, comment: _Comment, start: int, end: int) -> int:
    """Where a cut ends so that the marks of its comment stay as they were: behind the first, before the last."""
    if start == comment.inner > comment.start and end < comment.inner_end:
        return end - 1
    if end == comment.inner_end and comment.inner_end < comment.end:
        return max(start, text.rfind("\n", start, end) + 1) if not text[start:end].rpartition("\n")[2].strip() else end
    return end


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether the cut leaves nothing of its lines, nor of a comment around it."""
    before = text.rfind("\n", 0, start) + 1 == start
    return before and (end == len(text) or text[end - 1] == "\n") and not _LINE_COMMENT.match(text, end)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _with_blank_lines(text: str, end: int) -> int:
    while end < len(text) and not text[end : _line_end(text, end)].strip():
        end = _line_end(text, end)
    return end
