"""Ordinary words: what a handle may be spelled like, and is then replaced only where it is used as a handle."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

# What texts on software are full of and dictionaries do not have.
_TERMS: Final = frozenset(
    word
    for words in (
        "ascii bash cmake config cpu cron css csv ctrl curl debian docker enum env eslint exe ffmpeg firefox gcc",
        "github gitlab golang gpu grpc gui gzip html http https iframe init ios ipv ipsec java javascript jenkins",
        "jpeg json jupyter jwt kafka kotlin kubernetes laravel lua macos maven mongo mongodb msvc mutex mypy mysql",
        "nextjs nginx nodejs npm numpy nuget oauth openssl pandas pdf perl php pip png podman postgres postgresql",
        "powershell prefect protobuf pypi pytest qml rabbitmq redis regex repo ruby rust scipy sdk sqlite ssh ssl",
        "stderr stdin stdout struct svelte svg systemd tcp tensorflow tls tmux toml tsx tuple typescript ubuntu udp",
        "unicode url usb utf uuid vim vscode vue wasm webpack wifi wsl xml yaml zip zsh",
    )
    for word in words.split()
)


def is_ordinary(word: str) -> bool:
    """A word of English or of software, in any case."""
    return word.lower() in _words()


@cache
def _words() -> frozenset[str]:
    """The words that unstructured installs, a few hundred thousand: loaded with the first handle that could be one."""
    spec = find_spec("unstructured")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("unstructured is not installed")
    path = Path(spec.origin).parent / "nlp" / "english-words.txt"
    return _TERMS | frozenset(path.read_text(encoding="utf-8").lower().split())
