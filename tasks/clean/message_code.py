"""Where the code of a message lies that rules found something in: nothing is cut out of it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt

from tasks.clean.thread_rules import Span
from tasks.engine.markdown_fences import fence_spans

_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_INLINE_CODE: Final = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\n).){1,500}?(?<!`)\1(?!`)", re.DOTALL)
_HTML_CODE: Final = re.compile(r"<(pre|code)\b[^>]*>.{0,10000}?</\1>", re.DOTALL | re.IGNORECASE)
_BLOCKS: Final = MarkdownIt("commonmark").disable(["inline", "text_join"], ignoreInvalid=True)


def code_spans(said: str, found: Sequence[Span]) -> list[tuple[int, int]]:
    """Code of a message: fences, code in lines, `<pre>`; indented code where something was found in indented lines."""
    seen, fences = said, fence_spans(said)
    comments = _COMMENT.finditer(said, 0, said.rfind("-->") + 3) if fences else ()
    for comment in comments:
        # What begins first holds the other: a fence in a comment is none.
        if not any(low <= comment.start() < high for low, high in fences):
            seen = f"{seen[: comment.start()]}{' ' * len(comment[0])}{seen[comment.end() :]}"
            if "```" in comment[0] or "~~~" in comment[0]:
                fences = fence_spans(seen)
    code = [*fences, *_inline_code(seen, found)]
    code += [match.span() for match in _HTML_CODE.finditer(seen)]
    lines = (said[said.rfind("\n", 0, start) + 1 :][:4] for start, _, _ in found)
    if any(line.startswith("\t") or line == "    " for line in lines):
        code += _indented_code(seen[: _last_indented(said, found)])
    return code


def _inline_code(said: str, found: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Code in lines, of the paragraphs that `found` touches: none goes on in the next one."""
    done = 0
    for start, end, _ in sorted(found) if "`" in said else ():
        if end <= done:
            continue
        stop = said.find("\n\n", end)
        stop = stop if stop >= 0 else len(said)
        yield from (
            match.span() for match in _INLINE_CODE.finditer(said, max(done, said.rfind("\n\n", 0, start) + 1), stop)
        )
        done = stop


def _last_indented(said: str, found: Sequence[Span]) -> int:
    """End of the last paragraph where anything was found in lines that may be indented code: the rest is not parsed."""
    last = 0
    for start, end, _ in found:
        line = said.rfind("\n", 0, start) + 1
        stop = said.find("\n", end)
        lines = said[line : stop if stop >= 0 else len(said)]
        if "    " in lines or "\t" in lines:
            last = max(last, end)
    stop = said.find("\n\n", last)
    return stop if stop >= 0 else len(said)


def _indented_code(said: str) -> Iterator[tuple[int, int]]:
    """Blocks of indented code (CommonMark 0.31, 4.4), which only a parser tells from the items of a list."""
    lines = [0]
    for line in said.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    for token in _BLOCKS.parse(said):
        if token.type == "code_block" and token.map:
            yield lines[token.map[0]], min(lines[token.map[1]], len(said))
