"""A recipe: every fault is named at once, by field, before anything starts."""

from pathlib import Path

import pytest

from flows.recipe import RecipeError, parse_recipe, read_recipe

GOOD = {"dataset": "support", "root": "out", "sources": [{"kind": "faq", "path": "faq.tsv"}]}


def _faults(values: object, folder: Path = Path("/nowhere")) -> dict[str, str]:
    with pytest.raises(RecipeError) as error:
        parse_recipe(values, folder)
    return dict(error.value.faults)


def test_places_are_relative_to_the_folder_of_the_recipe(tmp_path: Path):
    assert parse_recipe(GOOD, tmp_path).root == str(tmp_path / "out")
    assert parse_recipe({**GOOD, "root": "s3://bucket/prefix"}, tmp_path).root == "s3://bucket/prefix"


def test_every_wrong_field_is_named_at_once():
    faults = _faults({
        "dataset": "a/b",
        "sources": [{"kind": "documents"}, {"kind": "video", "path": "x"}, {"kind": "faq", "path": "f", "speed": 3}],
        "steps": {"deduplicate": {"threshold": 7}, "quality": {"profil": "auto"}},
        "runner": {"workers": -1},
        "colour": "red",
    })  # fmt: skip
    assert set(faults) == {
        "dataset", "root", "sources.0.path", "sources.1", "sources.2.speed", "steps.deduplicate.threshold",
        "steps.quality.profil", "runner.workers", "colour",
    }  # fmt: skip
    assert faults["root"] == "is required"
    assert faults["colour"] == "unknown name"


@pytest.mark.parametrize("values", [None, [], "手册", 7])
def test_what_is_not_a_mapping_is_refused(values: object):
    assert "mapping" in _faults(values)["recipe"]


def test_the_same_source_twice_is_refused():
    assert "sources [1]" in _faults({**GOOD, "sources": GOOD["sources"] * 2})["recipe"]


def test_outputs_that_need_a_step_that_is_off_are_named():
    faults = _faults({**GOOD, "steps": {"tokens": {"enabled": False}}})
    assert "pretrain_tokens" in faults["recipe"]


def test_a_password_that_is_not_in_the_environment_is_named():
    source = {"kind": "documents", "path": "x", "password_env": "WINNOW_TEST_NO_SUCH_VARIABLE"}
    assert "sources.0.password_env" in _faults({**GOOD, "sources": [source]})


def test_a_tokenizer_that_is_not_there_is_named(tmp_path: Path):
    assert "steps.tokens.model" in _faults({**GOOD, "steps": {"tokens": {"model": "模型.model"}}}, tmp_path)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("dataset: a\ndataset: b\n", "given twice"),
        ("dataset: [", "line"),
        ("{kind: 文档", "line"),
    ],
)
def test_yaml_that_is_wrong_is_refused_with_its_line(text: str, word: str, tmp_path: Path):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=word):
        read_recipe(path)


def test_a_recipe_that_is_not_there_or_not_text_is_refused(tmp_path: Path):
    with pytest.raises(RecipeError, match="cannot be read"):
        read_recipe(tmp_path / "no.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="not UTF-8"):
        read_recipe(tmp_path / "binary.yaml")


LIVE = {"kind": "issues", "repo": "o/n", "api_url": "https://forge.example.com/api/v4"}


def test_a_token_that_is_asked_for_must_be_there(tmp_path, monkeypatch):
    monkeypatch.delenv("FORGE_TOKEN", raising=False)
    values = {"dataset": "d", "root": "out", "sources": [LIVE | {"token_env": "FORGE_TOKEN"}]}
    with pytest.raises(RecipeError, match=r"sources\.0\.token_env: the environment variable FORGE_TOKEN is not set"):
        parse_recipe(values, tmp_path)
    monkeypatch.setenv("FORGE_TOKEN", "x")
    assert "FORGE_TOKEN" in parse_recipe(values, tmp_path).model_dump_json()


def test_a_plan_asks_no_api(tmp_path):
    from flows.plan import make_plan

    recipe = parse_recipe({"dataset": "d", "root": "out", "sources": [LIVE]}, tmp_path)
    (planned,) = make_plan(recipe, tmp_path)
    assert (planned.kind, planned.shards, planned.files) == ("issues", 0, 0)
    assert not (tmp_path / "out").exists()
