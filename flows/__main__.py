"""The `winnow` command."""

import atexit
import os
import sys

from flows.commands import app
from flows.commands.terminal import FAILED


def main() -> None:
    """Entry point of the `winnow` command."""
    # Prefect reads it when it is imported: the terminal shows our words, its own log has all of Prefect's.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    # Read by pyarrow's allocator when it is loaded, in worker processes too: what a step frees goes back at once. It
    # would be kept for reuse, up to 70 MB a process, and came out no faster.
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "0")
    # Registered first, so called last: Prefect has sent its log, open files are closed.
    code = [FAILED]
    atexit.register(_leave, code)
    try:
        app()
    except SystemExit as left:
        code[0] = left.code if isinstance(left.code, int) else FAILED
        raise


def _leave(code: list[int]) -> None:
    """End now: taking the interpreter apart frees half a gigabyte piece by piece, which the system does at once."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code[0])


if __name__ == "__main__":
    main()
