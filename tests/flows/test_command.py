"""The command, as users run it."""

import json
from pathlib import Path

import polars as pl
import pytest

from schemas.release import RELEASE
from tests.flows.conftest import ISSUE, release_bytes, write_recipe


def _manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def _rows(folder: Path, table: str) -> list[dict]:
    return pl.read_parquet(folder / "data" / table / "train-*.parquet").to_dicts()


def test_a_recipe_becomes_a_release_in_which_every_record_is_accounted_for(inbox, winnow):
    done = winnow("run", "recipe.yaml", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    version = inbox / "out" / "releases" / "support" / "v1"
    assert result["published"]
    assert result["path"] == str(version)
    assert (version.parent / "latest").read_text(encoding="utf-8") == "v1\n"
    for step in result["steps"]:
        if step["name"] not in {"candidates", "clusters", "shingle_sets", "tokenizer", "tokenizer_sample", "tokens",
                                "chunks", "sft", "qa_pairs", "recall_eval", "images"}:  # fmt: skip
            assert step["rows_in"] == step["rows_kept"] + step["rows_dropped"] + step["rows_quarantined"], step
    documents = _rows(version, "documents")
    assert {row["source"] for row in documents} >= {"store.md", "存储.md", "rules.py", "doc-1"}
    assert {row["lang"] for row in documents} >= {"zh", "en", "code"}
    dropped = _rows(version, "dropped")
    assert [row["reason"] for row in dropped] == ["near_duplicate"]
    assert dropped[0]["source"] in {"doc-0", "doc-2"}
    assert dropped[0]["score"] >= dropped[0]["threshold"]
    assert dropped[0]["kept_id"] in {row["id"] for row in documents}
    assert [(row["source"], row["cause"]) for row in _rows(version, "quarantined")] == [("empty.pdf", "empty")]


def test_personal_data_is_nowhere_in_a_release_or_in_what_is_printed(inbox, winnow):
    done = winnow("run", "recipe.yaml", "--json")
    assert done.returncode == 0, done.stderr
    version = inbox / "out" / "releases" / "support" / "v1"
    everything = done.stdout + done.stderr + (version / "README.md").read_text(encoding="utf-8")
    for table in RELEASE:
        if (version / "data" / table).exists():
            everything += json.dumps(_rows(version, table), ensure_ascii=False, default=str)
    for value in ("13812345678", "ops.team@corp-mail.net", ISSUE["user"]["login"], "maintainer-a"):
        assert value not in everything, value


def test_an_issue_becomes_a_conversation_and_a_pair_that_point_to_their_passage(inbox, winnow):
    assert winnow("run", "recipe.yaml").returncode == 0
    version = inbox / "out" / "releases" / "support" / "v1"
    (thread,) = [row for row in _rows(version, "sft") if row["source_type"] == "github_issue"]
    assert [message["role"] for message in thread["messages"]] == ["user", "assistant"]
    assert thread["accept_signal"] == "reporter_confirmed"
    chunks = {row["id"]: row for row in _rows(version, "chunks")}
    pairs = [row for row in _rows(version, "qa_pairs")]
    assert len(pairs) == 3
    for pair in pairs:
        assert pair["gold_chunk_ids"]
        assert any(pair["answer"][:20] in chunks[name]["text"] for name in pair["gold_chunk_ids"])


def test_a_run_that_changes_nothing_publishes_nothing_and_says_so(inbox, winnow):
    assert winnow("run", "recipe.yaml").returncode == 0
    again = winnow("run", "recipe.yaml")
    assert again.returncode == 0
    assert "nothing has changed since support v1" in again.stdout
    assert not (inbox / "out" / "releases" / "support" / "v2").exists()


def test_a_changed_file_costs_its_own_shard_and_makes_the_next_version(inbox, winnow):
    assert winnow("run", "recipe.yaml").returncode == 0
    (inbox / "inbox" / "faq.tsv").write_text("Is there a fan?\tNo, the case is the heat sink.\n", encoding="utf-8")
    done = winnow("run", "recipe.yaml", "--json")
    assert done.returncode == 0, done.stderr
    steps = {step["name"]: step for step in json.loads(done.stdout.splitlines()[-1])["steps"]}
    assert {name: step["shards"] - step["cached_shards"] for name, step in steps.items()
            if name.startswith("extract") or name in {"clean", "language", "quality", "signatures"}} == {
        "extract_documents": 0, "extract_code": 0, "extract_issues": 0, "extract_faq": 1, "extract_text": 0,
        "clean": 1, "language": 1, "quality": 1, "signatures": 1,
    }  # fmt: skip
    second = inbox / "out" / "releases" / "support" / "v2"
    assert {row["dataset_version"] for row in _rows(second, "documents")} == {"v2"}
    assert winnow("run", "recipe.yaml", "--json").stdout.count('"published": false') == 1


@pytest.mark.parametrize("runner", [{"kind": "processes", "workers": 2}, {"kind": "threads", "workers": 1}])
def test_every_runner_gives_the_same_files(runner, inbox, winnow):
    assert winnow("run", "recipe.yaml").returncode == 0
    first = release_bytes(inbox / "out" / "releases" / "support" / "v1")
    write_recipe(inbox, root="other", runner=runner)
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 0, done.stderr
    assert release_bytes(inbox / "other" / "releases" / "support" / "v1") == first


@pytest.mark.slow
def test_dask_gives_the_same_files(inbox, winnow):
    assert winnow("run", "recipe.yaml").returncode == 0
    first = release_bytes(inbox / "out" / "releases" / "support" / "v1")
    write_recipe(inbox, root="other", runner={"kind": "dask", "workers": 2})
    done = winnow("run", "recipe.yaml", timeout=600)
    assert done.returncode == 0, done.stderr
    assert release_bytes(inbox / "other" / "releases" / "support" / "v1") == first


def test_a_wrong_recipe_names_every_wrong_field_and_writes_nothing(inbox, winnow):
    write_recipe(inbox, dataset="a/b", runner={"kind": "magic"}, colour="red")
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 2
    assert all(field in done.stderr for field in ("dataset:", "runner.kind:", "colour:"))
    assert not (inbox / "out").exists()


def test_sources_that_are_not_there_are_all_named(inbox, winnow):
    sources = [{"kind": "faq", "path": "no.tsv"}, {"kind": "text", "path": "没有.jsonl"}]
    write_recipe(inbox, sources=sources)
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 2
    assert "sources.0: no such file" in done.stderr
    assert "sources.1: no such file" in done.stderr
    assert not (inbox / "out").exists()


def test_a_plan_writes_nothing_and_knows_what_is_done(inbox, winnow):
    before = json.loads(winnow("plan", "recipe.yaml", "--json").stdout)
    assert not (inbox / "out").exists()
    assert sum(row["to_extract"] for row in before) == 5
    assert winnow("run", "recipe.yaml").returncode == 0
    after = json.loads(winnow("plan", "recipe.yaml", "--json").stdout)
    assert sum(row["to_extract"] for row in after) == 0


def test_versions_and_show_tell_what_there_is(inbox, winnow):
    assert winnow("run", "recipe.yaml").returncode == 0
    (row,) = json.loads(winnow("versions", "out", "--json").stdout)
    assert (row["dataset"], row["version"]) == ("support", "v1")
    shown = winnow("show", "out/releases/support/v1")
    assert "near_duplicate 1" in shown.stdout
    assert json.loads(winnow("show", "v1", "--root", "out", "--json").stdout)["version"] == "v1"
    assert winnow("show", "v9", "--root", "out").returncode == 2


@pytest.mark.parametrize("name", ["recipe", "manifest", "sft", "chunks"])
def test_schemas_are_printed_as_json(name, winnow):
    assert json.loads(winnow("schema", name).stdout)


def test_an_unknown_schema_is_refused_with_the_known_ones(winnow):
    done = winnow("schema", "nothing")
    assert done.returncode == 2
    assert "pretrain_tokens" in done.stderr
