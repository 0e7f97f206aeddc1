"""What is compared of a document's text: words, or letters only."""

import re
import unicodedata


def tokens(text: str) -> list[str]:
    """Words and Han characters, in lower case and compatibility form."""
    return re.findall(r"[a-z0-9]+|[\u3400-\u9fff]", unicodedata.normalize("NFKC", text).lower())


def letters(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())
