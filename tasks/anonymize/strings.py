"""Every string of a document that a table of a release may show, and the document with others in their places."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Row = dict[str, Any]
Place = tuple[str | int, ...]

# Last of the place of a name in JSON.
_KEY: Final = -1
_LEAST_LONG: Final = 10_000
# The text has spans of its own; the rest is found and replaced alike.
PLAIN: Final = ("title", "source", "source_url", "repo", "path", "revision")


def strings_of(document: Row) -> Iterator[tuple[Place, str]]:
    """Strings beside the text, each with its place."""
    for name in PLAIN:
        if document[name]:
            yield (name,), document[name]
    if document["metadata"] != "{}":
        metadata = json.loads(document["metadata"])
        yield from _leaves(metadata, ("metadata",))
        yield from _keys(metadata, ("metadata",))
    for index, block in enumerate(document["blocks"]):
        if block["html"]:
            yield ("blocks", index, "html"), block["html"]
        if block["attributes"]:
            yield from _leaves(json.loads(block["attributes"]), ("blocks", index, "attributes"))


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str) or _is_long(value):
        yield place, str(value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*place, index))


def _is_long(value: Any) -> bool:
    """A whole number that could be a telephone's or an account's: JSON has no quotes around it."""
    return type(value) is int and value >= _LEAST_LONG


def _keys(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Names in metadata may be a source's own: the head of a column. Those of attributes are ours."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield (*place, key, _KEY), key
            yield from _keys(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _keys(inner, (*place, index))


def with_strings(document: Row, change: Callable[[Place, str], str]) -> Row:
    """`document` with each string beside the text given to `change`; JSON in which none changed stays as it was."""
    row = dict(document)
    for name in PLAIN:
        if row[name]:
            row[name] = change((name,), row[name])
    if row["metadata"] != "{}":
        row["metadata"] = _changed(row["metadata"], ("metadata",), change)
    row["blocks"] = [dict(block) for block in row["blocks"]]
    for index, block in enumerate(row["blocks"]):
        if block["html"]:
            block["html"] = change(("blocks", index, "html"), block["html"])
        if block["attributes"]:
            block["attributes"] = _changed(block["attributes"], ("blocks", index, "attributes"), change)
    return row


def _changed(written: str, place: Place, change: Callable[[Place, str], str]) -> str:
    value = json.loads(written)
    changed = _walk(value, place, change)
    return written if changed == value else json.dumps(changed, ensure_ascii=False, sort_keys=True)


def _walk(value: Any, place: Place, change: Callable[[Place, str], str]) -> Any:
    if isinstance(value, str):
        return change(place, value)
    if _is_long(value):
        changed = change(place, str(value))
        return value if changed == str(value) else changed
    if isinstance(value, Mapping):
        names = {key: change((*place, key, _KEY), key) if place[0] == "metadata" else key for key in value}
        return {names[key]: _walk(inner, (*place, key), change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, (*place, index), change) for index, inner in enumerate(value)]
    return value
