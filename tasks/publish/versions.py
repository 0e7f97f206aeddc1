"""Versions of a dataset: which there are, which is newest, and who may write the next one.

A version's number is claimed by creating a file that nobody has created, holding the digest of the content: a run
that was killed while it wrote finds its own claim and finishes it; another run with other content takes the next
number. The manifest is written after everything it names, the pointer to the newest version last.
"""

import re
from collections.abc import Iterator
from typing import Final

from schemas.manifest import Manifest
from tasks.engine.store import Store

_VERSION: Final = re.compile(r"v([1-9][0-9]*)")


def version_folder(dataset: str, version: str) -> str:
    """Folder of a version, below the root."""
    return f"releases/{dataset}/{version}"


def list_versions(store: Store, dataset: str) -> list[str]:
    """Published versions, oldest first."""
    found = [name for name in store.names(f"releases/{dataset}") if _VERSION.fullmatch(name)]
    published = [name for name in found if store.size(f"{version_folder(dataset, name)}/manifest.json")]
    return sorted(published, key=_number)


def list_datasets(store: Store) -> list[str]:
    """Datasets that have a release below this root."""
    return [name for name in store.names("releases") if list_versions(store, name)]


def read_manifest(store: Store, dataset: str, version: str) -> Manifest | None:
    """The manifest of a version, or None where it is not published."""
    data = store.get_bytes(f"{version_folder(dataset, version)}/manifest.json")
    return Manifest.model_validate_json(data) if data else None


def latest_manifest(store: Store, dataset: str) -> Manifest | None:
    """The manifest that `latest` names, or None before the first release."""
    data = store.get_bytes(f"releases/{dataset}/latest")
    return read_manifest(store, dataset, data.decode().strip()) if data else None


def set_latest(store: Store, dataset: str, version: str) -> None:
    """Make a published version the newest one again; later ones stay, and a run that makes one of them again finds it.

    Raises:
        LookupError: It is not published.
    """
    if version not in list_versions(store, dataset):
        raise LookupError(f"{dataset} has no version {version}")
    store.put_bytes(f"releases/{dataset}/latest", f"{version}\n".encode())


def claim_version(store: Store, dataset: str, content_sha256: str) -> str:
    """The version this content is, or is to be, written as; no other content can have it."""
    for version in _candidates(store, dataset):
        claim = f"releases/{dataset}/claims/{version}"
        if store.create_bytes(claim, content_sha256.encode()) or store.get_bytes(claim) == content_sha256.encode():
            return version
    raise AssertionError("there is always a next number")


def _candidates(store: Store, dataset: str) -> Iterator[str]:
    latest = latest_manifest(store, dataset)
    number = _number(latest.version) if latest else 0
    while True:
        number += 1
        yield f"v{number}"


def publish_manifest(store: Store, manifest: Manifest) -> None:
    """Make a version visible, then make it the newest one, unless a newer one was published meanwhile."""
    dataset = manifest.dataset
    folder = version_folder(dataset, manifest.version)
    store.put_bytes(f"{folder}/manifest.json", manifest.model_dump_json(indent=2).encode() + b"\n")
    latest = latest_manifest(store, dataset)
    if latest is None or _number(latest.version) < _number(manifest.version):
        store.put_bytes(f"releases/{dataset}/latest", f"{manifest.version}\n".encode())


def _number(version: str) -> int:
    return int(version.removeprefix("v"))
