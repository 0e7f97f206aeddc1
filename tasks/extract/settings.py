"""Settings and causes shared by the extract steps (one per kind of source, one block in the recipe)."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.settings import StepSettings


class ExtractSettings(StepSettings):
    """How raw files become text."""

    images: bool = Field(True, description="Extract pictures of documents.")
    ocr: Literal["auto", "never", "always"] = Field("auto", description="Pages without a usable text layer.")
    ocr_engine: str | None = Field(
        None,
        description="What reads such pages; filled in by the flow: installed later, it reads them in the next run.",
    )
    timeout_s: float = Field(60, gt=0, description="Longest time for one file, in seconds.")
    ocr_timeout_s: float = Field(180, gt=0, description="Longest time for one page by OCR, in seconds.")
    memory_mb: int = Field(2048, ge=256, description="Most memory for one file, in MiB.")
    max_pages: int = Field(10_000, ge=1, description="PDFs of more pages are quarantined.")
    max_file_mb: int = Field(512, ge=1, description="Larger files are quarantined, in MiB.")
    locations: dict[str, str] = Field(
        default_factory=dict,
        description="Where each source lies in this run, by its key; filled in by the flow.",
        json_schema_extra={"keyed": False},
    )
    passwords: dict[str, str] = Field(
        default_factory=dict,
        repr=False,
        description="Passwords by source key; filled in by the flow from the environment, never stored.",
        json_schema_extra={"keyed": False},
    )


class ExtractCause(StrEnum):
    """Why a file or record could not become a document."""

    ENCRYPTED = "encrypted"
    TRUNCATED = "truncated"  # a repaired document: what is missing is not known
    DAMAGED = "damaged"
    EMPTY = "empty"
    NO_TEXT_LAYER = "no_text_layer"  # a scan or picture; needs OCR
    GARBAGE_TEXT_LAYER = "garbage_text_layer"
    MISLABELLED = "mislabelled"  # the content is not what the name says, and not something that can be read
    UNSUPPORTED = "unsupported"
    BINARY = "binary"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    BAD_JSON = "bad_json"
    BAD_RECORD = "bad_record"  # a field is missing or of the wrong type
    UNSAFE_PATH = "unsafe_path"  # leaves its folder or archive
    UNREADABLE = "unreadable"  # permission, dangling link
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASH = "crash"
    PARSER_ERROR = "parser_error"
