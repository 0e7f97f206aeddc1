"""Read what somebody would change in a recipe, and ask the newest version what that would do."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from flows.recipe import Recipe, RecipeError, Steps
from schemas.effect import Effect
from tasks.engine.store import Store
from tasks.explain.effect import NotMeasuredError, duplicates_effect, quality_effect
from tasks.explain.ledger import Ledger
from tasks.publish.versions import latest_manifest
from tasks.quality.rules import QualityReason

_ASKED_OF: Final = ("quality", "deduplicate")


class ChangeError(ValueError):
    """A change that cannot be understood, or whose effect was not measured."""


def compare(recipe: Recipe, changes: Sequence[str]) -> list[Effect]:
    """What the changes would do to the newest version, one effect for each step they belong to.

    Args:
        recipe: As it is.
        changes: Such as "quality.too_few_words=20", "quality.profile=docs", "deduplicate.threshold=0.8".

    Raises:
        ChangeError: A change is not one, or its effect cannot be told without a run.
        LookupError: There is no version yet, or it has no ledger.
    """
    asked = _by_step(changes)
    store = Store(recipe.root)
    manifest = latest_manifest(store, recipe.dataset)
    if manifest is None:
        raise ChangeError(f"{recipe.dataset} has no version yet: nothing was measured")
    ledger = Ledger(store, manifest)
    now = recipe.steps
    effects = []
    try:
        for step, values in asked.items():
            then = _changed(now, step, values)
            said = [change for change in changes if change.startswith(f"{step}.")]
            if step == "quality":
                effects.append(quality_effect(ledger, now.quality, then.quality, said))
            else:
                effects.append(duplicates_effect(ledger, now.deduplicate, then.deduplicate, said))
    except NotMeasuredError as error:
        raise ChangeError(str(error)) from None
    return effects


def _by_step(changes: Sequence[str]) -> dict[str, dict[str, Any]]:
    asked: dict[str, dict[str, Any]] = {}
    for change in changes:
        place, separator, value = change.partition("=")
        step, _, setting = place.partition(".")
        if not separator or not setting:
            raise ChangeError(f"{change!r} is not STEP.SETTING=VALUE")
        if step not in _ASKED_OF:
            raise ChangeError(
                f"{step}: its effect is in the text, so only a run tells; ask of {' or '.join(_ASKED_OF)}"
            )
        try:
            asked.setdefault(step, {})[setting] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ChangeError(f"{change!r}: the value is not YAML") from None
    return asked


def _changed(steps: Steps, step: str, values: Mapping[str, Any]) -> Steps:
    """The steps with other settings; the limit of a quality rule may be given by the rule's name alone."""
    block = getattr(steps, step).model_dump(mode="json", exclude_unset=True)
    for setting, value in values.items():
        rule = setting.removeprefix("limits.")
        if step == "quality" and rule in {reason.value for reason in QualityReason}:
            block["limits"] = {**block.get("limits", {}), rule: value}
        else:
            block[setting] = value
    try:
        changed = type(getattr(steps, step)).model_validate(block)
    except ValueError as error:
        faults = [(f"{step}.{'.'.join(map(str, fault['loc']))}", str(fault["msg"])) for fault in _faults(error)]
        raise RecipeError(faults) from None
    return steps.model_copy(update={step: changed})


def _faults(error: ValueError) -> Sequence[Any]:
    return list(getattr(error, "errors", list)())
