"""Settings are frozen, strict and part of a cache key; their JSON Schema describes every field."""

import importlib
import json
import pkgutil

import pytest
from pydantic import Field, ValidationError

import tasks
from flows.recipe import Recipe
from schemas.manifest import Manifest
from schemas.settings import Settings, StepSettings
from schemas.sources import IssuesSource
from tasks.engine.step import Step


class Demo(StepSettings):
    """For the tests."""

    limit: int = Field(3, ge=0)
    place: str = Field("here", json_schema_extra={"keyed": False})


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Demo().limit = 4  # type: ignore[misc]


def test_a_misspelt_name_is_an_error():
    with pytest.raises(ValidationError, match="limti"):
        Demo(limti=4)


def test_every_fault_is_named_at_once():
    with pytest.raises(ValidationError) as caught:
        Demo(limit=-1, enabled="perhaps", 名="x")
    assert {fault["loc"][0] for fault in caught.value.errors()} == {"limit", "enabled", "名"}


def test_where_a_file_lies_is_not_part_of_the_key():
    assert Demo(place="there").keyed() == Demo().keyed() == {"enabled": True, "limit": 3}
    assert Demo(limit=4).keyed() != Demo().keyed()


def test_keyed_values_are_plain_json():
    recipe = Recipe.model_validate({"dataset": "a", "root": "b", "sources": [{"kind": "faq", "path": "常见.tsv"}]})
    for name in type(recipe.steps).model_fields:
        values = dict(getattr(recipe.steps, name).keyed())
        assert json.loads(json.dumps(values)) == values


def _steps() -> list[Step]:
    found = {}
    for module in pkgutil.walk_packages(tasks.__path__, "tasks."):
        step = getattr(importlib.import_module(module.name), "STEP", None)
        if isinstance(step, Step):
            found[step.name] = step
    return list(found.values())


@pytest.mark.parametrize("step", _steps(), ids=lambda step: step.name)
def test_every_step_has_strict_settings_and_a_declared_output(step: Step):
    assert issubclass(step.settings, Settings)
    assert step.settings.model_config["frozen"] is True
    assert step.settings.model_config["extra"] == "forbid"
    assert step.version >= 1
    assert step.run.__doc__


def test_the_schema_of_a_recipe_names_every_step_and_every_kind_of_source():
    schema = Recipe.model_json_schema()
    assert {"dataset", "root", "sources", "steps", "outputs", "runner"} <= set(schema["properties"])
    text = json.dumps(schema)
    for name in ("extract", "clean", "quality", "deduplicate", "anonymize", "tokens", "chunks", "documents", "code",
                 "issues", "faq", "text"):  # fmt: skip
        assert f'"{name}"' in text


def test_an_issues_source_needs_a_place():
    with pytest.raises(ValidationError, match="api_url"):
        IssuesSource(kind="issues", repo="owner/name")
    assert IssuesSource(kind="issues", path="导出.json").key == "issues:导出.json"


def test_a_manifest_comes_back_as_it_was_written_and_reads_newer_ones():
    manifest = Manifest(dataset="手册", version="v1", created_at="t", content_sha256="c", inputs_sha256="i", recipe={},
                        code={}, sources=[], steps=[], files=[])  # fmt: skip
    assert Manifest.model_validate_json(manifest.model_dump_json()) == manifest
    newer = json.loads(manifest.model_dump_json()) | {"added_later": 1}
    assert Manifest.model_validate(newer) == manifest
