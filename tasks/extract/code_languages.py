"""Programming language of a file: by its name, by its first line, and by its content where a name is shared.

Names of languages are those of github-linguist, lower case. What the table here does not know is asked of `identify`,
which keeps a list of names, endings and interpreters.
"""

import re
from typing import Final

from identify.extensions import EXTENSIONS, EXTENSIONS_NEED_BINARY_CHECK, NAMES
from identify.interpreters import INTERPRETERS

_BY_ENDING: Final = {
    ending: language
    for language, endings in {
        "python": "py pyi pyw", "notebook": "ipynb", "javascript": "js mjs cjs jsx", "typescript": "ts mts cts",
        "tsx": "tsx", "java": "java", "kotlin": "kt kts", "scala": "scala sc sbt", "groovy": "groovy gradle",
        "c": "c", "c++": "cc cpp cxx hh hpp hxx inl", "c#": "cs", "objective-c": "mm", "go": "go", "rust": "rs",
        "swift": "swift", "ruby": "rb rake", "php": "php", "perl": "pl pm", "lua": "lua", "r": "r", "julia": "jl",
        "dart": "dart", "elixir": "ex exs", "erlang": "erl hrl", "haskell": "hs", "ocaml": "ml mli",
        "clojure": "clj cljs", "shell": "sh bash zsh fish", "powershell": "ps1 psm1", "batchfile": "bat cmd",
        "sql": "sql", "html": "html htm", "css": "css", "scss": "scss sass less", "vue": "vue", "svelte": "svelte",
        "json": "json jsonc", "yaml": "yaml yml", "toml": "toml", "ini": "ini cfg conf properties",
        "xml": "xml xsd xsl", "svg": "svg", "protocol buffer": "proto", "graphql": "graphql gql", "thrift": "thrift",
        "cmake": "cmake", "makefile": "mk", "dockerfile": "dockerfile", "hcl": "tf hcl", "nix": "nix",
        "tex": "tex sty", "markdown": "md markdown mdx", "restructuredtext": "rst", "text": "txt adoc",
        "diff": "patch diff", "assembly": "s asm", "cuda": "cu cuh", "zig": "zig", "solidity": "sol",
        "csv": "csv", "tsv": "tsv", "roff": "1 2 3 4 5 6 7 8 9 man", "cython": "pyx pxd pxi",
        "jinja": "j2 jinja jinja2", "starlark": "bzl bazel",
    }.items()
    for ending in endings.split()
}  # fmt: skip
_BY_NAME: Final = {
    "makefile": "makefile", "gnumakefile": "makefile", "dockerfile": "dockerfile", "cmakelists.txt": "cmake",
    "rakefile": "ruby", "gemfile": "ruby", "jenkinsfile": "groovy", "build": "starlark", "pkg-info": "text",
    "readme": "text", "changelog": "text", "authors": "text",
}  # fmt: skip
_FOR_READERS: Final = re.compile(
    r"(?:(?:un)?licen[cs]e|copying|copyright|notice|readme|changelog|changes|history|news|authors|contributors|todo"
    r"|install|usage|thanks)(?:[-._]|$)",
    re.IGNORECASE,
)

_M: Final = re.MULTILINE
# Endings that several languages share: the first whose pattern is in the file, else the last.
# After the rules of github-linguist, lib/linguist/heuristics.yml.
_SHARED: Final = {
    "h": (
        (re.compile(r"^\s*(?:@(?:interface|protocol|property|class|end)\b|#\s*import\b)", _M), "objective-c"),
        (
            re.compile(
                r"^\s*(?:template\s*<|class\s+\w+[^;]*$|namespace\b|using\s+\w|(?:public|private|protected)\s*:)"
                r"|^\s*#\s*include\s*<(?:c?std\w+|string|vector|map|list|array|memory|[io]?stream|iostream)>|\bstd::",
                _M,
            ),
            "c++",
        ),
        (None, "c"),
    ),
    "m": (
        (re.compile(r"^\s*(?:@(?:interface|implementation|property|protocol|end)\b|#\s*(?:import|include)\b)", _M),
         "objective-c"),
        (re.compile(r"^\s*(?:%|function\b|end\s*;?\s*$)", _M), "matlab"),
        (None, "objective-c"),
    ),
    "ts": ((re.compile(r"\A\s*<\?xml|^<TS\b", _M), "xml"), (None, "typescript")),
    "pl": ((re.compile(r"^[^#\n]*:-", _M), "prolog"), (None, "perl")),
    "v": (
        (re.compile(r"^\s*(?:end)?module\b", _M), "verilog"),
        (re.compile(r"^\s*(?:Require|Proof|Theorem|Lemma|Definition)\b", _M), "coq"),
        (None, "v"),
    ),
    "sc": ((re.compile(r"\bSynthDef\b|^\s*\(\s*$", _M), "supercollider"), (None, "scala")),
    "inc": (
        (re.compile(r"<\?php"), "php"),
        (re.compile(r"^\s*#\s*(?:include|define|if)", _M), "c"),
        (None, "text"),
    ),
    "fs": ((re.compile(r"^\s*#version\b|\bgl_\w+", _M), "glsl"), (None, "f#")),
    "d": ((re.compile(r"^[\w./-]+\s*:(?:\s|$)", _M), "makefile"), (None, "d")),
}  # fmt: skip
_SHEBANG: Final = re.compile(r"#!\s*(?:/usr)?(?:/\S*/)?(?:env\s+(?:-\S+\s+|\w+=\S*\s+)*)?(?:\S*/)?([A-Za-z]+)[\d.]*")
_MODELINE: Final = re.compile(
    r"-\*-\s*(?:mode:\s*)?([A-Za-z+#-]+)\s*(?:;|-\*-)|\bvim?:.*\b(?:ft|filetype|syntax)=(\w+)"
)
_MODES: Final = {"sh": "shell", "js": "javascript", "cpp": "c++", "bash": "shell", "py": "python", "make": "makefile"}
# What `identify` says beside the language, or instead of it.
_GENERIC: Final = frozenset({"text", "plain-text", "header", "executable", "binary"})
_FAMILIES: Final = (
    "python", "ruby", "shell", "javascript", "c++", "xml", "json", "yaml", "toml", "ini", "scala", "erlang", "groovy",
    "makefile", "pascal", "c#", "f#", "clojure", "fortran",
)  # fmt: skip
_RENAMED: Final = {
    "pofile": "gettext catalog", "coffee": "coffeescript", "bib": "bibtex", "vb": "visual basic .net",
    "system-verilog": "systemverilog", "asciidoc": "text", "go-mod": "go module", "bazel": "starlark", "pem": "pem",
    "inc": "text", "manifest": "text", "spec": "rpm spec",
}  # fmt: skip
_LEADING: Final = 4000


def language_of(path: str, text: str) -> str | None:
    """Language of a file; None where neither its name nor its content says.

    Args:
        path: Of the file; only its last part counts.
        text: Its beginning is enough.
    """
    name = path.rpartition("/")[2]
    lower = name.lower()
    # A template of a file: config.h.in, setup.py.j2.
    if lower.endswith(".in") and "." in lower[:-3]:
        lower = lower[:-3]
    ending = lower.rsplit(".", 1)[-1] if "." in lower else ""
    if ending in _SHARED:
        return next(lang for pattern, lang in _SHARED[ending] if pattern is None or pattern.search(text))
    found = _BY_NAME.get(lower) or _BY_ENDING.get(ending) or _listed(name, ending)
    if found is None and _FOR_READERS.match(name):
        return "text"
    return found or _by_first_lines(text[:_LEADING])


def _listed(name: str, ending: str) -> str | None:
    """What `identify` says of a name."""
    if ending in EXTENSIONS_NEED_BINARY_CHECK:
        return None
    tags = NAMES.get(name) or NAMES.get(name.partition(".")[0] if not ending else name) or EXTENSIONS.get(ending)
    return _language(tags) if tags else None


def _language(tags: set[str]) -> str | None:
    if "binary" in tags:
        return None
    family = next((name for name in _FAMILIES if name in tags), None)
    own = min(tags - _GENERIC, default="text" if "plain-text" in tags else None)
    found = family or own
    return _RENAMED.get(found, found) if found else None


def _by_first_lines(text: str) -> str | None:
    if found := _SHEBANG.match(text):
        tags = INTERPRETERS.get(found[1])
        return _language(tags) if tags else _MODES.get(found[1], found[1])
    if found := _MODELINE.search(text[:300]):
        mode = (found[1] or found[2]).lower()
        return _MODES.get(mode, mode) if mode not in {"coding", "text"} else None
    return "php" if text.startswith("<?php") else None
