"""The settings of a step: frozen, strict, and part of the name of everything the step writes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Parameters of a step; unknown names are errors, so a misspelt threshold never passes silently.

    A field that cannot change what is written (where a file lies, how many processes work) is declared with
    `Field(json_schema_extra={"keyed": False})` and left out of the cache key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def keyed(self) -> Mapping[str, Any]:
        """The settings that decide the output, as JSON-ready values."""
        unkeyed = {
            name
            for name, field in type(self).model_fields.items()
            if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("keyed") is False
        }
        return self.model_dump(mode="json", exclude=unkeyed)


class StepSettings(Settings):
    """Settings of a step that a recipe can switch off."""

    enabled: bool = True
