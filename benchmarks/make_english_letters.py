"""Make tasks/quality/english_letters.bin: how many bits a letter of English costs after the two before it.

    python -m benchmarks.make_english_letters OUTPUT

Counted on the documentation that comes with Python (topics of `help`, docstrings of the standard library) and the
texts of /usr/share/common-licenses. 28 symbols: white space (a run is one), a to z in either case, and anything else.
Interpolated with pairs and single letters (Witten and Bell's idea with fixed weights), in sixteenths of a bit.
"""

import ast
import pydoc_data.topics
import sys
import sysconfig
from pathlib import Path

import numpy as np

_SYMBOLS = 28
_SKIPPED = ("site-packages", "/test", "idlelib", "lib2to3", "/encodings/")


def texts() -> list[str]:
    found = list(pydoc_data.topics.topics.values())
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if any(part in str(path) for part in _SKIPPED):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                found.append(ast.get_docstring(node) or "")
    licences = sorted(Path("/usr/share/common-licenses").glob("*"))
    return [text for text in found if len(text) > 200] + [path.read_text("utf-8", errors="ignore") for path in licences]


def symbol(character: str) -> int:
    if character.isspace():
        return 0
    return ord(character.lower()) - 96 if character.isascii() and character.isalpha() else _SYMBOLS - 1


def main() -> None:
    counts = np.zeros((_SYMBOLS,) * 3)
    for text in texts():
        symbols = [0, 0]
        for value in map(symbol, text):
            if value or symbols[-1]:
                symbols.append(value)
        array = np.array(symbols)
        np.add.at(counts, (array[:-2], array[1:-1], array[2:]), 1)
    single = counts.sum((0, 1)) + 1
    single /= single.sum()
    pairs = counts.sum(0)
    pairs = (pairs + 5 * single) / (pairs.sum(1, keepdims=True) + 5)
    bits = -np.log2((counts + 8 * pairs) / (counts.sum(2, keepdims=True) + 8))
    Path(sys.argv[1]).write_bytes(np.clip(np.round(bits * 16), 0, 255).astype(np.uint8).tobytes())
    print(f"{(counts * bits).sum() / counts.sum():.3f} bits a letter")


if __name__ == "__main__":
    main()
