"""Fields of a record of an export, whatever its dialect calls them and however it nests them."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

from msgspec import UNSET

from tasks.extract.issue_exports import Connection, Edge, Label, Labels, Other, Record, References
from tasks.extract.issue_threads import BadRecordError
from tasks.extract.rows import storable

_T = TypeVar("_T")

_REPO: Final = re.compile(
    r"https?://[^/]+/(?:api/v\d+/)?(?:repos/)?(.+?)/(?:-/)?(?:issues|pull|pulls|merge_requests)(?:/|$)"
)
_REPOSITORY: Final = re.compile(r"https?://[^/]+/(?:api/v\d+/)?repos/([^/]+/[^/]+)$")


def string(value: Any, name: str) -> str | None:
    """A field that is a string or not there.

    Raises:
        BadRecordError: It is something else.
    """
    if value is None or type(value) is str:
        return value
    raise BadRecordError(f"`{name}` is not a string")


def nodes(value: Connection[_T] | list[_T | Other] | str | int | float | bool | None) -> list[_T | Other]:
    """Elements of a list, or of a GraphQL connection; none of anything else."""
    if not value:
        return []
    if isinstance(value, Connection):
        edges = value.edges if isinstance(value.edges, list) else []
        value = value.nodes or [edge.node for edge in edges if isinstance(edge, Edge)]
    return [node for node in value if node is not None] if isinstance(value, list) else []


def moment(value: Any) -> datetime | None:
    """An ISO 8601 time in UTC; None for anything else (a wrong date costs the date, not the record)."""
    if type(value) is not str:
        return None
    try:
        found = datetime.fromisoformat(value.removesuffix(" UTC") if value[-1:] == "C" else value)
        if found.tzinfo is UTC:
            return found
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the year 0 of another time zone
        return None


def repository_of(record: Record) -> str | None:
    """owner/name, by what the record says of itself."""
    if isinstance(record.references, References) and isinstance(record.references.full, str):
        return storable(re.split(r"[#!]", record.references.full, maxsplit=1)[0])
    if isinstance(record.repository_url, str) and (found := _REPOSITORY.match(record.repository_url)):
        return storable(found[1])
    for url in (record.html_url, record.web_url, record.url):
        if isinstance(url, str) and (repo := _repo_above(url.rpartition("/")[0]) or _repo_above(url)):
            return repo
    return None


@lru_cache(maxsize=4096)
def _repo_above(url: str) -> str | None:
    """owner/name of the list of threads at an address: all of a repository have the same."""
    found = _REPO.match(url)
    return storable(found[1]) if found else None


def label_names(value: Labels) -> list[str]:
    """Names of labels, in order."""
    names = []
    for label in nodes(value):
        inner = label.label if isinstance(label, Label) and label.label is not UNSET else label
        name = (inner.name if inner.name is not None else inner.title) if isinstance(inner, Label) else inner
        if isinstance(name, str):
            names.append(storable(name))
    return names
