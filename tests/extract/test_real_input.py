"""Real documents and issues: all accounted for, and as much of their text as an independent reader finds."""

import json
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest

from tasks.extract.parse_file import parse_file
from tests.extract.conftest import causes
from tests.extract.test_issues import turns

QUARANTINED = {
    "encrypted": 8,
    "no_text_layer": 6,
    "empty": 2,
    "damaged": 1,
    "truncated": 1,
}


@pytest.mark.slow
def test_all_real_pdfs_are_accounted_for(corpus: Path, extract):
    files = sorted(path.relative_to(corpus / "pdf") for path in (corpus / "pdf").rglob("*.pdf"))
    parts = extract("documents", corpus / "pdf", source={"path": "pdf/**/*.pdf"})
    assert parts.kept.num_rows + parts.quarantined.num_rows == len(files) >= 84
    found = causes(parts)
    counts = {cause: list(found.values()).count(cause) for cause in set(found.values())}
    assert counts == QUARANTINED
    html = next(row for row in parts.kept.to_pylist() if "html-instead" in row["source"])
    assert html["source_type"] == "html"
    assert json.loads(html["metadata"])["mislabelled"] is True
    for row in parts.kept.to_pylist():
        assert all(0 <= b["start"] <= b["end"] <= len(row["text"]) for b in row["blocks"])


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[\u3400-\u9fff]", unicodedata.normalize("NFKC", text).lower())


def _expected(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".xml":
        return " ".join(cell.text or "" for cell in ElementTree.fromstring(text).iter("content"))
    return " ".join(line.split("\t")[0] for line in text.splitlines()) if path.parent.name == "docbank" else text


def _recall(wanted: list[str], found: list[str]) -> float:
    """Share of the runs of three tokens that are found: of words in their order."""
    runs, ours = (Counter(zip(tokens, tokens[1:], tokens[2:], strict=False)) for tokens in (wanted, found))
    return sum((runs & ours).values()) / max(1, sum(runs.values()))


def test_as_much_text_of_real_pdfs_is_in_order_as_poppler_finds(corpus: Path):
    baseline = json.loads((corpus / "pdf" / "gt_baseline_pdftotext.json").read_text(encoding="utf-8"))
    assert len(baseline) >= 11
    for one in baseline:
        parsed = parse_file((corpus / one["pdf"]).read_bytes(), one["pdf"], None, pictures=False)[1]
        wanted = _tokens(" ".join(_expected(corpus / name) for name in one["gt"]))
        recall = _recall(wanted, _tokens(re.sub(r"^\|[ |-]*\|$", "", parsed.text, flags=re.MULTILINE)))
        assert recall >= one["gt_3gram_recall"], one["pdf"]


def test_real_office_files_hold_their_expected_words(corpus: Path, extract):
    """Words of an independent conversion are found: tables, lists, text boxes, both directions of doubt counted."""
    parts = extract("documents", corpus / "docs" / "docling", timeout_s=120)
    assert parts.kept.num_rows + parts.quarantined.num_rows == len(list((corpus / "docs" / "docling").iterdir()))
    shares = []
    for row in parts.kept.to_pylist():
        expected = corpus / "docs" / "gt" / f"docling_{row['source']}.md"
        if expected.exists():
            text = re.sub(r"<!--.*?-->|\(https?:[^)]*\)", "", expected.read_text(encoding="utf-8"))
            wanted = re.findall(r"\w+", text.lower())
            found = set(re.findall(r"\w+", row["text"].lower()))
            shares.append(sum(word in found for word in wanted) / max(1, len(wanted)))
    assert sum(shares) / len(shares) > 0.85


COUNTS = {
    "tlswg__tls13-spec.archive.json": (446 + 998, None),
    "bitcoin-core__gui.rest.jsonl": (101, 410),
    "acsigcn__KCD2-Simplified-Chinese.jsonl": (23, 16),
    "f2etw__f2e-notes.rest.json": (98, 77),
}


@pytest.mark.parametrize(("name", "expected"), COUNTS.items(), ids=COUNTS)
def test_real_exports_hold_as_many_threads_and_comments_as_they_should(
    name: str, expected: tuple[int, int | None], corpus: Path, extract
):
    parts = extract("issues", corpus / "issues", source={"path": f"issues/{name}"})
    rows = parts.kept.to_pylist()
    outcomes = len(rows) + parts.dropped.num_rows + parts.quarantined.num_rows
    assert outcomes == parts.records == expected[0]
    assert set(parts.quarantined["cause"].to_pylist()) <= {"empty"}
    comments = [turn for row in rows for turn in turns(row) if turn[1]["kind"] == "comment"]
    if expected[1] is not None:
        assert len(comments) == expected[1]


def test_real_recorded_traffic_is_read(corpus: Path, extract):
    parts = extract("issues", corpus / "issues", source={"path": "issues/octokit__*.json"})
    assert parts.kept.num_rows > 10
    assert parts.records == parts.kept.num_rows + parts.dropped.num_rows + parts.quarantined.num_rows
    paginated = [row for row in parts.kept.to_pylist() if "paginate" in row["source"]]
    assert len(paginated) == 26
