"""First calls of steps, made while a process has nothing else to do.

A step loads its compiled code, dictionaries and models when it is first called, in every process: half a second for
most of them. While a server starts, or before a worker has work, that costs nobody any time.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from schemas.settings import Settings
from tasks.engine.lean import load_compiler
from tasks.engine.step import step_at


@dataclass(frozen=True)
class FirstCalls:
    """Steps to call once.

    Args:
        steps: Address (`Step.address`) and settings of each; they take a batch and nothing else.
        batch: A few rows of what they read.
    """

    steps: Sequence[tuple[str, Settings]]
    batch: pa.Table

    def only(self, *addresses: str) -> "FirstCalls":
        """Those of the steps at `addresses`."""
        return FirstCalls([call for call in self.steps if call[0] in addresses], self.batch)

    def make(self) -> None:
        """Call every step; what comes out is thrown away, and so is what a step raises: the run will raise it again."""
        load_compiler()
        for address, settings in self.steps:
            try:
                step_at(address).run(self.batch, settings)
            except Exception as error:  # noqa: BLE001 (as the docstring says)
                logging.getLogger(__name__).debug("first call of %s: %s", address, type(error).__name__)
