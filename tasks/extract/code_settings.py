"""Settings of the extraction of code, and why a file is not taken."""

from enum import StrEnum

from pydantic import Field

from schemas.settings import StepSettings
from tasks.extract.settings import ExtractSettings


class CodeDrop(StrEnum):
    """Why a file of a repository was not taken, in the order the rules are tried."""

    EMPTY = "empty"
    BINARY = "binary"  # pictures, programs, archives: no text
    VENDORED = "vendored"  # somebody else's code, or what was built, copied in
    LOCK_FILE = "lock_file"
    DATA_FILE = "data_file"
    MINIFIED = "minified"
    GENERATED = "generated"
    LICENCE_DENIED = "licence_denied"
    LICENCE_UNKNOWN = "licence_unknown"  # the recipe names what is allowed, and none was found
    TOO_MANY_LINES = "too_many_lines"
    LONG_LINE = "long_line"
    LONG_LINES = "long_lines"  # on average
    ENCODED_DATA = "encoded_data"
    FEW_ALPHANUMERIC = "few_alphanumeric"
    FEW_LETTERS = "few_letters"
    LITTLE_TEXT = "little_text"  # a page of HTML that is mostly tags


class CodeFileSettings(StepSettings):
    """Which files of repositories are taken; switched off, every file of text is."""

    allow_licences: list[str] = Field(
        default_factory=list, description="SPDX identifiers; where any is given, files of no other licence are taken."
    )
    deny_licences: list[str] = Field(default_factory=list, description="SPDX identifiers that are not taken.")
    keep: list[CodeDrop] = Field(default_factory=list, description="Reasons for which nothing is dropped.")
    limits: dict[CodeDrop, float] = Field(
        default_factory=dict, description="Limits for all languages, in place of those of each language."
    )


class CodeSettings(ExtractSettings):
    """How raw files become text, and which of them are wanted."""

    wanted: CodeFileSettings = CodeFileSettings()
