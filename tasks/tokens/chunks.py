"""Cut documents into passages: children to find, parents to answer from.

Prose is cut along its headings, code along its functions and classes.

A passage never crosses a heading, a turn of a thread, a table or a fence; what does not fit is cut between sentences,
and a table or fence that must be cut repeats its head in every part. A solved issue has a card above its passages.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b, sha256
from itertools import pairwise
from typing import Any, Final

import orjson
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.tokenizer import TOKENIZER
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.atoms import find_atoms
from tasks.tokens.code_sections import find_code_sections
from tasks.tokens.encoder import Encoder
from tasks.tokens.issue_cards import with_card
from tasks.tokens.jieba_cut import cut_words
from tasks.tokens.pieces import Piece, fill_pieces
from tasks.tokens.sections import find_sections
from tasks.tokens.settings import ChunksSettings

ROWS: Final = release_rows("chunks")
_ORIGIN: Final = ("title", "source_type", "source", "source_url", "lang", "license", "kb", "dedup_cluster")
_READ: Final = ("id", "text", "title", "source_type", "blocks", "image_ids", "repo", "path", "revision", "metadata")
# A card's answer may be longer than a parent: it is what is answered from.
_CARD_ANSWER: Final = 3
# Documents whose passages are Python objects at one time.
_SLICE: Final = 1000
Row = dict[str, Any]


def cut_chunks(batch: pa.Table, settings: ChunksSettings, *, tokenizer: pa.Table) -> Partition:
    """`chunks` rows of every document, in order.

    Args:
        batch: `document@1` rows.
        settings: Lengths.
        tokenizer: One `tokenizer@1` row, to count tokens with.
    """
    encoder = Encoder(tokenizer)
    seen: set[str] = set()
    tables = [
        _cut_slice(batch.slice(start, _SLICE), settings, encoder, seen) for start in range(0, batch.num_rows, _SLICE)
    ]
    return Partition(pa.concat_tables([ROWS.empty(), *tables]))


def _cut_slice(batch: pa.Table, settings: ChunksSettings, encoder: Encoder, seen: set[str]) -> pa.Table:
    rows: list[Row] = []
    owners: list[int] = []
    for index, document in enumerate(batch.select(_READ).to_pylist()):
        rows += _document_rows(document, settings)
        owners += [index] * (len(rows) - len(owners))
    for row in rows:
        row["is_canonical"] = row["text_sha256"] not in seen
        seen.add(row["text_sha256"])
    return _table(rows, batch.select(_ORIGIN).take(pa.array(owners, pa.int64())), encoder)


def _table(rows: Sequence[Row], origin: pa.Table, encoder: Encoder) -> pa.Table:
    """`chunks` rows: what the documents say of themselves, what was found out per passage, words and token counts."""
    text, embed_text = (
        pa.chunked_array([pa.array([row[name] for row in rows], pa.large_string())]) for name in ("text", "embed_text")
    )
    columns = {
        "text": text,
        "embed_text": embed_text,
        "fts_tokens": cut_words(embed_text, for_search=True),
        "n_tokens": pa.array(encoder.encode(text)[1]),
        **{name: origin[name] for name in _ORIGIN},
    }
    cast = [
        columns[field.name].cast(field.type)
        if field.name in columns
        else pa.array([row[field.name] for row in rows], field.type)
        for field in ROWS.arrow
    ]
    return ROWS.check(pa.table(cast, schema=ROWS.arrow))


def _document_rows(document: Row, settings: ChunksSettings) -> list[Row]:
    text, blocks = document["text"], document["blocks"]
    is_code = document["source_type"] == "code"
    lengths = {"title": document["title"], "min_chars": settings.min_chars, "max_chars": settings.max_chars}
    if is_code:
        sections = find_code_sections(text, orjson.loads(document["metadata"]).get("language"), **lengths)
    else:
        sections = find_sections(text, find_atoms(text, blocks), **lengths)
    builder = _Builder(document)
    for section in sections:
        pieces = fill_pieces(text, section.atoms, settings.max_chars)
        for family in _families(pieces, settings.parent_chars):
            builder.add_family(family, section.path)
    card = {"question_chars": settings.parent_chars, "answer_chars": _CARD_ANSWER * settings.parent_chars}
    return with_card(builder.finish(), document, **card)


def _families(pieces: Sequence[Piece], parent_chars: int) -> Iterator[list[Piece]]:
    """Neighbouring pieces that fit into one parent."""
    family: list[Piece] = []
    for piece in pieces:
        if family and piece.end - family[0].start > parent_chars:
            yield family
            family = []
        family.append(piece)
    if family:
        yield family


class _Builder:
    """Rows of one document."""

    def __init__(self, document: Row) -> None:
        self._document = document
        self._text = document["text"]
        self._placed = [block for block in document["blocks"] if block["page"] is not None and block["kind"] != "page"]
        pictures = [block for block in document["blocks"] if block["kind"] == "image"]
        # Pictures that were not worth keeping have a block and no id: then it is not known which is which.
        known = len(pictures) == len(document["image_ids"])
        self._pictures = list(zip(pictures, document["image_ids"], strict=True)) if known else []
        self._ordinals: Counter[tuple[int, tuple[str, ...]]] = Counter()
        self._metadata = {name: document[name] for name in ("repo", "path", "revision") if document[name]}
        self._metadata_json = _json(self._metadata).decode()
        self._rows: list[Row] = []

    def add_family(self, pieces: Sequence[Piece], path: tuple[str, ...]) -> None:
        """Children, and their parent where there are several."""
        parent = None
        if len(pieces) > 1:
            whole = Piece(pieces[0].start, pieces[-1].end, set().union(*(piece.kinds for piece in pieces)))
            parent = self._add(whole, path, level=0, parent=None)
        for piece in pieces:
            self._add(piece, path, level=1, parent=parent)

    def finish(self) -> list[Row]:
        """All rows; children know their neighbours."""
        children = [row for row in self._rows if row["level"] == 1]
        for before, after in pairwise(children):
            before["next_id"], after["prev_id"] = after["id"], before["id"]
        for index, row in enumerate(self._rows):
            row["chunk_index"] = index
        return self._rows

    def _add(self, piece: Piece, path: tuple[str, ...], *, level: int, parent: str | None) -> str:
        said = piece.text if piece.text is not None else self._text[piece.start : piece.end]
        digest = sha256(said.encode()).hexdigest()
        ordinal = self._ordinals[level, path]
        self._ordinals[level, path] += 1
        key = _json([self._document["id"], path, level, ordinal, digest])
        chunk_id = blake2b(key, digest_size=16).hexdigest()
        pages, boxes = self._place(piece)
        self._rows.append(
            {
                "id": chunk_id,
                "doc_id": self._document["id"],
                "parent_id": parent,
                "prev_id": None,
                "next_id": None,
                "level": level,
                "kind": _kind(piece),
                "text": said,
                "embed_text": f"{' > '.join(path)}\n{said}" if path else said,
                "html": piece.html if level else None,
                "heading_path": list(path),
                "page_start": min(pages, default=None),
                "page_end": max(pages, default=None),
                "bboxes": boxes,
                "char_start": piece.start,
                "char_end": piece.end,
                "image_ids": [name for block, name in self._pictures if piece.start <= block["start"] <= piece.end],
                "n_chars": len(said),
                "text_sha256": digest,
                "metadata": self._piece_metadata(piece),
            }
        )
        return chunk_id

    def _place(self, piece: Piece) -> tuple[set[int], list[Row]]:
        """Pages of a piece, and one box on each that holds its blocks."""
        boxes: dict[int, Row] = {}
        for block in self._placed:
            if block["start"] < piece.end and block["end"] > piece.start and block["x0"] is not None:
                page = block["page"]
                box = boxes.setdefault(page, {"page": page, **{name: block[name] for name in ("x0", "y0", "x1", "y1")}})
                box["x0"], box["y0"] = min(box["x0"], block["x0"]), min(box["y0"], block["y0"])
                box["x1"], box["y1"] = max(box["x1"], block["x1"]), max(box["y1"], block["y1"])
        return set(boxes), [boxes[page] for page in sorted(boxes)]

    def _piece_metadata(self, piece: Piece) -> str:
        if not piece.split:
            return self._metadata_json
        return _json({**self._metadata, "part": piece.part, "parts": piece.parts}).decode()


def _kind(piece: Piece) -> str:
    return next(iter(piece.kinds)) if len(piece.kinds) == 1 else "text"


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


STEP: Final = Step(
    name="chunks",
    version=9,
    settings=ChunksSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=cut_chunks,
    uses={"tokenizer": TOKENIZER},
    accounting=Accounting.NONE,
)
