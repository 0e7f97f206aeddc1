"""Duplicates from run to run: who stays when the one that stayed is taken down, and ids that two files have."""

import json
import random

import pytest

from tests.flows.conftest import LONG_CHINESE, LONG_ENGLISH, read_rows, write_recipe


@pytest.fixture
def manuals(tmp_path):
    """A guide in each language, and a copy of each in a second source."""
    for folder, ending in (("guides", "."), ("copies", " again.")):
        place = tmp_path / "inbox" / folder
        place.mkdir(parents=True)
        (place / "alarms.md").write_text(f"# Alarms\n\n{LONG_ENGLISH}{ending}", encoding="utf-8")
        (place / "告警.md").write_text(f"# 告警\n\n{LONG_CHINESE}{ending}", encoding="utf-8")
    sources = [{"kind": "documents", "path": f"inbox/{name}", "kb": name} for name in ("guides", "copies")]
    write_recipe(tmp_path, sources=sources, outputs=["documents", "dropped", "quarantined", "stats"])
    return tmp_path


@pytest.mark.parametrize("name", ["alarms.md", "告警.md"])
def test_when_a_keeper_is_taken_down_its_twin_returns(name, manuals, winnow):
    assert winnow("run", "recipe.yaml").returncode == 0
    first = manuals / "out/releases/support/v1"
    assert {row["kb"] for row in read_rows(first, "documents")} == {"guides"}
    kept = {row["source"]: row["id"] for row in read_rows(first, "documents")}
    assert {row["kept_id"] for row in read_rows(first, "dropped")} == set(kept.values())

    (manuals / "inbox/guides" / name).unlink()
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 0, done.stderr
    second = manuals / "out/releases/support/v2"
    found = {row["kb"]: row["source"] for row in read_rows(second, "documents")}
    assert found["copies"].endswith(name)
    assert not found["guides"].endswith(name)
    (dropped,) = read_rows(second, "dropped")
    assert not dropped["source"].endswith(name)


def test_the_same_id_in_two_files_names_two_documents(tmp_path, winnow):
    place = tmp_path / "inbox"
    place.mkdir()
    first, second = [LONG_ENGLISH, LONG_CHINESE], [LONG_CHINESE[::-1], LONG_ENGLISH[::-1]]
    for name, texts in (("a.jsonl", first), ("b.jsonl", second)):
        lines = [json.dumps({"id": f"doc-{number}", "text": text}) for number, text in enumerate(texts)]
        (place / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    steps = {"quality": {"enabled": False}, "language": {"enabled": False}}
    outputs = ["documents", "dropped", "quarantined", "stats"]
    source = {"kind": "text", "path": "inbox/*.jsonl", "kb": "corpus", "id_field": "id"}
    write_recipe(tmp_path, sources=[source], steps=steps, outputs=outputs)
    done = winnow("run", "recipe.yaml", "--json")
    assert done.returncode == 0, done.stderr
    version = tmp_path / "out/releases/support/v1"
    documents = read_rows(version, "documents")
    assert len({row["id"] for row in documents}) == len(documents) == 4


def test_of_an_id_that_a_file_has_twice_the_first_record_stays_wherever_the_file_was_cut(tmp_path, winnow):
    place = tmp_path / "inbox"
    place.mkdir()
    chance = random.Random(5)
    letters = {"en": "etaoinshrdlu ", "zh": "网关写入消息文件规则检查条件时间告警"}
    texts = ["".join(chance.choices(letters["en" if i % 2 else "zh"], k=400)) for i in range(60)]
    lines = [json.dumps({"id": f"doc-{i % 58}", "text": text}, ensure_ascii=False) for i, text in enumerate(texts)]
    (place / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_recipe(
        tmp_path,
        sources=[{"kind": "text", "path": "inbox/a.jsonl", "kb": "corpus", "id_field": "id"}],
        steps={"quality": {"enabled": False}, "anonymize": {"enabled": False}},
        outputs=["documents", "dropped", "quarantined", "stats"],
        shard_mb=0.01,
    )
    done = winnow("run", "recipe.yaml", "--json")
    assert done.returncode == 0, done.stderr
    version = tmp_path / "out/releases/support/v1"
    assert sorted(row["text"] for row in read_rows(version, "documents")) == sorted(text.strip() for text in texts[:58])
    gone = read_rows(version, "quarantined")
    assert [(row["source"], row["cause"]) for row in gone] == [("doc-0", "repeated_id"), ("doc-1", "repeated_id")]
    assert json.loads(done.stdout.splitlines()[-1])["published"]
    assert '"published": false' in winnow("run", "recipe.yaml", "--json").stdout
