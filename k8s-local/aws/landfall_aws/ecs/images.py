"""Whether an image can be pulled, and what a task says where it cannot.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html and
task_cannot_pull_image.html beside it. A name without a registry stands for an image that is there already.
"""

import re
from typing import Any

from moto.ec2.models import ec2_backends

from .. import reach

_ECR = re.compile(r"^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/")
_REGISTRY = re.compile(r"^[^/]+\.[^/]+/")


def _place(backend: Any, task: Any) -> tuple[Any, str | None, bool]:
    """EC2, the subnet from which a task pulls, and whether it has a public address there."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    details = [detail for attachment in task.attachments for detail in attachment["details"]]
    subnet = next((detail["value"] for detail in details if detail["name"] == "subnetId"), None)
    if subnet:
        network = (getattr(task, "network_configuration", None) or {}).get("awsvpcConfiguration") or {}
        return ec2, subnet, network.get("assignPublicIp") == "ENABLED"
    for known in backend.container_instances.get(task.cluster_name, {}).values():
        if known.container_instance_arn == task.container_instance_arn:
            instance = ec2.get_instance(known.ec2_instance_id)
            return ec2, instance.subnet_id, bool(instance.public_ip)
    return ec2, None, False


def why_not_pulled(backend: Any, task: Any, definition: Any) -> str | None:
    ec2, subnet, public_address = _place(backend, task)
    if subnet is None:
        return None
    for container in definition.container_definitions:
        reason = _why_not(ec2, subnet, public_address, container.get("image") or "")
        if reason:
            return reason
    drivers = [(container.get("logConfiguration") or {}).get("logDriver") for container in definition.container_definitions]
    if "awslogs" in drivers and task.container_instance_arn is None and _uses_registry(definition):
        if reach.missing(ec2, subnet, ("logs",), public_address):
            return (
                "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to "
                "create Cloudwatch log stream: RequestError: send request failed: dial tcp: i/o timeout : exit status 1"
            )
    return None


def _uses_registry(definition: Any) -> bool:
    return any(_REGISTRY.match(container.get("image") or "") for container in definition.container_definitions)


def _why_not(ec2: Any, subnet: str, public_address: bool, image: str) -> str | None:
    ecr = _ECR.match(image)
    if ecr:
        lacks = reach.missing(ec2, subnet, reach.REGISTRY, public_address)
        if "ecr.api" in lacks:
            return (
                "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from "
                "Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. "
                f"RequestError: send request failed caused by: Post \"https://api.ecr.{ecr.group(1)}.amazonaws.com/\": dial tcp: i/o timeout"
            )
        if lacks:
            host = image.split("/")[0] if "ecr.dkr" in lacks else f"prod-{ecr.group(1)}-starport-layer-bucket.s3.{ecr.group(1)}.amazonaws.com"
            return (
                "CannotPullContainerError: The task cannot pull the image from the registry. Check your task network "
                f"configuration. failed to do request: Head \"https://{host}/\": dial tcp: i/o timeout"
            )
    elif _REGISTRY.match(image) and not reach.has_way_out(ec2, subnet, public_address):
        return (
            "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
            f"{image}: failed to do request: Head \"https://{image.split('/')[0]}/v2/\": dial tcp: i/o timeout"
        )
    return None
