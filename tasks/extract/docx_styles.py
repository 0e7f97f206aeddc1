"""What the styles of a Word document say of a paragraph: heading, list, listing, caption, table of contents."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from tasks.extract.numbering import W

# Built-in names are stored in English in every language; Chinese word processors add their own.
_HEADING: Final = re.compile(r"(?:heading|标题|標題)\s*([1-9])$", re.IGNORECASE)
_TITLE: Final = re.compile(r"(?:title|标题|標題|文档标题)$", re.IGNORECASE)
_CONTENTS: Final = re.compile(r"(?:toc(?: heading)?\s*\d*|目录\s*\d*|table of figures)$", re.IGNORECASE)
_CODE: Final = re.compile(
    r"(?:.*\b(?:code|preformatted|listing|verbatim|macro text)\b.*|source ?code.*|.*(?:代码|代碼|程序清单).*)$",
    re.IGNORECASE,
)
_CAPTION: Final = re.compile(r"(?:caption|题注|題注|图注|表注)", re.IGNORECASE)
_MAX_CHAIN: Final = 20


@dataclass(frozen=True)
class Style:
    """A paragraph's style, with what it inherits.

    Args:
        name: As the word processor shows it, in English where it is built in.
        heading: Level from 1; None where it is none.
        num_id: List it belongs to.
        depth: Level of that list.
        hidden: Its text is not shown.
    """

    name: str = ""
    heading: int | None = None
    num_id: str | None = None
    depth: int = 0
    hidden: bool = False

    @property
    def is_title(self) -> bool:
        """Whether it is the title of the document."""
        return bool(_TITLE.match(self.name))

    @property
    def is_contents(self) -> bool:
        """Whether it is a line of a table of contents: the headings say the same."""
        return bool(_CONTENTS.match(self.name))

    @property
    def is_code(self) -> bool:
        """Whether line ends and spaces matter."""
        return bool(_CODE.match(self.name))

    @property
    def is_caption(self) -> bool:
        """Whether it is the caption of a figure or table."""
        return bool(_CAPTION.match(self.name))


class Styles:
    """Styles by id.

    Args:
        root: Root element of `styles.xml`; None where there is none.
    """

    def __init__(self, root: Any | None) -> None:
        self._elements: dict[str, Any] = {}
        self._default: str | None = None
        self._known: dict[str, Style] = {}
        for element in [] if root is None else root.iterfind(f"{W}style"):
            style_id = element.get(f"{W}styleId")
            if style_id is None or element.get(f"{W}type", "paragraph") != "paragraph":
                continue
            self._elements[style_id] = element
            if element.get(f"{W}default") in {"1", "true"}:
                self._default = style_id

    def of(self, properties: Any | None) -> Style:
        """The style of a paragraph, by its `w:pPr`; what stands in the paragraph itself goes before its style."""
        found = None if properties is None else properties.find(f"{W}pStyle")
        style_id = self._default if found is None else found.get(f"{W}val")
        style = self._style(style_id) if style_id else Style()
        return style if properties is None else _with_own(style, properties)

    def _style(self, style_id: str) -> Style:
        if style_id not in self._known:
            self._known[style_id] = self._inherited(style_id)
        return self._known[style_id]

    def _inherited(self, style_id: str) -> Style:
        chain: list[Any] = []
        wanted: str | None = style_id
        while wanted in self._elements and len(chain) < _MAX_CHAIN:
            chain.append(self._elements[wanted])
            parent = chain[-1].find(f"{W}basedOn")
            wanted = None if parent is None else parent.get(f"{W}val")
        style = Style()
        for element in reversed(chain):
            name = element.find(f"{W}name")
            own = Style() if name is None else Style(name=name.get(f"{W}val", ""))
            number = _HEADING.match(own.name)
            style = replace(style, name=own.name, heading=int(number[1]) if number else style.heading)
            properties = element.find(f"{W}pPr")
            if properties is not None:
                style = _with_own(style, properties)
            hidden = element.find(f"{W}rPr/{W}vanish")
            style = replace(style, hidden=style.hidden or is_on(hidden))
        # A style without a name that says so is a heading where its outline level is set.
        return style


def _with_own(style: Style, properties: Any) -> Style:
    outline = properties.find(f"{W}outlineLvl")
    if outline is not None and (value := outline.get(f"{W}val", "9")).isdigit():
        # Level 9 is body text.
        style = replace(style, heading=int(value) + 1 if int(value) < 9 else None)
    numbers = properties.find(f"{W}numPr")
    if numbers is None:
        return style
    num_id, depth = numbers.find(f"{W}numId"), numbers.find(f"{W}ilvl")
    if num_id is not None:
        style = replace(style, num_id=num_id.get(f"{W}val"))
    if depth is not None and (value := depth.get(f"{W}val", "0")).isdigit():
        style = replace(style, depth=int(value))
    return style


def is_on(element: Any | None) -> bool:
    """Whether a toggle property is there and not switched off."""
    return element is not None and element.get(f"{W}val", "1") not in {"0", "false", "off", "none"}
