"""Tombstones: what was taken down and never comes back, whatever the sources hold. They lie in the store.

A file is left out of the inventory, so it is not even read. A record of a file with many (a thread of an export, a line
of a corpus) is dropped after its file was extracted: its id is known only then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tasks.engine.store import Store

_FOLDER: Final = "tombstones"


@dataclass(frozen=True)
class Tombstones:
    """Ids that were taken down.

    Args:
        files: `inventory@1.id`.
        records: `document@1.id`.
    """

    files: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.files) + len(self.records)

    @property
    def names(self) -> list[str]:
        """Of their objects."""
        return [*(f"file-{name}" for name in sorted(self.files)), *(f"record-{name}" for name in sorted(self.records))]


def read_tombstones(store: Store) -> Tombstones:
    """All of a store."""
    names = store.names(_FOLDER)
    return Tombstones(_of_kind(names, "file-"), _of_kind(names, "record-"))


def put_tombstones(store: Store, tombstones: Tombstones) -> int:
    """Take down what is named; how many of them were not taken down before."""
    now = datetime.now(UTC).isoformat(timespec="seconds").encode()
    return sum(store.create_bytes(f"{_FOLDER}/{name}", now) for name in tombstones.names)


def lift_tombstones(store: Store, tombstones: Tombstones) -> None:
    """Let what is named come back with the next run."""
    for name in tombstones.names:
        store.delete(f"{_FOLDER}/{name}")


def _of_kind(names: Iterable[str], prefix: str) -> frozenset[str]:
    return frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))
