"""What a recipe's `clean` block can say."""

from typing import Literal

from pydantic import Field

from schemas.settings import StepSettings


class CleanSettings(StepSettings):
    """What is taken out, and how what is left is written."""

    page_furniture: bool = True
    licence_headers: bool = True
    thread_noise: bool = True
    repair_encoding: bool = Field(True, description="Undo what was read in another encoding than it was written in.")
    width: Literal["keep", "letters"] = Field(
        "keep", description="`letters`: full-width letters and digits as ASCII; full-width marks always stay."
    )
    script: Literal["keep", "simplified"] = Field(
        "keep", description="`simplified`: Traditional Chinese as Simplified."
    )
