"""Where the evaluation corpus lies: real input with labelled truth, which is no part of the project."""

import os
from pathlib import Path
from typing import Final

CORPUS: Final = Path(os.environ.get("WINNOW_CORPUS", "evaluation-corpus"))
