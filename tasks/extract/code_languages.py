"""Programming language of a file, by its name, else by its first line.

Names of languages are those of github-linguist, lower case.
"""

import re
from pathlib import PurePosixPath
from typing import Final

_BY_ENDING: Final = {
    ending: language
    for language, endings in {
        "python": "py pyi pyw", "notebook": "ipynb", "javascript": "js mjs cjs jsx", "typescript": "ts tsx mts cts",
        "java": "java", "kotlin": "kt kts", "scala": "scala sc", "groovy": "groovy gradle", "c": "c h",
        "c++": "cc cpp cxx hh hpp hxx inl", "c#": "cs", "objective-c": "m mm", "go": "go", "rust": "rs",
        "swift": "swift",
        "ruby": "rb rake", "php": "php", "perl": "pl pm", "lua": "lua", "r": "r", "julia": "jl", "dart": "dart",
        "elixir": "ex exs", "erlang": "erl hrl", "haskell": "hs", "ocaml": "ml mli", "clojure": "clj cljs",
        "shell": "sh bash zsh fish", "powershell": "ps1 psm1", "batchfile": "bat cmd", "sql": "sql", "html": "html htm",
        "css": "css", "scss": "scss sass less", "vue": "vue", "svelte": "svelte", "json": "json jsonc",
        "yaml": "yaml yml",
        "toml": "toml",
        "ini": "ini cfg conf properties", "xml": "xml xsd xsl svg", "protocol buffer": "proto",
        "graphql": "graphql gql", "thrift": "thrift", "cmake": "cmake", "makefile": "mk", "dockerfile": "dockerfile",
        "hcl": "tf hcl", "nix": "nix", "tex": "tex sty", "markdown": "md markdown mdx",
        "restructuredtext": "rst",
        "text": "txt adoc",
        "diff": "patch diff", "assembly": "s asm", "cuda": "cu cuh", "zig": "zig", "solidity": "sol",
    }.items()
    for ending in endings.split()
}  # fmt: skip
_BY_NAME: Final = {
    "makefile": "makefile", "gnumakefile": "makefile", "dockerfile": "dockerfile", "cmakelists.txt": "cmake",
    "rakefile": "ruby", "gemfile": "ruby", "jenkinsfile": "groovy", "build": "python", "pkg-info": "text",
    "readme": "text", "license": "text", "copying": "text", "changelog": "text", "authors": "text", "notice": "text",
}  # fmt: skip
_SHEBANG: Final = re.compile(r"#!.*?\b(python|node|ruby|perl|php|lua|bash|sh|zsh)\d?(?:\.\d+)?\b")
_INTERPRETERS: Final = {"node": "javascript", "bash": "shell", "sh": "shell", "zsh": "shell"}


def language_of(path: str, text: str) -> str | None:
    """Language of a file; None where neither its name nor its first line says.

    Args:
        path: Of the file; only its last part counts.
        text: Its beginning is enough.
    """
    name = PurePosixPath(path).name.lower()
    found = _BY_NAME.get(name) or _BY_ENDING.get(name.rsplit(".", 1)[-1] if "." in name else "")
    if found:
        return found
    shebang = _SHEBANG.match(text[:200])
    return _INTERPRETERS.get(shebang[1], shebang[1]) if shebang else None
