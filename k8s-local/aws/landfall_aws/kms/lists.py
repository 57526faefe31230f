"""Lists in pages: 100 keys, 50 aliases or tags, unless another Limit is asked for.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html, Limit.
"""

import json
from typing import Any

from moto.kms.responses import KmsResponse

from .. import pages
from ..errors import AwsError
from ..override import wrap

# By method of moto: the list in its answer, what tells its items apart, the page.
_LISTS = {
    "list_aliases": ("Aliases", "AliasName", 50),
    "list_keys": ("Keys", "KeyId", 100),
    "list_resource_tags": ("Tags", "TagKey", 50),
}


def _paged(method: str) -> Any:
    listed, name, size = _LISTS[method]

    def paged(original: Any, self: Any) -> str:
        answer = json.loads(original(self))
        items = answer[listed]
        names = [item[name] for item in items]
        try:
            shown, following = pages.page(method, items, names, self._get_param("Marker"), self._get_param("Limit") or size)
        except KeyError as error:
            raise AwsError("InvalidMarkerException", "The marker is not valid.") from error
        return json.dumps(
            {listed: shown, "Truncated": bool(following), **({"NextMarker": following} if following else {})}
        )

    return paged


def install() -> None:
    for method in _LISTS:
        wrap(KmsResponse, method)(_paged(method))
