"""Cut source files into prefix, middle and suffix: rows of the release table `code_fim`.

The parts are plain text: which sentinels go between them, and in which order (PSM or SPM), is the trainer's. Where a
file has a grammar, most middles are bodies of functions and statements, which is what an editor asks for; others are
lines, and some are cut anywhere, so that a model learns to begin in the middle of a word (Bavarian et al., 2022).
`pretrain_text` is not rewritten: trainers apply FIM to it themselves.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

import orjson
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.code_structure import find_definitions
from tasks.tokens.settings import FimSettings

ROWS: Final = release_rows("code_fim")
_READ: Final = ("id", "text", "path", "metadata", "source_type", "source", "source_url", "lang", "license")
# Of these nobody completes a function.
_NOT_PROGRAMS: Final = frozenset({
    "json", "yaml", "toml", "ini", "xml", "html", "css", "csv", "tsv", "text", "markdown", "restructuredtext", "svg",
    "gitignore", "dockerignore", "editorconfig", "go module", "roff", "diff",
})  # fmt: skip
_WAYS: Final = ("ast-node", "line", "random")
_WITH_GRAMMAR: Final = (0.6, 0.25, 0.15)
_WITHOUT: Final = (0.0, 0.65, 0.35)
# A middle that says something, in code points without white space around it.
_LEAST: Final = 10
_TRIES: Final = 8

Span = tuple[int, int]


def cut_middles(batch: pa.Table, settings: FimSettings) -> Partition:
    """`code_fim` rows of every source file, in order; the same file is always cut in the same places.

    Args:
        batch: `document@1` rows, anonymized; only those of source type code are cut.
        settings: How many cuts, and how long their parts are.
    """
    rows: list[dict[str, Any]] = []
    for document in batch.select(list(_READ)).to_pylist():
        language = orjson.loads(document["metadata"]).get("language")
        if document["source_type"] == "code" and language and language not in _NOT_PROGRAMS:
            rows += _rows(document, language, settings)
    return Partition(ROWS.from_rows(rows))


def _rows(document: Mapping[str, Any], language: str, settings: FimSettings) -> Iterator[dict[str, Any]]:
    text = document["text"]
    chance = random.Random(document["id"])
    nodes = _nodes(text, language, settings.max_middle_chars)
    wanted = min(settings.max_cuts, 1 + len(text) // settings.chars_per_cut)
    seen: set[Span] = set()
    for _ in range(wanted):
        way = chance.choices(_WAYS, _WITH_GRAMMAR if nodes else _WITHOUT)[0]
        for _ in range(_TRIES):
            start, end = _middle(text, way, nodes, chance, settings.max_middle_chars)
            if (start, end) not in seen and len(text[start:end].strip()) >= _LEAST and text[:start].strip():
                seen.add((start, end))
                yield _row(document, language, way, (start, end), settings.context_chars)
                break


def _nodes(text: str, language: str, longest: int) -> list[Sequence[Span]]:
    """Bodies of functions, and their statements."""
    functions = [one for one in find_definitions(text, language) if not one.is_class and one.body]
    bodies = [one.body for one in functions if one.body and one.body[1] - one.body[0] <= longest]
    statements = [span for one in functions for span in one.statements if _LEAST <= span[1] - span[0] <= longest]
    return [spans for spans in (bodies, statements) if spans]


def _middle(text: str, way: str, nodes: Sequence[Sequence[Span]], chance: random.Random, longest: int) -> Span:
    if way == "ast-node":
        return chance.choice(chance.choice(nodes))
    start = chance.randrange(len(text))
    end = min(len(text), start + chance.randint(_LEAST, longest))
    if way == "line":
        start = text.rfind("\n", 0, start) + 1
        end = text.rfind("\n", start, end) + 1 or text.find("\n", end) + 1 or len(text)
        end = min(end, start + 2 * longest)
    return start, end


def _row(document: Mapping[str, Any], language: str, way: str, middle: Span, context: int) -> dict[str, Any]:
    text, (start, end) = document["text"], middle
    begin = _at_line(text, max(0, start - context), start)
    stop = len(text) if end + context >= len(text) else text.rfind("\n", end, end + context) + 1 or end
    key = f"{document['id']}\0{start}\0{end}".encode()
    return {
        "id": blake2b(key, digest_size=16).hexdigest(),
        "prefix": text[begin:start],
        "middle": text[start:end],
        "suffix": text[end:stop],
        "language": language,
        "cut": way,
        **{name: document[name] for name in ("path", "source_type", "source", "source_url", "lang", "license")},
    }


def _at_line(text: str, position: int, before: int) -> int:
    """The first beginning of a line from `position` on, where there is one before `before`."""
    if position == 0:
        return 0
    found = text.find("\n", position, before) + 1
    return found or position


STEP: Final = Step(
    name="code_fim",
    version=1,
    settings=FimSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=cut_middles,
    accounting=Accounting.NONE,
)
