"""Clusters and task definitions: refused while something is in them, gone a while after."""

from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition

from .. import lifecycle
from ..errors import AwsError
from ..override import wrap
from ..settings import Settings

_LISTED_STEPS = 10


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


def install(settings: Settings) -> None:
    listed = settings.task_seconds * _LISTED_STEPS

    @wrap(EC2ContainerServiceBackend, "create_cluster")
    def create(original: Any, self: Any, cluster_name: str, *args: Any, **kwargs: Any) -> Any:
        found = self.clusters.get(cluster_name)
        # The same name again is the same cluster, unless it was deleted.
        return found if found and found.status == "ACTIVE" else original(self, cluster_name, *args, **kwargs)

    @wrap(EC2ContainerServiceBackend, "delete_cluster")
    def delete(original: Any, self: Any, cluster_str: str) -> Any:
        _check_empty(self, self._get_cluster(cluster_str))
        cluster = original(self, cluster_str)

        def forget() -> None:
            if self.clusters.get(cluster.name) is cluster:
                del self.clusters[cluster.name]
                self.tasks.pop(cluster.name, None)

        lifecycle.after(listed, forget)
        return cluster

    @wrap(EC2ContainerServiceBackend, "delete_task_definitions")
    def delete_definitions(original: Any, self: Any, task_definitions: list[str]) -> Any:
        deleted, failures = original(self, task_definitions)
        # It is described as DELETE_IN_PROGRESS for a while, which moto leaves out.
        for definition in deleted:
            self.task_definitions[definition.family][definition.revision] = definition
            lifecycle.after(listed, lambda definition=definition: _forget(self, definition))
        return deleted, failures


def _forget(backend: Any, definition: TaskDefinition) -> None:
    of_family = backend.task_definitions.get(definition.family, {})
    of_family.pop(definition.revision, None)
    if not of_family:
        backend.task_definitions.pop(definition.family, None)
