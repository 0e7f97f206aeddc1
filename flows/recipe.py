"""The recipe of a run: what a user writes, checked as a whole before anything starts."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from schemas.settings import Settings
from schemas.sources import DocumentsSource, IssuesSource, Source
from tasks.anonymize.settings import AnonymizeSettings
from tasks.boilerplate.settings import BoilerplateSettings
from tasks.clean.settings import CleanSettings
from tasks.decontaminate.settings import DecontaminateSettings
from tasks.dedup.settings import DeduplicateSettings
from tasks.extract.code_settings import CodeFileSettings
from tasks.extract.settings import ExtractSettings
from tasks.quality.settings import LanguageSettings, QualitySettings
from tasks.tokens.settings import ChunksSettings, FimSettings, SftSettings, TokensSettings

Output = Literal[
    "documents", "images", "chunks", "qa_pairs", "recall_eval", "sft", "pretrain_text", "pretrain_tokens",
    "preference", "kto", "pairs", "code_fim", "repositories", "dropped", "quarantined", "pii_spans", "stats",
]  # fmt: skip
_DEFAULT_OUTPUTS: Final[tuple[Output, ...]] = (
    "documents", "images", "chunks", "qa_pairs", "recall_eval", "sft", "pretrain_text", "pretrain_tokens",
    "dropped", "quarantined", "stats",
)  # fmt: skip
# Outputs that count or hold tokens.
_NEED_TOKENS: Final = ("chunks", "qa_pairs", "recall_eval", "sft", "pretrain_tokens")


class RecipeError(ValueError):
    """A recipe that cannot be run; every fault is named.

    Attributes:
        faults: Field, as a dotted path, and what is wrong with it.
    """

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in faults))
        self.faults = list(faults)


class Steps(Settings):
    """One block per step, named after it."""

    extract: ExtractSettings = ExtractSettings()
    extract_code: CodeFileSettings = CodeFileSettings()
    clean: CleanSettings = CleanSettings()
    language: LanguageSettings = LanguageSettings()
    boilerplate: BoilerplateSettings = BoilerplateSettings()
    quality: QualitySettings = QualitySettings()
    deduplicate: DeduplicateSettings = DeduplicateSettings()
    decontaminate: DecontaminateSettings = DecontaminateSettings()
    anonymize: AnonymizeSettings = AnonymizeSettings()
    tokens: TokensSettings = TokensSettings()
    chunks: ChunksSettings = ChunksSettings()
    sft: SftSettings = SftSettings()
    code_fim: FimSettings = FimSettings()

    @model_validator(mode="after")
    def _steps_that_cannot_be_left_out(self) -> Self:
        if not self.extract.enabled:
            raise ValueError("`extract` cannot be switched off: without it there is no text")
        return self


class RunnerSettings(Settings):
    """Where the work of a run is done; no setting here changes what a release holds."""

    kind: Literal["threads", "processes", "dask", "ray"] = "processes"
    workers: int = Field(0, ge=0, le=4096, description="Shards worked on at once; 0 is one per core.")
    address: str | None = Field(None, description="Scheduler of a running Dask or Ray cluster; none starts one here.")

    @property
    def worker_count(self) -> int:
        """Workers, with 0 resolved to the cores this process may use."""
        return self.workers or len(os.sched_getaffinity(0))


class Recipe(Settings):
    """What to read, what to do with it, what to release, and where."""

    dataset: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="Name of the release.")
    root: str = Field(
        min_length=1, description="Store and releases: a folder (relative to the recipe's) or a URL such as s3://…"
    )
    sources: list[Source] = Field(min_length=1, description="Order is priority.")
    steps: Steps = Steps()
    outputs: list[Output] = Field(default_factory=lambda: list(_DEFAULT_OUTPUTS), min_length=1)
    runner: RunnerSettings = RunnerSettings()
    shard_mb: float = Field(8.0, gt=0, le=1024, description="Raw input in one shard, in 1,000,000 bytes.")

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        keys = [source.key for source in self.sources]
        twice = [index for index, key in enumerate(keys) if key in keys[:index]]
        if twice:
            raise ValueError(f"sources {twice} name the same kind and path as an earlier source")
        if not self.steps.tokens.enabled and (needy := [name for name in self.outputs if name in _NEED_TOKENS]):
            raise ValueError(f"outputs {needy} need `steps.tokens`, which is switched off")
        if not self.steps.chunks.enabled and "chunks" in self.outputs:
            raise ValueError("output 'chunks' needs `steps.chunks`, which is switched off")
        off = [name for name in ("sft", "code_fim") if name in self.outputs and not getattr(self.steps, name).enabled]
        if off:
            raise ValueError(f"outputs {off} are asked for, and their steps switched off")
        return self


def read_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file, with every place made absolute.

    Raises:
        RecipeError: It cannot be read, is not YAML, or fields are wrong; all of them are named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError([(str(path), f"cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}")]) from None
    try:
        values = yaml.load(text, _StrictLoader)
    except yaml.YAMLError as error:
        raise RecipeError([(str(path), _yaml_fault(error))]) from None
    return parse_recipe(values, path.resolve().parent)


def parse_recipe(values: object, folder: Path) -> Recipe:
    """The recipe in a mapping; relative places are relative to `folder`.

    Raises:
        RecipeError: Fields are wrong; all of them are named.
    """
    if not isinstance(values, dict):
        raise RecipeError([("recipe", "must be a mapping with dataset, root and sources")])
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        raise RecipeError([_fault(dict(fault)) for fault in error.errors(include_url=False)]) from None
    root = recipe.root if "://" in recipe.root else str((folder / recipe.root).resolve())
    try:
        tokens = recipe.steps.tokens.located(folder)
    except OSError as error:
        raise RecipeError([("steps.tokens.model", f"cannot be read: {error.strerror}")]) from None
    try:
        decontaminate = recipe.steps.decontaminate.located(folder)
    except OSError as error:
        raise RecipeError([("steps.decontaminate.against", f"cannot be read: {error.strerror}")]) from None
    faults = [
        (f"sources.{index}.password_env", f"the environment variable {source.password_env} is not set")
        for index, source in enumerate(recipe.sources)
        if isinstance(source, DocumentsSource) and source.password_env and source.password_env not in os.environ
    ]
    faults += [
        (f"sources.{index}.token_env", f"the environment variable {source.token_env} is not set")
        for index, source in enumerate(recipe.sources)
        if isinstance(source, IssuesSource) and source.token_env and source.token_env not in os.environ
    ]
    if faults:
        raise RecipeError(faults)
    return recipe.model_copy(
        update={
            "root": root,
            "steps": recipe.steps.model_copy(update={"tokens": tokens, "decontaminate": decontaminate}),
        }
    )


def _fault(error: dict[str, Any]) -> tuple[str, str]:
    # pydantic puts the tag of a union into the location: sources.0.documents.path
    location = [part for index, part in enumerate(error["loc"]) if not (index == 2 and error["loc"][0] == "sources")]
    message = {"extra_forbidden": "unknown name", "missing": "is required"}.get(error["type"], str(error["msg"]))
    return ".".join(map(str, location)) or "recipe", message.removeprefix("Value error, ")


def _yaml_fault(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}: {error.problem}"
    return "is not YAML"


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a name given twice is an error: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)
