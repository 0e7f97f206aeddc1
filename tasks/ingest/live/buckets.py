"""Threads of a live API on disk: raw records in JSON Lines, a file for each range of numbers.

A thread stays in the file of its number for good, whatever changes and whatever is added: files in which nothing has
changed keep their bytes, and what was made of them stays valid (docs/decisions/0045).
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
import xxhash

from tasks.engine.store import Store

# Threads of neighbouring numbers in one file: about a megabyte of GitHub's JSON.
_WIDTH: Final = 64
# Files for numbers that are none (Gitee's are words); more files than changes of a day touch.
_SPREAD: Final = 256

Record = dict[str, Any]


class ThreadBuckets:
    """The records of one live source.

    Args:
        store: Holds them.
        folder: Below the store's root.
    """

    def __init__(self, store: Store, folder: str) -> None:
        self._store = store
        self._folder = folder
        self._open: dict[str, dict[str, Record]] = {}
        self._before: dict[str, bytes] = {}

    def put_thread(self, threads: str, number: str, item: Mapping[str, Any]) -> bool:
        """Take over a thread's newest state; False where it is what it was, or older."""
        record = self._record(threads, number)
        known = record.get("issue")
        if known == item or (known and _age(item) < _age(known)):
            return False
        record["issue"] = dict(item)
        return True

    def put_part(self, threads: str, number: str, part: str, item: Mapping[str, Any]) -> bool:
        """Add a comment or an event, or take over its newest state; False where it is what it was."""
        parts = self._record(threads, number).setdefault(part, [])
        for index, known in enumerate(parts):
            if known.get("id") == item.get("id"):
                changed: bool = known != item
                parts[index] = dict(item)
                return changed
        parts.append(dict(item))
        return True

    def set_comments(self, threads: str, number: str, items: list[Record]) -> None:
        """All comments of a thread, in place of those it had."""
        self._record(threads, number)["comments"] = items

    def flush(self) -> int:
        """Write what has changed and forget all of it; gives the number of files written."""
        written = 0
        for name, records in self._open.items():
            data = b"".join(_line(records[number]) for number in sorted(records, key=_order))
            if data != self._before[name]:
                self._store.put_bytes(f"{self._folder}/{name}", data)
                written += 1
        self._open.clear()
        self._before.clear()
        return written

    def _record(self, threads: str, number: str) -> Record:
        name = bucket_name(threads, number)
        if name not in self._open:
            data = self._store.get_bytes(f"{self._folder}/{name}") or b""
            self._before[name] = data
            self._open[name] = {}
            for line in data.splitlines():
                record = orjson.loads(line)
                self._open[name][record["number"]] = record
        return self._open[name].setdefault(number, {"number": number})


def bucket_name(threads: str, number: str) -> str:
    """File of a thread: a function of its number alone."""
    if number.isdecimal():
        first = int(number) // _WIDTH * _WIDTH
        return f"{threads}-{first:08d}.jsonl"
    return f"{threads}-{xxhash.xxh3_64_intdigest(number.encode()) % _SPREAD:03d}.jsonl"


def _order(number: str) -> tuple[int, str]:
    return len(number), number


def _age(item: Mapping[str, Any]) -> str:
    # ISO 8601 in UTC, as all three platforms write it within one repository.
    return str(item.get("updated_at") or "")


def _line(record: Record) -> bytes:
    parts = {name: sorted(record[name], key=_id) for name in ("comments", "events") if name in record}
    return orjson.dumps({**record, **parts}, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _id(item: Mapping[str, Any]) -> int:
    value = item.get("id")
    return value if isinstance(value, int) else 0
