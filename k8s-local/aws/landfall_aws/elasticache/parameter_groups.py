"""Cache parameter groups, which moto lacks."""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from .. import pages
from ..errors import AwsError
from ..override import replace, wrap
from . import names as valid_names
from . import parameters
from .versions import FAMILIES, Version

_CLUSTERED = ".cluster.on"


def default_of(family: str, clustered: bool) -> str:
    return f"default.{family}{_CLUSTERED if clustered else ''}"


def is_default(name: str) -> bool:
    return name.startswith("default.")


def _found(backend: Any, name: str) -> dict[str, Any]:
    family = name.removeprefix("default.").removesuffix(_CLUSTERED)
    if is_default(name) and family in FAMILIES:
        of_cluster = {"cluster-enabled": "yes"} if name.endswith(_CLUSTERED) else {}
        return _group(backend, name, family, f"Default parameter group for {family}", of_cluster)
    if name not in backend.cache_parameter_groups:
        raise AwsError("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    return backend.cache_parameter_groups[name]


def _own(backend: Any, name: str) -> dict[str, Any]:
    """One that can be changed: "You cannot modify or delete a default parameter group"."""
    if is_default(name):
        raise AwsError("InvalidCacheParameterGroupState", f"The default parameter group {name} cannot be changed.")
    return _found(backend, name)


def _group(backend: Any, name: str, family: str, description: str | None, parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": family,
        "Description": description,
        "IsGlobal": False,
        "ARN": f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}",
        "Parameters": parameters,
    }


def check_exists(backend: Any, name: str | None) -> None:
    if name:
        _found(backend, name)


def check_fits(backend: Any, name: str, version: Version) -> None:
    """Words of AWS: hashicorp/terraform#11269, aws-controllers-k8s/elasticache-controller#188."""
    family = _found(backend, name)["CacheParameterGroupFamily"]
    if not family.startswith(version.engine):
        other = family.rstrip("0123456789.x")
        message = f"{other} parameter group is not applicable to engine {version.engine}"
        raise AwsError("InvalidParameterCombination", message)
    if family != version.family:
        raise AwsError(
            "InvalidParameterCombination",
            f"Expected a parameter group of family {version.family} but found one of family {family}",
        )


def clustered(backend: Any, name: str) -> bool:
    return _found(backend, name)["Parameters"].get("cluster-enabled") == "yes"


def _described(group: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in group.items() if key != "Parameters"}


def _create(response: Any) -> ActionResult:
    backend, get = response.elasticache_backend, response._get_param
    name, family = get("CacheParameterGroupName"), get("CacheParameterGroupFamily")
    valid_names.check("CacheParameterGroupName", name)
    if name in backend.cache_parameter_groups:
        raise AwsError("CacheParameterGroupAlreadyExists", f"CacheParameterGroup {name} already exists.")
    if family not in FAMILIES:
        raise AwsError("InvalidParameterValue", f"CacheParameterGroupFamily {family} is not a valid parameter group family.")
    group = _group(backend, name, family, get("Description"), {})
    backend.cache_parameter_groups[name] = group
    if get("Tags"):
        backend.tagging_service.tag_resource(group["ARN"], get("Tags"))
    return ActionResult({"CacheParameterGroup": _described(group)})


def _page(response: Any, action: str, items: list[Any], names: list[str]) -> tuple[list[Any], str | None]:
    size = response._get_int_param("MaxRecords") or 100
    try:
        return pages.page(action, items, names, response._get_param("Marker"), size)
    except KeyError as error:
        raise AwsError("InvalidParameterValue", "The marker is not valid.") from error


def _describe(response: Any) -> ActionResult:
    backend, name = response.elasticache_backend, response._get_param("CacheParameterGroupName")
    groups = [_found(backend, name)] if name else list(backend.cache_parameter_groups.values())
    names = [group["CacheParameterGroupName"] for group in groups]
    shown, following = _page(response, "DescribeCacheParameterGroups", groups, names)
    return ActionResult({"CacheParameterGroups": [_described(group) for group in shown], "Marker": following})


def _describe_parameters(response: Any) -> ActionResult:
    group = _found(response.elasticache_backend, response._get_param("CacheParameterGroupName"))
    # Only what the user has set is known here: Source=user.
    names = sorted(group["Parameters"]) if response._get_param("Source") in (None, "user") else []
    own = [{"ParameterName": n, "ParameterValue": group["Parameters"][n], "Source": "user"} for n in names]
    shown, following = _page(response, "DescribeCacheParameters", own, names)
    return ActionResult({"Parameters": shown, "Marker": following})


def _modify(response: Any) -> ActionResult:
    name = response._get_param("CacheParameterGroupName")
    group = _own(response.elasticache_backend, name)
    wanted = response._get_param("ParameterNameValues") or []
    # "A maximum of 20 parameters may be modified per request": ModifyCacheParameterGroup, API reference.
    if not 1 <= len(wanted) <= 20:
        raise AwsError("InvalidParameterValue", "Between 1 and 20 parameters can be modified in one request.")
    for parameter in wanted:
        parameters.check(group["CacheParameterGroupFamily"], parameter["ParameterName"], parameter.get("ParameterValue"))
    for parameter in wanted:
        group["Parameters"][parameter["ParameterName"]] = parameter.get("ParameterValue")
    return ActionResult({"CacheParameterGroupName": name})


def _reset(response: Any) -> ActionResult:
    name = response._get_param("CacheParameterGroupName")
    group = _own(response.elasticache_backend, name)
    named = [parameter["ParameterName"] for parameter in response._get_param("ParameterNameValues") or []]
    if response._get_param("ResetAllParameters"):
        named = list(group["Parameters"])
    for parameter in named:
        group["Parameters"].pop(parameter, None)
    return ActionResult({"CacheParameterGroupName": name})


def _delete(response: Any) -> EmptyResult:
    backend, name = response.elasticache_backend, response._get_param("CacheParameterGroupName")
    group = _own(backend, name)
    users = [*backend.cache_clusters.values(), *backend.replication_groups.values()]
    if any(user.cache_parameter_group_name == name for user in users):
        raise AwsError(
            "InvalidCacheParameterGroupState",
            f"One or more cache clusters are still members of this parameter group {name}, so the group cannot be deleted.",
        )
    del backend.cache_parameter_groups[name]
    backend.tagging_service.delete_all_tags_for_resource(group["ARN"])
    return EmptyResult()


def install() -> None:
    @wrap(ElastiCacheBackend, "__init__")
    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.cache_parameter_groups = {}

    replace(ElastiCacheResponse, "create_cache_parameter_group")(_create)
    replace(ElastiCacheResponse, "describe_cache_parameter_groups")(_describe)
    replace(ElastiCacheResponse, "describe_cache_parameters")(_describe_parameters)
    replace(ElastiCacheResponse, "modify_cache_parameter_group")(_modify)
    replace(ElastiCacheResponse, "reset_cache_parameter_group")(_reset)
    replace(ElastiCacheResponse, "delete_cache_parameter_group")(_delete)
