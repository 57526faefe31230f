"""Parameter Store: tags go with their parameter."""

from typing import Any

from moto.ssm.models import SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from ..override import wrap
from ..settings import Settings


def install(_settings: Settings) -> Any:
    # moto looks for them under the name without its slash.
    @wrap(SimpleSystemManagerBackend, "delete_parameter")
    def delete(original: Any, self: Any, name: str) -> None:
        original(self, name)
        self._resource_tags.get("Parameter", {}).pop(name, None)

    @wrap(SimpleSystemManagerBackend, "delete_parameters")
    def delete_several(original: Any, self: Any, names: list[str]) -> list[str]:
        deleted = original(self, names)
        for name in deleted:
            self._resource_tags.get("Parameter", {}).pop(name, None)
        return deleted

    return SimpleSystemManagerResponse
