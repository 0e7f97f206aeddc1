"""Rows of the release table `repositories`: which files belong together, in an order a trainer can read them in."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

import orjson
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.publish.code_imports import CodeFile, imports_first, imports_of

ROWS: Final = release_rows("repositories")
_READ: Final = ("id", "text", "source_type", "source", "kb", "repo", "revision", "path", "license", "metadata")
_FILES: Final = ("code", "markdown")
# What explains the code comes before it, what tests it behind it.
_LATE: Final = {"documentation": 0, "licence": 0, "build": 1, "source": 2, "example": 3, "test": 4}

Group = tuple[str, str | None, str]


def list_repositories(batch: Iterable[pa.Table], settings: StepSettings) -> Partition:  # noqa: ARG001
    """One row for each repository at a commit, by name; only paths, ids and imports of its files are held.

    Args:
        batch: `document@1` shards, anonymized.
        settings: None.
    """
    groups: dict[Group, list[dict[str, Any]]] = {}
    for shard in batch:
        for document in shard.select(list(_READ)).to_pylist():
            if document["repo"] and document["path"] and document["source_type"] in _FILES:
                group = (document["repo"], document["revision"], document["kb"])
                groups.setdefault(group, []).append(_file(document))
    rows = [
        _row(group, groups[group]) for group in sorted(groups, key=lambda group: (group[0], group[1] or "", group[2]))
    ]
    return Partition(ROWS.from_rows(rows))


def _file(document: Mapping[str, Any]) -> dict[str, Any]:
    labels = orjson.loads(document["metadata"])
    language = labels.get("language")
    return {
        "id": document["id"],
        "path": document["path"],
        "license": document["license"],
        "language": language,
        "late": _LATE.get(labels.get("role", "source"), 2),
        "chars": len(document["text"]),
        "imports": imports_of(document["path"], document["text"], language),
    }


def _row(group: Group, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    listed = sorted(files, key=lambda file: (file["late"], file["path"], file["id"]))
    order = imports_first([CodeFile(file["path"], file["imports"]) for file in listed])
    ordered = [listed[position] for position in order]
    repo, revision, kb = group
    return {
        "id": blake2b("\0".join((repo, revision or "", kb)).encode(), digest_size=16).hexdigest(),
        "repo": repo,
        "revision": revision,
        "kb": kb,
        "licenses": sorted({file["license"] for file in files if file["license"]}),
        "languages": sorted({file["language"] for file in files if file["language"]}),
        "n_files": len(files),
        "n_chars": sum(file["chars"] for file in files),
        "document_ids": [file["id"] for file in ordered],
        "paths": [file["path"] for file in ordered],
    }


STEP: Final = Step(
    name="repositories",
    version=1,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=list_repositories,
    streamed=frozenset({"batch"}),
    accounting=Accounting.NONE,
)
