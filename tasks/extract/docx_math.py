"""Formulas of Word (Office Math, ECMA-376 part 1, 22.1) as LaTeX."""

from collections.abc import Callable
from typing import Any, Final

_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MAX_DEPTH: Final = 60

_SYMBOLS: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega", "∞": "infty", "×": "times", "÷": "div", "±": "pm", "∓": "mp", "·": "cdot", "⋅": "cdot",
    "≤": "leq", "≥": "geq", "≠": "neq", "≈": "approx", "≡": "equiv", "∼": "sim", "∝": "propto", "∈": "in",
    "∉": "notin", "⊂": "subset", "⊆": "subseteq", "∩": "cap", "∪": "cup", "∧": "wedge", "∨": "vee", "¬": "neg",
    "∀": "forall", "∃": "exists", "∇": "nabla", "∂": "partial", "→": "rightarrow", "←": "leftarrow",
    "⇒": "Rightarrow", "⇔": "Leftrightarrow", "↔": "leftrightarrow", "∑": "sum", "∏": "prod", "∫": "int",
    "∬": "iint", "∭": "iiint", "∮": "oint", "∯": "oiint", "∰": "oiiint", "⋃": "bigcup", "⋂": "bigcap",
    "⋀": "bigwedge", "⋁": "bigvee", "…": "ldots", "⋯": "cdots", "∘": "circ", "′": "prime", "√": "surd",
}  # fmt: skip
_ESCAPED: Final = {char: "\\" + char for char in "#%&_{}$"} | {"\\": "\\backslash "}
_FUNCTIONS: Final = frozenset(
    {
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "coth",
        "log",
        "ln",
        "lg",
        "exp",
        "lim",
        "max",
        "min",
        "sup",
        "inf",
        "det",
        "gcd",
        "arg",
        "deg",
        "dim",
        "hom",
        "ker",
        "Pr",
        "limsup",
        "liminf",
    }
)
_ACCENTS: Final = {
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "overline", "\u0307": "dot", "\u0308": "ddot",
    "\u030c": "check", "\u0306": "breve", "\u20d7": "vec", "\u20d6": "overleftarrow", "\u0301": "acute",
    "\u0300": "grave", "\u033f": "overline",
}  # fmt: skip
_DELIMITERS: Final = {"{": r"\{", "}": r"\}", "⟨": r"\langle ", "⟩": r"\rangle ", "‖": r"\|", "⌊": r"\lfloor ",
                      "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "": "."}  # fmt: skip


def latex(element: Any) -> str:
    """LaTeX of an `m:oMath`, without dollars."""
    return " ".join(_children(element, 0).split())


def _children(element: Any | None, depth: int) -> str:
    """LaTeX of what an element holds; what is nested deeper than any formula is left out."""
    if element is None or depth > _MAX_DEPTH:
        return ""
    return "".join(_one(child, depth + 1) for child in element if isinstance(child.tag, str))


def _one(element: Any, depth: int) -> str:
    if not element.tag.startswith(_M):
        # Word's own runs and revisions may stand in a formula.
        return _children(element, depth) if element.tag.endswith(("}ins", "}r", "}hyperlink")) else ""
    name = element.tag.removeprefix(_M)
    if name == "r":
        return _run(element)
    if name.endswith("Pr"):
        return ""
    write = _WRITERS.get(name)
    return write(element, depth) if write else _children(element, depth)


def _run(element: Any) -> str:
    text = "".join(part.text or "" for part in element.iter(f"{_M}t"))
    if element.find(f"{_M}rPr/{_M}nor") is not None and text.strip():
        return rf"\text{{{text}}}"
    if text in _FUNCTIONS:
        return rf"\{text} "
    return "".join(rf"\{_SYMBOLS[char]} " if char in _SYMBOLS else _ESCAPED.get(char, char) for char in text)


def _part(element: Any, name: str, depth: int) -> str:
    return _children(element.find(_M + name), depth).strip()


def _value(element: Any, path: str, default: str) -> str:
    found = element.find("/".join(_M + name for name in path.split("/")))
    return default if found is None else str(found.get(f"{_M}val", default))


def _fraction(element: Any, depth: int) -> str:
    over, under = _part(element, "num", depth), _part(element, "den", depth)
    match _value(element, "fPr/type", "bar"):
        case "noBar":
            return rf"\genfrac{{}}{{}}{{0pt}}{{}}{{{over}}}{{{under}}}"
        case "lin":
            return f"{over}/{under}"
    return rf"\frac{{{over}}}{{{under}}}"


def _scripts(element: Any, depth: int) -> str:
    sub, sup = (_part(element, name, depth) for name in ("sub", "sup"))
    below, above = (f"_{{{sub}}}" if sub else ""), (f"^{{{sup}}}" if sup else "")
    text = _part(element, "e", depth)
    return f"{{}}{below}{above}{text}" if element.tag == f"{_M}sPre" else f"{text}{below}{above}"


def _root(element: Any, depth: int) -> str:
    degree = _part(element, "deg", depth)
    return rf"\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e', depth)}}}"


def _big_operator(element: Any, depth: int) -> str:
    char = _value(element, "naryPr/chr", "∫")
    operator = rf"\{_SYMBOLS[char]}" if char in _SYMBOLS else char
    sub, sup = (_part(element, name, depth) for name in ("sub", "sup"))
    limits = (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")
    return f"{operator}{limits}{'' if limits else ' '}{_part(element, 'e', depth)}"


def _delimited(element: Any, depth: int) -> str:
    left, right = _value(element, "dPr/begChr", "("), _value(element, "dPr/endChr", ")")
    between = _value(element, "dPr/sepChr", "|")
    parts = between.join(_children(part, depth).strip() for part in element.findall(f"{_M}e"))
    return rf"\left{_DELIMITERS.get(left, left)}{parts}\right{_DELIMITERS.get(right, right)}"


def _function(element: Any, depth: int) -> str:
    name = _part(element, "fName", depth)
    known = name.startswith("\\") or not name.isalpha()
    return (f"{name} " if known else rf"\operatorname{{{name}}}") + _part(element, "e", depth)


def _limit(element: Any, depth: int) -> str:
    mark = "_" if element.tag == f"{_M}limLow" else "^"
    return f"{_part(element, 'e', depth)}{mark}{{{_part(element, 'lim', depth)}}}"


def _accent(element: Any, depth: int) -> str:
    name = _ACCENTS.get(_value(element, "accPr/chr", "\u0302"), "hat")
    return rf"\{name}{{{_part(element, 'e', depth)}}}"


def _bar(element: Any, depth: int) -> str:
    name = "overline" if _value(element, "barPr/pos", "bot") == "top" else "underline"
    return rf"\{name}{{{_part(element, 'e', depth)}}}"


def _group(element: Any, depth: int) -> str:
    name = "overbrace" if _value(element, "groupChrPr/pos", "bot") == "top" else "underbrace"
    return rf"\{name}{{{_part(element, 'e', depth)}}}"


def _matrix(element: Any, depth: int) -> str:
    rows = [" & ".join(_children(cell, depth).strip() for cell in row.findall(f"{_M}e"))
            for row in element.findall(f"{_M}mr")]  # fmt: skip
    return _rows("matrix", rows)


def _equations(element: Any, depth: int) -> str:
    rows = [_children(row, depth).strip() for row in element.findall(f"{_M}e")]
    return rows[0] if len(rows) == 1 else _rows("aligned", rows)


def _rows(environment: str, rows: list[str]) -> str:
    lines = " \\\\ ".join(rows)
    return rf"\begin{{{environment}}}{lines}\end{{{environment}}}"


_WRITERS: Final[dict[str, Callable[[Any, int], str]]] = {
    "f": _fraction, "sSup": _scripts, "sSub": _scripts, "sSubSup": _scripts, "sPre": _scripts, "rad": _root,
    "nary": _big_operator, "d": _delimited, "func": _function, "limLow": _limit, "limUpp": _limit, "acc": _accent,
    "bar": _bar, "groupChr": _group, "m": _matrix, "eqArr": _equations,
}  # fmt: skip
