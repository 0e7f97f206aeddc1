"""Numbers that a word processor writes before a paragraph and does not store in it (ECMA-376 part 1, 17.9)."""

from dataclasses import dataclass
from typing import Any, Final

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DIGITS: Final = "〇一二三四五六七八九"
_LEGAL_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_ROMAN: Final = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
                 (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LEVELS: Final = 9


@dataclass(frozen=True)
class Level:
    """How one level of a list is numbered."""

    form: str
    pattern: str
    start: int
    restart: int | None
    legal: bool
    style: str | None


@dataclass(frozen=True)
class Mark:
    """What stands before a paragraph.

    Args:
        depth: Level of the list, 0 the outermost.
        label: "1.", "（一）", "第二章"; "" for a bullet.
    """

    depth: int
    label: str

    @property
    def is_bullet(self) -> bool:
        """Whether it has no number."""
        return not self.label


class Numbering:
    """Counts the lists of one document, paragraph by paragraph.

    Args:
        root: Root element of `numbering.xml`; None where there is none.
    """

    def __init__(self, root: Any | None) -> None:
        self._lists: dict[str, tuple[str, dict[int, Level]]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()
        self._overrides: dict[str, dict[int, int]] = {}
        self.of_style: dict[str, tuple[str, int]] = {}
        if root is not None:
            self._read(root)

    def _read(self, root: Any) -> None:
        shapes = {shape.get(f"{W}abstractNumId"): shape for shape in root.iterfind(f"{W}abstractNum")}
        for number in root.iterfind(f"{W}num"):
            num_id, link = number.get(f"{W}numId"), number.find(f"{W}abstractNumId")
            shape_id: str | None = None if link is None else link.get(f"{W}val")
            if num_id is None or shape_id is None or shape_id not in shapes:
                continue
            levels = {depth: level for depth, level in map(_level, shapes[shape_id].iterfind(f"{W}lvl"))}
            for override in number.iterfind(f"{W}lvlOverride"):
                depth = _int(override.get(f"{W}ilvl"), 0)
                if (changed := override.find(f"{W}lvl")) is not None:
                    levels[depth] = _level(changed)[1]
                if (start := override.find(f"{W}startOverride")) is not None:
                    self._overrides.setdefault(num_id, {})[depth] = _int(start.get(f"{W}val"), 1)
            self._lists[num_id] = (shape_id, levels)
            for depth, level in levels.items():
                if level.style:
                    self.of_style.setdefault(level.style, (num_id, depth))

    def next_mark(self, num_id: str, depth: int) -> Mark | None:
        """The mark of the next paragraph of a list; None where it has none."""
        if num_id not in self._lists or not 0 <= depth < _LEVELS:
            return None
        shape_id, levels = self._lists[num_id]
        level = levels.get(depth)
        if level is None or (level.form == "none" and not level.pattern):
            return None
        counts = self._counts.setdefault(shape_id, [None] * _LEVELS)
        override = self._overrides.get(num_id, {}).get(depth)
        if override is not None and (num_id, depth) not in self._started:
            counts[depth] = None
        self._started.add((num_id, depth))
        start = level.start if override is None else override
        before = counts[depth]
        counts[depth] = start if before is None else before + 1
        for deeper in range(depth + 1, _LEVELS):
            follower = levels.get(deeper)
            if follower is None or follower.restart is None or depth < follower.restart:
                counts[deeper] = None
        if level.form == "bullet":
            return Mark(depth, "")
        return Mark(depth, _label(level, levels, counts))


def _label(level: Level, levels: dict[int, Level], counts: list[int | None]) -> str:
    label = level.pattern
    for depth in range(_LEVELS):
        if f"%{depth + 1}" not in label:
            continue
        shown = levels.get(depth, level)
        count = counts[depth]
        value = shown.start if count is None else count
        form = "decimal" if level.legal else shown.form
        label = label.replace(f"%{depth + 1}", number_text(value, form))
    return label.strip()


def _level(element: Any) -> tuple[int, Level]:
    def value(name: str) -> str | None:
        found = element.find(W + name)
        return None if found is None else found.get(f"{W}val", "1")

    restart = value("lvlRestart")
    legal = value("isLgl")
    return _int(element.get(f"{W}ilvl"), 0), Level(
        value("numFmt") or "decimal",
        value("lvlText") or "",
        _int(value("start"), 1),
        None if restart is None else _int(restart, 0),
        legal is not None and legal not in {"0", "false"},
        value("pStyle"),
    )


def _int(text: str | None, default: int) -> int:
    try:
        return int(text or default)
    except ValueError:
        return default


def number_text(value: int, form: str) -> str:
    """A number as `w:numFmt` writes it; in decimal where the form is of another script."""
    if value < 0 or value > 32767:
        return str(value)
    match form:
        case "lowerLetter" | "upperLetter":
            text = chr(97 + (value - 1) % 26) * ((value - 1) // 26 + 1) if value else ""
            return text.upper() if form[0] == "u" else text
        case "lowerRoman" | "upperRoman":
            text = _roman(value)
            return text.upper() if form[0] == "u" else text
        case "decimalZero":
            return f"{value:02d}"
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese":
            return _CIRCLED[value - 1] if 1 <= value <= len(_CIRCLED) else str(value)
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord(digit) + 0xFEE0) for digit in str(value))
        case "ideographTraditional":
            return _STEMS[(value - 1) % 10]
        case "ideographZodiac":
            return _BRANCHES[(value - 1) % 12]
        case "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital":
            return "".join(_DIGITS[int(digit)] for digit in str(value))
        case "chineseLegalSimplified" | "ideographLegalTraditional":
            return _chinese(value, _LEGAL_DIGITS, "拾佰仟")
        case "none":
            return ""
    if form.startswith(("chineseCounting", "japaneseCounting", "taiwaneseCounting", "ideographEnclosed")):
        return _chinese(value, "零" + _DIGITS[1:], "十百千")
    return str(value)


def _roman(value: int) -> str:
    text = ""
    for worth, letters in _ROMAN:
        text += letters * (value // worth)
        value %= worth
    return text


def _chinese(value: int, digits: str, units: str) -> str:
    """十一, 二十, 一百零五: below a hundred thousand."""
    if value >= 10000:
        rest = value % 10000
        head = _chinese(value // 10000, digits, units) + "万"
        return head + ((digits[0] if rest < 1000 else "") + _chinese(rest, digits, units) if rest else "")
    if value < 10:
        return digits[value]
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit:
            text += (digits[0] if gap and text else "") + digits[digit] + (units[place - 1] if place else "")
        gap = not digit
    # Only sums of money say 壹拾.
    return text.removeprefix("一") if text.startswith("一十") else text
