"""Fixtures for every test: documents from texts, golden files, the evaluation corpus."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from schemas.document import DOCUMENT
from tasks.engine.step import Partition, Step
from tasks.engine.word_count import count_words

GOLDEN = Path(__file__).parent / "golden"


def make_documents(*texts: str, **columns: Any) -> pa.Table:
    """`document@1` rows named d0, d1, …; a column is given as one value, or as a list with one for each."""
    rows = []
    for index, text in enumerate(texts):
        given = {name: v[index] if isinstance(v, list) else v for name, v in columns.items() if name != "blocks"}
        rows.append(
            {
                "id": f"d{index}",
                "parent_id": f"d{index}",
                "text": text,
                "source_type": "text",
                "source": f"d{index}",
                "source_rank": 0,
                "kb": "test",
                "n_words": 0,
                "raw_sha256": "0" * 64,
                "blocks": columns["blocks"][index] if "blocks" in columns else [],
                "image_ids": [],
                "pii": [],
                "metadata": "{}",
                **given,
            }
        )
    return count_words(DOCUMENT.from_rows(rows))


@pytest.fixture(scope="session")
def documents() -> Callable[..., pa.Table]:
    """`documents("text", "文本", lang="zh", ...)`: see `make_documents`."""
    return make_documents


@pytest.fixture
def corpus() -> Path:
    """Folder of real input for evaluation; a test that needs it is skipped where it is absent."""
    default = Path(__file__).parents[2] / "shared" / "corpus"
    folder = Path(os.environ.get("WINNOW_CORPUS", default))
    if not folder.is_dir():
        pytest.skip("no evaluation corpus: set WINNOW_CORPUS to its folder")
    return folder


@pytest.fixture
def golden() -> Callable[[Step[Any], Partition], None]:
    """Compare what a step gave with `tests/golden/<step>@<version>.jsonl`; `make golden` rewrites the files."""

    def check(step: Step[Any], parts: Partition) -> None:
        path = GOLDEN / f"{step.name}@{step.version}.jsonl"
        found = [
            json.dumps({"table": name, **row}, ensure_ascii=False, sort_keys=True, default=str)
            for name, table in _tables(parts)
            for row in table.to_pylist()
        ]
        if os.environ.get("WINNOW_GOLDEN") == "rewrite":
            path.write_text("\n".join(found) + "\n", encoding="utf-8")
        if not path.exists():
            pytest.fail(f"no golden file for {step.name}@{step.version}: run make golden and review the difference")
        expected = path.read_text(encoding="utf-8").splitlines()
        assert found == expected, f"{step.name}@{step.version} gives other output: raise its version, run make golden"

    return check


def _tables(parts: Partition) -> Sequence[tuple[str, pa.Table]]:
    return [
        ("kept", parts.kept),
        ("dropped", parts.dropped),
        ("quarantined", parts.quarantined),
        *sorted(parts.sides.items()),
    ]
