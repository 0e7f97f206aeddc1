"""The command, as users run it."""

import json
from hashlib import sha256

import httpx
import pytest
import sentencepiece

from schemas.release import RELEASE
from tests.flows.conftest import ISSUE, LONG_CHINESE, LONG_ENGLISH, read_rows, release_bytes, run_winnow, write_recipe

# Summaries and tables: one row in is not one row out.
_TABLES = {
    "candidates", "verify", "clusters", "shingle_sets", "tokenizer", "tokenizer_sample", "tokens", "chunks", "sft",
    "qa_pairs", "recall_eval", "images", "passages", "repeated_passages",
}  # fmt: skip


def test_a_recipe_becomes_a_release_in_which_every_record_is_accounted_for(released):
    result = json.loads(released.done.stdout.splitlines()[-1])
    version = released.version
    assert result["published"]
    assert result["path"] == str(version)
    assert (version.parent / "latest").read_text(encoding="utf-8") == "v1\n"
    for step in result["steps"]:
        if step["name"] not in _TABLES:
            assert step["rows_in"] == step["rows_kept"] + step["rows_dropped"] + step["rows_quarantined"], step
    documents = read_rows(version, "documents")
    assert {row["source"] for row in documents} >= {"store.md", "存储.md", "rules.py", "doc-1"}
    assert {row["lang"] for row in documents} >= {"zh", "en", "code"}
    dropped = read_rows(version, "dropped")
    assert [row["reason"] for row in dropped] == ["near_duplicate"]
    assert dropped[0]["source"] in {"doc-0", "doc-2"}
    assert dropped[0]["score"] >= dropped[0]["threshold"]
    assert dropped[0]["kept_id"] in {row["id"] for row in documents}
    (bad,) = read_rows(version, "quarantined")
    assert bad["source"].startswith("扫描phone_")
    assert (bad["cause"], result["quarantined"][0]["source"]) == ("empty", bad["source"])


def test_personal_data_is_nowhere_in_a_release_or_in_what_is_printed(released):
    version = released.version
    everything = released.done.stdout + released.done.stderr + (version / "README.md").read_text(encoding="utf-8")
    everything += (version / "manifest.json").read_text(encoding="utf-8")
    for table in RELEASE:
        if (version / "data" / table).exists():
            everything += json.dumps(read_rows(version, table), ensure_ascii=False, default=str)
    for value in ("13812345678", "ops.team@corp-mail.net", ISSUE["user"]["login"], "maintainer-a"):
        assert value not in everything, value


def test_the_tokens_of_a_release_are_read_with_the_model_beside_them(released):
    version = released.version
    model = (version / "tokenizer/tokenizer.model").read_bytes()
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tokenizer"]["sha256"] == sha256(model).hexdigest()
    rows = read_rows(version, "pretrain_tokens")
    assert {row["tokenizer_sha256"] for row in rows} == {sha256(model).hexdigest()}
    ids = [token for row in rows for token in row["input_ids"]]
    read = sentencepiece.SentencePieceProcessor(model_proto=model).decode(ids)
    assert LONG_ENGLISH in read
    assert LONG_CHINESE in read


def test_an_issue_becomes_a_conversation_and_a_pair_that_point_to_their_passage(released):
    version = released.version
    (thread,) = [row for row in read_rows(version, "sft") if row["source_type"] == "github_issue"]
    assert [message["role"] for message in thread["messages"]] == ["user", "assistant"]
    assert thread["accept_signal"] == "reporter_confirmed"
    chunks = {row["id"]: row for row in read_rows(version, "chunks")}
    pairs = [row for row in read_rows(version, "qa_pairs")]
    assert len(pairs) == 3
    for pair in pairs:
        assert pair["gold_chunk_ids"]
        assert any(pair["answer"][:20] in chunks[name]["text"] for name in pair["gold_chunk_ids"])


def test_without_a_server_the_run_starts_its_own_and_gives_the_same_files(inbox, released):
    done = run_winnow(inbox, None, "run", "recipe.yaml")
    assert done.returncode == 0, done.stderr
    assert "published support v1" in done.stdout
    assert release_bytes(inbox / "out" / "releases" / "support" / "v1") == release_bytes(released.version)


def test_a_run_that_changes_nothing_publishes_nothing_and_says_so(again, winnow, server):
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 0, done.stderr
    assert "nothing has changed since support v1" in done.stdout
    assert not (again / "out" / "releases" / "support" / "v2").exists()
    # Nor does it run a task for what is done.
    for stage in ("prepare", "tabulate"):
        assert _task_runs(server, stage) == []


def _task_runs(server, stage):
    """Names of the task runs of the newest run of a subflow."""
    newest = {"flows": {"name": {"any_": [stage]}}, "sort": "START_TIME_DESC", "limit": 1}
    (flow_run,) = httpx.post(f"{server}/flow_runs/filter", json=newest, timeout=60).json()
    of_it = {"flow_runs": {"id": {"any_": [flow_run["id"]]}}}
    return [row["name"] for row in httpx.post(f"{server}/task_runs/filter", json=of_it, timeout=60).json()]


_BY_SHARD = {"clean", "language", "quality", "signatures", "anonymize", "tokens", "chunks"}


def test_a_changed_file_costs_its_own_shard_and_makes_the_next_version(again, winnow, server):
    (again / "inbox" / "faq.tsv").write_text("Is there a fan?\tNo, the case is the heat sink.\n", encoding="utf-8")
    done = winnow("run", "recipe.yaml", "--json")
    assert done.returncode == 0, done.stderr
    steps = {step["name"]: step for step in json.loads(done.stdout.splitlines()[-1])["steps"]}
    assert {name: step["shards"] - step["cached_shards"] for name, step in steps.items()
            if name.startswith("extract") or name in _BY_SHARD} == {
        "extract_documents": 0, "extract_code": 0, "extract_issues": 0, "extract_faq": 1, "extract_text": 0,
        **dict.fromkeys(_BY_SHARD, 1),
    }  # fmt: skip
    assert sum(name.startswith("clean-") for name in _task_runs(server, "prepare")) == 1
    second = again / "out" / "releases" / "support" / "v2"
    assert {row["dataset_version"] for row in read_rows(second, "documents")} == {"v2"}
    assert winnow("run", "recipe.yaml", "--json").stdout.count('"published": false') == 1


def test_the_tokenizer_is_kept_from_version_to_version_until_another_is_asked_for(again, winnow):
    versions = again / "out" / "releases" / "support"
    (again / "inbox" / "faq.tsv").write_text("有风扇吗？\t没有，外壳就是散热器。\n" * 3, encoding="utf-8")
    assert winnow("run", "recipe.yaml").returncode == 0
    assert _tokenizer(versions / "v2") == {**_tokenizer(versions / "v1"), "kept": True}
    (again / "inbox" / "faq.tsv").write_text("Is there a fan?\tNo, the case is the heat sink.\n", encoding="utf-8")
    write_recipe(again, steps={"tokens": {"vocab_size": 600, "sequence_length": 128, "retrain": True}})
    assert winnow("run", "recipe.yaml").returncode == 0
    assert _tokenizer(versions / "v3")["sha256"] != _tokenizer(versions / "v1")["sha256"]
    assert not _tokenizer(versions / "v3")["kept"]
    write_recipe(again, steps={"tokens": {"vocab_size": 700, "sequence_length": 128}})
    assert winnow("run", "recipe.yaml").returncode == 0
    assert _tokenizer(versions / "v4")["vocab_size"] > _tokenizer(versions / "v1")["vocab_size"]


def _tokenizer(version):
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    model = (version / manifest["tokenizer"]["path"]).read_bytes()
    assert sha256(model).hexdigest() == manifest["tokenizer"]["sha256"]
    return manifest["tokenizer"]


@pytest.mark.parametrize(
    "runner", [{"kind": "processes", "workers": 2}, {"kind": "threads", "workers": 1}, {"kind": "dask", "workers": 2}]
)
def test_every_runner_gives_the_same_files(runner, inbox, released, winnow):
    write_recipe(inbox, runner=runner)
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 0, done.stderr
    assert release_bytes(inbox / "out" / "releases" / "support" / "v1") == release_bytes(released.version)


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


def test_a_plan_writes_nothing(inbox, winnow):
    planned = json.loads(winnow("plan", "recipe.yaml", "--json").stdout)
    assert not (inbox / "out").exists()
    assert sum(row["to_extract"] for row in planned) == 5


def test_a_plan_knows_what_is_done(again, winnow):
    assert sum(row["to_extract"] for row in json.loads(winnow("plan", "recipe.yaml", "--json").stdout)) == 0


def test_versions_and_show_tell_what_there_is(again, winnow):
    (row,) = json.loads(winnow("versions", "out", "--json").stdout)
    assert (row["dataset"], row["version"]) == ("support", "v1")
    shown = winnow("show", "out/releases/support/v1")
    assert any(set(line.replace("│", " ").split()) == {"deduplicate", "near_duplicate", "1"}
               for line in shown.stdout.splitlines()), shown.stdout  # fmt: skip
    assert json.loads(winnow("show", "v1", "--root", "out", "--json").stdout)["version"] == "v1"
    assert winnow("show", "v9", "--root", "out").returncode == 2


@pytest.mark.parametrize("name", ["recipe", "manifest", "sft", "chunks"])
def test_schemas_are_printed_as_json(name, winnow):
    assert json.loads(winnow("schema", name).stdout)


def test_an_unknown_schema_is_refused_with_the_known_ones(winnow):
    done = winnow("schema", "nothing")
    assert done.returncode == 2
    assert "pretrain_tokens" in done.stderr
