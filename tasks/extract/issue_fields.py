"""Fields of a record of an export, whatever its dialect calls them and however it nests them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tasks.extract.issue_threads import BadRecordError


def first(record: Mapping[str, Any], name: str, other: str, third: str = "") -> Any:
    """The first of these fields that is there and not null."""
    value = record.get(name)
    if value is None:
        value = record.get(other)
        if value is None and third:
            value = record.get(third)
    return value


def string(record: Mapping[str, Any], *names: str) -> str | None:
    """The first of these fields that is there.

    Raises:
        BadRecordError: It is not a string.
    """
    for name in names:
        value = record.get(name)
        if isinstance(value, str):
            return value
        if value is not None:
            raise BadRecordError(f"`{name}` is not a string")
    return None


def nodes(value: Any) -> list[Any]:
    """Elements of a list, or of a GraphQL connection; none of anything else."""
    if not value:
        return []
    if isinstance(value, dict):
        value = value.get("nodes") or [edge.get("node") for edge in value.get("edges") or [] if isinstance(edge, dict)]
    return [node for node in value if node is not None] if isinstance(value, list) else []


def moment(value: Any) -> datetime | None:
    """An ISO 8601 time in UTC; None for anything else (a wrong date costs the date, not the record)."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.removesuffix(" UTC") if value[-1:] == "C" else value)
        if found.tzinfo is UTC:
            return found
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the year 0 of another time zone
        return None
