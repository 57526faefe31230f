"""Clusters: made once a name, refused while something is in them, gone a while after they were deleted."""

import copy
import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from .. import lifecycle, memory
from ..errors import AwsError
from ..override import wrap
from ..settings import Settings

_LISTED_STEPS = 10
# "Up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens": CreateCluster, API reference.
_NAME = re.compile(r"^[A-Za-z0-9_-]{1,255}$")
_SETTINGS = "DescribeClustersResponse.clusters.Cluster.settings"
_INSIGHTS = {"enabled", "disabled", "enhanced"}


def _check_empty(backend: Any, cluster: Any) -> None:
    # DeleteCluster, API reference, Errors.
    if any(s.cluster_name == cluster.name and s.status != "INACTIVE" for s in backend.services.values()):
        raise AwsError("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
    if backend.container_instances.get(cluster.name):
        raise AwsError(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
        )
    if any(task.last_status != "STOPPED" for task in backend.tasks.get(cluster.name, {}).values()):
        raise AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")


def active(backend: Any, name: str) -> Any:
    """One in which something may be made or looked up."""
    cluster = backend._get_cluster(name)
    if cluster.status != "ACTIVE":
        raise AwsError("ClusterNotFoundException", "The referenced cluster was inactive.")
    return cluster


def _check_settings(settings: list[dict[str, str]] | None) -> None:
    for setting in settings or []:
        if setting.get("name") != "containerInsights" or setting.get("value") not in _INSIGHTS:
            raise AwsError("InvalidParameterException", "Invalid cluster setting.")


def install(settings: Settings) -> None:
    listed = settings.task_seconds * _LISTED_STEPS

    @wrap(EC2ContainerServiceBackend, "create_cluster")
    def create(original: Any, self: Any, cluster_name: str, *args: Any, **kwargs: Any) -> Any:
        if not _NAME.match(cluster_name):
            raise AwsError("InvalidParameterException", "Invalid cluster name.")
        found = self.clusters.get(cluster_name)
        # The same name again is the same cluster, unless it was deleted; the answer tells neither tags nor settings,
        # and those asked for are dropped, as users report (nandemo-ya/kecs#79).
        if found is None or found.status != "ACTIVE":
            return original(self, cluster_name, *args, **kwargs)
        shown = copy.copy(found)
        shown.tags, shown.settings = [], []
        return shown

    for method in ("create_cluster", "update_cluster"):

        @wrap(EC2ContainerServiceResponse, method)
        def checked(original: Any, self: Any) -> ActionResult:
            _check_settings(self._get_param("settings"))
            return original(self)

    @wrap(EC2ContainerServiceResponse, "describe_clusters")
    def describe(original: Any, self: Any) -> ActionResult:
        if len(self._get_param("clusters", [])) > 100:
            raise AwsError("InvalidParameterException", "A maximum of 100 clusters can be described at once.")
        if "SETTINGS" in self._get_param("include", []):
            self._include_in_response(_SETTINGS)
        else:
            self._exclude_from_response(_SETTINGS)
        return original(self)

    @wrap(EC2ContainerServiceBackend, "delete_cluster")
    def delete(original: Any, self: Any, cluster_str: str) -> Any:
        _check_empty(self, active(self, cluster_str))
        cluster = original(self, cluster_str)

        def forget() -> None:
            if self.clusters.get(cluster.name) is cluster:
                del self.clusters[cluster.name]
                self.tasks.pop(cluster.name, None)
                memory.keep_ghost(self.account_id, self.region_name, cluster.arn, cluster.tags, "ecs:cluster")

        lifecycle.after(listed, forget)
        return cluster
