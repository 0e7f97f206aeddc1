# Copyright 2024 The gateway-server authors
# SPDX-License-Identifier: MIT
"""Alarm rules: a condition that must hold for a while before anybody is told."""

from dataclasses import dataclass


@dataclass
class Rule:
    """Tell somebody when a value stays above a limit.

    Args:
        limit: In the unit of the value.
        seconds: How long it must stay there.
    """

    limit: float
    seconds: float
    _since: float | None = None
    _told: bool = False

    def check(self, value: float, now: float) -> bool:
        """Whether to tell now; once per excursion, however long it lasts."""
        if value <= self.limit:
            self._since, self._told = None, False
            return False
        if self._since is None:
            self._since = now
        if self._told or now - self._since < self.seconds:
            return False
        self._told = True
        return True
