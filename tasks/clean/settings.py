"""What a recipe's `clean` block can say."""

from schemas.settings import StepSettings


class CleanSettings(StepSettings):
    """What is taken out."""

    page_furniture: bool = True
    licence_headers: bool = True
    thread_noise: bool = True
