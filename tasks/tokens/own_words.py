"""What a turn says that its thread has not heard: without the quote that opens it and without words to a bot."""

import re
from typing import Final

from tasks.engine.markdown_fences import fence_spans
from tasks.tokens.answers import says_nothing

# Lines that talk to a bot.
_COMMAND: Final = re.compile(
    r"^[ \t]*/(?:assign|unassign|accept|approve|lgtm|cc|uncc|close|reopen|hold|unhold|label|kind|area|priority|triage"
    r"|milestone|retest|test|rerun|rebase|help|good-first-issue|lifecycle|ok-to-test|invite|remove-[a-z-]+)"
    r"(?:[ \t]+@?[\w./-]+)*[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)
# Nothing but these is no answer: nobody can see them in a text.
_UNSEEN: Final = re.compile(r"!?\[[^\]\[\n]{0,500}\]\([^()\n]{0,2000}\)|<img\b[^<>]*>|https?://\S+|#\d+")
_QUOTE: Final = re.compile(r"(?:[ \t]*>[^\n]*(?:\n|\Z))+\s*")
_SPACES: Final = re.compile(r"[\s>]+")


def own_words(written: str, heard: str) -> str:
    """What a turn adds to the thread: empty where it adds nothing.

    Args:
        written: The turn.
        heard: The turns before it, each as `unquoted` gives it. A quote of them that opens the turn goes; one
            further down stays: it says what the words below it answer.
    """
    said = written.strip()
    quote = _QUOTE.match(said)
    if quote and unquoted(quote[0]) in heard and not _QUOTE.search(said, quote.end()):
        said = said[quote.end() :]
    fences = fence_spans(said)
    cut = [found for found in _COMMAND.finditer(said) if not any(a <= found.start() < b for a, b in fences)]
    for found in reversed(cut):
        said = said[: found.start()] + said[found.end() :]
    return "" if says_nothing(said, _UNSEEN.sub("", said)) else said.strip()


def unquoted(text: str) -> str:
    """A text without white space and quote marks: what a quote of it is recognised by."""
    return _SPACES.sub("", text)
