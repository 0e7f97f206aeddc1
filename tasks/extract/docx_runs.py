"""The words of a Word paragraph on one line: runs, links, fields, formulas; and what hangs on it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tasks.extract.docx_math import latex
from tasks.extract.docx_styles import is_on
from tasks.extract.inline_text import link, superscript
from tasks.extract.numbering import W

_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V: Final = "{urn:schemas-microsoft-com:vml}"
# What shows a picture, and the attribute that names it.
_PICTURES: Final = {f"{_A}blip": f"{_R}embed", f"{_V}imagedata": f"{_R}id"}
_HYPERLINK: Final = re.compile(r'\s*HYPERLINK\s+"([^"]+)"')

# Not in the document as it reads now, or not text.
_LEFT_OUT: Final = frozenset(
    f"{W}{name}"
    for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "commentReference", "annotationRef", "rt",
                 "proofErr", "bookmarkStart", "bookmarkEnd", "sdtPr", "footnoteRef", "endnoteRef")
)  # fmt: skip


@dataclass
class Attached:
    """What hangs on a paragraph and is not in its line.

    Args:
        pictures: Relationship id and alternative text of each.
        boxes: `w:txbxContent` elements: text in frames.
        charts: Relationship ids of charts.
    """

    pictures: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)


class Runs:
    """Reads the paragraphs of one part.

    Args:
        target_of: The address an external relationship leads to, by its id.
        note_mark: Markdown reference for a note, by its kind ("footnote", "endnote") and id.
    """

    def __init__(self, target_of: Callable[[str], str | None], note_mark: Callable[[str, str], str]) -> None:
        self._target_of = target_of
        self._note_mark = note_mark

    def read(self, paragraph: Any, attached: Attached) -> str:
        """The line; pictures and boxes are added to `attached`."""
        pieces: list[str] = []
        self._fields: list[tuple[list[str], int]] = []
        self._walk(paragraph, pieces, attached)
        return "".join(pieces)

    def _walk(self, element: Any, pieces: list[str], attached: Attached) -> None:
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _LEFT_OUT:
                continue
            if tag == f"{W}r":
                self._run(child, pieces, attached)
            elif tag == f"{W}hyperlink":
                inner: list[str] = []
                self._walk(child, inner, attached)
                target = self._target_of(child.get(f"{_R}id") or "")
                pieces.append(link("".join(inner), target))
            elif tag == f"{_M}oMathPara":
                pieces += [f" $${latex(formula)}$$ " for formula in child.iterfind(f"{_M}oMath")]
            elif tag == f"{_M}oMath":
                formula = latex(child)
                pieces.append(f"${formula}$" if formula else "")
            elif tag == f"{_MC}AlternateContent":
                self._choose(child, pieces, attached)
            else:
                self._walk(child, pieces, attached)

    def _choose(self, element: Any, pieces: list[str], attached: Attached) -> None:
        """One of the alternatives: all say the same."""
        choice = element.find(f"{_MC}Choice")
        chosen = element.find(f"{_MC}Fallback") if choice is None else choice
        if chosen is not None:
            self._run(chosen, pieces, attached)

    def _run(self, run: Any, pieces: list[str], attached: Attached) -> None:
        properties = run.find(f"{W}rPr")
        if properties is not None and is_on(properties.find(f"{W}vanish")):
            return
        raised = properties is not None and _raised(properties)
        for child in run:
            match child.tag:
                case "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t":
                    text = child.text or ""
                    pieces.append(superscript(text) if raised else text)
                case "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}fldChar":
                    self._field(child.get(f"{W}fldCharType"), pieces)
                case "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}instrText":
                    if self._fields:
                        self._fields[-1][0].append(child.text or "")
                case _:
                    self._other(child, pieces, attached)

    def _other(self, child: Any, pieces: list[str], attached: Attached) -> None:
        tag = child.tag
        if not isinstance(tag, str) or tag in _LEFT_OUT:
            return
        if tag in _CHARACTERS:
            pieces.append(_CHARACTERS[tag])
        elif tag == f"{W}br":
            pieces.append("" if child.get(f"{W}type") in {"page", "column"} else "\n")
        elif tag in {f"{W}footnoteReference", f"{W}endnoteReference"}:
            kind = "footnote" if "footnote" in tag else "endnote"
            pieces.append(self._note_mark(kind, child.get(f"{W}id") or ""))
        elif tag == f"{_MC}AlternateContent":
            self._choose(child, pieces, attached)
        elif tag in {f"{W}drawing", f"{W}pict", f"{W}object"}:
            _attach(child, attached)
        elif tag == f"{W}ruby":
            base = child.find(f"{W}rubyBase")
            if base is not None:
                self._walk(base, pieces, attached)
        else:
            self._walk([child] if tag == f"{W}r" else child, pieces, attached)

    def _field(self, kind: str | None, pieces: list[str]) -> None:
        """A field is its code, then its result: the result is read, a link's code says where it leads."""
        if kind == "begin":
            self._fields.append(([], len(pieces)))
        elif kind == "separate" and self._fields:
            self._fields[-1] = (self._fields[-1][0], len(pieces))
        elif kind == "end" and self._fields:
            code, start = self._fields.pop()
            target = _HYPERLINK.match("".join(code))
            if target and start <= len(pieces):
                pieces[start:] = [link("".join(pieces[start:]), target[1])]


def _raised(properties: Any) -> bool:
    align = properties.find(f"{W}vertAlign")
    return align is not None and align.get(f"{W}val") == "superscript"


def _attach(drawing: Any, attached: Attached) -> None:
    """Pictures, charts and text boxes of a drawing, without those inside of its boxes."""
    described = next(iter(drawing.iter(f"{_WP}docPr")), None)
    words = "" if described is None else described.get("descr") or ""
    waiting = list(drawing)[::-1]
    while waiting:
        element = waiting.pop()
        tag = element.tag
        if tag == f"{W}txbxContent":
            attached.boxes.append(element)
            continue
        if tag == f"{_MC}AlternateContent":
            chosen = element.find(f"{_MC}Choice")
            waiting.append(element.find(f"{_MC}Fallback") if chosen is None else chosen)
            continue
        if tag in _PICTURES and (name := element.get(_PICTURES[tag])):
            attached.pictures.append((name, words))
        elif isinstance(tag, str) and tag.endswith("/chart}chart") and (name := element.get(f"{_R}id")):
            attached.charts.append(name)
        waiting += [child for child in list(element)[::-1] if isinstance(child.tag, str)]


_CHARACTERS: Final = {
    f"{W}tab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}softHyphen": "", f"{W}ptab": "\t",
}  # fmt: skip
